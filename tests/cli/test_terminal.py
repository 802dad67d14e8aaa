"""A terminal sees how far a long command has come, and a pipe sees nothing of it."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
import threading
from pathlib import Path

from tests.house.repository import ROOT

COMMAND = [sys.executable, "-m", "privshare", "categorize", "t.csv"]


def test_a_terminal_sees_a_bar_that_reaches_the_end_and_is_gone_then(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("id,town\n" + "".join(f"{n},N\n" for n in range(2_000)), "utf-8")
    ours, theirs = pty.openpty()
    environment = {"PYTHONPATH": str(ROOT), "TERM": "xterm", "COLUMNS": "100"}
    seen: list[bytes] = []
    with subprocess.Popen(COMMAND, stdout=subprocess.PIPE, stderr=theirs, cwd=tmp_path, env=environment) as process:
        os.close(theirs)
        watching = threading.Thread(target=_watch, args=(ours, seen))
        watching.start()
        told = process.communicate(timeout=120)[0].decode()
    watching.join(timeout=60)
    os.close(ours)
    assert process.returncode == 0
    text = b"".join(seen).decode(errors="replace")
    assert "Reading t.csv" in text
    assert "100%" in text
    assert "\x1b[2K" in text, "the line is cleared, so that it is not left among the results"
    assert "%" not in told.splitlines()[0]


def _watch(handle: int, seen: list[bytes]) -> None:
    """Read a terminal until nobody writes to it any more."""
    try:
        while piece := os.read(handle, 65_536):
            seen.append(piece)
    except OSError:  # how Linux says that the other end is closed
        return
