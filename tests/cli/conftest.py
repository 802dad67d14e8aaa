"""The command line as its user meets it: words in, exit code and two streams out."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from privshare.cli import main


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
