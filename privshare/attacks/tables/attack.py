"""One contract for attacks on a released table: what they get, and what kind of guess they return.

An attack gets the release, what it is assumed to know of its targets, and chance; never the original, and it never
learns whether it was right. The judge (`comparison/tables`) knows, and scores each kind of guess in its one way
(ADR 0009).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from privshare.attacks.adversary import Adversary
from privshare.attacks.tables.predicates import Predicate
from privshare.attacks.tables.released import Cells, Marks, ReleasedTable, Values
from privshare.model.entropy import WorldGenerator


class Kind(StrEnum):
    """What is guessed.

    PREDICATES: each is to hold for one person. LINKS: for each target, a mark. VALUES: for each target, its secret.
    """

    PREDICATES = "predicates"
    LINKS = "links"
    VALUES = "values"


@dataclass(frozen=True, slots=True)
class Background:
    """What the adversary knows beside the release, and how often it tries.

    known, other: names of columns that it has of its targets (`other`: what a second source has). secret: the column
    that it wants. attempts: at most so many. neighbours: released rows that it looks at a half. tolerance: how far off
    a guessed number may be, as a share of the true one.
    """

    known: tuple[str, ...]
    attempts: int
    other: tuple[str, ...] = ()
    secret: str | None = None
    neighbours: int = 1
    tolerance: float = 0.05


@dataclass(frozen=True, slots=True, repr=False)
class Targets:
    """known, other: cells of the targets in the columns that the background names, in its order; same rows."""

    known: Cells
    other: Cells

    def __len__(self) -> int:
        return len(self.known)


Guesses: TypeAlias = "Sequence[Predicate] | Marks | Values"
Guess = Callable[[ReleasedTable, Background, Targets, WorldGenerator], Guesses]


@dataclass(frozen=True, slots=True)
class TableAttack:
    """An entry of the registry. guess: with the release. blind: the same without looking at its cells.

    needs, takes: of "known", "other" and "secret", what must and what may be said of the background.
    """

    name: str
    kind: Kind
    frame: Callable[[Background], Adversary]
    guess: Guess
    blind: Guess
    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ("known",)
