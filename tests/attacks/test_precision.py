"""Textbook noise in doubles gives the truth away beyond its epsilon; whole numbers and rounded ones do not."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest

from privshare.attacks import ATTACKS
from privshare.attacks.precision import BY, GRID, guessed, reachable
from privshare.comparison.lab.cell import Cell, beyond_chance
from privshare.comparison.lab.judging import judged
from privshare.comparison.lab.techniques import TECHNIQUES
from privshare.comparison.lab.techniques.series import OpenSeries
from privshare.model.entropy import WorldGenerator, seeded_generator
from privshare.model.loss import PrivacyLoss
from privshare.model.surface import CountTable, Floating, Surface
from tests.comparison.lab.worlds import setting, small_world

WORLD = small_world(8_000)  # 400 or so targets: few would not tell a fault from chance at 1e-9
MANY = 10_000


def textbook_laplace(truths: np.ndarray, scale: float, chance: WorldGenerator) -> np.ndarray:
    """The faulty sampler that the attack is about: do not use it for anything else."""
    uniform = (chance.integers(2**53, size=truths.shape) + 1) / GRID
    sign = np.where(chance.integers(2, size=truths.shape), 1.0, -1.0)
    return truths + sign * (scale * np.log(uniform))


@pytest.mark.parametrize("scale", [0.1, 1 / 3, 1.0, 10 / 3, 10.0])
@pytest.mark.parametrize("truth", [0, 1, 3, 30, 1000])
def test_an_answer_is_always_within_reach_of_the_truth(scale: float, truth: int) -> None:
    answers = textbook_laplace(np.full(2_000, float(truth)), scale, seeded_generator(truth))
    assert reachable(answers, truth, scale).all()


@pytest.mark.parametrize(("truth", "least", "most"), [(0, 0.6, 0.75), (3, 0.18, 0.3), (30, 0.01, 0.04)])
def test_how_often_an_answer_rules_the_other_truth_out(truth: int, least: float, most: float) -> None:
    """The figures of the file's docstring at scale 1. Chance: 10,000 answers of a fixed seed."""
    answers = textbook_laplace(np.full(MANY, float(truth)), 1.0, seeded_generator(7))
    assert least < 1 - reachable(answers, truth + 1, 1.0).mean() < most


def test_guesses_at_one_answer_each_pass_what_epsilon_allows() -> None:
    """At epsilon 1 the ceiling is 0.731; 0.78 of 10,000 lies above it by eleven standard deviations."""
    truths = seeded_generator(1).integers(2, size=MANY)
    answers = textbook_laplace(truths.astype(float), 1.0, seeded_generator(2))
    assert (guessed(answers, 1.0) == truths).mean() > 0.78


def test_whole_numbers_leave_the_nearer_one() -> None:
    answers = np.array([-3.0, 0.0, 1.0, 7.0])
    assert guessed(answers, 1.0).tolist() == [0, 0, 1, 1]


def test_the_value_itself_is_within_reach() -> None:
    assert reachable(np.array([5.0]), 5.0, 2.0).all()
    assert len(reachable(np.zeros(0), 0.0, 1.0)) == 0


@dataclass(frozen=True)
class FloatSeries:
    """Tables with noise for the whole budget. rounded: to a multiple of 1/8, after which no low digits are left."""

    exact: OpenSeries
    loss: PrivacyLoss
    rounded: bool

    @property
    def domains(self):  # type: ignore[no-untyped-def]
        return self.exact.domains

    def ask(self, by, of, **how):  # type: ignore[no-untyped-def]
        table, scale = self.exact.ask(by, of, **how), 1 / self.loss.epsilon
        values = textbook_laplace(table.counts.astype(float), scale, seeded_generator(4))
        values = np.rint(8 * values) / 8 if self.rounded else values
        return CountTable(by, np.rint(values).astype(int), table.shown, Floating(values, scale))


def cell_of(surface: Surface, loss: PrivacyLoss | None = None) -> Cell:
    technique = TECHNIQUES["raw-release"]
    protected = replace(technique.protect(WORLD, setting()), surface=surface, loss=loss)
    return judged(WORLD, technique, protected, ATTACKS["precision"])


@pytest.mark.parametrize("micro", [100_000, 300_000])
def test_in_the_lab_doubles_pass_the_ceiling_and_rounded_ones_do_not(micro: int) -> None:
    """False alarm at most 1e-9 a case: the binomial tail of `beyond_chance`."""
    loss = PrivacyLoss(micro)
    found = [cell_of(Surface(tables=lambda r=r: FloatSeries(OpenSeries(WORLD), loss, r)), loss) for r in (False, True)]
    assert all(cell.result is not None for cell in found)
    assert [beyond_chance(cell.result) for cell in found if cell.result] == [True, False]


def test_whole_tables_leave_nothing_to_look_at() -> None:
    for name in ("raw-release", "central-dp", "local-dp"):
        cell = cell_of(TECHNIQUES[name].protect(WORLD, setting()).surface)
        assert cell.result is None
        assert "whole" in cell.reason
    assert set(ATTACKS["precision"].knows) == set(BY)
