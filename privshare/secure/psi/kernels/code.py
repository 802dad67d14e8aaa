"""Words of a linear code, 64 of their bits at a time, from byte tables."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from privshare.secure.psi.kernels.compiled import kernel


@kernel
def encode_bytes(tables: NDArray[np.uint64], rows: NDArray[np.uint8], out: NDArray[np.uint64]) -> None:
    """Set out[i] to the XOR over b of tables[b, rows[i, b]]. tables: (b, 256). rows: (n, b or more). out: (n,)."""
    for i in range(rows.shape[0]):
        word = np.uint64(0)
        for b in range(tables.shape[0]):
            word ^= tables[b, rows[i, b]]
        out[i] = word
