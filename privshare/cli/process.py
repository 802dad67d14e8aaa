"""How a process that works on millions of items is set up: settings of the interpreter and the C library.

Only a command's process is set up, never that of somebody who imports the package. Nothing depends on it but time:
small pages alone save a sixth of a link's CPU seconds at a million items a side on a virtual machine (docs/adr/0022).
"""

from __future__ import annotations

import atexit
import gc
import os

_YOUNG = 100_000
_TRIM_THRESHOLD, _MMAP_MAX, _ARENA_MAX = -1, -4, -8  # names of glibc's malloc.h
_NEVER = 2**31 - 1


def prepare() -> None:
    """Have the collector look less often, keep freed memory for the next array in small pages, no threads for matrices.

    Call it before numpy is imported.
    """
    atexit.register(gc.freeze)  # at its end a process need not look once more through all that is still there
    gc.set_threshold(_YOUNG)  # imports alone make a hundred thousand objects that stay
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # nothing here multiplies matrices
    # A virtual machine gets most large pages from its host anew, and clears them 2 MB at once (docs/adr/0022).
    os.environ.setdefault("NUMPY_MADVISE_HUGEPAGE", "0")
    import ctypes  # here, since only long commands are set up

    try:
        library = ctypes.CDLL(None)
        # The system clears each fresh page, and arrays of megabytes come and go by the hundred: all of them come from
        # one heap, of which nothing is given back, whichever thread asks.
        library.mallopt(_MMAP_MAX, 0)
        library.mallopt(_TRIM_THRESHOLD, _NEVER)
        library.mallopt(_ARENA_MAX, 1)
    except (AttributeError, OSError, TypeError):
        return  # another C library, which has its own ways
