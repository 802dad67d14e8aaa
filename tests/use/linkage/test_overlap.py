"""overlap_size: checks before anything runs, and every field of the release."""

from __future__ import annotations

import pytest

from privshare.errors import NoiseRefused, ParameterRefused, ProtocolError
from privshare.model.entropy import Entropy, SeededEntropy, SystemEntropy
from privshare.model.loss import PrivacyLoss
from privshare.model.party import PartyId
from privshare.model.question import Permit
from privshare.model.release import Cell
from privshare.secure.psi import ristretto, size
from privshare.use.linkage import overlap
from privshare.use.linkage.overlap import overlap_size
from privshare.use.release.accounting import loss_everywhere
from tests.secure.psi.playing import SIZE, A, B, people, silence
from tests.use.linkage.permits import permit_for

LOSS = size.price(SIZE)


def run(permit: Permit, *, entropy: Entropy | None = None, second: PartyId = B):
    return overlap_size(
        permit,
        request="00ff",
        terms=SIZE,
        a=(A, people(range(30))),
        b=(second, people(range(10, 50))),
        entropy=entropy or SystemEntropy(),
    )


def test_the_release_and_what_it_says_of_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    silence(monkeypatch)
    release, transcript, leakage = run(permit_for(LOSS, A, B, minimum_group=20))
    assert release.cells == (Cell((), (20,)),)
    assert (release.id, release.request, release.suite) == ("q", "00ff", "size/1")
    assert (release.by, release.measures, release.holders) == ((), ("people",), (A, B))
    assert release.loss == LOSS == PrivacyLoss(4_000_000, 4 * 10**13)
    assert release.public_noise == (("people", ("0.5", "0.5")),)  # of B's dummies, then of A's noise
    assert [(part.measure, part.drawn_by) for part in release.parts] == [("", A), ("", B), ("people", B), ("people", A)]
    assert release.bounds == (("identifiers of one person at each holder", "1"),)
    assert (release.clauses, release.minimum_group) == (("a.person", "b.person", "licence 1"), 20)
    assert leakage.bytes_sent == transcript.bytes_sent()
    assert leakage.suite == "size/1"
    assert max((view.loss for view in leakage.views), key=lambda loss: loss.delta_e15) == LOSS  # what is debited
    assert {view.people_of for view in leakage.views} == {A, B}
    assert leakage.in_both == loss_everywhere(release) == LOSS + PrivacyLoss(SIZE.pad_micro, SIZE.delta_e15)


@pytest.mark.parametrize(("noised", "printed"), [(-3, None), (19, None), (20, 20), (21, 21)])
def test_the_noised_size_decides_whether_it_is_printed(
    monkeypatch: pytest.MonkeyPatch, noised: int, printed: int | None
) -> None:
    """The true size is 20 each time."""
    silence(monkeypatch)
    monkeypatch.setattr("privshare.secure.noise.add_laplace", lambda values, mechanism: (noised,))
    release, _, _ = run(permit_for(LOSS, A, B, minimum_group=20))
    assert release.cells == (Cell((), (printed,)),)


@pytest.mark.parametrize("loss", [
    PrivacyLoss(LOSS.micro_epsilon - 1, LOSS.delta_e15), PrivacyLoss(LOSS.micro_epsilon + 1, LOSS.delta_e15),
    PrivacyLoss(LOSS.micro_epsilon, LOSS.delta_e15 - 1), PrivacyLoss(LOSS.micro_epsilon),
])
def test_a_price_that_is_not_the_permitted_loss_runs_nothing(
    monkeypatch: pytest.MonkeyPatch, loss: PrivacyLoss
) -> None:
    monkeypatch.setattr(overlap, "run_together", None)
    monkeypatch.setattr(ristretto, "multiply_all", None)
    with pytest.raises(NoiseRefused, match="the permit is for"):
        run(permit_for(loss, A, B))


@pytest.mark.parametrize(("holders", "second", "error"), [
    ((A,), B, NoiseRefused), ((A, PartyId("c")), B, NoiseRefused), ((A, B, PartyId("c")), B, NoiseRefused),
    ((A,), A, ParameterRefused),
])
def test_a_permit_covers_the_holders_it_names(
    monkeypatch: pytest.MonkeyPatch, holders: tuple[PartyId, ...], second: PartyId, error: type[Exception]
) -> None:
    monkeypatch.setattr(overlap, "run_together", None)
    with pytest.raises(error):
        run(permit_for(LOSS, *holders), second=second)


def test_keys_that_can_be_made_again_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overlap, "run_together", None)
    with pytest.raises(ParameterRefused, match="replayed"):
        run(permit_for(LOSS, A, B), entropy=SeededEntropy(1))


def test_a_role_that_fails_leaves_no_release(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ristretto, "hash_to_group", lambda message, dst: bytes(32))
    with pytest.raises(ProtocolError):
        run(permit_for(LOSS, A, B))
