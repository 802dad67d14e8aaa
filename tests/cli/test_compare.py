"""`privshare compare`: a document, a folder that verifies, and refusals before anything is protected or attacked."""

from __future__ import annotations

import json
import threading
from itertools import product
from pathlib import Path

import pytest

import privshare as front
from privshare.attacks import ATTACKS
from privshare.comparison.lab.techniques import TECHNIQUES
from privshare.report import svg
from tests.cli.conftest import Command, tree
from tests.scenario.stories import small_story

FEW = ("--people", 800, "--technique", "raw-release", "--technique", "central-dp", "--attack", "differencing")


def test_a_comparison_from_end_to_end(privshare: Command, tmp_path: Path) -> None:
    said = privshare("compare", "demo", *FEW, "--sweep", "epsilon=0.5,2", "--seed", 3, "--out", "made")
    assert (said.code, said.err) == (0, "")
    assert max(map(len, said.out.splitlines())) <= 100
    assert "100% nearly all" in said.out or "100% most" in said.out
    document = json.loads((tmp_path / "made" / "comparison.json").read_text())
    assert (document["people"], document["world_seed"], document["epsilons"]) == (800, 3, [0.5, 2])
    assert [(cell["technique"], cell["epsilon"]) for cell in document["cells"]] == [
        ("raw-release", None), ("central-dp", 0.5), ("central-dp", 2),
    ]  # fmt: skip
    assert {one["people"] for one in document["growth"]} == {500, 800}
    key = said.out.split("--key ")[1].split()[0]
    checked = privshare("verify", "made", "--key", key, "--json").document()
    assert checked["authenticated"] is True
    assert {check["what"]: check["count"] for check in checked["checks"]} == {"files": 5, "cells": 3, "tables": 3}
    assert "cells of a comparison" in privshare("verify", "made").out


def test_whatever_the_registries_hold_is_compared(privshare: Command, tmp_path: Path) -> None:
    said = privshare("compare", "demo", "--people", 800, "--sweep", "epsilon=1", "--out", "made")
    assert (said.code, said.err) == (0, "")
    assert max(map(len, said.out.splitlines())) <= 100
    assert all(name in said.out for name in TECHNIQUES)
    document = json.loads((tmp_path / "made" / "comparison.json").read_text())
    assert [(cell["technique"], cell["attack"]) for cell in document["cells"]] == list(product(TECHNIQUES, ATTACKS))
    page = (tmp_path / "made" / "report.html").read_text()
    assert all(f"<code>{name}</code>" in page for name in (*TECHNIQUES, *ATTACKS))
    assert privshare("verify", "made").code == 0


def test_nothing_that_draws_is_started_without_a_page(privshare: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[str] = []
    monkeypatch.setattr(svg, "warm_up", lambda: started.append("drawing"))
    assert privshare("compare", "demo", *FEW, "--sweep", "epsilon=1", "--json").code == 0
    assert started == []
    assert privshare("compare", "demo", *FEW, "--sweep", "epsilon=1", "--out", "made").code == 0
    assert started == ["drawing"]


def test_a_process_that_ends_waits_for_what_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thread that is cut off while it imports keeps the import lock, and the end of the interpreter waits for it."""
    kinds: list[bool] = []
    monkeypatch.setattr(svg, "_start", lambda: kinds.append(threading.current_thread().daemon))
    before = set(threading.enumerate())
    svg.warm_up()
    for thread in set(threading.enumerate()) - before:
        thread.join()
    assert kinds == [False]


def test_json_is_the_document_and_the_folder_is_optional(privshare: Command, tmp_path: Path) -> None:
    alone = privshare("compare", "demo", *FEW, "--sweep", "epsilon=1", "--json").document()
    assert tree(tmp_path) == {}
    assert "out" not in alone
    both = privshare("compare", "demo", *FEW, "--sweep", "epsilon=1", "--json", "--out", "made").document()
    assert (both["out"], both["fingerprint"][:7]) == ("made", "SHA256:")
    kept = json.loads((tmp_path / "made" / "comparison.json").read_text())
    assert kept == json.loads(json.dumps({name: both[name] for name in both if name not in ("out", "fingerprint")}))
    exact = [[cell for cell in told["cells"] if cell["epsilon"] is None] for told in (alone, both)]
    assert [cell["successes"] for cell in exact[0]] == [cell["successes"] for cell in exact[1]], "the seed fixes them"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("demo",), "--out"),
        (("demo", "--json", "--technique", "raw-releas"), "raw-release (the nearest name)"),
        (("demo", "--json", "--attack", "dictionnary"), "dictionary (the nearest name)"),
        (("demmo", "--json"), "did you mean 'demo'"),
        (("demo", "--json", "--sweep", "epsilon=1,x"), "epsilon was x"),
        (("demo", "--json", "--sweep", "epsilon=1,,3"), "--sweep"),
        (("demo", "--json", "--sweep", ""), "--sweep"),
        (("demo", "--json", "--sweep", "delta=1"), "--sweep"),
        (("demo", "--json", "--sweep", "epsilon=0"), "epsilon was 0"),
        (("demo", "--json", "--sweep", "epsilon=21"), "epsilon was 21"),
        (("demo", "--json", "--sweep", "epsilon=0.0001"), "0.001 or more"),
        (("demo", "--json", "--sweep", "epsilon=" + ",".join(f"0.{n}" for n in range(11, 24))), "one to 12"),
        (("demo", "--json", "--people", 100), "200 to 1000000"),
        (("demo", "--json", "--people", 2_000_000), "200 to 1000000"),
        (("demo", "--json", "--people", 300), "an interval over fewer than 30"),
        (("demo", "--json", "--seed", -1), "--seed"),
        (("demo", "--json", "--seed", 2**32), "--seed"),
    ],
)
def test_refusals_say_what_is_accepted(
    privshare: Command, tmp_path: Path, words: tuple[object, ...], told: str
) -> None:
    assert told in privshare("compare", *words).refusal()
    assert tree(tmp_path) == {}


def test_enough_people_as_the_refusal_says_are_enough(privshare: Command) -> None:
    sentence = privshare("compare", "demo", "--json", "--people", 300).refusal()
    enough = int(sentence.split("about ")[1].split()[0])
    words = ("--technique", "raw-release", "--attack", "differencing", "--json")
    assert privshare("compare", "demo", "--people", enough, *words).document()["targets"] >= 30


def test_a_taken_folder_stays_as_it_is(privshare: Command, tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "mine.txt").write_text("mine")
    assert "not empty" in privshare("compare", "demo", *FEW, "--out", "taken").refusal()
    assert tree(tmp_path) == {"taken": None, "taken/mine.txt": b"mine"}


def test_a_scenario_of_ones_own_is_compared_on_its_own_people(privshare: Command, tmp_path: Path) -> None:
    small_story(tmp_path / "small")
    made = privshare("compare", "small", *FEW, "--sweep", "epsilon=1", "--json").document()
    assert (made["scenario"], made["people"]) == ("small", 800)


def test_the_front_door_has_the_same_verb() -> None:
    told = front.compare_scenario(
        front.load_scenario("demo"), people=800, techniques=("raw-release",), attacks=("differencing",), sizes=()
    )
    assert [cell.result.rate for row in told.matrix.rows for cell in row.cells if cell.result] == [1.0]
    assert told.growth == ()


def test_brought_tables_are_refused() -> None:
    from dataclasses import replace

    scenario = replace(front.load_scenario("demo"), world={})
    with pytest.raises(front.PrivshareError, match="simulated people"):
        front.compare_scenario(scenario)
