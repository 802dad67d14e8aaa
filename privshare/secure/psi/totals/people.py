"""What each holder of `totals-3/1` brings: its people as item hashes, and a group or a value for each.

Promises: items are distinct and in ascending order, as an ItemSet has them, so
one person is one record and the place of a record tells nothing of the rows.
Whatever else is refused when it is made, before anything runs; the refusal
never shows a record. Leaves to others: which of a person's rows decide
(`scenario/steps/joint.py`), and that a group is one of the terms' (the role).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from privshare.errors import ParameterRefused
from privshare.secure.psi.identifiers import ITEM_BYTES


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Grouped:
    """People with their groups. hashes: (people, 32). groups: (people,), indices into the terms' groups."""

    hashes: NDArray[np.uint8]
    groups: NDArray[np.int64]

    def __post_init__(self) -> None:
        _check(self.hashes, self.groups)

    def __len__(self) -> int:
        return len(self.hashes)

    def __repr__(self) -> str:
        return f"<{len(self)} people with their groups, not shown>"


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Valued:
    """People with their values. hashes: (people, 32). values: (people,), whole numbers, not yet clamped."""

    hashes: NDArray[np.uint8]
    values: NDArray[np.int64]

    def __post_init__(self) -> None:
        _check(self.hashes, self.values)

    def __len__(self) -> int:
        return len(self.hashes)

    def __repr__(self) -> str:
        return f"<{len(self)} people with their values, not shown>"


def _check(hashes: NDArray[np.uint8], numbers: NDArray[np.int64]) -> None:
    if hashes.dtype != np.uint8 or hashes.ndim != 2 or hashes.shape[1] != ITEM_BYTES:
        raise ParameterRefused("items", f"{hashes.dtype} of shape {hashes.shape}", f"bytes of shape (n, {ITEM_BYTES})")
    if numbers.dtype != np.int64 or numbers.shape != (len(hashes),):
        told = f"{numbers.dtype} of shape {numbers.shape}"
        raise ParameterRefused("groups or values", told, "one 64-bit whole number for every item")
    if not _ascending(hashes):
        raise ParameterRefused("items", "a list out of order or with an item twice", "distinct items, ascending")


def _ascending(hashes: NDArray[np.uint8]) -> bool:
    """Whether every row is above the one before it, compared as byte strings."""
    words = np.ascontiguousarray(hashes).view(">u8")
    equal = np.ones(max(0, len(words) - 1), dtype=np.bool_)
    for column in words.T:
        if np.any(equal & (column[1:] < column[:-1])):
            return False
        equal &= column[1:] == column[:-1]
    return not equal.any()
