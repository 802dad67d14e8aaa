"""One of three real processes of `totals-3/1` killed at a message leaves nothing, and the other two end in a sentence.

An output may only be where the dead one had said that it is through with both. The same commands, given again, work.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.test_party_totals import BANK, CITY, HUB, furnished
from tests.house.repository import ROOT

PATIENCE_SECONDS = 120  # reached only when a process waits for ever
TERMS = ("--value-max", "20", "--epsilon", "20", "--delta", "1e-3", "--patience", "60", "--wait", "60")
ROLES = {
    HUB: ("--role", "unit", "--grouping", CITY, "--valuing", BANK, "--at", "127.0.0.1:0", "--group-count", "3"),
    BANK: ("bank.csv", "--role", "valuing", "--grouping", CITY, "--unit", HUB, "--at", "127.0.0.1:0", "--on", "who",
           "--sum", "loans", "--groups", "north,south,west"),
    CITY: ("city.csv", "--role", "grouping", "--valuing", BANK, "--unit", HUB, "--on", "citizen", "--by", "district",
           "--groups", "north,south,west"),
}  # fmt: skip
FILES = ["bank.csv", "city.csv", "keys"]


@pytest.fixture
def room(tmp_path: Path) -> Path:
    return furnished(tmp_path)


def start(room: Path, party: str, more: tuple[str, ...], dies: tuple[str, int] | None) -> subprocess.Popen[str]:
    program = ["-m", "privshare"] if dies is None else ["-m", "tests.faults.dying_party", dies[0], str(dies[1])]
    words = ["party", "totals", *ROLES[party], "--keys", f"keys/{party}", "--out", f"out-{party}", *TERMS, *more]
    environment = {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "HOME": str(room)}
    return subprocess.Popen(
        [sys.executable, *program, *words], cwd=room, env=environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def listening(process: subprocess.Popen[str]) -> str:
    assert process.stderr is not None
    told = process.stderr.readline()
    assert "listening at" in told, told + process.communicate()[1]
    return told.split()[-1]


def play(room: Path, victim: str = "", dies: tuple[str, int] | None = None) -> dict[str, tuple[int, str]]:
    """Run all three; return exit code and stderr, less where it listens, by party."""
    hub = start(room, HUB, (), dies if victim == HUB else None)
    at_hub = ("--unit-at", listening(hub))
    bank = start(room, BANK, at_hub, dies if victim == BANK else None)
    city = start(room, CITY, (*at_hub, "--valuing-at", listening(bank)), dies if victim == CITY else None)
    ended = {}
    for party, process in ((CITY, city), (BANK, bank), (HUB, hub)):
        _, err = process.communicate(timeout=PATIENCE_SECONDS)
        ended[party] = (process.returncode, err)
    return ended


def killed(room: Path, victim: str, when: str, number: int) -> bool:
    """Kill a party at a message; return whether it came so far. Check what is left of the run."""
    ended = play(room, victim, (when, number))
    if ended[victim][0] != -signal.SIGKILL:
        assert [code for code, _ in ended.values()] == [0, 0, 0], ended
        return False
    for party, (code, told) in ended.items():
        out = room / f"out-{party}"
        if party == victim:
            assert not out.exists()
        elif out.exists():
            assert code == 0
            assert number >= 12, "it cannot have had the dead one's last word"
            for file in out.iterdir():
                file.unlink()
            out.rmdir()
        else:
            assert code == 2, (victim, when, number, ended)
            assert told.startswith("privshare: "), told
            assert told.count("\n") == 1, told
    assert sorted(path.name for path in room.iterdir()) == FILES
    return True


@pytest.mark.parametrize(("victim", "when", "number"), [(CITY, "send", 9), (BANK, "received", 8)])
def test_a_killed_one_of_three_leaves_nothing(room: Path, victim: str, when: str, number: int) -> None:
    assert killed(room, victim, when, number)


def test_the_same_commands_work_after_a_kill(room: Path) -> None:
    assert killed(room, HUB, "received", 5)
    ended = play(room)
    assert [code for code, _ in ended.values()] == [0, 0, 0], ended
    tables = [(room / f"out-{party}" / "totals.csv").read_text(encoding="utf-8") for party in (CITY, BANK, HUB)]
    assert len({text.split("\n")[1].split(",", 1)[1] for text in tables}) == 1


@pytest.mark.slow
@pytest.mark.parametrize("victim", [CITY, BANK, HUB])
@pytest.mark.parametrize("when", ["send", "sent", "received"])
def test_one_of_three_killed_at_any_message_leaves_nothing(room: Path, victim: str, when: str) -> None:
    number = 0
    while killed(room, victim, when, number):
        number += 1
    assert number >= 12
