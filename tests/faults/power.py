"""A disk that forgets: each write, flush, new name and deletion of a run is recorded, and any moment is a power cut.

The ledger's own code runs, on another driver: `apsw` lets the file system below SQLite be replaced, the standard
library does not. What Python writes itself (the anchor, the new file) is recorded at `os`.

The disk that is assumed: a file's bytes are safe once it was flushed; before, each sector of 512 bytes of each write
may be there or not, by itself. Names (made, deleted, renamed) are safe once their folder was flushed; before, as many
of the first of them as chance says. What it does not show: sectors that are half written, disks that lie about a flush.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import apsw
import pytest

SECTOR = 512
Op = tuple[Any, ...]
"""("write", file, offset, bytes) | ("cut", file, size) | ("flush", file) | ("make" | "drop", name) | ("move", name,
name) | ("flush names",) | ("said", anything). A file is known by the number it got when it was made."""


@dataclass
class Disk:
    """What would be there after a power cut. whole: file -> bytes as last flushed. loose: file -> what was done since.

    names: name -> file, as last flushed. moves: what was done to names since.
    """

    whole: dict[int, bytes] = field(default_factory=dict)
    loose: dict[int, list[Op]] = field(default_factory=dict)
    names: dict[str, int] = field(default_factory=dict)
    moves: list[Op] = field(default_factory=list)

    def do(self, op: Op) -> None:
        """Go on by one operation."""
        if op[0] in ("write", "cut"):
            self.loose.setdefault(op[1], []).append(op)
        elif op[0] == "flush":
            self.whole[op[1]] = applied(self.whole.get(op[1], b""), self.loose.pop(op[1], []))
        elif op[0] == "flush names":
            self.names, self.moves = named(self.names, self.moves), []
        elif op[0] != "said":
            self.moves.append(op)

    def after(self, chance: Callable[[int], int] | None) -> dict[str, bytes]:
        """Name -> bytes after a cut now. chance: below a limit; None for a disk that lost all that was not flushed."""
        names = named(self.names, self.moves[: chance(len(self.moves) + 1)] if chance else [])
        found = {}
        for name, file in names.items():
            kept = [part for op in self.loose.get(file, []) for part in sectors(op) if chance(2)] if chance else []
            found[name] = applied(self.whole.get(file, b""), kept)
        return found


def sectors(op: Op) -> Iterable[Op]:
    """Return an operation in the parts that a disk does one by one."""
    if op[0] != "write":
        return [op]
    _, file, start, data = op
    edges = [start, *range((start // SECTOR + 1) * SECTOR, start + len(data), SECTOR), start + len(data)]
    return [("write", file, low, data[low - start : high - start]) for low, high in pairwise(edges)]


def applied(data: bytes, ops: Iterable[Op]) -> bytes:
    """Return a file's bytes after some writes."""
    found = bytearray(data)
    for op in ops:
        end = op[2] if op[0] == "cut" else op[2] + len(op[3])
        found.extend(b"\0" * (end - len(found)))
        if op[0] == "cut":
            del found[end:]
        else:
            found[op[2] : end] = op[3]
    return bytes(found)


def named(names: dict[str, int], ops: Iterable[Op]) -> dict[str, int]:
    """Return a folder after some changes of names."""
    found = dict(names)
    for op in ops:
        if op[0] == "make":
            found[op[1]] = op[2]
        elif op[0] == "drop":
            found.pop(op[1], None)
        elif op[1] in found:
            found[op[2]] = found.pop(op[1])
    return found


class Recorder:
    """Everything that was done in a folder, in order."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.ops, self.files = folder.resolve(), list[Op](), dict[str, int]()
        self._made = 0

    def say(self, what: object) -> None:
        """Note what somebody was told at this moment."""
        self.ops.append(("said", what))

    def name(self, path: Any) -> str | None:
        """Return the name of a file of the folder, None for another."""
        place = Path(os.fspath(path))
        return place.name if place.parent.resolve() == self.folder else None

    def file(self, name: str, *, made: bool) -> int:
        """Return a file's number; a new one for a name that is made now."""
        if made:
            self._made += 1
            self.files[name] = self._made
            self.ops.append(("make", name, self._made))
        return self.files[name]


class RecordedFile(apsw.VFSFile):
    """SQLite's own file, with a note of each change."""

    def __init__(self, recorder: Recorder, name: Any, flags: list[int]) -> None:
        path = Path(name.filename() if hasattr(name, "filename") else name)
        new = not path.exists()
        super().__init__("", name, flags)
        self.recorder, self.number = recorder, recorder.file(path.name, made=new)
        # As SQLite does on Unix: the first flush of a new journal also flushes the folder that has its name.
        self.unnamed = new and path.name.endswith(("-journal", "-wal"))

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802 - as apsw calls it
        self.recorder.ops.append(("write", self.number, offset, bytes(data)))
        super().xWrite(data, offset)

    def xTruncate(self, size: int) -> None:  # noqa: N802
        self.recorder.ops.append(("cut", self.number, size))
        super().xTruncate(size)

    def xSync(self, flags: int) -> None:  # noqa: N802
        self.recorder.ops.append(("flush", self.number))
        if self.unnamed:
            self.recorder.ops.append(("flush names",))
            self.unnamed = False
        super().xSync(flags)


