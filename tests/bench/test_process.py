"""How a process is run, stopped and measured; the figures themselves are not looked at, for they are of a machine."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from privshare.bench.process import Taken, begun, measured
from privshare.errors import InputRefused

QUIET = Taken(1.0, 0.5, 20.0, 25.0, 0, False, "", "")


def python(program: str) -> list[str]:
    return [sys.executable, "-I", "-S", "-c", program]


def test_what_a_process_printed_and_how_it_ended_is_told(tmp_path: Path) -> None:
    took = measured(python("import os, sys; print(os.getcwd()); print('x' * 7, file=sys.stderr)"), folder=tmp_path)
    assert (took.out, took.err, took.code, took.late, took.fault) == (f"{tmp_path}\n", "xxxxxxx\n", 0, False, None)
    assert took.wall > 0
    assert took.peak_mb > 0
    assert took.tree_mb >= took.peak_mb


def test_a_failure_is_one_line_with_the_last_thing_that_was_said(tmp_path: Path) -> None:
    took = measured(python("import sys; print('first', file=sys.stderr); sys.exit('the last')"), folder=tmp_path)
    assert took.fault == "exit code 1: the last"
    assert replace(QUIET, code=-9).fault == "exit code -9: it said nothing"
    assert replace(QUIET, code=1, err="10%\r20%\rboom\r\n").fault == "exit code 1: boom"


def test_what_runs_too_long_is_stopped_with_all_that_it_started(tmp_path: Path) -> None:
    program = (
        "import subprocess, sys, pathlib\n"
        "child = subprocess.Popen([sys.executable, '-I', '-S', '-c', 'import signal; signal.pause()'])\n"
        "pathlib.Path('child').write_text(str(child.pid))\n"
        "child.wait()\n"
    )
    for limit in (1.0, 5.0, 60.0):  # on a busy machine it may not have started its child before it is stopped
        took = measured(python(program), folder=tmp_path, limit_seconds=limit)
        assert took.late
        assert took.fault == "stopped at the time limit"
        if (tmp_path / "child").exists():
            break
    child = Path("/proc") / (tmp_path / "child").read_text() / "stat"
    assert not child.exists() or child.read_text().rsplit(")", 1)[1].split()[0] in ("Z", "X"), "it outlived its limit"


def test_no_program_at_all_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match="could not be started"):
        measured([str(tmp_path / "none")], folder=tmp_path)


def test_a_running_process_can_be_stopped_at_any_moment(tmp_path: Path) -> None:
    program = "import pathlib, signal; pathlib.Path('there').touch(); signal.pause()"
    running = begun(python(program), folder=tmp_path, limit_seconds=60)
    while not (tmp_path / "there").exists():
        assert not running.over
    running.stop()
    assert (running.ended().code, running.over) == (-9, True)
    at_once = begun(python(program), folder=tmp_path, limit_seconds=60)
    at_once.stop()
    assert at_once.ended().code in (-9, -15), "before its launcher had started anything, or after"


def test_a_program_ends_with_a_line_of_json_whatever_a_library_prints_around_it() -> None:
    took = replace(QUIET, out='hello\n{"seconds": 1}\n{"seconds": 2, "more": [3]}\n{"other": 4}\ngoodbye\n')
    assert took.told == {"seconds": 2, "more": [3]}
    for nothing in ("", "hello\n", '{"other": 4}\n'):
        with pytest.raises(LookupError):
            _ = replace(QUIET, out=nothing).told
    with pytest.raises(ValueError, match="delimiter"):
        _ = replace(QUIET, out='{"seconds" 1').told
