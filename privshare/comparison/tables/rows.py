"""The tables of one attack in one encoding, which only the judge has together.

A column is of numbers where every cell of it that is not missing, in all tables, is a number of at most 15 digits
without zeros before it; else its texts are categories, whatever they look like. Columns that not every table has take
no part.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from privshare.attacks.tables.released import Cells, Column, ReleasedTable
from privshare.errors import InputRefused

if TYPE_CHECKING:
    import pandas as pd

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,17})?(?:[eE][+-]?[0-9]{1,2})?", re.ASCII)
"""A float keeps 15 digits apart; what is longer, or begins with zeros, is taken to be a name, like an account's."""


@dataclass(frozen=True, slots=True, repr=False)
class Rows:
    """original, released, control: cells, shape (rows, columns), encoded as in `attacks/tables/released.py`.

    control: people of the same population who are not in the original, or None.
    """

    columns: tuple[Column, ...]
    original: Cells
    released: Cells
    control: Cells | None = None

    @property
    def release(self) -> ReleasedTable:
        """What the adversary sees. The population is the original and the control together.

        Of the original alone, an end of a column's range would already be knowledge about it.
        """
        people = self.original if self.control is None else np.concatenate([self.original, self.control])
        values = tuple(np.sort(column[~np.isnan(column)]) for column in people.T)
        return ReleasedTable(self.columns, self.released, values)


def encoded(frames: dict[str, pd.DataFrame]) -> tuple[Rows, list[str]]:
    """Return the columns that all tables have as arrays, and sentences about columns that are read as categories.

    frames: original, released and perhaps control; every cell text or missing. Raises InputRefused where the tables
    have no column in common.
    """
    import pandas as pd

    shared = [str(name) for name in frames["original"].columns if all(name in frame for frame in frames.values())]
    if not shared:
        raise InputRefused("the tables have no column in common; accepted are tables that name their columns alike.")
    cuts = np.cumsum([len(frame) for frame in frames.values()])[:-1]
    columns, parts, notes = [], [], []
    for name in shared:
        together = pd.concat([frame[name] for frame in frames.values()], ignore_index=True)
        codes, texts = pd.factorize(together)
        numbers = [_NUMBER.fullmatch(text) is not None for text in texts]
        number = all(numbers) and len(texts) > 0
        if any(numbers) and not number:
            notes.append(
                f"Column {name} has numbers and texts, so both are compared as texts: a group of numbers is then "
                "unlike every number in it, and an adversary who can read groups would find more."
            )
        values = np.array([float(text) for text in texts]) if number else np.arange(len(texts), dtype=np.float64)
        cells = np.append(values, np.nan)[codes]  # a missing cell has the code -1, which is the last place
        columns.append(Column(name, number))
        parts.append(np.split(cells, cuts))
    tables = {role: np.stack([part[place] for part in parts], axis=1) for place, role in enumerate(frames)}
    return Rows(tuple(columns), tables["original"], tables["released"], tables.get("control")), notes
