"""Games that tests of lab attacks share: fresh coins, technique and attack by name, and many independent trials."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from privshare.attacks.attack import Attack, NotApplicable
from privshare.comparison.confidence import lowest_share
from privshare.comparison.lab.judging import targets_of
from privshare.comparison.lab.techniques.series import NoisedSeries
from privshare.comparison.lab.world import LabWorld
from privshare.comparison.risk import ceiling_at_even_odds
from privshare.model.entropy import seeded_generator
from privshare.model.loss import PrivacyLoss
from privshare.model.surface import Surface

FALSE_ALARM = 1e-9


def other_coins(world: LabWorld, seed: int) -> LabWorld:
    """Return the same people with other coins: what was published of the first world tells nothing about these."""
    chance = seeded_generator(seed)
    secret = world.people.secret.copy()
    secret[world.secrets] = chance.integers(2, size=len(world.secrets))
    inside = chance.integers(2, size=len(world.members)).astype(np.bool_)
    platform, bank = world.people.platform.copy(), world.people.bank.copy()
    platform[world.members] = bank[world.members] = inside
    people = replace(world.people, secret=secret, platform=platform, bank=bank)
    return replace(world, people=people, joint=platform & bank, inside=inside)


def right_guesses(world: LabWorld, attack: Attack, loss: PrivacyLoss, times: int) -> tuple[int, int]:
    """Return how many guesses were right, of how many, against so many noised publications of this loss."""
    member = attack.name == "membership"
    handles = world.members if member else world.secrets
    truth = world.inside.astype(np.int64) if member else world.people.secret[handles]
    targets, right = targets_of(world, attack, handles), 0
    for number in range(times):
        surface = Surface(tables=lambda: NoisedSeries(world, loss))
        found = attack.guess(surface, targets, seeded_generator(number))
        assert not isinstance(found, NotApplicable)
        right += int((np.asarray(found) == truth).sum())
    return right, times * len(handles)


def passes(right: int, attempts: int, claimed: PrivacyLoss) -> bool:
    """Return whether so many right guesses are more than the claimed loss allows, at a false alarm of 1e-9.

    The lower limit is Chernoff's, so the alarm is no more frequent than stated whatever the number of attempts.
    """
    return lowest_share(right, attempts, FALSE_ALARM) > ceiling_at_even_odds(claimed)
