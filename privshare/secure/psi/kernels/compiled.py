"""How a kernel is compiled: to machine code on its first call, kept on disk, and without the interpreter lock.

Promises: the code of an earlier process is found again (numba keeps it in `__pycache__`, or in the user's cache
where the package lies in a folder that cannot be written). Leaves to others: looking that no index is out of bounds.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

import numba

Kernel = TypeVar("Kernel", bound=Callable[..., object])


def kernel(function: Kernel) -> Kernel:
    """Return the function compiled for the types of its first call."""
    return cast(Kernel, numba.njit(cache=True, nogil=True, error_model="numpy")(function))
