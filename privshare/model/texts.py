"""A column of texts as the bytes of a file: a million cells in a few arrays instead of a million objects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Texts:
    """One text a row, UTF-8; an empty one stands for none.

    data: bytes, (size,), one dimension. starts, ends: (rows,); the text of row i is data[starts[i]:ends[i]].
    """

    data: NDArray[np.uint8]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.starts)

    def __repr__(self) -> str:
        return f"<{len(self)} texts, not shown>"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class TextColumn:
    """A column in the pieces in which it was read, one behind the other: joining them would copy all that is there."""

    pieces: tuple[Texts, ...]

    def __len__(self) -> int:
        return sum(map(len, self.pieces))

    def __iter__(self) -> Iterator[str | None]:
        """Give the texts one by one, None for an empty one."""
        for piece in self.pieces:
            whole = piece.data.tobytes()
            for start, end in zip(piece.starts.tolist(), piece.ends.tolist(), strict=True):
                yield whole[start:end].decode() or None

    def __repr__(self) -> str:
        return f"<column of {len(self)} texts, not shown>"
