"""Rows of one party's table by match: what a link of members gives, as two arrays instead of a million tuples."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class MatchedRows:
    """For each match, in the numbering that both parties share, the party's own rows from 0, ascending.

    starts: (matches + 1,) ascending from 0. rows: the rows of match n are rows[starts[n]:starts[n + 1]].
    """

    starts: NDArray[np.int64]
    rows: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.starts) - 1

    def of(self, match: int) -> tuple[int, ...]:
        """Return the rows of one match."""
        return tuple(self.rows[self.starts[match] : self.starts[match + 1]].tolist())

    def chosen(self, matches: NDArray[np.int64]) -> MatchedRows:
        """Return the rows of these matches, in the order given."""
        first, counts = self.starts[matches], self.starts[matches + 1] - self.starts[matches]
        starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        places = np.arange(starts[-1]) + np.repeat(first - starts[:-1], counts)
        return MatchedRows(starts, self.rows[places])

    def __repr__(self) -> str:
        return f"<{len(self)} matches in {len(self.rows)} rows, not shown>"
