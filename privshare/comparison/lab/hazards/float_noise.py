"""Hazard `float-noise`: Laplace noise is drawn the textbook way, in doubles, and published with all its digits.

The faulty sampler below exists for this game alone: noise of releases is drawn
in whole numbers, behind the one door (`secure/noise`).
"""

from __future__ import annotations

import numpy as np

from privshare.attacks.attack import Guesses, NotApplicable, Targets
from privshare.attacks.precision import BY, GRID, guessed
from privshare.comparison.lab.hazards.games import OneTable, secret_game
from privshare.comparison.lab.hazards.hazard import Hazard, Staged
from privshare.comparison.lab.techniques.series import counted, with_noise
from privshare.comparison.lab.world import LabWorld
from privshare.model.entropy import Entropy, WorldGenerator
from privshare.model.loss import PrivacyLoss
from privshare.model.surface import CountTable, Floating, Surface

LOSS = PrivacyLoss(250_000)
_SCALE = 1 / LOSS.epsilon


def _whole(exact: CountTable) -> CountTable:
    """Return the table with noise as releases have it, told as numbers of any kind."""
    noised = with_noise(exact, LOSS)
    return CountTable(noised.by, noised.counts, noised.shown, Floating(noised.counts.astype(np.float64), _SCALE))


def _doubles(exact: CountTable, entropy: Entropy) -> CountTable:
    values = _textbook(exact, entropy)
    return CountTable(exact.by, np.rint(values).astype(np.int64), exact.shown, Floating(values, _SCALE))


def _textbook(exact: CountTable, entropy: Entropy) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Return the table plus or minus scale * log(u): what is wrong with it is the attack's subject."""
    words = np.frombuffer(entropy.token(8 * exact.counts.size), "<u8").reshape(exact.counts.shape)
    uniform = ((words >> 11).astype(np.float64) + 1) / GRID
    return np.asarray(exact.counts + np.where(words & 1, _SCALE, -_SCALE) * np.log(uniform))


def _guess(surface: Surface, targets: Targets, _chance: WorldGenerator) -> Guesses | NotApplicable:
    """Guess as the attack does, from whole numbers too, which the attack by itself would not look at."""
    table = surface.tables().ask(BY, "secret") if surface.tables else None
    if table is None or table.floating is None:
        return NotApplicable("no table is published")
    return guessed(table.floating.values[tuple(targets.known[name] for name in BY)], table.floating.scale)


def _stage(world: LabWorld, guarded: bool, entropy: Entropy) -> Staged:
    exact = counted(world, BY, "secret")
    table = OneTable(world.people.domains, BY, "secret", lambda: _whole(exact) if guarded else _doubles(exact, entropy))
    return secret_game(world, "precision", Surface(tables=lambda: table), LOSS)


FLOAT_NOISE = Hazard(
    name="float-noise",
    attack="precision",
    safeguard="noise in whole numbers, drawn exactly",
    switched_off="textbook Laplace noise in floating-point numbers, all digits published",
    lesson="Of the numbers that a computer can write, few can be one truth plus its noise; the digits tell which.",
    source='Mironov 2012, "On Significance of the Least Significant Bits for Differential Privacy" (abstract read)',
    stage=_stage,
    guess=_guess,
)
