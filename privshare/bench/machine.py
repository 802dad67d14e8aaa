"""On what a figure was measured."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Machine:
    """model: of the processor. cores: that this process may use. ram_gb: GiB. load: 1-minute average at this moment."""

    model: str
    cores: int
    ram_gb: float
    system: str
    python: str
    date: str
    load: float

    @property
    def sentence(self) -> str:
        """All of it but the load.

        >>> Machine("X", 2, 23.5, "Linux", "3.11.7", "2026-11-24", 0.1).sentence
        '2026-11-24: X, 2 cores, 24 GiB, Linux, Python 3.11.7'
        """
        cores = "1 core" if self.cores == 1 else f"{self.cores} cores"
        return f"{self.date}: {self.model}, {cores}, {self.ram_gb:.0f} GiB, {self.system}, Python {self.python}"


def this_machine() -> Machine:
    """Return this machine, as /proc describes it."""
    return Machine(
        model=_line("/proc/cpuinfo", "model name") or platform.machine(),
        cores=len(os.sched_getaffinity(0)),
        ram_gb=int((_line("/proc/meminfo", "MemTotal") or "0 kB").split()[0]) / 2**20,
        system=platform.system(),
        python=platform.python_version(),
        date=datetime.now(UTC).date().isoformat(),
        load=os.getloadavg()[0],
    )


def _line(path: str, name: str) -> str | None:
    """Return what stands after `name:` in a file of the kernel, or None."""
    try:
        lines = Path(path).read_text("utf-8", "replace").splitlines()
    except OSError:
        return None
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(name)), None)
