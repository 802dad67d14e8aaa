"""A run folder opened for reading only: what is in it is exactly what its signed manifest says.

Promises: no file is opened for writing, none is created, no link is followed;
a missing, extra, changed, swapped or special file is named. Every later read
checks the digest again, so what is judged is what was signed.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from privshare.errors import InputRefused, VerificationFailed
from privshare.report import manifest
from privshare.report.manifest import Entry
from privshare.secure.canonical import parse_canonical

_BLOCK = 2**20


@dataclass(frozen=True, slots=True)
class SealedFolder:
    """A folder whose manifest holds. signer: public key that signed the manifest. entries: path -> digest, size."""

    folder: Path
    entries: dict[str, Entry]
    signer: bytes

    def under(self, room: str) -> tuple[str, ...]:
        """Return the paths of the files in one sub-folder, sorted."""
        return tuple(sorted(path for path in self.entries if path.startswith(f"{room}/")))

    def read(self, path: str) -> bytes:
        """Return a file's bytes; raise VerificationFailed(path, reason) unless they are the signed ones."""
        entry = self.entries.get(path)
        if entry is None:
            raise VerificationFailed(path, "it is missing")
        parts: list[bytes] = []
        _check(self.folder / path, path, entry, parts)
        return b"".join(parts)

    def document(self, path: str) -> Any:
        """Return a canonical JSON file's content; raise VerificationFailed(path, reason) for any other."""
        return parse_canonical(self.read(path), file=path)


def open_sealed(folder: Path) -> SealedFolder:
    """Check the manifest and every file against it; raise VerificationFailed(file, reason) at the first difference."""
    if not folder.is_dir():
        what = "it is a file" if folder.exists() else "there is no such folder"
        raise InputRefused(f"{folder} is not a run folder: {what}.")
    with _reading(folder / manifest.NAME, manifest.NAME) as handle:
        if os.fstat(handle).st_size > manifest.SIZE_MAX:
            raise VerificationFailed(manifest.NAME, f"it is larger than {manifest.SIZE_MAX} bytes")
        data = b"".join(iter(lambda: os.read(handle, _BLOCK), b""))
    entries, signer = manifest.read_manifest(data)
    found = set(_walk(folder, ""))
    for path in sorted(entries.keys() - found):
        raise VerificationFailed(path, "it is missing")
    for path in sorted(found - entries.keys() - {manifest.NAME}):
        raise VerificationFailed(path, "the manifest does not name it")
    for path, entry in sorted(entries.items()):
        _check(folder / path, path, entry, None)
    return SealedFolder(folder, entries, signer)


def _walk(folder: Path, room: str) -> Iterator[str]:
    with os.scandir(folder / room) as listing:
        things = list(listing)
    if room and not things:
        yield room  # an empty folder, which no manifest names
    for thing in things:
        path = f"{room}/{thing.name}" if room else thing.name
        if thing.is_symlink():
            raise VerificationFailed(path, "it is a link")
        if thing.is_dir(follow_symlinks=False):
            yield from _walk(folder, path)
        elif thing.is_file(follow_symlinks=False):
            yield path
        else:
            raise VerificationFailed(path, "it is neither a file nor a folder")


def _check(where: Path, path: str, entry: Entry, keep: list[bytes] | None) -> None:
    digest, size = hashlib.sha256(), 0
    with _reading(where, path) as handle:
        if os.fstat(handle).st_size != entry.size:
            raise VerificationFailed(path, "its size is not the one in the manifest")
        while block := os.read(handle, _BLOCK):
            size += len(block)
            digest.update(block)
            if size > entry.size:
                break
            if keep is not None:
                keep.append(block)
    if size != entry.size or digest.hexdigest() != entry.sha256:
        raise VerificationFailed(path, "its content is not the one in the manifest")


@contextmanager
def _reading(where: Path, path: str) -> Iterator[int]:
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
    try:
        handle = os.open(where, flags)
    except FileNotFoundError:
        raise VerificationFailed(path, "it is missing") from None
    except OSError as fault:
        raise VerificationFailed(path, f"it cannot be read ({fault.strerror})") from None
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise VerificationFailed(path, "it is not a plain file")
        yield handle
    finally:
        os.close(handle)
