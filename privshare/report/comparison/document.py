"""From a comparison to its document: which figures are told, and under which names."""

from __future__ import annotations

from privshare.attacks.attack import Attack
from privshare.comparison.lab.cell import Cell
from privshare.comparison.lab.frontier import Point, on_frontier, point_of
from privshare.comparison.lab.growth import Grown
from privshare.comparison.lab.matrix import Matrix, Row
from privshare.comparison.lab.techniques.technique import QUESTION
from privshare.comparison.lab.verdict import chance_of, gain_of, word_of
from privshare.report.comparison.facts import (
    FORMAT,
    NOISE,
    AttackFacts,
    CellFacts,
    ComparisonFacts,
    ControlFacts,
    EmptyCell,
    GrowthFacts,
    LinkageFacts,
    MeasuredCell,
    TechniqueFacts,
    UtilityFacts,
    epsilon_beside,
)
from privshare.scenario.lab.comparing import Comparison


def comparison_facts(comparison: Comparison) -> ComparisonFacts:
    """Return a comparison as facts."""
    matrix = comparison.matrix
    points = [point_of(row) for row in matrix.rows]
    epsilons = tuple(sorted({row.epsilon for row in matrix.rows if row.epsilon is not None}))
    shown = epsilon_beside(epsilons)
    return ComparisonFacts(
        format=FORMAT,
        scenario=comparison.scenario,
        title=comparison.title,
        question=QUESTION,
        people=matrix.people,
        known_to_both=matrix.joint,
        targets=matrix.targets,
        world_seed=matrix.seed,
        noise=NOISE,
        epsilons=epsilons,
        epsilon_shown=shown,
        techniques=tuple(
            _technique(row, matrix, point, best)
            for row, point, best in zip(matrix.rows, points, on_frontier(points), strict=True)
        ),
        attacks=tuple(map(_attack, matrix.attacks)),
        cells=tuple(_cell(cell) for row in matrix.rows for cell in row.cells),
        growth=tuple(map(_grown, comparison.growth)) + _largest(matrix, shown),
        started=comparison.started,
        seconds=comparison.seconds,
    )


def _technique(row: Row, matrix: Matrix, point: Point, best: bool) -> TechniqueFacts:
    useful, linked = row.usefulness, row.usefulness.linked
    return TechniqueFacts(
        technique=row.technique.name,
        title=row.technique.title,
        epsilon=row.epsilon,
        trust=row.technique.trust,
        promise=row.technique.promise,
        utility=UtilityFacts(
            mean_error=point.error,
            mean_error_people=useful.people_error,
            mean_error_secret=useful.secret_error,
            worst_error=useful.worst_error,
            worst_group=tuple(names[code] for names, code in zip(matrix.groups, useful.worst_group, strict=True)),
            withheld=useful.withheld,
            order_kept=useful.order_kept,
            linkage=None if linked is None else LinkageFacts(linked.precision, linked.recall, linked.f1),
        ),
        seconds=row.seconds,
        bytes=row.bytes_sent,
        worst_attack=point.attack,
        worst_gain=point.gain,
        on_frontier=best,
    )


def _attack(attack: Attack) -> AttackFacts:
    frame = attack.adversary
    return AttackFacts(
        attack.name, attack.title, attack.goal.value, frame.goal, frame.view, frame.background, tuple(attack.knows)
    )


def _cell(cell: Cell) -> CellFacts:
    result, interval, control = cell.result, cell.interval, cell.control
    if result is None or interval is None:
        return EmptyCell(cell.technique, cell.attack, cell.epsilon, "n/a", cell.reason, cell.seed, cell.seconds)
    chance = None if result.ceiling is None else chance_of(result.successes, result.attempts, result.ceiling)
    return MeasuredCell(
        technique=cell.technique, attack=cell.attack, epsilon=cell.epsilon, success=result.rate, word=word_of(cell),
        gain=gain_of(result.rate, result.baseline), interval=interval, successes=result.successes,
        attempts=result.attempts, baseline=result.baseline, ceiling=result.ceiling, chance=chance,
        control=None if control is None else ControlFacts(control.successes, control.attempts, control.meaning),
        note=result.note, not_hidden=cell.not_hidden, seed=cell.seed, seconds=cell.seconds,
    )  # fmt: skip


def _grown(grown: Grown) -> GrowthFacts:
    return GrowthFacts(grown.technique, grown.people, grown.joint, grown.seconds, grown.bytes_sent)


def _largest(matrix: Matrix, shown: float | None) -> tuple[GrowthFacts, ...]:
    """Return what the matrix itself measured, one row a technique: the largest of the sizes."""
    return tuple(
        GrowthFacts(row.technique.name, matrix.people, matrix.joint, row.seconds, row.bytes_sent)
        for row in matrix.rows
        if row.epsilon in (None, shown)
    )
