"""What a kind of step is: a model for its part of the file, and what it does at each moment of a run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from privshare.model.question import Question
from privshare.model.release import Release
from privshare.scenario.outcome import Component
from privshare.scenario.spec import StepFrame
from privshare.scenario.stage import Stage


class Mention(NamedTuple):
    """A name that a step uses and that must be declared elsewhere: where it stands, what it names, the name."""

    place: str
    what: Literal["holder", "party", "purpose", "licence", "release", "joint measure", "earlier step"]
    name: str


def _nothing(_step: Any, _stage: Stage) -> None:
    """Prepare nothing."""


def _no_question(_step: Any, _stage: Stage) -> tuple[Question, ...]:
    return ()


def _no_more(_step: Any, _stage: Stage) -> Question | None:
    return None


def _no_next(_step: Any, _stage: Stage, _first: Release) -> Question | None:
    return None


def _no_offer(_step: Any) -> tuple[tuple[str, str], ...]:
    return ()


def _no_licence(_step: Any) -> tuple[str, ...]:
    return ()


@dataclass(frozen=True, slots=True)
class StepKind:
    """One kind of step. Adding one is one file and one line in the registry.

    model: its part of the scenario file. mentions: names to check when the file is loaded. prepare: what must
    happen before prices are reserved. ask: the questions it will put; checks all that can be checked, for
    nothing runs and nothing is debited yet. most, follows: for a step whose next question depends on its first
    answer: the question at the most that the step may cost in all, and the one that follows. withdraws: licence
    ids that end here. perform: the step itself. offers: (what, name) pairs that later steps may mention. components:
    what it brings in and how real that is.
    """

    model: type[StepFrame]
    title: str
    mentions: Callable[[Any], tuple[Mention, ...]]
    perform: Callable[[Any, Stage], None]
    prepare: Callable[[Any, Stage], None] = _nothing
    ask: Callable[[Any, Stage], tuple[Question, ...]] = _no_question
    most: Callable[[Any, Stage], Question | None] = _no_more
    follows: Callable[[Any, Stage, Release], Question | None] = _no_next
    withdraws: Callable[[Any], tuple[str, ...]] = _no_licence
    offers: Callable[[Any], tuple[tuple[str, str], ...]] = _no_offer
    components: tuple[Component, ...] = ()
