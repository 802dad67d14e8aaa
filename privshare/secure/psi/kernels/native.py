"""A kernel's machine code: made by numba once, afterwards only linked by LLVM and called.

numba's calling convention (its documentation, "Polymorphic dispatching" and "Arrays"): int32 function(result pointer,
exception pointer, arguments). An array is flattened to owner, parent, items, bytes an item, address, shape and strides;
a tuple to its numbers. Before code is kept, its type is compared with that, so that a numba that does it otherwise is
found out. The code is compiled without numba's runtime, so it can allocate nothing.
Leaves to others: keeping (`kept`); that what is written over may be (numba refuses to compile a store into an array
that is given as read-only).
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterable
from functools import cache
from types import FunctionType
from typing import Any

import numpy as np

from privshare.secure.psi.kernels import kept

_POINTER, _NUMBER = ctypes.c_void_p, ctypes.c_int64
_DONE = (0, -2)  # finished; finished and returns None
_IR = {_POINTER: "ptr", _NUMBER: "i64"}


def form_of(argument: Any) -> object:
    """Return what decides how an argument is compiled. Raises TypeError for what no kernel takes."""
    if isinstance(argument, np.ndarray):
        flags = argument.flags
        if not flags.aligned:
            raise TypeError("a kernel takes aligned arrays only")
        return (argument.dtype.str, argument.ndim, "C" if flags.c_contiguous else "A", flags.writeable)
    if type(argument) is int or isinstance(argument, np.int64):
        return "i"
    if isinstance(argument, np.uint64):
        return "u"
    if isinstance(argument, tuple) and all(type(part) is int for part in argument):
        return len(argument)
    raise TypeError(f"a kernel takes no {type(argument).__name__}")


def ready(function: Callable[..., object], form: tuple[object, ...]) -> Callable[..., object] | None:
    """Return the function's compiled form, kept or made now; None where only numba itself can run it."""
    code = function.__code__
    try:
        parts = (kept.source_digest(code.co_filename), _machine().encode(), code.co_qualname.encode())
    except (OSError, ImportError, AttributeError):
        return None
    told = repr(form).encode()
    name, key = kept.name_of(function.__module__, function.__name__, told), kept.key_of(*parts, told)
    found = kept.read(code.co_filename, name, key)
    if found is None:
        found = _made(function, form)
        if found is None:
            return None
        kept.write(code.co_filename, name, key, found)
    return _linked(found, form)


def jitted(function: Any, **options: Any) -> Any:
    """Return numba's own compiled function, in which kernels are compiled too."""
    import numba

    within = {
        name: jitted(value.py_func, **options) if hasattr(value, "py_func") else value
        for name, value in function.__globals__.items()
        if name in function.__code__.co_names
    }
    alone = FunctionType(function.__code__, {**within, "__name__": function.__module__}, function.__name__)
    return numba.njit(nogil=True, error_model="numpy", **options)(alone)


@cache
def _machine() -> str:
    """Return what made the code and what it may run on."""
    from importlib.metadata import version

    import llvmlite
    from llvmlite import binding

    cpu = binding.get_host_cpu_name(), binding.get_host_cpu_features().flatten()
    return repr(
        (version("numba"), llvmlite.__version__, binding.get_process_triple(), *cpu, kept.source_digest(__file__))
    )


def _made(function: Callable[..., object], form: tuple[object, ...]) -> bytes | None:
    """Return a line with the code's symbol and what it returns, and the code; None where it is not as expected."""
    from numba.core.errors import NumbaError

    types = tuple(map(_numba_type, form))
    try:
        compiler = jitted(function, _nrt=False, no_cpython_wrapper=True, no_cfunc_wrapper=True)
        compiler.compile(types)
        made = compiler.overloads[types]
        library, symbol = made.library, made.fndesc.llvm_func_name
        code = library.serialize_using_object_code()[2][0]
        convention = str(library._final_module.get_function(symbol).global_value_type)
    except (NumbaError, AttributeError, KeyError, IndexError, TypeError, RuntimeError):
        return None  # a mistake in the kernel is found again, and told, by numba itself
    result = str(made.signature.return_type)
    words = ", ".join(_IR[word] for word in _convention(form))
    if convention != f"i32 (ptr, ptr, {words})" or result not in ("none", "int64"):
        return None
    return f"{symbol} {result}\n".encode() + bytes(code)


def _numba_type(part: object) -> Any:
    from numba.core import types
    from numba.np.numpy_support import from_dtype

    if isinstance(part, tuple):
        dtype, dimensions, layout, writeable = part
        return types.Array(from_dtype(np.dtype(dtype)), dimensions, layout, readonly=not writeable)
    if isinstance(part, int):
        return types.UniTuple(types.int64, part)  # type: ignore[no-untyped-call]
    return types.int64 if part == "i" else types.uint64


def _convention(form: tuple[object, ...]) -> list[Any]:
    """Return the types of the flattened arguments."""
    words: list[Any] = []
    for part in form:
        if isinstance(part, tuple):
            words += [_POINTER, _POINTER, _NUMBER, _NUMBER, _POINTER, *[_NUMBER] * (2 * part[1])]
        else:
            words += [_NUMBER] * (part if isinstance(part, int) else 1)
    return words


def _flat(arguments: Iterable[Any]) -> Iterable[int | None]:
    for argument in arguments:
        if isinstance(argument, np.ndarray):
            yield from (None, None, argument.size, argument.itemsize, argument.__array_interface__["data"][0])
            yield from argument.shape
            yield from argument.strides
        elif isinstance(argument, tuple):
            yield from argument
        else:
            yield int(argument)


def _linked(found: bytes, form: tuple[object, ...]) -> Callable[..., object]:
    """Return a function that calls the code, which stays in memory as long as the process."""
    from llvmlite import binding

    head, _, code = found.partition(b"\n")
    symbol, result = head.decode().split(" ")
    engine = _engine()
    engine.add_object_file(binding.ObjectFileRef.from_data(code))
    engine.finalize_object()
    call = ctypes.CFUNCTYPE(ctypes.c_int32, _POINTER, _POINTER, *_convention(form))(engine.get_function_address(symbol))
    returns = result == "int64"

    def run(*arguments: Any) -> int | None:
        told = _NUMBER()
        ended = call(ctypes.byref(told), None, *_flat(arguments))
        if ended not in _DONE:
            raise RuntimeError(f"{symbol.split('B2v')[0]} ended with {ended}")
        return told.value if returns else None

    return run


@cache
def _engine() -> Any:
    """Return LLVM's linker and loader for this process."""
    from llvmlite import binding

    binding.initialize_native_target()
    binding.initialize_native_asmprinter()
    machine = binding.Target.from_default_triple().create_target_machine(jit=True)
    return binding.create_mcjit_compiler(binding.parse_assembly(""), machine)
