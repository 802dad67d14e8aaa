"""A real party process killed with SIGKILL at a message leaves nothing: no output, no temporary, nothing in the way.

The other party ends with one sentence and exit code 2, without an output either, unless the dead one had signed for
everything. The same commands, given again, then work.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from privshare.secure.psi import members
from tests.exchange.project import BANK, OFFICE, project
from tests.house.repository import ROOT

PATIENCE_SECONDS = 120  # reached only when a process waits for ever
RUNS = {"members": ("--reveal", "members"), "size": ("--reveal", "size", "--epsilon", "4", "--delta", "1e-3")}
LAST = 7  # messages of one side of psi-oprf/1 with its welcome and proposal: the last of them is "done"


@pytest.fixture
def room(tmp_path: Path) -> Path:
    project(tmp_path / "keys")
    (tmp_path / "bank.csv").write_text("id\n" + "".join(f"person {n}\n" for n in range(12)), encoding="utf-8")
    (tmp_path / "office.csv").write_text("id\n" + "".join(f"person {n}\n" for n in range(8, 20)), encoding="utf-8")
    return tmp_path


def start(room: Path, party: str, arguments: tuple[str, ...], dies: tuple[str, int] | None = None) -> subprocess.Popen:
    peer = OFFICE if party == BANK else BANK
    program = ["-m", "privshare"] if dies is None else ["-m", "tests.faults.dying_party", dies[0], str(dies[1])]
    common = ["--on", "id", "--keys", f"keys/{party}", "--peer", peer, "--out", f"out-{party}", "--patience", "60"]
    where = ["party", "listen", f"{party}.csv"] if party == BANK else ["party", "connect", arguments[0], f"{party}.csv"]
    environment = {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "HOME": str(room)}
    return subprocess.Popen(
        [sys.executable, *program, *where, *common, *arguments[1:]], cwd=room, env=environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )


def play(room: Path, reveal: str, dies: tuple[str, tuple[str, int]] | None = None) -> dict[str, tuple[int, str]]:
    """Run both parties; return exit code and stderr by party. dies: which party, and when."""
    death = {} if dies is None else {dies[0]: dies[1]}
    bank = start(room, BANK, ("", *RUNS[reveal]), death.get(BANK))
    assert bank.stderr is not None
    told = bank.stderr.readline()
    assert "listening at" in told, told + bank.communicate()[1]
    office = start(room, OFFICE, (told.split()[-1], *RUNS[reveal]), death.get(OFFICE))
    ended = {}
    for party, process in ((BANK, bank), (OFFICE, office)):
        _, err = process.communicate(timeout=PATIENCE_SECONDS)
        ended[party] = (process.returncode, err)
    return ended


def killed(room: Path, reveal: str, party: str, when: str, number: int) -> bool:
    """Kill a party at a message; return whether it came so far. Check what is left of the run."""
    before = sorted(path.name for path in room.iterdir())
    ended = play(room, reveal, (party, (when, number)))
    other = OFFICE if party == BANK else BANK
    if ended[party][0] != -signal.SIGKILL:
        assert ended[party][0] == 0, ended
        return False
    code, told = ended[other]
    after = sorted(path.name for path in room.iterdir())
    assert set(after) - set(before) <= {f"out-{other}"}, after
    if f"out-{other}" in after:  # it has the dead one's signature over all frames
        assert code == 0
        for file in (room / f"out-{other}").iterdir():
            file.unlink()
        (room / f"out-{other}").rmdir()
    else:
        assert code == 2, told
        assert told.startswith("privshare: "), told
        assert told.count("\n") == 1, told
    return True


def works(room: Path, reveal: str) -> None:
    ended = play(room, reveal)
    assert [code for code, _ in ended.values()] == [0, 0], ended
    for party in (BANK, OFFICE):
        assert (room / f"out-{party}" / "session.json").is_file()
        assert (room / f"out-{party}" / "matches.csv").is_file() == (reveal == "members")


def test_a_killed_party_leaves_nothing(room: Path) -> None:
    assert killed(room, "members", OFFICE, "send", 3)
    assert killed(room, "members", BANK, "received", LAST)
    assert sorted(path.name for path in room.iterdir()) == ["bank.csv", "keys", "office.csv"]
    works(room, "members")


@pytest.mark.slow
@pytest.mark.parametrize("reveal", RUNS)
@pytest.mark.parametrize("party", [BANK, OFFICE])
@pytest.mark.parametrize("when", ["send", "sent", "received"])
def test_a_party_killed_at_any_message_leaves_nothing(room: Path, reveal: str, party: str, when: str) -> None:
    number = 0
    while killed(room, reveal, party, when, number):
        number += 1
    assert number >= 6
    assert members.SUITES


@pytest.mark.slow
def test_a_receiver_of_large_sets_killed_at_any_message_leaves_nothing(room: Path) -> None:
    for party, first in ((BANK, 0), (OFFICE, 1500)):
        lines = "".join(f"person {n}\n" for n in range(first, first + 2500))
        (room / f"{party}.csv").write_text("id\n" + lines, encoding="utf-8")
    number = 0
    while killed(room, "members", OFFICE, "sent", number):
        number += 1
    assert number >= 14
