"""SIGKILL at every step of a release: what was said is there, what was released is debited, nothing is drawn twice.

These kills leave the page cache intact; they cannot show what a power cut
loses (test_ledger_power does).
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.faults.promises import HOLDERS, PRICE, broken_promise

SPENDER = Path(__file__).with_name("spender.py")


def spender(*arguments: object) -> list[dict[str, Any]]:
    command = [sys.executable, str(SPENDER), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300, cwd=SPENDER.parents[2])
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


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
