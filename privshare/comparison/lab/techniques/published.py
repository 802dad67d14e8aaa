"""Two files published row by row, and a later one: what raw release, hashes and pseudonyms have in common.

The platform publishes birth, sex, district and score band, the bank birth,
sex and default; both with what stands in the place of the identifier, so
anybody can join them. The later release, for another project, has birth, sex
and district of four in five of the same people and some others.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from privshare.comparison.lab.techniques.series import OpenSeries, counted
from privshare.comparison.lab.techniques.technique import IDENTIFYING, QUESTION, Protected
from privshare.comparison.lab.world import LabWorld
from privshare.model.entropy import seeded_generator
from privshare.model.surface import UNKNOWN, Codes, Records, Surface, Values

LATER_SHARE = 0.8
BYTES_A_CODE = 2
_STREAM = 0x1A7E


def published_files(
    world: LabWorld,
    *,
    first: Sequence[bytes],
    later: Sequence[bytes],
    recipe: Callable[[NDArray[np.uint8]], NDArray[np.uint8]] | None,
) -> Protected:
    """Return what the public has after both files were published.

    first, later: per person what stands in the place of the identifier in the first and in the later release.
    recipe: as in Values.
    """
    owners = shuffled(world, np.flatnonzero(world.joint), 0)
    later_owners = later_people(world)
    names = tuple(first[owner] for owner in owners)
    surface = Surface(
        records=rows_of(world, owners, (*IDENTIFYING, "band"), names=names, secret=True),
        later=rows_of(world, later_owners, IDENTIFYING, names=tuple(later[owner] for owner in later_owners)),
        tables=lambda: OpenSeries(world),
        values=Values("the public", names, recipe),
    )
    width = len(names[0]) if names else 0
    rows = int(world.people.platform.sum()) * (width + 4 * BYTES_A_CODE)
    rows += int(world.people.bank.sum()) * (width + 3 * BYTES_A_CODE)
    return Protected(
        surface,
        people=counted(world, QUESTION, "people"),
        secret=counted(world, QUESTION, "secret"),
        owners=owners,
        later_owners=later_owners,
        linked=np.stack([owners, owners], axis=1),
        bytes_sent=rows,
    )


def shuffled(world: LabWorld, handles: Codes, stream: int) -> Codes:
    """Return the handles in an order that tells nothing; the same for the same world and stream."""
    return seeded_generator(world.seed + (_STREAM + stream << 32)).permutation(handles)


def later_people(world: LabWorld) -> Codes:
    """Return the handles of the later release: four in five people of the platform's file, shuffled."""
    order = shuffled(world, np.flatnonzero(world.people.platform), 1)
    return order[: round(LATER_SHARE * len(order))]


def rows_of(
    world: LabWorld,
    owners: Codes,
    columns: tuple[str, ...],
    *,
    names: tuple[bytes, ...] | None,
    secret: bool = False,
    seen_by: str = "the public",
) -> Records:
    """Return exact rows of these people. secret: whether they show the sensitive value."""
    codes = np.stack([world.people.codes[column][owners] for column in columns], axis=1)
    shown = world.people.secret[owners] if secret else np.full(len(owners), UNKNOWN)
    return Records(seen_by, columns, codes, codes, shown, names)
