"""Averaging: fresh noise is averaged away, and one budget over all questions stops it at its ceiling."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pytest

from privshare.attacks.attack import NotApplicable
from privshare.attacks.averaging import AVERAGING, BY, QUESTIONS, answers_of
from privshare.comparison.lab.judging import targets_of
from privshare.comparison.lab.techniques.series import NoisedSeries, counted, with_noise
from privshare.comparison.lab.world import LabWorld
from privshare.model.entropy import seeded_generator
from privshare.model.loss import PrivacyLoss
from privshare.model.surface import CountTable, Surface, TableSeries
from tests.attacks.games import passes, right_guesses
from tests.comparison.lab.worlds import small_world

ONE = PrivacyLoss(1_000_000)


@dataclass(eq=False)
class Asked:
    """A publisher that draws noise anew each time, for the share asked, and keeps a list of what it was asked."""

    world: LabWorld
    loss: PrivacyLoss
    questions: list[tuple[float, int]] = field(default_factory=list)

    @property
    def domains(self) -> Mapping[str, int]:
        return self.world.people.domains

    def ask(
        self, by: tuple[str, ...], of: str, *,
        without: int | None = None, share: float = 1.0, wording: int = 0, blocks: tuple[int, ...] | None = None,
    ) -> CountTable:  # fmt: skip
        self.questions.append((share, wording))
        return with_noise(counted(self.world, by, of), PrivacyLoss(int(self.loss.micro_epsilon * share)))


def _right(world: LabWorld, tables: Callable[[], TableSeries]) -> int:
    found = AVERAGING.guess(Surface(tables=tables), targets_of(world, AVERAGING, world.secrets), seeded_generator(1))
    assert not isinstance(found, NotApplicable)
    return int((np.asarray(found) == world.people.secret[world.secrets]).sum())


def test_every_question_is_asked_in_words_of_its_own() -> None:
    asked = Asked(small_world(), ONE)
    assert len(answers_of(asked)) == QUESTIONS
    assert asked.questions == [(1.0, wording) for wording in range(QUESTIONS)]


def test_a_question_that_is_recognised_is_not_asked_a_third_time() -> None:
    series = NoisedSeries(small_world(), ONE)
    assert len(answers_of(series)) == 1
    assert series.ask(BY, "people", share=0.01) is None, "the whole budget went into the one answer"


def test_noise_drawn_anew_is_averaged_away() -> None:
    """Planted: no budget. The mean of 20 answers at epsilon 1 is right 95 times in 100; the ceiling is 0.731.

    Power: 0.88 of 339 would do, 6 deviations below.
    """
    world = small_world()
    right = sum(_right(world, lambda: Asked(world, ONE)) for _ in range(3))
    assert passes(right, 3 * len(world.secrets), ONE)


def test_sharing_a_budget_out_over_many_questions_gains_nothing() -> None:
    """Twenty answers for a twentieth each are within the same ceiling. False alarm 1e-9."""
    world, right = small_world(), 0
    for handle in world.secrets.tolist():
        cell = tuple(int(world.people.codes[name][handle]) for name in BY)
        (rest,) = targets_of(world, AVERAGING, np.array([handle])).known["rest-secret"]
        answers = [int(table.counts[cell]) for table in answers_of(Asked(world, ONE), share=1 / QUESTIONS)]
        right += (np.mean(answers) - rest >= 1 / 2) == world.people.secret[handle]
    assert not passes(right, len(world.secrets), ONE)


@pytest.mark.parametrize("micro", [100_000, 1_500_000, 3_000_000])
def test_one_budget_holds_the_attack_at_its_ceiling(micro: int) -> None:
    """False alarm 1e-9 (`passes`)."""
    loss = PrivacyLoss(micro)
    assert not passes(*right_guesses(small_world(), AVERAGING, loss, 5), loss)


def test_noise_at_half_its_scale_is_seen() -> None:
    """Power: e^3 / (1 + e^3) = 0.953 of 904 are right, 0.895 would do against a ceiling of 0.818: 8 deviations."""
    claimed, real = PrivacyLoss(1_500_000), PrivacyLoss(3_000_000)
    assert passes(*right_guesses(small_world(), AVERAGING, real, 8), claimed)
