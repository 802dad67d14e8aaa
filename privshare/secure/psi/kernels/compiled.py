"""How a kernel is compiled: to machine code on its first call, kept on disk, and without the interpreter lock.

Promises: the code of an earlier process is found again (numba keeps it in `__pycache__`, or in the user's cache
where the package lies in a folder that cannot be written), and loading it takes what running needs, not what compiling
would: numba loads its whole library of implementations before it looks for kept code, 0.2 seconds a process.
Leaves to others: looking that no index is out of bounds.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, NoReturn, TypeVar, cast

import numba
from numba.core.runtime import rtsys  # type: ignore[attr-defined]

Kernel = TypeVar("Kernel", bound=Callable[..., object])


def kernel(function: Kernel) -> Kernel:
    """Return the function compiled for the types of its first call."""
    compiled: Any = numba.njit(cache=True, nogil=True, error_model="numpy")(function)
    kept = compiled._cache
    if hasattr(kept, "_load_overload") and hasattr(kept, "_guard_against_spurious_io_errors"):  # numba 0.57 and later
        kept.load_overload = _loading(kept)
    return cast(Kernel, compiled)


def _loading(kept: Any) -> Callable[[Any, Any], Any]:
    """Return numba's own `load_overload`, but for the refresh; compiling, where nothing is kept, begins with one."""

    def load(signature: Any, context: Any) -> Any:
        rtsys.initialize(context)
        with kept._guard_against_spurious_io_errors():
            found = kept._load_overload(signature, context)
        if found is None and "numba.np.arraymath" not in sys.modules:
            _load_arrays()
        return found

    return load


def _load_arrays() -> None:
    """Load numba's array functions without their look for BLAS, which imports scipy.linalg where it is installed.

    That takes a fifth of a second, and no kernel multiplies matrices; other code that does finds BLAS all the same.
    """
    from numba.np import linalg

    search = linalg.ensure_blas

    def found_none() -> NoReturn:
        raise ImportError

    linalg.ensure_blas = found_none
    try:
        import numba.np.arraymath  # noqa: F401
    finally:
        linalg.ensure_blas = search
