"""A comparison as one document: what `--json` prints, the page draws, and `comparison.json` keeps.

Promises: everything that is shown of a comparison is in it or follows from it; a cell is either measured or "n/a"
with its reason; nothing in it is about a person, simulated or not.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Literal

from privshare.attacks.attack import Attack
from privshare.comparison.lab.cell import Cell
from privshare.comparison.lab.frontier import Point, on_frontier, point_of
from privshare.comparison.lab.growth import Grown
from privshare.comparison.lab.matrix import Matrix, Row
from privshare.comparison.lab.techniques.technique import QUESTION
from privshare.comparison.lab.verdict import Word, chance_of, gain_of, word_of
from privshare.scenario.comparing import Comparison
from privshare.scenario.schemas import DIALECT

Format = Literal["privshare/comparison/1"]
FORMAT: Format = "privshare/comparison/1"
NOISE = "drawn anew each time by the operating system's generator; it has no seed"
_CLOSED: dict[str, str] = {"extra": "forbid"}


@dataclass(frozen=True, slots=True)
class LinkageFacts:
    """How well the people of two files were paired, each in [0, 1]."""

    __pydantic_config__: ClassVar[dict[str, str]] = _CLOSED
    precision: float
    recall: float
    f1: float


@dataclass(frozen=True, slots=True)
class UtilityFacts:
    """Errors in people; withheld in cells; order_kept in [0, 1]. worst_group: its labels."""

    __pydantic_config__: ClassVar[dict[str, str]] = _CLOSED
    mean_error: float
    mean_error_people: float
    mean_error_secret: float
    worst_error: int
    worst_group: tuple[str, ...]
    withheld: int
    order_kept: float
    linkage: LinkageFacts | None


@dataclass(frozen=True, slots=True)
class TechniqueFacts:
    """One technique at one setting. epsilon: None where it has no budget. gain: of the worst attack on it."""

    __pydantic_config__: ClassVar[dict[str, str]] = _CLOSED
    technique: str
    title: str
    epsilon: float | None
    trust: str
    promise: str
    utility: UtilityFacts
    seconds: float
    bytes: int
    worst_attack: str | None
    worst_gain: float | None
    on_frontier: bool


@dataclass(frozen=True, slots=True)
class AttackFacts:
    """An adversary. goal, view, background: its frame. knows: attributes of a target that it is told."""

    __pydantic_config__: ClassVar[dict[str, str]] = _CLOSED
    attack: str
    title: str
    judged_as: str
    goal: str
    view: str
    background: str
    knows: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ControlFacts:
    """The same attack on people who are not in the data. meaning: what counts as a success there."""

    __pydantic_config__: ClassVar[dict[str, str]] = _CLOSED
    successes: int
    attempts: int
    meaning: str


@dataclass(frozen=True, slots=True)
class MeasuredCell:
    """A technique against an attack. success, interval, baseline, ceiling: rates; ceiling None where none is promised.

    chance: probability of so many right guesses or more if each were right with the ceiling's rate.
    """

    __pydantic_config__: ClassVar[dict[str, str]] = _CLOSED
    technique: str
    attack: str
    epsilon: float | None
    success: float
    word: Word
    gain: float
    interval: tuple[float, float]
    successes: int
    attempts: int
    baseline: float
    ceiling: float | None
    chance: float | None
    control: ControlFacts | None
    note: str
    seed: int
    seconds: float


@dataclass(frozen=True, slots=True)
class EmptyCell:
    """A technique that lets nothing out that this attack could work on. reason: why."""

    __pydantic_config__: ClassVar[dict[str, str]] = _CLOSED
    technique: str
    attack: str
    epsilon: float | None
    success: Literal["n/a"]
    reason: str
    seed: int
    seconds: float


CellFacts = MeasuredCell | EmptyCell


@dataclass(frozen=True, slots=True)
class GrowthFacts:
    """What protecting so many people cost. seconds: wall time. bytes: between parties and to the public."""

    __pydantic_config__: ClassVar[dict[str, str]] = _CLOSED
    technique: str
    people: int
    known_to_both: int
    seconds: float
    bytes: int


@dataclass(frozen=True, slots=True)
class ComparisonFacts:
    """The document. world_seed fixes people, targets and the attacks' choices. targets: of each kind.

    epsilon_shown: the budget at which techniques stand beside each other where only one fits; None without any.
    """

    __pydantic_config__: ClassVar[dict[str, str]] = _CLOSED
    format: Format
    scenario: str
    title: str
    question: tuple[str, ...]
    people: int
    known_to_both: int
    targets: int
    world_seed: int
    noise: str
    epsilons: tuple[float, ...]
    epsilon_shown: float | None
    techniques: tuple[TechniqueFacts, ...]
    attacks: tuple[AttackFacts, ...]
    cells: tuple[CellFacts, ...]
    growth: tuple[GrowthFacts, ...]
    started: str
    seconds: float


def comparison_facts(comparison: Comparison) -> ComparisonFacts:
    """Return a comparison as facts."""
    matrix = comparison.matrix
    points = [point_of(row) for row in matrix.rows]
    epsilons = tuple(sorted({row.epsilon for row in matrix.rows if row.epsilon is not None}))
    shown = min(epsilons, key=lambda epsilon: max(epsilon, 1 / epsilon), default=None)
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


def as_document(facts: ComparisonFacts) -> dict[str, Any]:
    """Return facts as plain JSON values."""
    return asdict(facts)


def schema() -> dict[str, Any]:
    """Return the JSON Schema of the document (2020-12)."""
    from pydantic import TypeAdapter

    found = TypeAdapter(ComparisonFacts).json_schema()
    return {"$schema": DIALECT, **found, "title": "privshare comparison, version 1"}


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
        note=result.note, seed=cell.seed, seconds=cell.seconds,
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
