"""The exact answers of a simulated world. The judge and the report's truth panels may ask; nobody else.

People are numbered here (`ENTITY`), so truth does not depend on identifiers,
on the linkage or on any bound: it is an independent path to the same figures.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from privshare.model.bounding import Amount, Bins, Group, Measure

if TYPE_CHECKING:
    import pandas as pd

ENTITY = "entity"
Key = tuple[str, ...]
Indices = np.ndarray[tuple[int], np.dtype[np.int64]]


@dataclass(frozen=True, slots=True, repr=False)
class Truth:
    """Frames with the true person number of every row, by table name. people: the identifier of each number.

    attributes: name -> the code of each person, shape (people,), of what the world gave everybody.
    """

    frames: Mapping[str, pd.DataFrame]
    people: Sequence[str] = ()
    attributes: Mapping[str, Indices] = field(default_factory=dict)


def digest_of(truth: Truth) -> str:
    """Return SHA-256 (hex) of who there is and whose rows every table has: whether two worlds are of the same people.

    For simulated people only: of real ones even a digest is too much.
    """
    digest = hashlib.sha256("\n".join(truth.people).encode())
    for name in sorted(truth.frames):
        digest.update(f"\n{name} {len(truth.frames[name])}\n".encode())
        digest.update(truth.frames[name][ENTITY].to_numpy("<i8").tobytes())
    return digest.hexdigest()


def exact_statistic(
    truth: Truth, table: str, by: Sequence[Group], keys: Sequence[Key], measures: Sequence[Measure]
) -> tuple[tuple[int, ...], ...]:
    """Return per key one exact whole number a measure, without clamp or bound: what a release is judged against."""
    import pandas as pd

    frame = truth.frames[table]
    parts = [_binned(frame, part) if isinstance(part, Bins) else frame[part].astype(str) for part in by]
    groups = parts or [pd.Series("", index=frame.index)]
    found = []
    for measure in measures:
        numbers = _amounts(frame, measure).groupby(groups, sort=False)
        answer = numbers.nunique() if measure.amount is Amount.PEOPLE else numbers.sum()
        found.append({_as_key(key) if parts else (): int(value) for key, value in answer.items()})
    return tuple(tuple(column.get(key, 0) for column in found) for key in keys)


def _amounts(frame: pd.DataFrame, measure: Measure) -> pd.Series[Any]:
    import pandas as pd

    if measure.amount is Amount.PEOPLE:
        return frame[ENTITY]
    if measure.column is None:
        return pd.Series(1, index=frame.index)
    centred = frame[measure.column] - measure.centre
    # Squares may exceed 64 bits: nothing is clamped here.
    return centred if measure.amount is Amount.SUM else centred.astype(object) ** 2


def _binned(frame: pd.DataFrame, bins: Bins) -> pd.Series[Any]:
    import pandas as pd

    ends = [-math.inf, *bins.edges, math.inf]
    return pd.cut(frame[bins.column], ends, right=False, labels=list(bins.labels)).astype(str)


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
