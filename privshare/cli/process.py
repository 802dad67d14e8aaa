"""How a process that works on millions of items is set up: three settings of the interpreter and the C library.

Only a command's process is set up, never that of somebody who imports the package. Nothing depends on it but time:
at a million items a side they save about a tenth of a link's CPU seconds (measured in docs/reference/benchmarks.md).
"""

from __future__ import annotations

import gc
import os

_YOUNG = 100_000
_MMAP_THRESHOLD, _TRIM_THRESHOLD = -3, -1  # names of glibc's malloc.h
_LARGEST, _NEVER = 2**25, 2**31 - 1


def prepare() -> None:
    """Have the collector look less often, keep freed memory for the next array, and start no threads for matrices."""
    gc.set_threshold(_YOUNG)  # imports alone make a hundred thousand objects that stay
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # nothing here multiplies matrices
    import ctypes  # here, since only long commands are set up

    try:
        library = ctypes.CDLL(None)
        # A fresh page is cleared by the system; arrays of a few megabytes come and go by the hundred.
        library.mallopt(_MMAP_THRESHOLD, _LARGEST)
        library.mallopt(_TRIM_THRESHOLD, _NEVER)
    except (AttributeError, OSError, TypeError):
        return  # another C library, which has its own ways
