"""Plays a hazard: the same attack on the same people, with the safeguard and without it."""

from __future__ import annotations

import time

import numpy as np

from privshare.attacks import ATTACKS
from privshare.attacks.adversary import AttackResult
from privshare.attacks.attack import NotApplicable
from privshare.comparison.lab.hazards.hazard import Hazard, Played
from privshare.comparison.lab.world import LabWorld
from privshare.errors import InputRefused
from privshare.model.entropy import Entropy, seeded_generator

_STREAM = 0x4A2


def played(hazard: Hazard, world: LabWorld, *, entropy: Entropy) -> Played:
    """Return both results. Raises InputRefused where the world has too few people for the game."""
    begun = time.perf_counter()
    guarded, unguarded = (_result(hazard, world, on, entropy) for on in (True, False))
    return Played(hazard, guarded, unguarded, len(world.people), world.seed, time.perf_counter() - begun)


def _result(hazard: Hazard, world: LabWorld, guarded: bool, entropy: Entropy) -> AttackResult:
    attack = ATTACKS[hazard.attack]
    staged = hazard.stage(world, guarded, entropy)
    guess = hazard.guess or attack.guess
    found = guess(staged.surface, staged.targets, seeded_generator(world.seed + (_STREAM << 32)))
    if isinstance(found, NotApplicable):
        raise InputRefused(f"the attack {attack.name} has nothing to work on: {found.reason}.")
    right = np.asarray(found, np.int64) == staged.truth
    return AttackResult(
        attack.name, hazard.safeguard if guarded else hazard.switched_off, attack.adversary,
        attempts=len(right), successes=int(right.sum()), baseline=staged.baseline, ceiling=staged.ceiling,
        note="safeguard on" if guarded else "safeguard off",
    )  # fmt: skip
