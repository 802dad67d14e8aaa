"""Every identifier that could exist, turned into what stands in its place, and looked up among observed values.

Promises: who is named is right, since a hit is compared in all its bytes;
memory for one block of candidates a thread. A candidate costs one hash and
one look into a table of a few megabytes, so eight digits are a matter of
seconds (`tests/attacks/test_enumeration.py` has the measured one).
Leaves to others: what the candidates and the public steps are.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.uint8]
Prints = NDArray[np.uint64]
Recipe = Callable[[Rows], Rows]

_ODD = np.uint64(0x9E3779B97F4A7C15)  # 2^64 over the golden ratio: its multiples are spread evenly in the high bits
_TABLE_BITS = 22
_BLOCK_DIGITS = 6


def fingerprints(rows: Rows) -> Prints:
    """Return one number for each row of bytes, shape (n,); different rows seldom have the same one."""
    short = -rows.shape[1] % 8
    padded = np.ascontiguousarray(np.pad(rows, ((0, 0), (0, short))) if short else rows)
    found = np.zeros(len(rows), np.uint64)
    for word in padded.view("<u8").T:
        found ^= word
        found *= _ODD
    return found


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Wanted:
    """Observed values, ready to be looked up. prints: theirs, sorted. there: which high bits occur among them."""

    values: frozenset[bytes]
    prints: Prints
    there: NDArray[np.bool_]


def wanted(observed: Collection[bytes], width: int) -> Wanted:
    """Return the observed values of this many bytes, made ready; others cannot be what a recipe of this width makes."""
    values = frozenset(value for value in observed if len(value) == width)
    prints = np.sort(fingerprints(np.frombuffer(b"".join(values), np.uint8).reshape(len(values), width)))
    there = np.zeros(2**_TABLE_BITS, np.bool_)
    there[prints >> np.uint64(64 - _TABLE_BITS)] = True
    return Wanted(values, prints, there)


def named_among(candidates: Rows, prints: Prints, recipe: Recipe, sought: Wanted) -> dict[bytes, str]:
    """Return observed value -> candidate that makes it. prints: of the values of the candidates."""
    places = np.flatnonzero(sought.there[prints >> np.uint64(64 - _TABLE_BITS)])
    if not len(places):
        return {}
    nearest = np.minimum(np.searchsorted(sought.prints, prints[places]), len(sought.prints) - 1)
    places = places[sought.prints[nearest] == prints[places]]
    made = recipe(candidates[places])
    pairs = ((value.tobytes(), text.tobytes()) for value, text in zip(made, candidates[places], strict=True))
    return {value: text.decode() for value, text in pairs if value in sought.values}


def named_numbers(observed: Collection[bytes], digits: int, recipe: Recipe, *, threads: int = 2) -> dict[bytes, str]:
    """Return observed value -> number of so many digits, with leading zeros, that makes it: all of them are tried.

    >>> named_numbers([b"0042", b"x042", b"42"], 4, lambda numbers: numbers)
    {b'0042': '0042'}
    """
    low = min(digits, _BLOCK_DIGITS)
    template = np.zeros((10**low, digits), np.uint8)
    for place in range(low):
        template[:, digits - 1 - place] = np.arange(10**low) // 10**place % 10 + ord("0")
    sought = wanted(observed, recipe(template[:1]).shape[1])

    def block(high: int) -> dict[bytes, str]:
        candidates = template.copy()
        candidates[:, : digits - low] = np.frombuffer(str(high).zfill(digits - low).encode(), np.uint8)[: digits - low]
        return named_among(candidates, fingerprints(recipe(candidates)), recipe, sought)

    with ThreadPoolExecutor(threads) as pool:
        found = list(pool.map(block, range(10 ** (digits - low))))
    return {value: text for part in found for value, text in part.items()}
