"""Inferring a secret: by hand, a copy, what holds of everybody, missing values, an empty release."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from privshare.attacks.tables.attack import Background, Targets
from privshare.attacks.tables.inference import guess_commonest, infer, right
from privshare.attacks.tables.released import Column, ReleasedTable, Values
from privshare.attacks.tables.risk import Risk
from privshare.comparison.tables.rows import Rows
from privshare.errors import InputRefused
from privshare.model.entropy import WorldGenerator, seeded_generator
from tests.attacks.tables.worlds import SIGMAS, apart, played, world

NAN = np.nan
SCORE = Background(("age", "income", "district", "debt", "defaulted"), 500, secret="score")
PAIR = (Column("known", True), Column("secret", False))


def attacked(rows: Rows, background: Background = SCORE) -> Risk:
    return played("inference", rows, background)


def test_a_rate_by_hand() -> None:
    """40 targets know 0 or 1; the released rows say 0 -> category 5, 1 -> category 6; 30 of the targets fit that."""
    known = np.repeat([0.0, 1.0], 20)
    secret = np.where(known == 0, 5.0, 6.0)
    secret[:10] = 7.0
    rows = Rows(PAIR, np.column_stack([known, secret]), np.array([[0.0, 5.0], [1.0, 6.0]]))
    found = attacked(rows, Background(("known",), 100, secret="secret"))
    assert (found.main.successes, found.main.attempts) == (30, 40)
    # Of the original itself, 6 is the commonest value: 20 of 40.
    assert (found.baseline.successes, found.baseline.attempts) == (20, 40)
    assert (found.control, found.measured_against) == (None, "baseline")


def test_a_copy_tells_every_secret() -> None:
    found = attacked(world(400, copied=1.0))
    assert (found.main.successes, found.main.attempts) == (400, 400)
    assert found.value > 0.98
    assert found.control is not None
    assert found.control.share < 0.6


def test_an_independent_release_tells_no_more_of_the_original_than_of_the_control() -> None:
    found = attacked(world(400, copied=0.0))
    assert found.control is not None
    assert abs(apart(found.main, found.control)) < SIGMAS


def test_what_holds_of_everybody_is_no_risk() -> None:
    """The secret follows from what is known, in the whole population: the release tells it of anybody."""
    chance = seeded_generator(2)
    tables = [np.column_stack([known, known % 3]) for known in chance.integers(0, 30, (3, 300)).astype(float)]
    found = attacked(Rows(PAIR, *tables), Background(("known",), 300, secret="secret"))
    assert found.control is not None
    assert (found.main.share, found.control.share) == (1.0, 1.0)
    assert found.interval[0] == 0.0


def test_an_attack_that_looks_at_the_original_is_seen() -> None:
    rows = world(400, copied=0.0)

    def peeking(release: ReleasedTable, background: Background, targets: Targets, chance: WorldGenerator) -> Values:
        return infer(replace(release, cells=rows.original), background, targets, chance)

    found = played("inference", rows, SCORE, guess=peeking)
    assert found.control is not None
    assert apart(found.main, found.control) > SIGMAS


def test_a_number_is_right_within_its_tolerance() -> None:
    guesses, truth = np.array([95.0, 94.9, 105.0, 105.1, NAN, 0.0, 0.1]), np.array([100.0] * 5 + [0.0, 0.0])
    assert right(guesses, truth, 0.05).tolist() == [True, False, True, False, False, True, False]
    assert right(np.array([3.0, 3.1]), np.array([3.0, 3.0]), 0.0).tolist() == [True, False]


def test_targets_without_a_secret_are_left_out_and_missing_guesses_are_wrong() -> None:
    known = np.arange(50.0)
    secret = np.where(known < 15, NAN, 1.0)
    told = np.where(known < 30, NAN, 1.0)
    rows = Rows(PAIR, np.column_stack([known, secret]), np.column_stack([known, told]))
    found = attacked(rows, Background(("known",), 100, secret="secret"))
    assert (found.main.successes, found.main.attempts) == (20, 35)


def test_too_few_secrets_are_refused() -> None:
    known = np.arange(50.0)
    cells = np.column_stack([known, np.where(known < 29, 1.0, NAN)])
    with pytest.raises(InputRefused, match="original table with secret not missing has 29 rows"):
        attacked(Rows(PAIR, cells, cells), Background(("known",), 100, secret="secret"))


def test_an_empty_release_leaves_the_baseline() -> None:
    rows = world(300, copied=0.0)
    gone = replace(rows, released=rows.released[:0])
    silent = rows.released.copy()
    silent[:, 3] = NAN
    for released in (gone, replace(rows, released=silent)):
        found = attacked(released)
        assert found.main == found.baseline
        assert 0 < found.baseline.share < 1


def commonest(values: list[float], *, number: bool) -> float:
    release = ReleasedTable((Column("s", number),), np.empty((0, 1)), (np.sort(np.array(values)),))
    nobody = Targets(np.empty((1, 0)), np.empty((1, 0)))
    return float(guess_commonest(release, Background((), 30, secret="s"), nobody, seeded_generator(1))[0])


def test_guessing_takes_the_value_that_is_right_most_often() -> None:
    """Of 100, 101, 102, 200 within 5 % each of the first three is right three times, and 200 once."""
    assert commonest([100.0, 101.0, 102.0, 200.0], number=True) in (100.0, 101.0, 102.0)
    assert commonest([4.0, 4.0, 9.0], number=False) == 4.0
    assert np.isnan(commonest([], number=True))
