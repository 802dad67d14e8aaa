"""What the games of hazards have in common: even odds on one person, and a publisher with a single table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from privshare.attacks import ATTACKS
from privshare.comparison.lab.hazards.hazard import Staged
from privshare.comparison.lab.judging import targets_of
from privshare.comparison.lab.world import LabWorld
from privshare.comparison.risk import ceiling_at_even_odds
from privshare.model.loss import PrivacyLoss
from privshare.model.surface import CountTable, Surface


def secret_game(world: LabWorld, attack: str, surface: Surface, loss: PrivacyLoss) -> Staged:
    """Return the game for the coins of secrets. loss: what the guarded technique promises at most."""
    targets = targets_of(world, ATTACKS[attack], world.secrets)
    return Staged(surface, targets, world.people.secret[world.secrets], 0.5, ceiling_at_even_odds(loss))


def member_game(world: LabWorld, attack: str, surface: Surface, loss: PrivacyLoss) -> Staged:
    """Return the game for who is in or out by a coin. loss: as above."""
    targets = targets_of(world, ATTACKS[attack], world.members)
    return Staged(surface, targets, world.inside.astype(np.int64), 0.5, ceiling_at_even_odds(loss))


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class OneTable:
    """A series that answers one question, over everybody, and nothing else. draw: makes the answer, anew each time."""

    domains: Mapping[str, int]
    by: tuple[str, ...]
    of: str
    draw: Callable[[], CountTable]

    def ask(
        self, by: tuple[str, ...], of: str, *,
        without: int | None = None, share: float = 1.0, wording: int = 0, blocks: tuple[int, ...] | None = None,
    ) -> CountTable | None:  # fmt: skip
        """Return the one table, or None."""
        del share, wording, blocks
        return self.draw() if (by, of, without) == (self.by, self.of, None) else None
