"""The people of one comparison, and whom the attacks go for.

Targets carry secrets that the judge drew: who is a target for its sensitive
value got that value from a fair coin, and who is a target for membership is
among the people or not by a fair coin. So guessing is right exactly half the
time, and whatever helps came from the release. Each target's two worlds are a
pair of neighbours, and its coin draws one of the two.

Many targets in one release are as good as one in each: given the release and
all other coins, the odds of one coin are at most e^epsilon, since the two
worlds that are left are neighbours. So a guess is right with probability at
most p = e^epsilon / (1 + e^epsilon) whatever the earlier guesses were, and the
number of right guesses is stochastically dominated by a binomial with that p
(Steinke, Nasr and Jagielski 2023, "Privacy Auditing with One (1) Training Run").
That is for guesses made from the release alone. An attack that also knows exact
numbers about the others knows their coins in part, and its guesses in one
cell would be right or wrong together: it opens a release for each target.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from privshare.holders.people import People, people_of
from privshare.holders.truth import Truth
from privshare.model.entropy import seeded_generator
from privshare.model.surface import Codes, Flags

TARGETS_MAX = 500
_SHARE = 8  # one of eight people known to both holders is a target of each kind
_STREAM = 0x7A6


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class LabWorld:
    """Who is there. people: everybody, with the coins' values in place; who is absent is in neither file.

    joint: who is in both files. secrets: targets whose sensitive value a coin drew. members: targets whom a coin put
    in or left out; inside: which. outsiders: people of the same population who are in neither file, for controls.
    All but people and inside are handles, row numbers of people.
    """

    people: People
    joint: Flags
    secrets: Codes
    members: Codes
    inside: Flags
    outsiders: Codes
    seed: int


def lab_world(truth: Truth, seed: int) -> LabWorld:
    """Return the world of a comparison: the scenario's people, a few of them with coins; the same for the same seed."""
    people = people_of(truth, seed)
    chance = seeded_generator(seed + (_STREAM << 32))
    both = chance.permutation(np.flatnonzero(people.platform & people.bank))
    size = min(TARGETS_MAX, len(both) // _SHARE)
    secrets, members, outsiders = (np.sort(part) for part in np.split(both[: 3 * size], 3))
    secret = people.secret.copy()
    secret[secrets] = chance.integers(2, size=size)
    inside = chance.integers(2, size=size).astype(np.bool_)
    absent = np.concatenate([members[~inside], outsiders])
    platform, bank = people.platform.copy(), people.bank.copy()
    platform[absent] = bank[absent] = False
    people = replace(people, secret=secret, platform=platform, bank=bank)
    return LabWorld(people, platform & bank, secrets, members, inside, outsiders, seed)


def file_of(world: LabWorld, holder: Flags, columns: tuple[str, ...]) -> tuple[Codes, Mapping[str, Codes]]:
    """Return the handles of the people in one holder's file, shuffled, and their codes in these columns.

    The order is drawn from the world's seed and tells nothing; a file sorted by person would link itself.
    """
    order = seeded_generator(world.seed + int(holder.sum())).permutation(np.flatnonzero(holder))
    return order, {column: world.people.codes[column][order] for column in columns}
