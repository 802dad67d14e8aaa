"""The exact answers of a simulated world. The judge and the report's truth panels may ask; nobody else.

People are numbered here (`ENTITY`), so truth does not depend on identifiers,
on the linkage or on any bound: it is an independent path to the same figures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

ENTITY = "entity"
Key = tuple[str, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Truth:
    """Frames with the true person number of every row, by table name."""

    frames: Mapping[str, pd.DataFrame]


def exact_statistic(
    truth: Truth, table: str, by: Sequence[str], keys: Sequence[Key], sums: Sequence[str | None]
) -> tuple[tuple[int, ...], ...]:
    """Return per key one exact integer a measure: the row count for None, else the column's sum; no bound."""
    groups = truth.frames[table].groupby(list(by), sort=False)
    columns = [groups.size() if column is None else groups[column].sum() for column in sums]
    found = [{_as_key(key): int(value) for key, value in series.items()} for series in columns]
    return tuple(tuple(column.get(key, 0) for column in found) for key in keys)


def matched_people(truth: Truth, grouping: str, by: Sequence[str], valuing: str, value: str, top: int) -> pd.DataFrame:
    """Return one row a person known to both tables: columns `by` and "value".

    The declared rules of the joint table apply: a person whose groups conflict is dropped; values are
    added up and clamped to [0, top].
    """
    left = truth.frames[grouping].drop_duplicates([ENTITY, *by])
    left = left[~left[ENTITY].duplicated(keep=False)].set_index(ENTITY)[list(by)]
    right = truth.frames[valuing].groupby(ENTITY)[value].sum().clip(0, top).rename("value")
    return left.join(right, how="inner")


def exact_joint(people: pd.DataFrame, by: Sequence[str], keys: Sequence[Key]) -> tuple[tuple[int, int], ...]:
    """Return (people, sum of values) per key, from `matched_people`."""
    groups = people.groupby(list(by), sort=False)["value"]
    counts = {_as_key(key): int(n) for key, n in groups.size().items()}
    sums = {_as_key(key): int(total) for key, total in groups.sum().items()}
    return tuple((counts.get(key, 0), sums.get(key, 0)) for key in keys)


def exact_overlap(truth: Truth, left: str, right: str) -> int:
    """Return how many people both tables know."""
    return len(set(truth.frames[left][ENTITY]) & set(truth.frames[right][ENTITY]))


def _as_key(key: object) -> Key:
    return tuple(str(part) for part in key) if isinstance(key, tuple) else (str(key),)
