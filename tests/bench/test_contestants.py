"""Who takes part is chosen by name, prepared where the user says, and left out with a reason."""

from __future__ import annotations

import ast
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from privshare.bench import environments
from privshare.bench.contestants import PROGRAMS, Peer, named
from privshare.bench.environments import Ready, Skipped, made, prepared
from privshare.bench.release.contestants import PEERS, Bounds, bounds_for
from privshare.errors import InputRefused, ParameterRefused
from tests.house.repository import PACKAGE, ROOT

OPENDP, DUCKDB = PEERS["opendp-polars"], PEERS["duckdb"]


def silent(_: str) -> None:
    """Take a notice and say nothing."""


def test_names_choose_and_all_is_all() -> None:
    assert named("", PEERS) == ()
    assert named("all", PEERS) == tuple(PEERS.values())
    assert named("duckdb, opendp-polars,duckdb", PEERS) == (DUCKDB, OPENDP), (
        "in the order that was asked for, each once"
    )


@pytest.mark.parametrize(
    ("given", "near"),
    [("opendp", "opendp-polars"), ("duckdv", "duckdb"), ("Tumult", "tumult"), ("pyspork", "pyspark"), ("zzz", None)],
)
def test_an_unknown_name_is_refused_with_the_nearest(given: str, near: str | None) -> None:
    with pytest.raises(ParameterRefused) as refused:
        named(f"duckdb,{given}", PEERS)
    told = str(refused.value)
    assert told.startswith(f"--peers was {given};")
    assert ("did you mean" in told) is (near is not None)
    assert near is None or f"did you mean {near!r}?" in told
    assert "all, or one or more of opendp-polars" in told


@pytest.mark.parametrize("peer", PEERS.values(), ids=PEERS.keys())
def test_every_program_is_there_and_says_what_bounds_it(peer: Peer) -> None:
    program = PROGRAMS / peer.program
    assert ast.get_docstring(ast.parse(program.read_text("utf-8")))
    told = peer.bound.format(total=50, groups=5, rows_a_group=10)
    assert any(number in told for number in ("50", "10"))
    assert "{" not in told
    assert peer.rows_max == 10**12 or peer.why_not, "whoever is left out is told why"
    assert peer.noise or "no noise" in told


def test_no_program_lies_there_that_nobody_runs() -> None:
    """Whatever is no peer of a release is named where it is started."""
    lost = {path.name for path in PROGRAMS.glob("*.py")} - {peer.program for peer in PEERS.values()} - {"told.py"}
    house = [path.read_text("utf-8") for path in [*PACKAGE.rglob("*.py"), *(ROOT / "tests").rglob("*.py")]]
    assert [name for name in sorted(lost) if not any(name in text for text in house)] == []


@pytest.mark.parametrize(
    ("rows", "people", "bounds"),
    [
        (10**6, 10**5, Bounds(50, 5, 10)),
        (2 * 10**6, 10**5, Bounds(100, 10, 10)),
        (10**7, 10**5, Bounds(400, 20, 20)),
    ],
)
def test_bounds_grow_with_the_mean(rows: int, people: int, bounds: Bounds) -> None:
    assert bounds_for(rows, people) == bounds


def test_a_peer_that_needs_nothing_is_run_by_this_interpreter() -> None:
    found = prepared(DUCKDB, None, rows=10**6, install=False, notice=silent)
    assert isinstance(found, Ready)
    assert found.python.exists()


def test_an_environment_that_is_there_is_used_and_one_that_is_missing_is_said(tmp_path: Path) -> None:
    left_out = prepared(OPENDP, tmp_path, rows=10**6, install=False, notice=silent)
    assert isinstance(left_out, Skipped)
    assert "--no-install" in left_out.reason
    assert list(tmp_path.iterdir()) == []
    python = tmp_path / OPENDP.name / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.touch()
    assert prepared(OPENDP, tmp_path, rows=10**6, install=False, notice=silent) == Ready(OPENDP, python)


def test_what_cannot_take_part_is_left_out_with_the_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    for peer, rows, told in ((PEERS["smartnoise"], 10**8, "memory"), (PEERS["pyspark"], 10**6, "no java")):
        found = prepared(peer, tmp_path, rows=rows, install=True, notice=silent)
        assert isinstance(found, Skipped)
        assert told in found.reason
    assert list(tmp_path.iterdir()) == []


def test_an_environment_that_cannot_be_made_leaves_none_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No package index is asked: the first step, which makes the folder, already fails."""
    monkeypatch.setattr(environments.sys, "executable", "/bin/false")
    noticed: list[str] = []
    found = prepared(replace(OPENDP, requires=("nothing",)), tmp_path, rows=10**6, install=True, notice=noticed.append)
    assert isinstance(found, Skipped)
    assert "could not be installed" in found.reason
    assert found.reason.endswith("opendp-polars.log")
    assert noticed == ["Installing opendp-polars"]
    assert not (tmp_path / OPENDP.name).exists()


def test_folders_that_cannot_be_used_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ParameterRefused, match="--env"):
        prepared(OPENDP, None, rows=10**6, install=True, notice=silent)
    (tmp_path / "file").write_text("something")
    with pytest.raises(InputRefused, match="cannot be made"):
        made(tmp_path / "file", "environments of --peers")
