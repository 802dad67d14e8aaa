"""The command line as its user meets it: words in, exit code and two streams out."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from privshare import load_scenario, run_scenario
from privshare.cli import main
from privshare.use.ledger import LedgerStatement, open_existing_ledger
from tests.scenario.stories import Story, small_story


@dataclass(frozen=True)
class Said:
    """What a command left behind."""

    code: int
    out: str
    err: str

    def document(self) -> Any:
        """Return the one JSON document on stdout; anything before or after it is an error of json.loads."""
        assert (self.code, self.err) == (0, "")
        return json.loads(self.out)

    def refusal(self) -> str:
        """Return the one sentence of a refusal, after checking all that a refusal promises."""
        assert self.code == 2, (self.code, self.out, self.err)
        assert self.out == ""
        assert self.err.startswith("privshare: ")
        assert self.err.endswith("\n")
        assert self.err.count("\n") == 1, "one sentence on one line"
        assert "Traceback" not in self.err
        assert self.err[:-1].isprintable()
        return self.err.removeprefix("privshare: ").strip()


Command = Callable[..., Said]


@pytest.fixture
def privshare(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Command:
    """Run a command in this process, in a folder of its own."""
    monkeypatch.chdir(tmp_path)

    def run(*words: object) -> Said:
        monkeypatch.setattr(sys, "argv", ["privshare", *map(str, words)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        streams = capsys.readouterr()
        code = ended.value.code
        return Said(code if isinstance(code, int) else 0, streams.out, streams.err)

    return run


def tree(folder: Path) -> dict[str, bytes | None]:
    """Return everything below a folder with its bytes; None for folders."""
    return {str(p.relative_to(folder)): p.read_bytes() if p.is_file() else None for p in sorted(folder.rglob("*"))}


RUN = ("run", "small", "--out", "out", "--ledger", "city.ledger")
FITS = 'epsilon = "0.499999"'
"""What is left on the prepared ledger, to the last micro-epsilon."""


def plain(folder: Path) -> Story:
    """The small story, asking exactly what the prepared ledger has left."""
    return small_story(folder).edit("scenario.toml", ('epsilon = "0.5"', FITS))


def spent(ledger: Path) -> int:
    with open_existing_ledger(ledger) as opened:
        return sum(account.spent.micro_epsilon for account in opened.statement().accounts)


def refused_without_a_trace(privshare: Command, room: Path, *words: object) -> str:
    """Return the sentence, after checking that every file in the room is as it was, byte for byte."""
    before = tree(room)
    sentence = privshare(*words).refusal()
    assert tree(room) == before
    return sentence


def refused_and_noted(privshare: Command, room: Path, ledger: Path, *words: object) -> str:
    """Return the sentence of the gate's no, after checking that the ledger notes it, and that nothing else changed."""
    noted = {str(ledger.relative_to(room)), f"{ledger.relative_to(room)}.head"}
    before, known = {name: data for name, data in tree(room).items() if name not in noted}, statement_of(ledger)
    sentence = privshare(*words).refusal()
    assert {name: data for name, data in tree(room).items() if name not in noted} == before
    now = statement_of(ledger)
    assert now.entries == known.entries
    assert len(now.refusals) == len(known.refusals) + 1
    assert now.refusals[-1].clause in sentence
    return sentence


def statement_of(ledger: Path) -> LedgerStatement:
    with open_existing_ledger(ledger) as opened:
        return opened.statement()


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger on which one micro-epsilon of 0.5 is spent, in a folder with nothing else."""
    room = tmp_path_factory.mktemp("prepared")
    first = small_story(room / "small").edit("scenario.toml", ('epsilon = "0.5"', 'epsilon = "0.000001"'))
    run_scenario(load_scenario(str(first.folder)), ledger_path=room / "city.ledger", seed=99)
    shutil.rmtree(first.folder)
    return room


@pytest.fixture
def story(tmp_path: Path, prepared: Path) -> Story:
    """The plain story beside a copy of the prepared ledger."""
    shutil.copytree(prepared, tmp_path, dirs_exist_ok=True)
    return plain(tmp_path / "small")
