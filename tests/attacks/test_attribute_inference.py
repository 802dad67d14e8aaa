"""Attribute inference: rows and groups like the person's own, the row it sent, and no more than was promised."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
import pytest

from privshare.attacks.attack import NotApplicable, Targets
from privshare.attacks.attribute_inference import ATTRIBUTE_INFERENCE
from privshare.attacks.groups import evidence
from privshare.model.entropy import seeded_generator
from privshare.model.loss import PrivacyLoss
from privshare.model.surface import UNKNOWN, Codes, CountTable, Records, Surface
from tests.attacks.games import passes, right_guesses
from tests.comparison.lab.worlds import small_world

COLUMNS = ("birth", "sex", "district", "band")


def _rows(low: Sequence[tuple[int, ...]], high: Sequence[tuple[int, ...]], secret: list[int]) -> Records:
    return Records("the public", COLUMNS, np.array(low), np.array(high), np.array(secret), None)


def _guesses(surface: Surface, people: Sequence[tuple[int, ...]], chance: int = 1) -> list[int]:
    codes = np.array(people, np.int64).reshape(-1, 4)
    known: dict[str, Codes] = dict(zip(COLUMNS, codes.T, strict=True)) | {"year": codes[:, 0] // 365}
    found = ATTRIBUTE_INFERENCE.guess(surface, Targets(np.arange(len(codes)), known), seeded_generator(chance))
    assert not isinstance(found, NotApplicable)
    return np.asarray(found).tolist()  # type: ignore[no-any-return]


PEOPLE = [(100, 0, 1, 2), (200, 1, 1, 2), (300, 0, 3, 4), (400, 1, 0, 0), (500, 0, 0, 1), (600, 1, 2, 3)]


def test_a_row_of_ones_own_tells_the_value() -> None:
    rows = _rows(PEOPLE, PEOPLE, [1, 0, 0, 1, 0, 0])
    assert _guesses(Surface(records=rows), PEOPLE) == [1, 0, 0, 1, 0, 0]


def test_a_row_that_was_moved_in_one_column_is_found_by_the_others() -> None:
    moved = [(birth, sex, (district + 1) % 4, band) for birth, sex, district, band in PEOPLE]
    assert _guesses(Surface(records=_rows(moved, moved, [1, 0, 0, 1, 0, 0])), PEOPLE) == [1, 0, 0, 1, 0, 0]


def test_a_group_in_which_all_are_alike_hides_nobody() -> None:
    """k-anonymity without diversity: three rows with the same box, all with the value."""
    low, high = [(0, 0, 0, 0)] * 3 + [(1000, 0, 0, 0)] * 3, [(999, 1, 9, 9)] * 3 + [(1999, 1, 9, 9)] * 3
    rows = _rows(low, high, [1, 1, 1, 0, 0, 0])
    assert _guesses(Surface(records=rows), [(100, 0, 1, 2), (1500, 0, 1, 2)]) == [1, 0]


def test_rows_that_show_no_value_tell_nothing() -> None:
    rows = _rows(PEOPLE, PEOPLE, [UNKNOWN] * len(PEOPLE))
    found = ATTRIBUTE_INFERENCE.guess(Surface(records=rows), Targets(np.zeros(0, np.int64)), seeded_generator(1))
    assert isinstance(found, NotApplicable)


def test_who_knows_the_sender_reads_the_row_that_was_sent() -> None:
    """Everybody else is a coin: all of 40 draws the same with a probability of 2^-39 < 1e-9."""
    same = [PEOPLE[0]] * 3
    rows = Records(
        "the collector", COLUMNS, np.array(same), np.array(same), np.array([1, 0, 1]), None, np.array([2, 0, 1])
    )
    assert _guesses(Surface(records=rows), same) == [0, 1, 1]
    assert {_guesses(Surface(records=rows), [PEOPLE[0]] * 4, chance)[3] for chance in range(40)} == {0, 1}


def test_a_row_that_contradicts_its_sender_tells_nothing() -> None:
    """Perturbed as a whole: who is in district 1 and reported district 3 is left out; nobody else is."""
    sent = [PEOPLE[0], PEOPLE[2], PEOPLE[2]]
    rows = Records(
        "the collector", COLUMNS, np.array(sent), np.array(sent), np.array([1, 1, 0]), None, np.array([0, 1, 2])
    )
    assert _guesses(Surface(records=rows), [PEOPLE[0], PEOPLE[0], PEOPLE[2]]) == [1, -1, 0]


def test_the_finest_group_that_is_shown_is_believed() -> None:
    """Districts 0 and 1: most of district 1 have the value, but nobody of band 0 there; band 1 is withheld."""
    people = {("district", "band"): np.array([[9, 9], [9, 9]]), ("district",): np.array([18, 18])}
    secret = {("district", "band"): np.array([[1, 1], [0, 9]]), ("district",): np.array([2, 9])}

    class Office:
        domains: ClassVar = {"district": 2, "band": 2}

        def ask(self, by: tuple[str, ...], of: str, **_kept: object) -> CountTable:
            counts = (people if of == "people" else secret)[by]
            shown = np.ones(counts.shape, np.bool_)
            if by == ("district", "band"):
                shown[1, 1] = False
            return CountTable(by, np.where(shown, counts, 0), shown)

    assert _guesses(Surface(tables=Office), [(0, 0, 1, 0), (0, 0, 1, 1), (0, 0, 0, 1)]) == [0, 1, 0]


def test_evidence_weighs_a_rate_against_the_overall_one() -> None:
    people, secret = np.array([1, 1, 4, 10, 10, 0, 5]), np.array([0, 1, 0, 3, 1, 2, 7])
    assert np.sign(evidence(people, secret, 0.2)).tolist() == [-1, 1, -1, 1, -1, 1, 1]


@pytest.mark.parametrize("micro", [300_000, 1_000_000, 3_000_000])
def test_noised_tables_tell_no_more_than_their_loss(micro: int) -> None:
    """False alarm 1e-9 (`passes`)."""
    loss = PrivacyLoss(micro)
    assert not passes(*right_guesses(small_world(), ATTRIBUTE_INFERENCE, loss, 5), loss)


def test_noise_far_too_weak_is_seen() -> None:
    """Planted: a tenth of the noise. About 8 in 10 are right; the ceiling at epsilon 0.3 is 0.574."""
    claimed, real = PrivacyLoss(300_000), PrivacyLoss(3_000_000)
    assert passes(*right_guesses(small_world(), ATTRIBUTE_INFERENCE, real, 5), claimed)
