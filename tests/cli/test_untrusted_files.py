"""Ledgers and run folders that somebody touched: refused by name, left as they are."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from privshare import load_scenario, run_scenario, write_run
from privshare.report.folder import staging
from tests.cli.conftest import RUN, Command, refused_without_a_trace
from tests.scenario.stories import Story, small_story

# ---------------------------------------------------------------- ledgers that cannot be trusted


def _newer(ledger: Path) -> None:
    with sqlite3.connect(ledger) as file:
        file.execute("PRAGMA user_version = 99")
    file.close()


def _edited(ledger: Path) -> None:
    """Somebody gives the budget back by hand."""
    file = sqlite3.connect(ledger)
    for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        file.execute(f"DROP TRIGGER {name}")
    file.execute("DELETE FROM spend")
    file.commit()
    file.close()


def _flipped(ledger: Path) -> None:
    data = bytearray(ledger.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 64] = bytes(64)
    data[100:164] = bytes(64)
    ledger.write_bytes(bytes(data))


def _truncated(ledger: Path) -> None:
    ledger.write_bytes(ledger.read_bytes()[:-4_096])


def _emptied(ledger: Path) -> None:
    ledger.write_bytes(b"")


def _removed(ledger: Path) -> None:
    ledger.unlink()


def _without_anchor(ledger: Path) -> None:
    ledger.with_name("city.ledger.head").unlink()


@pytest.mark.parametrize(
    "harm", [_newer, _edited, _flipped, _truncated, _emptied, _removed, _without_anchor], ids=lambda harm: harm.__name__
)
@pytest.mark.parametrize("verb", ["run", "ledger"])
def test_a_ledger_that_cannot_be_trusted_is_refused_and_left_alone(
    privshare: Command, story: Story, tmp_path: Path, harm: Callable[[Path], None], verb: str
) -> None:
    harm(tmp_path / "city.ledger")
    words = RUN if verb == "run" else ("ledger", "city.ledger")
    assert "city.ledger" in refused_without_a_trace(privshare, tmp_path, *words)


@pytest.mark.parametrize("verb", ["run", "ledger"])
def test_a_restored_old_ledger_is_refused(privshare: Command, story: Story, tmp_path: Path, verb: str) -> None:
    """A copy from before the last spend would give the budget back."""
    ledger = tmp_path / "city.ledger"
    old = ledger.read_bytes()
    assert privshare(*RUN).code == 0
    shutil.rmtree(tmp_path / "out")
    ledger.write_bytes(old)
    words = (*RUN, "--seed", 7) if verb == "run" else ("ledger", "city.ledger")
    assert "city.ledger" in refused_without_a_trace(privshare, tmp_path, *words)


# ---------------------------------------------------------------- run folders that were touched


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One run folder of the small story; tests change copies."""
    room = tmp_path_factory.mktemp("played")
    run, run_key = run_scenario(load_scenario(str(small_story(room / "small").folder)))
    with staging(room / "run") as stage:
        write_run(run, stage, run_key=run_key)
    return room / "run"


def _forge_release(folder: Path) -> str:
    path = folder / "releases" / "entries.json"
    data = path.read_bytes()
    at = data.index(b'"values":[') + len(b'"values":[')
    path.write_bytes(data[:at] + b"9" + data[at:])
    return "releases/entries.json"


def _truncate_log(folder: Path) -> str:
    path = folder / "log" / "leaves.jsonl"
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    return "log/leaves.jsonl"


def _reorder_log(folder: Path) -> str:
    path = folder / "log" / "leaves.jsonl"
    path.write_bytes(b"".join(reversed(path.read_bytes().splitlines(keepends=True))))
    return "log/leaves.jsonl"


def _remove_file(folder: Path) -> str:
    (folder / "run.json").unlink()
    return "run.json"


def _add_file(folder: Path) -> str:
    (folder / "tables" / "more.csv").write_text("a,b\n")
    return "more.csv"


def _one_bit(folder: Path) -> str:
    path = folder / "report.html"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))
    return "report.html"


@pytest.mark.parametrize(
    "harm",
    [_forge_release, _truncate_log, _reorder_log, _remove_file, _add_file, _one_bit],
    ids=lambda harm: harm.__name__,
)
def test_a_touched_run_folder_is_refused_by_the_file_s_name(
    privshare: Command, tmp_path: Path, played: Path, harm: Callable[[Path], str]
) -> None:
    shutil.copytree(played, tmp_path / "run")
    assert privshare("verify", "run").code == 0
    name = harm(tmp_path / "run")
    assert name in refused_without_a_trace(privshare, tmp_path, "verify", "run")


def test_another_key_than_the_run_s_is_refused(privshare: Command, tmp_path: Path, played: Path) -> None:
    shutil.copytree(played, tmp_path / "run")
    other = "SHA256:" + "-".join(["0123"] * 8)
    assert other in refused_without_a_trace(privshare, tmp_path, "verify", "run", "--key", other)
