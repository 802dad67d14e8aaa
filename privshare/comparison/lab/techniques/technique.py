"""One contract for every technique of the lab: protect the same people, answer the same questions, state the trust.

The question that all answer: how many people known to both holders are in
each district and score band, and how many of them defaulted (`QUESTION`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from privshare.comparison.lab.world import LabWorld
from privshare.model.entropy import Entropy, WorldGenerator
from privshare.model.loss import PrivacyLoss
from privshare.model.surface import Codes, CountTable, Surface

QUESTION = ("district", "band")
IDENTIFYING = ("birth", "sex", "district")


@dataclass(frozen=True, slots=True)
class Setting:
    """What a technique works with.

    loss: the budget of techniques with differential privacy, for everything that one person is in. chance: for
    choices that may be replayed (whom to swap). entropy: for keys; noise comes from its own door, and neither of
    these two can be seeded.
    """

    loss: PrivacyLoss
    chance: WorldGenerator
    entropy: Entropy


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Protected:
    """What a technique made of the people. surface: all that anybody else gets.

    people, secret: its answers to QUESTION, shape (districts, bands), the second counts who defaulted.
    owners, later_owners: handle of the person behind each row of surface.records and surface.later, value_owners:
    behind each of surface.values where these are not the rows; for the judge.
    linked: pairs of handles (platform's, bank's) that it took for one person, shape (n, 2), or None where
    nothing is linked by identifiers. bytes_sent: between parties and to the public. loss: what the surface may
    tell about one person, or None where nothing is promised. hides_members: whether the loss covers being among the
    people at all, or only what a person's record says.
    """

    surface: Surface
    people: CountTable
    secret: CountTable
    owners: Codes | None = None
    later_owners: Codes | None = None
    value_owners: Codes | None = None
    linked: Codes | None = None
    bytes_sent: int = 0
    loss: PrivacyLoss | None = None
    hides_members: bool = True


@dataclass(frozen=True, slots=True)
class Technique:
    """An entry of the registry. trust: who must be trusted with what. promise: what is promised, and to whom.

    budgeted: whether it spends Setting.loss, so that a sweep over epsilon concerns it.
    """

    name: str
    title: str
    trust: str
    promise: str
    budgeted: bool
    protect: Callable[[LabWorld, Setting], Protected]
