"""The matrix: every technique, at every epsilon of a sweep where it has one, against every attack."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from privshare.attacks.attack import Attack
from privshare.comparison.lab.cell import Cell
from privshare.comparison.lab.judging import judged
from privshare.comparison.lab.techniques.technique import Setting, Technique
from privshare.comparison.lab.usefulness import Usefulness, usefulness_of
from privshare.comparison.lab.world import LabWorld
from privshare.holders.population import DISTRICTS, SCORE_BANDS
from privshare.model.entropy import Entropy, seeded_generator
from privshare.model.loss import PrivacyLoss

_STREAM = 0x7EC


@dataclass(frozen=True, slots=True)
class Row:
    """One technique at one setting. epsilon: None where it has no budget. seconds: of protecting, wall time."""

    technique: Technique
    epsilon: float | None
    usefulness: Usefulness
    seconds: float
    bytes_sent: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    """Everything that was compared.

    people, joint, targets: how many of each, targets a kind. seed: of the world and the attacks' choices. groups:
    names of the codes along each axis of QUESTION. attacks: in the order of every row's cells.
    """

    people: int
    joint: int
    targets: int
    seed: int
    groups: tuple[tuple[str, ...], ...]
    attacks: tuple[Attack, ...]
    rows: tuple[Row, ...]


Notice = Callable[[str, int, int], None]
"""(what begins, how many cells are done, how many there are)."""


def compared(
    world: LabWorld,
    techniques: Sequence[Technique],
    attacks: Sequence[Attack],
    losses: Sequence[PrivacyLoss],
    *,
    entropy: Entropy,
    notice: Notice = lambda _title, _done, _whole: None,
) -> Matrix:
    """Return the matrix; techniques in order, those with a budget once for each of `losses`."""
    plan = [(technique, loss) for technique in techniques for loss in (losses if technique.budgeted else losses[:1])]
    whole, rows = len(plan) * len(attacks), list[Row]()
    for number, (technique, loss) in enumerate(plan):
        setting = setting_of(world, loss, entropy)
        notice(technique.title, number * len(attacks), whole)
        begun = time.perf_counter()
        protected = technique.protect(world, setting)
        seconds = time.perf_counter() - begun
        cells = []
        for place, attack in enumerate(attacks):
            notice(f"{technique.title}: {attack.title}", number * len(attacks) + place, whole)
            cells.append(judged(world, technique, protected, attack))
        rows.append(
            Row(
                technique, loss.epsilon if technique.budgeted else None, usefulness_of(world, protected), seconds,
                protected.bytes_sent, tuple(cells),
            )
        )  # fmt: skip
    return Matrix(
        len(world.people), int(world.joint.sum()), len(world.secrets), world.seed, (DISTRICTS, SCORE_BANDS),
        tuple(attacks), tuple(rows),
    )  # fmt: skip


def setting_of(world: LabWorld, loss: PrivacyLoss, entropy: Entropy) -> Setting:
    """Return what a technique works with: choices that the world's seed fixes, and keys that nothing does."""
    return Setting(loss, seeded_generator(world.seed + (_STREAM << 32)), entropy)
