"""Coins are fair, so guessing is right half of the time, and the judge says so."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom

from privshare.attacks import ATTACKS
from privshare.comparison.lab.judging import judged
from privshare.comparison.lab.techniques import TECHNIQUES
from privshare.comparison.lab.world import lab_world
from privshare.holders.population import credit_city
from tests.comparison.lab.worlds import setting, small_world

FALSE_ALARM = 5e-10


def test_coins_of_secrets_and_members_are_fair() -> None:
    """False alarm at most 1e-9: a two-sided binomial tail of 5e-10 for each of the two shares."""
    truth = credit_city(800, 11).truth
    worlds = [lab_world(truth, seed) for seed in range(40)]
    secrets = np.concatenate([world.people.secret[world.secrets] for world in worlds])
    inside = np.concatenate([world.inside for world in worlds])
    for coins in (secrets, inside):
        least, most = binom.interval(1 - FALSE_ALARM, len(coins), 0.5)
        assert len(coins) > 1_500
        assert least <= coins.sum() <= most


@pytest.mark.parametrize("name", ["attribute-inference", "differencing", "averaging", "small-cell", "membership"])
def test_the_baseline_of_a_coin_is_a_half(name: str) -> None:
    world = small_world()
    technique = TECHNIQUES["raw-release"]
    cell = judged(world, technique, technique.protect(world, setting()), ATTACKS[name])
    assert cell.result is not None
    assert cell.result.baseline == 0.5
