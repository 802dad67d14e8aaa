"""What attacks on people of the lab must do: succeed on raw files, and be at their baseline where nothing is told."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from privshare.attacks import ATTACKS
from privshare.comparison.lab.judging import judged
from privshare.comparison.lab.techniques import TECHNIQUES
from tests.attacks.games import FALSE_ALARM, other_coins
from tests.comparison.lab.worlds import setting, small_world

RAW = TECHNIQUES["raw-release"]
GUESSERS = ("attribute-inference", "averaging", "membership", "small-cell")
FINDERS = ("re-identification", "linkage-of-releases")


@pytest.mark.parametrize("name", [*GUESSERS, *FINDERS])
@pytest.mark.parametrize("people", [2_000, 20_000])
def test_raw_files_tell_nearly_everything(name: str, people: int) -> None:
    """The floor is where one in thirty shares date of birth, sex and district with somebody: see expected_unique."""
    world = small_world(people)
    result = judged(world, RAW, RAW.protect(world, setting()), ATTACKS[name]).result
    assert result is not None
    assert result.rate >= (0.95 if name in (*FINDERS, "small-cell") else 1.0)


@pytest.mark.parametrize("name", GUESSERS)
@pytest.mark.parametrize("technique", ["raw-release", "central-dp"])
def test_coins_that_nothing_was_published_about_are_not_guessed(name: str, technique: str) -> None:
    """Hoeffding: n fair coins lie further from n / 2 than this with a probability of at most 1e-9."""
    world = small_world(20_000)
    protected = TECHNIQUES[technique].protect(other_coins(world, 3), setting(10_000_000))
    result = judged(world, TECHNIQUES[technique], protected, ATTACKS[name]).result
    assert result is not None
    away = math.sqrt(result.attempts * math.log(2 / FALSE_ALARM) / 2)
    assert abs(result.successes - result.attempts / 2) <= away
    assert result.attempts > 4 * away, "else the test could not fail"


@pytest.mark.parametrize("name", FINDERS)
def test_rows_of_other_people_are_not_found(name: str) -> None:
    """A row is right here only by chance, one of thousands: more than five of 1,000 with a probability below 1e-12."""
    world, other = small_world(20_000), small_world(20_000, seed=12)
    protected, elsewhere = RAW.protect(world, setting()), RAW.protect(other, setting())
    if name == "re-identification":
        mixed = elsewhere
    else:
        surface = replace(protected.surface, later=elsewhere.surface.later)
        mixed = replace(protected, surface=surface, later_owners=elsewhere.later_owners)
    result = judged(world, RAW, mixed, ATTACKS[name]).result
    assert result is not None
    assert result.successes <= 5


@pytest.mark.parametrize("name", GUESSERS)
def test_a_control_finds_nothing(name: str) -> None:
    """Members: nobody who is not in the data is called one. Secrets: half of the others' coins are as guessed."""
    world = small_world(20_000)
    control = judged(world, RAW, RAW.protect(world, setting()), ATTACKS[name]).control
    assert control is not None
    people = len(world.outsiders)
    assert control.attempts == (people if name == "membership" else people * (people - 1))
    away = math.sqrt(math.log(2 / FALSE_ALARM) / (2 * (people // 2)))  # Hoeffding 1963, section 5: a mean over pairs
    assert abs(control.rate - 0.5) <= away if name != "membership" else control.rate == 0
