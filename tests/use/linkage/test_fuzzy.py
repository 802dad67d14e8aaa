"""paired_records: what is checked before anything runs, and whose rows come out."""

from __future__ import annotations

import pytest

from privshare.errors import InputRefused, NoiseRefused, ParameterRefused
from privshare.model.entropy import Entropy, SeededEntropy, SystemEntropy
from privshare.model.loss import NO_LOSS, PrivacyLoss
from privshare.model.party import PartyId
from privshare.model.question import Permit
from privshare.secure.psi.members import OPRF, suite_of
from privshare.use.linkage.fuzzy import paired_records
from tests.secure.psi.fuzzy.test_records import FOUR, Row, crowd, keyed
from tests.secure.psi.playing import A, B
from tests.use.linkage.permits import permit_for

ONE: list[Row] = [
    ("Ann", "Lee", "1990-01-01", "Hull"),
    ("Dee", "Fox", "1970-01-01", "Bath"),
    ("ANN", "LEE", "19900101", "hull"),
    ("Cid", "Poe", "1980-01-01", "Rye"),
]
# Ann has moved; Cid is right; of Dee there are two, each right in three fields, who tie.
OTHER: list[Row] = [
    ("Cid", "Poe", "1980-01-01", "Rye"),
    ("Dee", "Fox", "1970-01-01", "York"),
    ("Ann", "Lee", "1990-01-01", "Wick"),
    ("Dee", "Fox", None, "Bath"),
]


def run(permit: Permit, *, entropy: Entropy | None = None, second: PartyId = B):
    return paired_records(
        permit,
        receiver=(A, keyed(ONE)),
        sender=(second, keyed(OTHER)),
        plan=FOUR,
        suite=suite_of(OPRF),
        entropy=entropy or SystemEntropy(),
    )


def test_each_party_gets_all_of_its_own_rows_by_match() -> None:
    found, transcript, leakage = run(permit_for(NO_LOSS, A, B))
    one, other = found.rows
    matches = {(one.of(n), other.of(n), int(found.weight[n])) for n in range(len(one))}
    assert matches == {((0, 2), (2,), 1), ((3,), (0,), 4)}
    assert [ties.tolist() for ties in (found.open_rows, found.open_weight, found.open_candidates)] == [[1], [1], [2]]
    assert leakage.suite == "fuzzy/1 over psi-oprf/1"
    assert leakage.bytes_sent == transcript.bytes_sent()


def test_a_permit_for_another_price_or_another_holder_runs_nothing() -> None:
    with pytest.raises(NoiseRefused):
        run(permit_for(PrivacyLoss(1), A, B))
    with pytest.raises(NoiseRefused):
        run(permit_for(NO_LOSS, A, B), second=PartyId("c"))


def test_keys_that_can_be_made_again_are_refused() -> None:
    with pytest.raises(ParameterRefused, match="replayed"):
        run(permit_for(NO_LOSS, A, B), entropy=SeededEntropy(1))


@pytest.mark.parametrize("crowded", [0, 1])
def test_a_key_that_does_not_tell_people_apart_is_refused_before_anything_is_drawn(crowded: int) -> None:
    class Untouched(SystemEntropy):
        def token(self, size_bytes: int) -> bytes:
            raise AssertionError("a key was made")

    sides = [keyed(ONE), keyed(ONE)]
    sides[crowded] = crowd(3, 10)
    with pytest.raises(InputRefused, match=f"several records of {(A, B)[crowded]}"):
        paired_records(
            permit_for(NO_LOSS, A, B),
            receiver=(A, sides[0]),
            sender=(B, sides[1]),
            plan=FOUR,
            suite=suite_of(OPRF),
            entropy=Untouched(),
        )
