"""How a kernel is compiled: to machine code on its first call, kept on disk, and run without the interpreter lock.

Promises: code that an earlier process kept is run without importing the compiler, which would take a third of a second
a process (`kept` says which code that is, `native` how it is made and called). Code in the kept form allocates nothing,
looks up nothing and calls nothing. Where it cannot be had, numba's own compiled function does the same, only slower to
load: with a numba of another calling convention, or with a `NUMBA_` variable set, which may ask for anything.
Leaves to others: looking that no index is out of bounds.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from threading import Lock
from typing import Any, TypeVar, cast

from privshare.secure.psi.kernels.kept import FOLDER_VARIABLE
from privshare.secure.psi.kernels.native import form_of, jitted, ready

Function = TypeVar("Function", bound=Callable[..., object])
_ONE_AT_A_TIME = Lock()


class Kernel:
    """A function and its compiled forms, one for each combination of types it was called with."""

    def __init__(self, function: Callable[..., object]) -> None:
        self.py_func = function
        self._forms: dict[tuple[object, ...], Callable[..., object]] = {}

    def __call__(self, *arguments: Any) -> object:
        """Run it. Raises TypeError for what is no array of aligned numbers, whole number or tuple of whole numbers."""
        form = tuple(map(form_of, arguments))
        return (self._forms.get(form) or self._made_ready(form))(*arguments)

    def _made_ready(self, form: tuple[object, ...]) -> Callable[..., object]:
        with _ONE_AT_A_TIME:
            if form not in self._forms:
                found = None if _numba_is_told() else ready(self.py_func, form)
                self._forms[form] = found or cast(Callable[..., object], jitted(self.py_func, cache=True))
        return self._forms[form]


def kernel(function: Function) -> Function:
    """Return the function compiled for the types of each call. Of the names in it, kernels are compiled with it."""
    return cast(Function, Kernel(function))


def _numba_is_told() -> bool:
    return any(name.startswith("NUMBA_") and name != FOLDER_VARIABLE for name in os.environ)
