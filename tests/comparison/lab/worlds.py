"""Small worlds for tests of the lab, built once each."""

from __future__ import annotations

from functools import cache

from privshare.comparison.lab.techniques.technique import Setting
from privshare.comparison.lab.world import LabWorld, lab_world
from privshare.holders.population import credit_city
from privshare.model.entropy import SystemEntropy, seeded_generator
from privshare.model.loss import PrivacyLoss


@cache
def small_world(people: int = 2_000, seed: int = 11) -> LabWorld:
    """A world that tests share; nothing changes it."""
    return lab_world(credit_city(people, seed).truth, seed)


def setting(micro_epsilon: int = 1_000_000) -> Setting:
    """A setting as the matrix makes it."""
    return Setting(PrivacyLoss(micro_epsilon), seeded_generator(5), SystemEntropy())
