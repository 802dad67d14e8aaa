"""Inferring a secret: by hand, a copy, what holds of everybody, missing values, an empty release."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from privshare.attacks.tables import inference
from privshare.attacks.tables.risk import Risk
from privshare.attacks.tables.rows import Background, Column, Rows
from privshare.errors import InputRefused
from privshare.model.entropy import WorldGenerator, seeded_generator
from tests.attacks.tables.worlds import SIGMAS, apart, world

NAN = np.nan
SCORE = Background(("age", "income", "district", "debt", "defaulted"), 500, secret="score")
PAIR = (Column("known", True), Column("secret", False))


def attacked(rows: Rows, background: Background = SCORE, seed: int = 5) -> Risk:
    return inference.inference(rows, background, seeded_generator(seed))


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


def test_an_attack_that_knows_the_secret_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted: the nearest row is looked for among the originals, of which the guess is then taken."""
    rows = world(400, copied=0.0)
    honest = inference.nearest

    def peeking(targets: np.ndarray, released: np.ndarray, neighbours: int, chance: WorldGenerator) -> np.ndarray:
        return honest(targets, inference.coordinates(rows, rows.places(SCORE.known))[0], neighbours, chance)

    monkeypatch.setattr(inference, "nearest", peeking)
    found = attacked(replace(rows, released=rows.original))
    assert found.control is not None
    assert apart(found.main, found.control) > SIGMAS


def test_a_number_is_right_within_its_tolerance() -> None:
    guesses, truth = np.array([95.0, 94.9, 105.0, 105.1, NAN, 0.0, 0.1]), np.array([100.0] * 5 + [0.0, 0.0])
    assert inference.right(guesses, truth, 0.05).tolist() == [True, False, True, False, False, True, False]
    assert inference.right(np.array([3.0, 3.1]), np.array([3.0, 3.0]), 0.0).tolist() == [True, False]


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


def test_guessing_takes_the_value_that_is_right_most_often() -> None:
    """Of 100, 101, 102, 200 within 5 %, 101 fits three and 200 one."""
    assert inference._commonest(np.array([100.0, 101.0, 102.0, 200.0, NAN]), 0.05) in (100.0, 101.0, 102.0)
    assert inference._commonest(np.array([4.0, 4.0, 9.0]), 0.0) == 4.0
    assert np.isnan(inference._commonest(np.array([NAN]), 0.0))
