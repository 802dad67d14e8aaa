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

from tests.exchange.project import BANK, OFFICE, project
from tests.house.repository import ROOT

PATIENCE_SECONDS = 120  # reached only when a process waits for ever
FUZZY = ("--on", "given:letters4,family:letters4,born:date,town:letters4", "--reveal", "fuzzy")
RUNS = {
    "members": ("--on", "id", "--reveal", "members"),
    "size": ("--on", "id", "--reveal", "size", "--epsilon", "4", "--delta", "1e-3"),
    "fuzzy": FUZZY,
    "fuzzy over psi-ot-mr/1": (*FUZZY, "--suite", "psi-ot-mr/1"),
}
LAST = 8  # number of the office's "done" among what it sends over psi-oprf/1, from its proposal on


@pytest.fixture
def room(tmp_path: Path) -> Path:
    project(tmp_path / "keys")
    for party, numbers in ((BANK, range(12)), (OFFICE, range(8, 20))):
        lines = [f"person {n},{chr(97 + n)}nn,{chr(97 + n)}ee,19{50 + n}-01-01,{chr(97 + n)}ull" for n in numbers]
        (tmp_path / f"{party}.csv").write_text("\n".join(["id,given,family,born,town", *lines, ""]), encoding="utf-8")
    return tmp_path


def start(room: Path, party: str, arguments: tuple[str, ...], dies: tuple[str, int] | None = None) -> subprocess.Popen:
    peer = OFFICE if party == BANK else BANK
    program = ["-m", "privshare"] if dies is None else ["-m", "tests.faults.dying_party", dies[0], str(dies[1])]
    common = ["--keys", f"keys/{party}", "--peer", peer, "--out", f"out-{party}", "--patience", "60"]
    where = ["party", "listen", f"{party}.csv"] if party == BANK else ["party", "connect", arguments[0], f"{party}.csv"]
    environment = {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "HOME": str(room)}
    return subprocess.Popen(
        [sys.executable, *program, *where, *common, *arguments[1:]], cwd=room, env=environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


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


def killed(room: Path, reveal: str, party: str, when: str, number: int) -> bool | None:
    """Kill a party at a message. Check what is left of the run.

    Return None if it did not come so far, else whether the other one has an output.
    """
    before = sorted(path.name for path in room.iterdir())
    ended = play(room, reveal, (party, (when, number)))
    other = OFFICE if party == BANK else BANK
    if ended[party][0] != -signal.SIGKILL:
        assert ended[party][0] == 0, ended
        clear(room, party)
        clear(room, other)
        return None
    code, told = ended[other]
    after = sorted(path.name for path in room.iterdir())
    assert set(after) - set(before) <= {f"out-{other}"}, after
    if f"out-{other}" in after:  # it has the dead one's signature over all frames
        assert code == 0
        clear(room, other)
        return True
    assert code == 2, told
    assert told.startswith("privshare: "), told
    assert told.count("\n") == 1, told
    return False


def clear(room: Path, party: str) -> None:
    """Take a party's output away."""
    for file in (room / f"out-{party}").iterdir():
        file.unlink()
    (room / f"out-{party}").rmdir()


def killed_everywhere(room: Path, reveal: str, party: str, when: str) -> int:
    """Kill a party at each message in turn; return at how many. Only its last word can have brought an output."""
    left = []
    while (output := killed(room, reveal, party, when, len(left))) is not None:
        left.append(output)
    assert not any(left[:-1]), left
    assert when != "send" or not any(left), left
    return len(left)


def works(room: Path, reveal: str) -> None:
    ended = play(room, reveal)
    assert [code for code, _ in ended.values()] == [0, 0], ended
    for party in (BANK, OFFICE):
        assert (room / f"out-{party}" / "session.json").is_file()
        assert (room / f"out-{party}" / "matches.csv").is_file() == (reveal != "size")


def test_a_killed_party_leaves_nothing(room: Path) -> None:
    assert killed(room, "members", OFFICE, "send", 3) is False
    assert killed(room, "members", BANK, "received", LAST) is not None
    assert sorted(path.name for path in room.iterdir()) == ["bank.csv", "keys", "office.csv"]
    works(room, "members")


def test_a_killed_party_of_fuzzy_leaves_nothing(room: Path) -> None:
    """The office when it has made the pairs and told them, the bank when it has been told."""
    assert killed(room, "fuzzy", OFFICE, "sent", LAST - 1) is False
    assert killed(room, "fuzzy", BANK, "received", LAST - 1) is False
    assert sorted(path.name for path in room.iterdir()) == ["bank.csv", "keys", "office.csv"]
    works(room, "fuzzy")


@pytest.mark.slow
@pytest.mark.parametrize("reveal", RUNS)
@pytest.mark.parametrize("party", [BANK, OFFICE])
@pytest.mark.parametrize("when", ["send", "sent", "received"])
def test_a_party_killed_at_any_message_leaves_nothing(room: Path, reveal: str, party: str, when: str) -> None:
    assert killed_everywhere(room, reveal, party, when) >= 6


@pytest.mark.slow
def test_a_receiver_of_large_sets_killed_at_any_message_leaves_nothing(room: Path) -> None:
    for party, first in ((BANK, 0), (OFFICE, 1500)):
        lines = "".join(f"person {n}\n" for n in range(first, first + 2500))
        (room / f"{party}.csv").write_text("id\n" + lines, encoding="utf-8")
    assert killed_everywhere(room, "members", OFFICE, "sent") >= 14