class RecordedFiles(apsw.VFS):
    """The system's files, recorded."""

    def __init__(self, recorder: Recorder) -> None:
        super().__init__("recorded", "")
        self.recorder = recorder

    def xOpen(self, name: Any, flags: list[int]) -> RecordedFile:  # noqa: N802
        return RecordedFile(self.recorder, name, flags)

    def xDelete(self, name: str, sync_folder: bool) -> None:  # noqa: N802
        super().xDelete(name, sync_folder)
        self.recorder.ops.append(("drop", Path(name).name))
        if sync_folder:
            self.recorder.ops.append(("flush names",))


class Rows:
    """A cursor as the standard library has it; all rows are fetched at once."""

    def __init__(self, rows: list[tuple[Any, ...]], changed: int) -> None:
        self._rows, self.rowcount = iter(rows), changed

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        return self._rows

    def fetchone(self) -> tuple[Any, ...] | None:
        return next(self._rows, None)

    def fetchall(self) -> list[tuple[Any, ...]]:
        return list(self._rows)


class Connection:
    """As much of `sqlite3.Connection` as the ledger uses, over apsw and the recorded files."""

    def __init__(self, uri: str) -> None:
        flags = apsw.SQLITE_OPEN_URI | apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE
        self._real = apsw.Connection(uri, flags=flags, vfs="recorded")

    def execute(self, statement: str, values: tuple[Any, ...] = ()) -> Rows:
        try:
            rows = self._real.execute(statement, values).fetchall()
        except apsw.Error as error:
            told = sqlite3.OperationalError(str(error))
            told.sqlite_errorcode = apsw.SQLITE_ERROR
            raise told from None
        return Rows(rows, self._real.changes())

    def close(self) -> None:
        self._real.close()


@contextmanager
def recorded(folder: Path) -> Iterator[Recorder]:
    """Record everything that the ledger does in a folder, by SQLite and by Python."""
    recorder = Recorder(folder)
    files = RecordedFiles(recorder)
    with pytest.MonkeyPatch.context() as patch:
        connect = sqlite3.connect

        def connecting(place: str, **named: Any) -> Any:
            return connect(place, **named) if place == ":memory:" else Connection(place)

        patch.setattr(sqlite3, "connect", connecting)
        _record_os(recorder, patch)
        yield recorder
    files.unregister()


def _record_os(recorder: Recorder, patch: pytest.MonkeyPatch) -> None:
    handles: dict[int, str | None] = {}
    real = {name: getattr(os, name) for name in ("open", "close", "write", "pwrite", "fsync", "fdatasync", "replace")}
    places: dict[int, int] = {}

    def opening(path: Any, flags: int, *more: Any, **named: Any) -> int:
        new = flags & os.O_CREAT and not Path(path).exists()
        handle: int = real["open"](path, flags, *more, **named)
        handles.pop(handle, None)
        if Path(path).resolve() == recorder.folder:
            handles[handle] = None
        elif (name := recorder.name(path)) is not None:
            handles[handle] = name
            places[handle] = 0
            recorder.file(name, made=bool(new))
            if flags & os.O_TRUNC and not new:
                recorder.ops.append(("cut", recorder.files[name], 0))
        return handle

    def closing(handle: int) -> None:
        handles.pop(handle, None)
        real["close"](handle)

    def writing(handle: int, data: bytes, offset: int | None = None) -> int:
        if handles.get(handle) is not None:
            at = places[handle] if offset is None else offset
            recorder.ops.append(("write", recorder.files[handles[handle] or ""], at, bytes(data)))
            places[handle] += len(data) if offset is None else 0
        return int(real["write"](handle, data) if offset is None else real["pwrite"](handle, data, offset))

    def flushing(handle: int) -> None:
        if handle in handles:
            name = handles[handle]
            recorder.ops.append(("flush names",) if name is None else ("flush", recorder.files[name]))
        real["fsync"](handle)

    def replacing(source: Any, target: Any, **named: Any) -> None:
        real["replace"](source, target, **named)
        old, new = recorder.name(source), recorder.name(target)
        if old is not None and new is not None:
            recorder.ops.append(("move", old, new))
            recorder.files[new] = recorder.files.pop(old)

    for name, instead in {
        "open": opening, "close": closing, "write": writing, "pwrite": writing, "fsync": flushing,
        "fdatasync": flushing, "replace": replacing,
    }.items():  # fmt: skip
        patch.setattr(os, name, instead)


def put(folder: Path, files: dict[str, bytes]) -> None:
    """Make a folder what it is after a cut."""
    for old in folder.iterdir():
        old.unlink()
    for name, data in files.items():
        with suppress(FileNotFoundError):
            (folder / name).write_bytes(data)
