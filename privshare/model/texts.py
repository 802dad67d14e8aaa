"""A column of texts as the bytes of a file: a million cells in three arrays instead of a million objects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class TextColumn:
    """One text a row, UTF-8; an empty one stands for none.

    data: bytes, (size,), one dimension. starts, ends: (rows,); the text of row i is data[starts[i]:ends[i]].
    """

    data: NDArray[np.uint8]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.starts)

    def __iter__(self) -> Iterator[str | None]:
        """Give the texts one by one, None for an empty one."""
        whole = self.data.tobytes()
        for start, end in zip(self.starts.tolist(), self.ends.tolist(), strict=True):
            yield whole[start:end].decode() or None

    def __repr__(self) -> str:
        return f"<column of {len(self)} texts, not shown>"
