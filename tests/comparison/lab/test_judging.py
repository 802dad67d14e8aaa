"""The judge: whose view a cell had, whom an attack left out, and a control that can fail."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from privshare.attacks import ATTACKS
from privshare.comparison.lab import judging
from privshare.comparison.lab.cell import Cell
from privshare.comparison.lab.judging import judged
from privshare.comparison.lab.techniques import TECHNIQUES
from privshare.comparison.lab.world import LabWorld
from tests.comparison.lab.worlds import setting, small_world

ALWAYS_YES = replace(
    ATTACKS["attribute-inference"], guess=lambda _surface, targets, _chance: np.ones(len(targets), int)
)


def _cell(technique: str, attack: str, micro: int = 1_000_000, people: int = 2_000) -> Cell:
    world = small_world(people)
    return judged(world, TECHNIQUES[technique], TECHNIQUES[technique].protect(world, setting(micro)), ATTACKS[attack])


def _note(technique: str, attack: str) -> str:
    result = _cell(technique, attack).result
    assert result is not None
    return result.note


@pytest.mark.parametrize(
    ("technique", "attack", "told"),
    [
        ("pooled-join", "attribute-inference", "rows seen by the third party"),
        ("local-dp", "attribute-inference", "rows seen by the collector"),
        ("local-dp", "membership", "rows seen by the collector"),
        ("raw-release", "attribute-inference", "rows seen by the public"),
    ],
)
def test_a_note_says_who_can_read_the_rows_that_were_looked_at(technique: str, attack: str, told: str) -> None:
    assert told in _note(technique, attack)


def test_who_looked_at_no_rows_is_told_without_them() -> None:
    assert "seen by" not in _note("pooled-join", "differencing")
    assert "seen by" not in _note("central-dp", "attribute-inference")


def test_only_what_a_technique_does_not_hide_is_marked() -> None:
    assert _cell("local-dp", "membership").not_hidden
    assert not _cell("local-dp", "attribute-inference").not_hidden
    assert not _cell("central-dp", "membership").not_hidden
    assert not _cell("raw-release", "membership").not_hidden


def test_reports_that_contradict_their_sender_are_left_out_and_the_ceiling_is_reached() -> None:
    """Right among those tried: 0.953 at epsilon 3 and 60 answers, of about 133 of 500.

    Below 0.75 with (1 - 0.267 (1 - e^-0.225))^500 < 1e-11, by Chernoff's bound. Who guesses for everybody has 0.65.
    """
    result = _cell("local-dp", "attribute-inference", 3_000_000, 20_000).result
    assert result is not None
    assert result.rate >= 0.75
    assert 50 < result.attempts < 250
    assert f"of {result.attempts} of 500 targets" in result.note


def _control(world: LabWorld) -> float:
    raw = TECHNIQUES["raw-release"]
    control = judged(world, raw, raw.protect(world, setting()), ALWAYS_YES).control
    assert control is not None
    assert control.attempts == len(world.secrets) * (len(world.secrets) - 1)
    return control.rate


def test_the_control_of_secrets_sees_coins_that_are_not_fair() -> None:
    """Planted: nine coins of ten say yes. A guesser who knows nothing is then right nine times of ten, and so it says.

    With fair coins (the seed is fixed) the control is the share of yes among 500: within 0.15 of a half.
    """
    world = small_world(20_000)
    assert abs(_control(world) - 0.5) < 0.15
    secret = world.people.secret.copy()
    secret[world.secrets] = np.arange(len(world.secrets)) % 10 > 0
    assert _control(replace(world, people=replace(world.people, secret=secret))) == pytest.approx(0.9)


def test_a_control_holds_each_guess_against_all_others() -> None:
    """Against the definition, pair by pair; who was not tried is in no pair as a guesser."""
    found, coins = np.array([1, 0, -1, 1, 0]), np.array([1, 1, 0, 1, 0])
    pairs = [found[a] == coins[b] for a in range(5) for b in range(5) if a != b and found[a] >= 0]
    control = judging._by_others(found, coins)
    assert (control.attempts, control.successes) == (len(pairs), sum(pairs))


def test_every_attack_has_choices_of_its_own() -> None:
    numbers = {judging._number_of(name) for name in ATTACKS}
    assert len(numbers) == len(ATTACKS)
