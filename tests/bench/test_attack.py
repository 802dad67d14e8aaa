"""The benchmark of attacks: its tables, our own process, what agrees with what, and what is refused."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest

from privshare.bench.attack.data import ATTACKS, HEADER, PLAN, RELEASES, write_tables
from privshare.bench.attack.page import risks_document, risks_lines, risks_markdown
from privshare.bench.attack.running import CELLS, Contestant, RisksComparison, Told, compare_risks
from privshare.bench.machine import Machine
from privshare.bench.options import Others
from privshare.bench.process import Taken
from privshare.errors import ParameterRefused

MACHINE = Machine("X", 2, 23.5, "Linux", "3.11.7", "2026-11-24", 0.1)
TOLD = Told(0.2, 0.15, 0.25, 0.4, 0.25, 1.5)


def contestant(name: str, told: Told, fault: str | None = None) -> Contestant:
    took = Taken(2.0, 1.5, 20.0, 25.0, 0, False, "", "")
    runs = [] if fault else [(told,) * len(CELLS)]
    return Contestant(name, [], {}, fault, runs, [took][: len(runs)], [0.5], (("numpy", "2"),))


def compared(*contestants: Contestant) -> RisksComparison:
    return RisksComparison(MACHINE, 0.2, 5000, 2000, 1, 1, contestants)


def _rows(path: Path) -> list[tuple[str, ...]]:
    with path.open(encoding="utf-8", newline="") as file:
        head, *rows = map(tuple, csv.reader(file))
    assert head == HEADER
    return rows


def test_releases_leak_what_they_say(tmp_path: Path) -> None:
    write_tables(tmp_path, rows=500, seed=3, attempts=100)
    original = _rows(tmp_path / "original.csv")
    assert sorted(_rows(tmp_path / "copy.csv")) == sorted(original)
    shared = {name: len(set(_rows(tmp_path / f"{name}.csv")) & set(original)) for name in (*RELEASES, "control")}
    assert shared == {"copy": 500, "leak": 150, "independent": 0, "control": 0}
    assert _rows(tmp_path / "copy.csv") != original, "a row's place must not tell"
    plan = json.loads((tmp_path / PLAN).read_text("utf-8"))
    assert (plan["attempts"], plan["releases"], len(plan["attacks"])) == (100, list(RELEASES), len(ATTACKS))


def test_our_process_finds_what_was_planted() -> None:
    found = compare_risks(rows=300, runs=1)
    (ours,) = found.contestants
    assert ours.fault is None
    risks = {(release, attack.title): told for (release, attack), told in zip(CELLS, ours.told[0], strict=True)}
    assert risks["copy", "linkability"].risk > 0.97
    linked = risks["leak", "linkability"]
    assert linked.low < 0.3 < linked.high
    assert risks["independent", "linkability"].low == 0.0
    assert found.agreeing(0) is None
    assert not any("MISSED" in line or "met:" in line for line in risks_lines(found))


def test_risks_agree_where_their_intervals_overlap() -> None:
    below = replace(TOLD, risk=0.1, low=0.05, high=0.14)
    touching = replace(TOLD, risk=0.1, low=0.05, high=0.15)
    assert TOLD.agrees(TOLD)
    assert TOLD.agrees(touching)
    assert not TOLD.agrees(touching, closely=True)
    assert not TOLD.agrees(below)
    assert not below.agrees(TOLD)


def test_who_does_not_agree_is_told() -> None:
    same = compared(contestant("privshare", TOLD), contestant("anonymeter", TOLD))
    assert "met: the intervals of both overlap in 15 of 15 (attacks times runs)" in risks_lines(same)
    other = compared(contestant("privshare", TOLD), contestant("anonymeter", replace(TOLD, low=0.3, high=0.4)))
    assert "MISSED: the intervals of both overlap in 0 of 15 (attacks times runs)" in risks_lines(other)
    assert risks_document(other)["targets"][0]["met"] is False
    assert risks_document(same)["cells"][0]["agreeing"] == 1
    assert sum(line.startswith("| ") for line in risks_markdown(same)) == 2 + len(CELLS)


def test_whoever_failed_is_named_and_nothing_is_compared_with_it() -> None:
    found = compared(contestant("privshare", TOLD), contestant("anonymeter", TOLD, "exit code 1: no"))
    assert "anonymeter: exit code 1: no" in risks_lines(found)
    assert risks_document(found)["targets"] == []


def test_a_peer_that_may_not_be_installed_takes_no_part(tmp_path: Path) -> None:
    found = compare_risks(rows=300, runs=1, others=Others("all", tmp_path, install=False))
    assert "--no-install" in (found.contestants[1].fault or "")


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ({"runs": 0}, "--runs"),
        ({"rows": 299}, "--rows"),
        ({"others": Others("spu")}, "--peers"),
        ({"others": Others("all")}, "--env"),
    ],
)
def test_what_cannot_be_measured_is_refused_before_anything_runs(asked: dict[str, object], name: str) -> None:
    with pytest.raises(ParameterRefused, match=name):
        compare_risks(**asked)  # type: ignore[arg-type]
