"""How a kernel is compiled: to machine code on its first call, kept on disk, and without the interpreter lock.

Promises: the code of an earlier process is found again (numba keeps it in `__pycache__`, or in the user's cache
where the package lies in a folder that cannot be written). Leaves to others: looking that no index is out of bounds.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import NoReturn, TypeVar, cast

import numba
from numba.np import linalg

Kernel = TypeVar("Kernel", bound=Callable[..., object])


def kernel(function: Kernel) -> Kernel:
    """Return the function compiled for the types of its first call."""
    return cast(Kernel, numba.njit(cache=True, nogil=True, error_model="numpy")(function))


def _load_arrays() -> None:
    """Load numba's array functions without their look for BLAS, which imports scipy.linalg where it is installed.

    That takes a fifth of a second, and no kernel multiplies matrices; other code that does finds BLAS all the same.
    """
    search = linalg.ensure_blas

    def found_none() -> NoReturn:
        raise ImportError

    linalg.ensure_blas = found_none
    try:
        import numba.np.arraymath  # noqa: F401
    finally:
        linalg.ensure_blas = search


if "numba.np.arraymath" not in sys.modules:
    _load_arrays()
