"""A game about people with many rows: entries counted by district and band, with and without bounding each person.

The rows go through the reference engine under a real BoundingPlan; a hazard
differs from the guarded game by the plan's bound or by what the noise is for.
"""

from __future__ import annotations

import numpy as np

from privshare.attacks.attack import Targets
from privshare.comparison.lab.hazards.games import OneTable
from privshare.comparison.lab.hazards.hazard import Staged
from privshare.comparison.lab.techniques.technique import QUESTION
from privshare.comparison.lab.world import LabWorld
from privshare.comparison.risk import ceiling_at_even_odds
from privshare.holders.engines.pandas_engine import PandasEngine
from privshare.model.bounding import BoundingPlan, Measure
from privshare.model.entropy import seeded_generator
from privshare.model.loss import PrivacyLoss
from privshare.model.party import ColumnName
from privshare.model.surface import Codes, CountTable, Surface
from privshare.secure.noise import LaplaceMechanism, add_laplace, laplace_mechanism

LOSS = PrivacyLoss(1_000_000)
BOUND = 5
"""Entries that one person may add over all cells, where bounding is on."""
UNBOUNDED = 1_000_000
_STREAM = 0xE47


def entries_game(world: LabWorld, *, entries: int, bound: int, sensitivity: int) -> Staged:
    """Return the membership game: targets have so many entries each, if they are in; everybody else has a few.

    bound: of the plan. sensitivity: what the noise is for.
    """
    chance = seeded_generator(world.seed + (_STREAM << 32))
    others = np.flatnonzero(world.joint)
    others = others[~np.isin(others, world.members)]
    there = world.members[world.inside]
    who = np.concatenate([np.repeat(others, chance.poisson(1.6, size=len(others))), np.repeat(there, entries)])
    total = _counted(world, who, bound)
    # One person's rows lie in one cell, and bounding looks at each person alone, so the part of one is a number.
    alone = min(entries, bound)
    cells = tuple(world.people.codes[name][world.members] for name in QUESTION)
    known = {
        **{name: codes[world.members] for name, codes in world.people.codes.items()},
        "rest-people": total[cells] - alone * world.inside.astype(np.int64),
        "weight": np.full(len(world.members), alone, np.int64),
    }
    mechanism = laplace_mechanism(sensitivity=sensitivity, loss=LOSS)
    table = OneTable(world.people.domains, QUESTION, "people", lambda: _noised(total, mechanism))
    return Staged(
        Surface(tables=lambda: table),
        Targets(world.members, known),
        truth=world.inside.astype(np.int64),
        baseline=0.5,
        ceiling=ceiling_at_even_odds(LOSS),
    )


def _noised(total: Codes, mechanism: LaplaceMechanism) -> CountTable:
    noised = np.array(add_laplace(total.ravel().tolist(), mechanism), np.int64).reshape(total.shape)
    return CountTable(QUESTION, noised, np.ones(noised.shape, np.bool_))


def _counted(world: LabWorld, who: Codes, bound: int) -> Codes:
    """Return the entries by cell as the engine bounds them, shape of QUESTION."""
    import pandas as pd

    shape = tuple(world.people.domains[name] for name in QUESTION)
    cells = np.ravel_multi_index(tuple(world.people.codes[name][who] for name in QUESTION), shape)
    frame = pd.DataFrame({"person": who.astype(str), "cell": cells.astype(str)})
    keys = tuple((str(cell),) for cell in range(int(np.prod(shape))))
    measure = Measure("entries", None, lower=1, upper=1, bound=bound)
    plan = BoundingPlan(ColumnName("person"), (ColumnName("cell"),), keys, (measure,))
    return np.array(PandasEngine(frame).plan(plan), np.int64).reshape(shape)
