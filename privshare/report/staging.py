"""Room for an output folder: all of it appears, or none of it.

A `Stage` takes room on the disk before a run begins, so that no budget is
spent on figures that cannot be kept. Files go into a hidden folder beside the
wanted one, are flushed to the disk with their folders, and appear by one
rename. Whatever goes wrong, the hidden folder is removed; one that a killed
process left behind is in nobody's way. One file alone (`write_new`) is made where it will lie.
Leaves to others: what the files are.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from privshare.errors import InputRefused, OutputInUse, StorageFault

RESERVE = 32 * 2**20
_BALLAST = ".reserve"


@dataclass(frozen=True, slots=True)
class Stage:
    """Room for a run folder. out: where it will appear. folder: the hidden one that is filled first.

    private: whether its folders and files are for their owner only.
    """

    out: Path
    folder: Path
    private: bool = False


@contextmanager
def staging(out: Path, *, reserve: int = RESERVE, private: bool = False) -> Iterator[Stage]:
    """Yield a Stage with `reserve` bytes of disk taken; `out` appears only when `publish` is done.

    private: as in `Stage`.
    Raises OutputInUse when `out` is anything but absent or an empty folder, StorageFault when the disk will
    not give the room. On any exit before `publish` was done, nothing is left behind.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as room, staging(Path(room) / "run", reserve=1) as stage:
    ...     stage.out.exists()
    False
    """
    told = str(out)
    made: list[Path] = []
    stage: Stage | None = None
    try:
        with _storage(told):
            out = _resolved(out)
            if os.path.lexists(out) and (not out.is_dir() or any(out.iterdir())):
                raise OutputInUse(told)
            _make_parents(out.parent, made)
            stage = Stage(out, _hidden_beside(out, 0o700 if private else 0o777), private)
            _reserve(stage.folder / _BALLAST, reserve)
        yield stage
    finally:
        if stage is not None:
            shutil.rmtree(stage.folder, ignore_errors=True)
        for parent in reversed(made):
            with contextlib.suppress(OSError):
                parent.rmdir()  # refuses unless empty, which is what is wanted


def check_free(out: Path) -> None:
    """Raise as `staging` would, and hold nothing: for a run of which a kill may leave nothing, so it stages at its end.

    The disk can still fill up, or somebody take the folder, while the run lasts.
    """
    with staging(out):
        pass


def publish(files: Mapping[str, bytes], stage: Stage) -> None:
    """Write these files, by path, and let the folder appear at `stage.out`.

    Raises StorageFault when the disk refuses, OutputInUse when somebody filled `out` meanwhile.
    """
    with _storage(str(stage.out)):
        (stage.folder / _BALLAST).unlink(missing_ok=True)
        _write(files, stage.folder, 0o077 if stage.private else 0)
        try:
            stage.folder.rename(stage.out)
        except OSError as fault:
            if stage.out.is_dir() and any(stage.out.iterdir()):
                raise OutputInUse(str(stage.out)) from fault
            raise
        _flush(stage.out.parent)


def write_new(path: Path, text: str) -> None:
    """Write a file that must not exist yet; raise InputRefused if it does, StorageFault if the disk refuses."""
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError:
        raise InputRefused(f"{path} is there already; name a file that does not exist yet.") from None
    except OSError as fault:
        raise StorageFault(str(path), fault.strerror or "input or output error") from None


def _write(files: Mapping[str, bytes], folder: Path, without: int) -> None:
    """Write all files, then flush them and their folders: one wait for the disk's journal instead of many.

    without: bits that no mode may have.
    """
    for parent in sorted({path.rpartition("/")[0] for path in files} - {""}):
        (folder / parent).mkdir(mode=0o777 & ~without)
    for path, data in files.items():
        handle = os.open(folder / path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666 & ~without)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
    for path in files:
        _flush(folder / path)
    for parent in sorted({path.rpartition("/")[0] for path in files}, reverse=True):
        _flush(folder / parent)


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _resolved(out: Path) -> Path:
    """Follow links now, so that the rename at the end replaces what they lead to."""
    try:
        return out.absolute().resolve()
    except RuntimeError:  # until Python 3.13 a loop of links is this and not an OSError
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP)) from None


def _make_parents(parent: Path, made: list[Path]) -> None:
    missing = []
    while not parent.exists():
        missing.append(parent)
        parent = parent.parent
    for path in reversed(missing):
        path.mkdir()
        made.append(path)


def _hidden_beside(out: Path, mode: int) -> Path:
    for number in range(1000):
        folder = out.with_name(f".{out.name}.part{number}")
        with contextlib.suppress(FileExistsError):
            folder.mkdir(mode=mode)
            return folder
    raise StorageFault(str(out), "a thousand unfinished folders lie beside it; remove them")


def _reserve(path: Path, size: int) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(handle, 0, max(1, size))
        else:
            for _ in range(max(1, size // 2**20)):
                os.write(handle, bytes(2**20))
            os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _storage(path: str) -> Iterator[None]:
    """Turn what the system says about a disk into a StorageFault."""
    try:
        yield
    except OSError as fault:
        raise StorageFault(path, fault.strerror or type(fault).__name__) from None
