"""What protecting costs as people grow more: the same techniques on worlds of several sizes.

Promises: a technique that took longer than `patience` is not tried on a larger
world. Leaves to others: the largest size, which the matrix has measured anyway.
Seconds are wall time of one run on a machine that does other things too; no
claim about a law of growth is made of four sizes.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from privshare.comparison.lab.matrix import setting_of
from privshare.comparison.lab.techniques.technique import Technique
from privshare.comparison.lab.world import LabWorld
from privshare.model.entropy import Entropy
from privshare.model.loss import PrivacyLoss

SIZES = (500, 2_000, 8_000)
PATIENCE = 1.0


@dataclass(frozen=True, slots=True)
class Grown:
    """What one technique cost on one world. people, joint: in it, and known to both holders. seconds: wall time."""

    technique: str
    people: int
    joint: int
    seconds: float
    bytes_sent: int


def grown(
    world_of: Callable[[int], LabWorld],
    sizes: Sequence[int],
    techniques: Sequence[Technique],
    loss: PrivacyLoss,
    *,
    entropy: Entropy,
    notice: Callable[[str, int, int], None] = lambda _title, _done, _whole: None,
    patience: float = PATIENCE,
) -> tuple[Grown, ...]:
    """Return the cost of each technique on a world of each size, in ascending order. world_of: size -> world."""
    found: list[Grown] = []
    slow: set[str] = set()
    for number, size in enumerate(sorted(sizes)):
        world = world_of(size)
        for technique in techniques:
            if technique.name in slow:
                continue
            notice(f"{technique.title}, {size} people", number, len(sizes))
            begun = time.perf_counter()
            protected = technique.protect(world, setting_of(world, loss, entropy))
            seconds = time.perf_counter() - begun
            found.append(Grown(technique.name, size, int(world.joint.sum()), seconds, protected.bytes_sent))
            if seconds > patience:
                slow.add(technique.name)
    return tuple(found)
