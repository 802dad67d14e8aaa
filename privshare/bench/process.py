"""Whole processes, measured: wall and CPU seconds, peak memory, and what they printed.

Promises: a figure is of a fresh process, waited for by a parent of about 10 MB (`launcher.py`), so the memory of
whoever asks for it is not in it; nothing outlives its limit; a summary always comes with n and range.
Leaves to others: what is run, and in which order.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from privshare.errors import InputRefused

LAUNCHER = Path(__file__).with_name("launcher.py")
LIMIT_SECONDS = 1_800.0


@dataclass(frozen=True, slots=True)
class Taken:
    """What one process took. wall, cpu: seconds. peak_mb: MiB, its own; tree_mb: with all that it started.

    code: exit code, negative for a signal. late: it was stopped at the limit. out, err: what it printed.
    """

    wall: float
    cpu: float
    peak_mb: float
    tree_mb: float
    code: int
    late: bool
    out: str
    err: str

    @property
    def fault(self) -> str | None:
        """Why there is no result, in one line; None where there is one."""
        if self.late:
            return "stopped at the time limit"
        if self.code == 0:
            return None
        lines = [line.strip() for line in self.err.replace("\r", "\n").splitlines() if line.strip()]
        return f"exit code {self.code}: {lines[-1][:160] if lines else 'it said nothing'}"


@dataclass(frozen=True, slots=True)
class Series:
    """Figures of the same thing, one a run; at least one.

    >>> Series((3.0, 1.0, 2.0)).median, Series((3.0, 1.0, 2.0)).low, Series((3.0, 1.0, 2.0)).high
    (2.0, 1.0, 3.0)
    """

    values: tuple[float, ...]

    @property
    def median(self) -> float:
        """The middle value."""
        return statistics.median(self.values)

    @property
    def low(self) -> float:
        """The smallest."""
        return min(self.values)

    @property
    def high(self) -> float:
        """The largest."""
        return max(self.values)


def measured(
    command: Sequence[str],
    *,
    folder: Path,
    environment: Mapping[str, str] | None = None,
    limit_seconds: float = LIMIT_SECONDS,
) -> Taken:
    """Run a command in `folder` and return what it took. environment: instead of this process's own.

    Raises InputRefused where there is no such program. Linux only, as the memory of a process tree is read from /proc.
    """
    reader, writer = os.pipe()
    with os.fdopen(reader, "rb") as told:
        try:
            done = subprocess.run(
                [sys.executable, "-I", "-S", str(LAUNCHER), str(writer), str(limit_seconds), *command],
                capture_output=True,
                cwd=folder,
                env=None if environment is None else dict(environment),
                pass_fds=(writer,),
                check=False,
            )
        finally:
            os.close(writer)
        report = told.read()
    err = done.stderr.decode("utf-8", "replace")
    if not report:
        lines = err.strip().splitlines() or ["no reason given"]
        raise InputRefused(f"{command[0]} could not be started: {lines[-1]}.")
    figures = json.loads(report)
    return Taken(**figures, out=done.stdout.decode("utf-8", "replace"), err=err)
