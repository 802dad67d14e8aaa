"""SIGKILL at every step of a release: what was said is there, what was released is debited, nothing is drawn twice.

These kills leave the page cache intact; they cannot show what a power cut
loses. For that the ledger relies on SQLite's synchronous=EXTRA, whose setting
is asserted at each opening.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

SPENDER = Path(__file__).with_name("spender.py")
HOLDERS, CAP, PRICE = ("bank", "city"), 1000, 300


def spender(*arguments: object) -> list[dict[str, Any]]:
    command = [sys.executable, str(SPENDER), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300, cwd=SPENDER.parents[2])
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def broken_promise(killed: dict[str, Any]) -> str:
    """The first promise that a killed and then recovered run broke, or ""."""
    before, after = killed["before"], killed["after"]
    for line in killed["said"]:
        word, *rest = line.split()
        if word == "reserved" and rest[0] not in before["states"]:
            return "a debit that was said is gone"
        if word == "begun" and before["states"][rest[0]] == "reserved":
            return "a draw that was said may be repeated"
        if word == "released" and before["stored"].get(rest[0]) != rest[1]:
            return "released bytes that were said are gone"
    for books in (before, after):
        debited = {holder: sum(m for _, who, m in books["debits"] if who == holder) for holder in books["spent"]}
        if debited != books["spent"] or any(spent > CAP for spent in debited.values()):
            return "the sums are wrong"
        for request in books["states"]:
            if sorted(who for r, who, _ in books["debits"] if r == request) != sorted(HOLDERS):
                return "one holder was debited and the other not"
        seen: dict[str, str] = {}
        for request, document in books["world"]:
            if request not in books["states"]:
                return "published and not debited"
            if seen.setdefault(request, document) != document:
                return "two documents for one request"
            if books["stored"].get(request) != document:
                return "published other bytes than stored"
    if not after["world"] or len(after["states"]) > 2:
        return "the second run did not recover"
    return ""


def test_a_kill_at_every_step_breaks_no_promise(memory_folder: Path) -> None:
    kills = spender("kill", memory_folder, "right")
    assert kills[-1]["status"] == 0, "the last run ends by itself"
    assert {kill["status"] for kill in kills[:-1]} == {-9}
    assert len(kills) > 100
    assert {kill["step"]: broken_promise(kill) for kill in kills if broken_promise(kill)} == {}
    # each stage of a request was met by a kill, so the loop above looked at all of them
    met = {tuple(kill["before"]["states"].values()) for kill in kills}
    assert met == {(), ("reserved",), ("drawing",), ("released",)}
    # only a request that was left drawing costs a second time
    for kill in kills:
        lost = "drawing" in kill["before"]["states"].values()
        assert kill["after"]["spent"] == dict.fromkeys(HOLDERS, PRICE * (1 + lost))


def test_a_run_that_publishes_before_it_debits_is_caught(memory_folder: Path) -> None:
    kills = spender("kill", memory_folder, "careless")
    broken = {broken_promise(kill) for kill in kills}
    assert "published and not debited" in broken


WRITING = "write,pwrite64,fsync,fdatasync,unlink,unlinkat,rename,renameat,renameat2,link,linkat,ftruncate,openat"


def traced(folder: Path, inject: str) -> int:
    """Live a run under strace with a fault injected; return its exit code."""
    strace = shutil.which("strace")
    assert strace is not None
    command = [strace, "-f", "-qq", "-o", str(folder / "trace"), "-P", str(folder / "ledger")]
    for beside in ("ledger-journal", "ledger.head", "ledger.head.new", ""):
        command += ["-P", str(folder / beside)]
    command += ["-e", f"trace={WRITING}", "-e", f"inject={WRITING}:{inject}", sys.executable, str(SPENDER)]
    done = subprocess.run(
        [*command, "live", str(folder)], capture_output=True, check=False, timeout=120, cwd=SPENDER.parents[2]
    )
    (folder / "said").write_bytes(done.stdout)
    (folder / "told").write_bytes(done.stderr)
    return done.returncode


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["signal=KILL", "error=ENOSPC", "error=EIO", "error=EROFS"])
def test_a_fault_at_every_system_call_breaks_no_promise(memory_folder: Path, fault: str) -> None:
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed: 1 fault kind at about 100 system calls was not injected")
    injected = 0
    for call in range(1, 1000):
        folder = memory_folder / str(call)
        folder.mkdir()
        code = traced(folder, f"{fault}:when={call}")
        said = (folder / "said").read_text().splitlines()
        told = (folder / "told").read_text().splitlines()
        assert not told or told[-1].startswith("privshare.errors."), told
        (outcome,) = spender("recover", folder)
        assert broken_promise({**outcome, "said": said}) == "", f"at system call {call}"
        if "INJECTED" not in (folder / "trace").read_text() and code == 0:
            break
        injected += 1
    assert injected > 50
    print(f"{fault}: injected at {injected} system calls")
