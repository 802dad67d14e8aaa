"""In what each program runs: ours with this very package, a peer's in a virtual environment of its own.

Environments are made where the user says, so that no package of another project comes into ours. Promises: an
environment is complete or is not there (it is made under another name first); without permission to install, nothing
is; a peer that cannot take part is a sentence and never an error.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from privshare.bench.contestants import PROGRAMS, Peer
from privshare.errors import InputRefused, ParameterRefused

INSTALL_SECONDS = 1_800


@dataclass(frozen=True, slots=True)
class Ready:
    """A peer with the interpreter that has its packages."""

    peer: Peer
    python: Path

    @property
    def program(self) -> list[str]:
        """The words that start its program; what it is asked for comes after."""
        return [str(self.python), str(PROGRAMS / self.peer.program)]


@dataclass(frozen=True, slots=True)
class Skipped:
    """A peer that takes no part, and why."""

    peer: Peer
    reason: str


def with_ours() -> dict[str, str]:
    """Return an environment in which a fresh interpreter finds this very package, wherever it was imported from.

    It may keep its bytecode, as an installed package's is.
    """
    ours = str(Path(__file__).parents[2])
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPATH": os.pathsep.join([ours, *filter(None, [os.environ.get("PYTHONPATH")])])}


def without_ours() -> dict[str, str]:
    """Return an environment for the programs of peers, in which nothing of ours is found."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return {**kept, "PYTHONDONTWRITEBYTECODE": "1"}


@dataclass(slots=True)
class Program:
    """What a contestant runs, and in what; fault: why it cannot, or no longer."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    fault: str | None = None

    @classmethod
    def of(cls, found: Ready | Skipped) -> Self:
        """Return a peer's program, or that it takes no part."""
        if isinstance(found, Skipped):
            return cls(found.peer.name, [], {}, found.reason)
        return cls(found.peer.name, found.program, without_ours())


def prepared(
    peer: Peer, folder: Path | None, *, rows: int, install: bool, notice: Callable[[str], None]
) -> Ready | Skipped:
    """Return the peer ready to run, or why it is not. Installs into folder/NAME if allowed and not there yet.

    Raises ParameterRefused where a folder is needed and none was given, InputRefused where it cannot be written.
    """
    if rows > peer.rows_max:
        return Skipped(peer, f"left out above {peer.rows_max:,} rows: {peer.why_not}")
    if peer.java and shutil.which("java") is None:
        return Skipped(peer, "it needs a JDK, and there is no java here")
    if not peer.requires:
        return Ready(peer, Path(sys.executable))
    folder = made(folder, f"environment of {peer.name}")
    python = folder / peer.name / "bin" / "python"
    if python.exists():
        return Ready(peer, python)
    if not install:
        return Skipped(peer, f"not installed in {folder}, and --no-install was given")
    notice(f"Installing {peer.name}")
    fault = _install(peer, folder)
    return Skipped(peer, fault) if fault else Ready(peer, python)


def made(folder: Path | None, what: str) -> Path:
    """Return the folder for `what`, there and absolute.

    Raises ParameterRefused where none was given, and InputRefused unless it can be made and written.
    """
    if folder is None:
        raise ParameterRefused("--env", "nothing", f"a folder for the {what}")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise InputRefused(f"the environment folder {folder} cannot be made: {fault.strerror}.") from None
    if not os.access(folder, os.W_OK | os.X_OK):
        raise InputRefused(f"the environment folder {folder} cannot be written; name one that can.")
    return folder.absolute()


def _install(peer: Peer, folder: Path) -> str | None:
    """Make the environment; return why it could not be made. pip writes its log beside it."""
    whole, unfinished = folder / peer.name, folder / f"{peer.name}.unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    pip = [str(unfinished / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    with (folder / f"{peer.name}.log").open("w", encoding="utf-8") as log:
        for command in ([sys.executable, "-m", "venv", str(unfinished)], [*pip, *peer.requires]):
            try:
                done = subprocess.run(command, stdout=log, stderr=log, check=False, timeout=INSTALL_SECONDS)
            except (OSError, subprocess.TimeoutExpired):
                return f"its packages could not be installed within {INSTALL_SECONDS} s; see {log.name}"
            if done.returncode:
                return f"its packages could not be installed; see {log.name}"
    unfinished.rename(whole)
    return None
