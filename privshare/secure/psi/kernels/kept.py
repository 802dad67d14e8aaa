"""Machine code kept on disk between processes: which code is meant, and that it is the code that was kept.

A file is SHA-256 of the rest, the key, and an object file as the compiler made it. The key is a hash of everything the
code depends on: the kernel's source file, the types it is called with, the versions of numba and llvmlite, and the
processor with its features. Code under another key, and a file in which one bit has changed, is not run: it counts as
absent, is made anew and written over.
Leaves to others: who may write into the folder. It is `__pycache__` beside the source, whose bytecode is trusted as
much; else a folder of the user's own, or the one that NUMBA_CACHE_DIR names.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path

FOLDER_VARIABLE = "NUMBA_CACHE_DIR"
_VERSION = b"privshare/kernel/1"
_DIGEST_BYTES = 32


@cache
def source_digest(path: str) -> bytes:
    """Return SHA-256 of a source file. Raises OSError where there is none."""
    return hashlib.sha256(Path(path).read_bytes()).digest()


def key_of(*parts: bytes) -> bytes:
    """Return one hash over all that a compiled form depends on, each part with its length before it."""
    whole = hashlib.sha256(_VERSION)
    for part in parts:
        whole.update(len(part).to_bytes(8, "little") + part)
    return whole.digest()


def read(source: str, name: str, key: bytes) -> bytes | None:
    """Return the code kept under this name for a source file's kernel; None unless it is whole and has this key."""
    for folder in _folders(source):
        with suppress(OSError):
            held = (folder / name).read_bytes()
            digest, rest = held[:_DIGEST_BYTES], held[_DIGEST_BYTES:]
            if digest == hashlib.sha256(rest).digest() and rest[:_DIGEST_BYTES] == key:
                return rest[_DIGEST_BYTES:]
    return None


def write(source: str, name: str, key: bytes, code: bytes) -> None:
    """Keep the code, in one step that others see wholly or not at all; do without where nothing can be kept."""
    rest = key + code
    for folder in _folders(source):
        with suppress(OSError):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file:
                file.write(hashlib.sha256(rest).digest() + rest)
            with suppress(OSError):
                Path(file.name).chmod(0o644)
            os.replace(file.name, folder / name)  # noqa: PTH105 - from a name to a path
            return


def _folders(source: str) -> Iterator[Path]:
    """Yield where code may be kept, the first choice first."""
    named = os.environ.get(FOLDER_VARIABLE)
    if named:
        yield Path(named)
        return
    yield Path(source).parent / "__pycache__"
    with suppress(RuntimeError):  # somebody without a home
        yield Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "privshare"


def name_of(module: str, function: str, form: bytes) -> str:
    """Return the file name of one compiled form, the same for each version of it, so that old ones are written over.

    >>> name_of("privshare.secure.psi.kernels.okvs", "gather", b"...")[:12]
    'okvs.gather-'
    """
    tag = hashlib.sha256(form).hexdigest()[:12]
    return f"{module.rpartition('.')[2]}.{function}-{tag}.{sys.implementation.cache_tag}.kernel"
