"""Rows come back from exact tables, not from noised ones; and the judge of rows gives nothing away for free."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest

from privshare.attacks import ATTACKS
from privshare.attacks.attack import ROW, Attack, Goal
from privshare.attacks.reconstruction import TABLES
from privshare.comparison.lab.cell import Cell, beyond_chance
from privshare.comparison.lab.judging import judged
from privshare.comparison.lab.rows import BLOCKS, counted_rows, elsewhere, right_rows, sampled_people, usual_rows_rate
from privshare.comparison.lab.techniques import TECHNIQUES
from privshare.comparison.lab.techniques.series import NoisedSeries, OpenSeries
from privshare.comparison.lab.world import LabWorld
from privshare.model.entropy import seeded_generator
from privshare.model.loss import PrivacyLoss
from privshare.model.surface import Codes, CountTable, Surface
from tests.comparison.lab.worlds import setting, small_world

WORLD = small_world()
ROWS, SECRET = ATTACKS["reconstruction"], ATTACKS["reconstruction-of-a-secret"]


def cell_of(attack: Attack, surface: Surface, *, stated: PrivacyLoss | None = None, world: LabWorld = WORLD) -> Cell:
    technique = TECHNIQUES["raw-release"]
    return judged(world, technique, replace(technique.protect(world, setting()), surface=surface, loss=stated), attack)


def true_rows(world: LabWorld, blocks: Codes) -> Codes:
    codes = np.stack([*(world.people.codes[name] for name in ROW[:-1]), world.people.secret], axis=1)[world.joint]
    return codes[np.isin(codes[:, 0], blocks)]


def test_no_table_that_is_asked_for_is_by_all_attributes() -> None:
    assert max(len(by) for by, _ in TABLES) == 2 < len(ROW[1:-1])


@pytest.mark.parametrize("seed", [11, 12, 13])
def test_more_than_nine_in_ten_rows_come_back_from_exact_tables(seed: int) -> None:
    world = small_world(seed=seed)
    cell = cell_of(ROWS, Surface(tables=lambda: OpenSeries(world)), world=world)
    assert cell.result is not None
    assert cell.control is not None
    assert cell.result.rate > 0.9
    assert cell.result.attempts > 200
    assert cell.result.baseline < 0.15
    assert cell.control.rate < 0.15


@pytest.mark.parametrize("seed", [11, 12, 13])
def test_most_secrets_come_back_from_exact_tables(seed: int) -> None:
    world = small_world(seed=seed)
    cell = cell_of(SECRET, Surface(tables=lambda: OpenSeries(world)), world=world)
    assert cell.result is not None
    assert cell.result.rate > 0.9


@dataclass(frozen=True)
class OneTableOfOthers:
    """Exact tables, but those of defaults by year are of another block: the rows no longer follow."""

    series: OpenSeries

    @property
    def domains(self):  # type: ignore[no-untyped-def]
        return self.series.domains

    def ask(self, by, of, **how):  # type: ignore[no-untyped-def]
        table = self.series.ask(by, of, **how)
        moved = np.roll(table.counts, 1, axis=0) if of == "secret" else table.counts
        return CountTable(table.by, moved, table.shown)


def test_the_judge_sees_when_the_tables_are_of_other_people() -> None:
    cell = cell_of(SECRET, Surface(tables=lambda: OneTableOfOthers(OpenSeries(WORLD))))
    assert cell.result is not None
    assert cell.result.rate < 0.75


@pytest.mark.parametrize("micro", [100_000, 300_000, 1_000_000, 3_000_000, 10_000_000])
def test_noised_tables_stay_under_the_ceiling(micro: int) -> None:
    """False alarm at most 1e-9 a case: the binomial tail of `beyond_chance`."""
    loss = PrivacyLoss(micro)
    cell = cell_of(SECRET, Surface(tables=lambda: NoisedSeries(WORLD, loss)), stated=loss)
    assert cell.result is not None
    assert cell.result.ceiling is not None
    assert not beyond_chance(cell.result)
    rows = cell_of(ROWS, Surface(tables=lambda: NoisedSeries(WORLD, loss)))
    assert rows.result is not None
    assert rows.result.rate < (0.75 if micro > 3_000_000 else 0.4), "far from what exact tables give"


def test_noise_that_is_left_out_is_found() -> None:
    stated = PrivacyLoss(1_000_000)
    cell = cell_of(SECRET, Surface(tables=lambda: OpenSeries(WORLD)), stated=stated)
    assert cell.result is not None
    assert beyond_chance(cell.result)


def test_tables_without_blocks_are_nothing_to_work_on() -> None:
    series = TECHNIQUES["local-dp"].protect(WORLD, setting()).surface
    for attack in (ROWS, SECRET):
        cell = cell_of(attack, series)
        assert cell.result is None
        assert "blocks" in cell.reason


def test_true_rows_are_all_right_and_claims_beyond_them_count_as_wrong() -> None:
    blocks = np.unique(WORLD.people.codes["block"][sampled_people(WORLD, seeded_generator(3))])
    truth = true_rows(WORLD, blocks)
    assert len(blocks) == BLOCKS
    assert right_rows(WORLD, blocks, truth).all()
    assert len(right_rows(WORLD, blocks, truth)) == len(truth)
    twice = right_rows(WORLD, blocks, np.concatenate([truth, truth]))
    assert (len(twice), twice.sum()) == (2 * len(truth), len(truth))
    none = right_rows(WORLD, blocks, truth[:0])
    assert (len(none), none.sum()) == (len(truth), 0)


def test_a_row_with_another_secret_is_wrong() -> None:
    blocks = np.array([0, 1])
    truth = true_rows(WORLD, blocks)
    other = truth.copy()
    other[:, -1] = 1 - other[:, -1]
    right = right_rows(WORLD, blocks, other)
    twins = sum(min((truth == row).all(1).sum(), (other == row).all(1).sum()) for row in np.unique(truth, axis=0))
    assert right.sum() == twins < len(truth) / 4


def test_the_guesser_of_the_baseline_is_better_than_chance_and_far_from_right() -> None:
    blocks = np.arange(BLOCKS)
    rate = usual_rows_rate(WORLD, blocks)
    drawn = true_rows(WORLD, np.arange(BLOCKS, 2 * BLOCKS))
    drawn = np.column_stack([drawn[:, 0] - BLOCKS, drawn[:, 1:]])
    by_chance = right_rows(WORLD, blocks, drawn).mean()
    assert 0.5 * by_chance < rate < 0.2


def test_the_control_holds_the_rows_against_other_people() -> None:
    blocks = np.arange(BLOCKS)
    control = elsewhere(WORLD, blocks, true_rows(WORLD, blocks))
    assert control is not None
    assert 0 < control.rate < 0.15
    everywhere = np.arange(WORLD.people.domains["block"])
    control = elsewhere(WORLD, everywhere, true_rows(WORLD, everywhere))
    assert control is not None, "a block that is attacked is another block all the same"
    assert 0 < control.rate < 0.15


def test_targets_that_an_attack_leaves_out_are_no_attempts() -> None:
    some = np.arange(len(WORLD.secrets)) % 3 == 0
    knows_some = Attack(
        "some", "some", Goal.SECRET, SECRET.adversary, (),
        lambda _surface, targets, _chance: np.where(some, WORLD.people.secret[targets.handles], -1),
    )  # fmt: skip
    cell = cell_of(knows_some, Surface())
    assert cell.result is not None
    assert (cell.result.attempts, cell.result.rate) == (some.sum(), 1.0)
    assert f"of {some.sum()} of {len(some)} targets" in cell.result.note


def test_where_every_block_is_attacked_the_guesser_still_knows_those_who_live_elsewhere() -> None:
    world = small_world(800)
    cell = cell_of(ROWS, Surface(tables=lambda: OpenSeries(world)), world=world)
    assert len(np.unique(world.people.codes["block"])) < BLOCKS
    assert cell.result is not None
    assert cell.result.baseline > 0.02
    assert cell.control is not None
    assert 0 < cell.control.rate < 0.2


def test_the_guesser_does_not_know_the_block_itself() -> None:
    world = small_world(800)
    counts = counted_rows(world)
    block = int(np.argmax(counts.sum(axis=1)))
    lonely = replace(world, joint=world.joint & (world.people.codes["block"] == block))
    assert usual_rows_rate(lonely, np.array([block])) == 0.0
    assert elsewhere(lonely, np.array([block]), true_rows(lonely, np.array([block]))) is None
