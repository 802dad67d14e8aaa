"""Writers that spend from one ledger at once, one of them killed at any moment: no cap passed, nothing said is lost.

The short form runs always; the long one is marked slow and takes its number of kills from PRIVSHARE_KILLS. Its last
result stands in docs/reference/benchmarks.md.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

STORM = Path(__file__).with_name("storm.py")


def storm(folder: Path, kills: int, writers: int, *more: str) -> list[dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, str(STORM), str(folder), str(kills), str(writers), *more],
        capture_output=True, text=True, check=False, cwd=STORM.parents[2],
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def checked(rounds: list[dict[str, Any]], kills: int) -> str:
    """Assert the promises and that the storm was one; return the sum of it."""
    assert [one["broken"] for one in rounds if one["broken"]] == []
    total = {name: sum(one[name] for one in rounds) for name in rounds[0] if name != "broken"}
    assert total["kills"] == kills
    assert total["ended by themselves"] == 0
    # Kills that met a transaction, spends that were said, and as many rounds as reached their cap.
    assert total["journals"] > kills // 50
    assert total["said"] > kills // 5
    return (
        f"{total['kills']:,} kills, {total['journals']:,} with a transaction open; {total['debited']:,} spends, "
        f"{total['said']:,} of them said, {total['released']:,} released; {total['refused']:,} refused at the cap in "
        f"{total['full']} of {len(rounds)} ledgers: 0 lost, 0 over a cap"
    )


def test_a_hundred_kills_among_four_writers_break_no_promise(memory_folder: Path) -> None:
    print(checked(storm(memory_folder, 100, 4), 100))


def test_a_writer_that_says_a_spend_before_it_is_debited_is_caught(memory_folder: Path) -> None:
    (told,) = storm(memory_folder, 5, 4, "forgetful")
    assert "a debit that was said is gone" in told["broken"]


@pytest.mark.slow
def test_ten_thousand_kills_break_no_promise(memory_folder: Path) -> None:
    kills = int(os.environ.get("PRIVSHARE_KILLS", "10000"))
    print(checked(storm(memory_folder, kills, 4), kills))
