"""joint_table: checks before anything runs, and every field of the release."""

from __future__ import annotations

import pytest

from privshare.errors import NoiseRefused, ParameterRefused
from privshare.model.entropy import Entropy, SeededEntropy, SystemEntropy
from privshare.model.loss import PrivacyLoss
from privshare.model.party import PartyId
from privshare.model.question import Permit
from privshare.model.release import Cell
from privshare.secure.psi import totals
from privshare.secure.psi.totals.leakage import ROUNDS_AS_TOLD
from privshare.use.linkage import joint
from privshare.use.linkage.joint import joint_table
from privshare.use.release.accounting import loss_everywhere
from tests.secure.psi.playing import A, B, U, grouped, item, silence, totals_terms, valued
from tests.use.linkage.permits import permit_for

TERMS = totals_terms(3, value_max=5)
LOSS = totals.price(TERMS)
GROUPS = {item(number): min(number % 4, 2) for number in range(40)}  # groups of 10, 10 and 20
VALUES = {item(number): number % 8 for number in range(20, 60)}  # clamped to 5


def run(
    permit: Permit,
    *,
    entropy: Entropy | None = None,
    unit: PartyId = U,
    by: tuple[str, ...] = ("district",),
    measure: str = "defaults",
):
    return joint_table(
        permit,
        request="00ff",
        terms=TERMS,
        by=by,
        measure=measure,
        grouping=(A, grouped(GROUPS)),
        valuing=(B, valued(VALUES)),
        unit=unit,
        entropy=entropy or SystemEntropy(),
    )


def test_the_release_and_what_it_says_of_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    silence(monkeypatch)
    release, transcript, leakage = run(permit_for(LOSS, A, B, minimum_group=6))
    sums = [sum(min(VALUES[key], 5) for key in VALUES if GROUPS.get(key) == group) for group in range(3)]
    # 5, 5 and 10 common people; a group of noised count 5 is below the minimum of 6, and all its values go
    assert release.cells == (
        Cell(("group 0",), (None, None)),
        Cell(("group 1",), (None, None)),
        Cell(("group 2",), (10, sums[2])),
    )
    assert (release.id, release.request, release.suite) == ("q", "00ff", "totals-3/1")
    assert (release.by, release.measures, release.holders) == (("district",), ("people", "defaults"), (A, B))
    assert release.loss == LOSS == PrivacyLoss(6_000_000, 4 * 10**13)
    assert release.public_noise == (("people", ("0.5", "0.5")), ("defaults", ("2.5", "2.5")))
    assert [(part.measure, part.drawn_by) for part in release.parts] == [
        ("", A), ("", B), ("people", B), ("people", A), ("defaults", U), ("defaults", A),
    ]
    assert release.bounds == (
        ("identifiers of one person at each holder", "1"),
        ("groups of one person", "1"),
        ("defaults of one person", "0 to 5"),
    )
    assert leakage.bytes_sent == transcript.bytes_sent()
    assert [party for party, _ in leakage.learned] == [A, B, U]
    assert max((view.loss for view in leakage.views), key=lambda loss: loss.delta_e15) == LOSS  # what is debited
    assert {view.people_of for view in leakage.views} == {A, B}
    assert ROUNDS_AS_TOLD not in leakage.not_stopped, "they were counted here"
    assert leakage.in_both == loss_everywhere(release) == LOSS + PrivacyLoss(TERMS.pad_micro, TERMS.delta_e15)


def test_with_noise_it_runs_to_the_end() -> None:
    release, _, _ = run(permit_for(LOSS, A, B))
    assert [cell.key for cell in release.cells] == list(TERMS.groups)


def test_a_price_that_is_not_the_permitted_loss_runs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(joint, "run_together", None)
    micro, delta = LOSS.micro_epsilon, LOSS.delta_e15
    for loss in (PrivacyLoss(micro - 1, delta), PrivacyLoss(micro, delta + 1)):
        with pytest.raises(NoiseRefused, match="the permit is for"):
            run(permit_for(loss, A, B))
    with pytest.raises(NoiseRefused, match="the permit is for"):
        run(permit_for(LOSS, A, B, U))  # the unit holds no records that a permit could cover


@pytest.mark.parametrize("change", [
    {"entropy": SeededEntropy(1)}, {"unit": A}, {"unit": B}, {"measure": "people"}, {"by": ("district", "band")},
])
def test_parameters_that_make_no_sense_run_nothing(monkeypatch: pytest.MonkeyPatch, change: dict[str, object]) -> None:
    monkeypatch.setattr(joint, "run_together", None)
    with pytest.raises(ParameterRefused):
        run(permit_for(LOSS, A, B), **change)
