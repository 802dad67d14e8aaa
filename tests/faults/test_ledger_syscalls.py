"""A kill or an error of the disk in place of each system call that changes the ledger's files: no promise is broken.

Needs strace and a system that lets it trace; elsewhere the tests skip and say so. The short form takes each tenth call,
the slow one each, with each fault.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.faults.promises import broken_promise
from tests.faults.spender import recover

SPENDER = Path(__file__).with_name("spender.py")
CALLS = "write,pwrite64,fsync,fdatasync,unlink,unlinkat,rename,renameat,renameat2,link,linkat,ftruncate,openat"
FAULTS = ("signal=KILL", "error=ENOSPC", "error=EIO", "error=EROFS")
Call = tuple[str, int]
"""A system call's name, and which of its calls by that name, from 1: strace counts each name by itself."""


@pytest.fixture
def strace() -> str:
    found = shutil.which("strace")
    if found is None:
        pytest.skip("strace is not installed: no fault was injected at a system call")
    tried = subprocess.run([found, "-o", "/dev/null", "true"], capture_output=True, check=False)
    if tried.returncode:
        pytest.skip("tracing is not allowed here: no fault was injected at a system call")
    return found


def traced(strace: str, folder: Path, *inject: str) -> int:
    """Live a run under strace; return its exit code. What it said and was told stands in the folder."""
    folder.mkdir()
    command = [strace, "-f", "-qq", "-o", str(folder / "trace"), "-e", f"trace={CALLS}", *inject]
    for name in ("", "ledger", "ledger-journal", "ledger.head", "ledger.head.new"):
        command += ["-P", str(folder / name)]
    done = subprocess.run(
        [*command, sys.executable, str(SPENDER), "live", str(folder)],
        capture_output=True, check=False, timeout=120, cwd=SPENDER.parents[2],
    )  # fmt: skip
    (folder / "said").write_bytes(done.stdout)
    (folder / "told").write_bytes(done.stderr)
    return done.returncode


def calls_of(strace: str, folder: Path) -> list[Call]:
    """Every system call of a run that nothing disturbs, in order."""
    assert traced(strace, folder) == 0
    counted: Counter[str] = Counter()
    calls = []
    for name in re.findall(r"^[0-9]+ +(\w+)\(", (folder / "trace").read_text(), re.MULTILINE):
        counted[name] += 1
        calls.append((name, counted[name]))
    return calls


def injected(strace: str, folder: Path, call: Call, fault: str) -> str:
    """Live a run with one fault, recover, and return the first promise that was broken, or ""."""
    code = traced(strace, folder, "-e", f"inject={call[0]}:{fault}:when={call[1]}")
    if "(INJECTED)" not in (folder / "trace").read_text() and code == 0:
        return "the fault was not injected"
    told = (folder / "told").read_text().splitlines()
    if told and not told[-1].startswith("privshare.errors."):
        return f"a person was told: {told[-1]}"
    return broken_promise({**recover(folder), "said": (folder / "said").read_text().splitlines()})


def test_a_fault_at_each_tenth_system_call_breaks_no_promise(strace: str, memory_folder: Path) -> None:
    calls = calls_of(strace, memory_folder / "undisturbed")
    taken = calls[::10]
    for turn, call in enumerate(taken):
        fault = FAULTS[turn % len(FAULTS)]
        assert injected(strace, memory_folder / str(turn), call, fault) == "", (call, fault)
    print(f"faults injected at {len(taken)} of {len(calls)} system calls")


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_at_every_system_call_breaks_no_promise(strace: str, memory_folder: Path, fault: str) -> None:
    calls = calls_of(strace, memory_folder / "undisturbed")
    assert {"fdatasync", "pwrite64", "openat", "unlink"} <= {name for name, _ in calls}
    for turn, call in enumerate(calls):
        assert injected(strace, memory_folder / str(turn), call, fault) == "", call
    print(f"{fault}: injected at {len(calls)} system calls")
