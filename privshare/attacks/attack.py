"""One contract for every attack of the lab: a goal, a frame, and a function from a surface to guesses.

An attack gets a Surface, people to go for with what it is assumed to know of
them, and a generator; it never learns whether it was right. The judge
(`comparison/lab`) knows, and scores each goal in its one way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from privshare.attacks.adversary import Adversary
from privshare.model.entropy import WorldGenerator
from privshare.model.surface import Codes, Surface


class Goal(StrEnum):
    """What is guessed, and so how it is judged.

    NAME: per observed value the identifier behind it (text) or None. RECORD: per target its row in the records, or
    -1. LINK: per row of the records the row of the later release about the same person, or -1. SECRET: per target
    its yes/no value, 0 or 1, or -1 for a target that the attack does not try. MEMBER: per target whether it is among
    the people, 0 or 1. ROWS: whole rows, shape (rows, attributes), of everybody in the blocks where the targets live;
    `ROW` has the attributes.
    """

    NAME = "name"
    RECORD = "record"
    LINK = "link"
    SECRET = "secret"  # noqa: S105 - a goal, not a password
    MEMBER = "member"
    ROWS = "rows"


ROW = ("block", "sex", "year", "band", "secret")

Guesses: TypeAlias = "Codes | Sequence[str | None]"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Targets:
    """People to go for. handles: names of them that an oracle takes, shape (targets,).

    known: attribute -> its codes, shape (targets,): the background, only what the attack declares. identifiers: in
    normal form, where the attack declares to know them. space: yields every identifier that could exist, as ASCII
    of shape (n, width), for attacks that may enumerate them.
    """

    handles: Codes
    known: Mapping[str, Codes] = field(default_factory=dict)
    identifiers: tuple[str, ...] = ()
    space: Callable[[], Iterator[NDArray[np.uint8]]] | None = None

    def __len__(self) -> int:
        return len(self.handles)


@dataclass(frozen=True, slots=True)
class NotApplicable:
    """The surface has nothing that this attack could work on. reason: one sentence for a reader."""

    reason: str


@dataclass(frozen=True, slots=True)
class Attack:
    """An entry of the registry. knows: attributes of a target in the background; "identifier" for its identifier."""

    name: str
    title: str
    goal: Goal
    adversary: Adversary
    knows: tuple[str, ...]
    guess: Callable[[Surface, Targets, WorldGenerator], Guesses | NotApplicable]
