"""Hazard `public-bounds-from-data`: a histogram ends where the data end, and its end is public.

Each target has the largest credit limit of its branch, if it is a customer
there at all. The counts are noised alike in both games; what differs is
whether the range of bins was fixed before anybody looked at the data.
"""

from __future__ import annotations

import numpy as np

from privshare.attacks.attack import Guesses, NotApplicable, Targets
from privshare.comparison.lab.hazards.games import OneTable
from privshare.comparison.lab.hazards.hazard import Hazard, Staged
from privshare.comparison.lab.techniques.series import with_noise
from privshare.comparison.lab.world import LabWorld
from privshare.comparison.risk import ceiling_at_even_odds
from privshare.model.entropy import Entropy, WorldGenerator, seeded_generator
from privshare.model.loss import PrivacyLoss
from privshare.model.surface import Codes, CountTable, Flags, Surface

LOSS = PrivacyLoss(1_000_000)
BINS = 200
"""Bins of a thousand each; public, since no bank lends more without a board's decision."""
CUSTOMERS = 50
_BY = ("branch", "limit")
_STREAM = 0xB0D


def _histograms(exact: Codes, shown: Flags) -> CountTable:
    """Return the noised histograms, one a branch; bins that are not printed are withheld."""
    noised = with_noise(CountTable(_BY, exact, shown), LOSS)
    return CountTable(_BY, np.where(shown, noised.counts, 0), shown)


def _stage(world: LabWorld, guarded: bool, _entropy: Entropy) -> Staged:
    chance = seeded_generator(world.seed + (_STREAM << 32))
    branches = len(world.members)
    limits = np.minimum(chance.lognormal(3.0, 0.5, size=(branches, CUSTOMERS)).astype(np.int64), BINS // 2)
    largest = limits.max(axis=1) + 1 + chance.integers(BINS // 4, size=branches)
    exact = np.zeros((branches, BINS), np.int64)
    np.add.at(exact, (np.repeat(np.arange(branches), CUSTOMERS), limits.ravel()), 1)
    exact[np.arange(branches)[world.inside], largest[world.inside]] += 1
    ends = np.where(world.inside, largest, limits.max(axis=1))
    shown = np.ones(exact.shape, np.bool_) if guarded else np.arange(BINS) <= ends[:, None]
    table = OneTable({"branch": branches, "limit": BINS}, _BY, "people", lambda: _histograms(exact, shown))
    return Staged(
        Surface(tables=lambda: table),
        Targets(world.members, {"branch": np.arange(branches), "limit": largest}),
        truth=world.inside.astype(np.int64),
        baseline=0.5,
        ceiling=ceiling_at_even_odds(LOSS),
    )


def _guess(surface: Surface, targets: Targets, _chance: WorldGenerator) -> Guesses | NotApplicable:
    """Call a target a member where its bin is printed, or, if all are, where it does not look empty."""
    table = surface.tables().ask(_BY, "people") if surface.tables else None
    if table is None:
        return NotApplicable("no histogram is published")
    cells = tuple(targets.known[name] for name in _BY)
    # Bins that end with the data say it all by being there; bins that were fixed before leave the noised count.
    members = table.counts[cells] >= 1 if table.shown.all() else table.shown[cells]
    return members.astype(np.int64)


BOUNDS_FROM_DATA = Hazard(
    name="public-bounds-from-data",
    attack="membership",
    safeguard="the range of bins is fixed before anybody looks at the data",
    switched_off="the bins end at the largest value in the data",
    lesson="A maximum is one person's value: bounds come from public knowledge, or cost a share of the budget.",
    source="NIST SP 800-226 (2025) on such pitfalls (summaries read); Dwork and Lei 2009 on estimates (from memory)",
    stage=_stage,
    guess=_guess,
)
