"""Small tables for attacks, and what tells two success rates apart."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from privshare.attacks.tables import TABLE_ATTACKS
from privshare.attacks.tables.attack import Background, Guess
from privshare.attacks.tables.released import Column
from privshare.attacks.tables.risk import Rate, Risk
from privshare.comparison.tables.judged import judged
from privshare.comparison.tables.rows import Rows
from privshare.model.entropy import WorldGenerator, seeded_generator

COLUMNS = (
    Column("age", True),
    Column("income", True),
    Column("district", False),
    Column("score", True),
    Column("debt", True),
    Column("defaulted", False),
)
SIGMAS = 6.2
"""A normal deviate is beyond it on either side with probability 5.6e-10: the false alarm of every test that uses it."""


def people(count: int, chance: WorldGenerator) -> np.ndarray:
    """Return people of one population; the columns depend on each other, and hardly any row is there twice."""
    age = chance.integers(18, 95, count)
    income = chance.lognormal(10, 0.7, count).round()
    district = chance.choice(8, count)
    score = (650 - age + chance.normal(0, 60, count)).round()
    debt = chance.exponential(2000, count).round()
    return np.column_stack([age, income, district, score, debt, chance.random(count) < 0.1]).astype(np.float64)


def world(count: int, *, copied: float, seed: int = 1) -> Rows:
    """Return an original, a release with this share of it copied and others drawn anew, and a control."""
    chance = seeded_generator(seed)
    original, control, fresh = (people(count, chance) for _ in range(3))
    kept = int(copied * count)
    return Rows(COLUMNS, original, np.concatenate([original[:kept], fresh[kept:]]), control)


def played(name: str, rows: Rows, background: Background, *, seed: int = 5, guess: Guess | None = None) -> Risk:
    """Return what the judge finds. guess: what is planted in the attack's place."""
    attack = TABLE_ATTACKS[name]
    return judged(attack if guess is None else replace(attack, guess=guess), rows, background, seeded_generator(seed))


def apart(one: Rate, other: Rate) -> float:
    """Return by how many standard errors the first rate is above the second (pooled, as for equal rates)."""
    pooled = (one.successes + other.successes) / (one.attempts + other.attempts)
    error = math.sqrt(max(pooled * (1 - pooled), 1e-12) * (1 / one.attempts + 1 / other.attempts))
    return (one.share - other.share) / error
