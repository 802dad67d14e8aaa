"""A comparison as one document: what `--json` prints, the page draws, and `comparison.json` keeps.

Promises: everything that is shown of a comparison is in it or follows from it; a cell is either measured or "n/a"
with its reason; nothing in it is about a person, simulated or not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Literal

from privshare.comparison.lab.verdict import Word
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
    """The same attack where nothing can be found. meaning: held against what, and what counts as success."""

    __pydantic_config__: ClassVar[dict[str, str]] = _CLOSED
    successes: int
    attempts: int
    meaning: str


@dataclass(frozen=True, slots=True)
class MeasuredCell:
    """A technique against an attack. success, interval, baseline, ceiling: rates; ceiling None where none is promised.

    chance: probability of so many right guesses or more if each were right with the ceiling's rate. not_hidden: the
    technique says that it does not hide this, so that the cell is left out of its worst attack and of the frontier.
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
    not_hidden: bool
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


def epsilon_beside(epsilons: Sequence[float]) -> float | None:
    """Return the budget at which techniques stand beside each other: the one nearest to 1, as a multiple.

    >>> epsilon_beside([0.1, 1.0, 10.0]), epsilon_beside([])
    (1.0, None)
    """
    return min(epsilons, key=lambda epsilon: max(epsilon, 1 / epsilon), default=None)


def as_document(facts: ComparisonFacts) -> dict[str, Any]:
    """Return facts as plain JSON values."""
    return asdict(facts)


def schema() -> dict[str, Any]:
    """Return the JSON Schema of the document (2020-12)."""
    from pydantic import TypeAdapter

    found = TypeAdapter(ComparisonFacts).json_schema()
    return {"$schema": DIALECT, **found, "title": "privshare comparison, version 1"}
