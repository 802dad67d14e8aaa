"""Whole processes, measured: wall and CPU seconds, peak memory, and what they printed.

Promises: a figure is of a fresh process, waited for by a parent of about 10 MB (`launcher.py`), so the memory of
whoever asks for it is not in it; nothing outlives its limit; a summary always comes with n and range.
Leaves to others: what is run, and in which order.
"""

from __future__ import annotations

import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from privshare.errors import InputRefused

LAUNCHER = Path(__file__).with_name("launcher.py")
LIMIT_SECONDS = 1_800.0
TOLD = '{"seconds"'


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

    @property
    def told(self) -> dict[str, Any]:
        """The line of JSON with which a program of a benchmark ends, whatever a library printed around it.

        Raises LookupError or ValueError where there is none.
        """
        told: dict[str, Any] = json.loads([line for line in self.out.splitlines() if line.startswith(TOLD)][-1])
        return told


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


class Begun:
    """A process that runs: it can be stopped, and `ended` waits for it."""

    def __init__(
        self, command: Sequence[str], folder: Path, environment: Mapping[str, str] | None, limit: float
    ) -> None:
        self.command = command
        self._stopped = False
        reader, writer = os.pipe()
        self._held = ExitStack()
        self._told = self._held.enter_context(os.fdopen(reader, "rb"))
        self._out = self._held.enter_context(tempfile.TemporaryFile())  # noqa: SIM115 - held
        self._err = self._held.enter_context(tempfile.TemporaryFile())  # noqa: SIM115 - held
        try:
            self._launcher = subprocess.Popen(
                [sys.executable, "-I", "-S", str(LAUNCHER), str(writer), str(limit), *command],
                stdin=subprocess.DEVNULL,
                stdout=self._out,
                stderr=self._err,
                cwd=folder,
                env=None if environment is None else dict(environment),
                pass_fds=(writer,),
            )
        finally:
            os.close(writer)

    @property
    def over(self) -> bool:
        """Whether it has ended."""
        return self._launcher.poll() is not None

    def stop(self) -> None:
        """Let it end now, and what it started; `ended` still tells what it took."""
        self._stopped = True
        if self._launcher.poll() is None:
            self._launcher.send_signal(signal.SIGTERM)  # which the launcher passes on as a kill

    def ended(self) -> Taken:
        """Wait for its end and return what it took. Raises InputRefused where there is no such program."""
        with self._held:
            report = self._told.read()
            self._launcher.wait()
            out, err = (_all(file) for file in (self._out, self._err))
        if not report and self._stopped:  # before it had started anything
            return Taken(0.0, 0.0, 0.0, 0.0, -signal.SIGTERM, late=False, out=out, err=err)
        if not report:
            lines = err.strip().splitlines() or ["no reason given"]
            raise InputRefused(f"{self.command[0]} could not be started: {lines[-1]}.")
        return Taken(**json.loads(report), out=out, err=err)


def _all(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode("utf-8", "replace")


def begun(
    command: Sequence[str],
    *,
    folder: Path,
    environment: Mapping[str, str] | None = None,
    limit_seconds: float = LIMIT_SECONDS,
) -> Begun:
    """Start a command in `folder` and return it while it runs. environment: instead of this process's own."""
    return Begun(command, folder, environment, limit_seconds)


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
    return begun(command, folder=folder, environment=environment, limit_seconds=limit_seconds).ended()
