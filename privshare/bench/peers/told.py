"""What every peer's program has in common: its arguments, its clock, and the one line of JSON that it ends with.

Runs in the peer's own environment, so it needs the standard library only.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path


@dataclass(frozen=True)
class Work:
    """What is to be done.

    table: Parquet file of uid, key, val. keys: the public groups. total, or groups and rows_a_group: what one person
    may add, over all groups or a group; a program uses those that its library knows.
    """

    table: str
    keys: tuple[str, ...]
    total: int
    groups: int
    rows_a_group: int


class Clock:
    """Made before the library is imported; `imported` is called right after, `ready` once a server has started."""

    def __init__(self) -> None:
        self._began = time.perf_counter()
        self._marks: dict[str, float] = {}

    def imported(self) -> None:
        """Mark the end of the imports; end the program here if only they were asked for."""
        self._mark("imports")
        if sys.argv[1:] == ["imports"]:
            print(json.dumps(self._marks))
            raise SystemExit(0)

    def ready(self) -> None:
        """Mark the end of starting what the library needs beside itself."""
        self._mark("start")

    def tell(self, release: Callable[[Work], Mapping[str, tuple[float, float]]], packages: Iterable[str]) -> None:
        """Do the work and print counts and sums by key, seconds by phase, and versions."""
        path, keys, total, groups, rows_a_group = sys.argv[1:]
        listed = tuple(Path(keys).read_text("utf-8").split()[1:])
        self._began = time.perf_counter()
        answer = release(Work(path, listed, int(total), int(groups), int(rows_a_group)))
        self.done(
            packages,
            counts={str(key): float(count) for key, (count, _) in answer.items()},
            sums={str(key): float(total) for key, (_, total) in answer.items()},
        )

    def done(self, packages: Iterable[str], **answer: object) -> None:
        """Mark the end of the work and print seconds by phase, versions, and the answer."""
        self._mark("work")
        print(json.dumps({"seconds": self._marks, "versions": {name: version(name) for name in packages}, **answer}))

    def _mark(self, phase: str) -> None:
        now = time.perf_counter()
        self._marks[phase] = now - self._began
        self._began = now
