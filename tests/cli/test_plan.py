"""`privshare plan`: what a wanted error needs, from a release or from public sizes; nothing is spent to say it."""

from __future__ import annotations

import csv
import shlex
from pathlib import Path
from typing import Any

import pytest

from privshare.model.loss import micro_epsilon
from tests.cli.conftest import Command, tree

SIZES = "town,size\nN,2000\nS,400\nEmpty,0\n"


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    path = tmp_path / "rows.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["who", "town"])
        writer.writerows([f"p{number}", "N" if number < 2_000 else "S"] for number in range(2_400))
    (tmp_path / "towns.csv").write_text("town\nN\nS\nEmpty\n")
    return path


@pytest.fixture
def sizes(tmp_path: Path) -> Path:
    path = tmp_path / "sizes.csv"
    path.write_text(SIZES)
    return path


def released(privshare: Command, rows: Path, *more: str) -> Path:
    words = ["--person", "who", "--by", "town", "--keys", "towns.csv", "--epsilon", "1", "--out", "look", *more]
    assert privshare("release", rows, *words).code == 0
    return Path("look/releases/release.json")


def standings(document: Any) -> dict[str, str]:
    return {group["key"][0]: group["standing"] for group in document["groups"]}


def test_public_sizes_give_an_epsilon_a_group_and_the_smallest_group_decides(privshare: Command, sizes: Path) -> None:
    told = privshare("plan", sizes, "--error", "5%", "--bound", "1", "--json").document()
    assert told["worst"] == ["S"]
    needs = {group["key"][0]: group["needed_micro_epsilon"] for group in told["groups"]}
    assert needs["Empty"] is None
    assert told["needed_micro_epsilon"] == needs["S"] > needs["N"] > 0
    # 95 in 100 of noise of scale 1/epsilon lie within 3/epsilon; half a row of rounding is reckoned as a whole one.
    assert needs["S"] == pytest.approx(2.9957 / (0.05 * 400 - 1) * 1e6, rel=0.05)
    assert standings(told) == {"N": "promised", "S": "promised", "Empty": "its interval reaches 0"}


def test_an_error_written_as_a_percentage_or_as_a_share_is_the_same(privshare: Command, sizes: Path) -> None:
    percent, share = (
        privshare("plan", sizes, "--error", error, "--bound", "1", "--json").document() for error in ("12.5%", "0.125")
    )
    assert percent == share


def test_the_flags_that_are_printed_buy_what_the_plan_promises(privshare: Command, rows: Path, sizes: Path) -> None:
    told = privshare("plan", sizes, "--error", "5%", "--bound", "1", "--json").document()
    micro = told["alone"]["micro_epsilon"]
    words = [*shlex.split(told["flags"]), "--person", "who", "--epsilon", f"{micro / 1e6:.6f}", "--out", "bought"]
    assert micro_epsilon(f"{micro / 1e6:.6f}") == micro
    assert privshare("release", rows, *words).code == 0
    bought = privshare("plan", "bought/releases/release.json", "--error", "5%", "--json").document()
    assert bought["had_micro_epsilon"] == micro
    assert {group["half"] for group in bought["groups"]} == {20}, "5 % of the smallest group, 400, and not less"


def test_a_release_says_what_its_next_one_would_need_and_what_it_cannot_promise(privshare: Command, rows: Path) -> None:
    release = released(privshare, rows, "--count", "--people", "--count-bound", "1", "--people-bound", "1")
    told = privshare("plan", release, "--error", "1%", "--json").document()
    # The noise has scale 2: an empty group's number is above its half of 7 with probability below 1 in 30, and a
    # group of 400 is not told from 0 with probability below e^-196. Only the sure part is asserted.
    assert standings(told)["N"] == standings(told)["S"] == "promised"
    assert told["measure"] == "count"
    assert told["whole_request"] == {
        "micro_epsilon": 2 * told["needed_micro_epsilon"], "measures": 2, "choosing_bounds": False, "possible": True,
    }  # fmt: skip
    assert told["flags"] == "--by town --count --count-bound 1"
    people = privshare("plan", release, "--error", "1%", "--measure", "people", "--json").document()
    assert people["flags"] == "--by town --people --people-bound 1"


def test_what_cannot_be_promised_is_named_with_its_reason(privshare: Command, tmp_path: Path) -> None:
    (tmp_path / "odd.csv").write_text("town,size\nBig,100000\nTiny,3\nNone,0\n")
    said = privshare("plan", "odd.csv", "--error", "1%", "--bound", "1")
    assert said.code == 0
    text = " ".join(said.out.split())
    assert "Of size 0, of which no error is a share, in 1: None." in text
    assert "More than epsilon 20, which no measure may have, in 1: Tiny." in text
    assert "Big needs the most" in text


def test_with_nothing_to_promise_there_is_no_price(privshare: Command, tmp_path: Path) -> None:
    (tmp_path / "odd.csv").write_text("town,size\nNone,0\n")
    told = privshare("plan", "odd.csv", "--error", "1%", "--bound", "1", "--json").document()
    assert (told["worst"], told["needed_micro_epsilon"], told["alone"]) == (None, None, None)
    assert "No group can be promised this error." in privshare("plan", "odd.csv", "--error", "1%", "--bound", "1").out


def test_a_table_of_one_size_is_the_whole_table(privshare: Command, tmp_path: Path) -> None:
    (tmp_path / "all.csv").write_text("size\n5000\n")
    said = privshare("plan", "all.csv", "--error", "1%", "--bound", "2")
    assert "whole table" in said.out
    assert "--by" not in said.out


def test_planning_writes_nothing(privshare: Command, rows: Path, sizes: Path, tmp_path: Path) -> None:
    release = released(privshare, rows, "--count", "--count-bound", "1", "--ledger", "club.ledger")
    before = tree(tmp_path)
    privshare("plan", release, "--error", "5%")
    privshare("plan", sizes, "--error", "5%", "--bound", "1")
    assert tree(tmp_path) == before


REFUSED = {
    "no bound": (["sizes.csv", "--error", "5%"], "--bound N"),
    "bound 0": (["sizes.csv", "--error", "5%", "--bound", "0"], "--bound was 0"),
    "measure of sizes": (["sizes.csv", "--error", "5%", "--bound", "1", "--measure", "n"], "without --measure"),
    "error 0": (["sizes.csv", "--error", "0%", "--bound", "1"], "a share between 0 and 1"),
    "error 100": (["sizes.csv", "--error", "100%", "--bound", "1"], "a share between 0 and 1"),
    "error in words": (["sizes.csv", "--error", "five", "--bound", "1"], "a percentage or a share"),
    "level": (["sizes.csv", "--error", "5%", "--bound", "1", "--level", "1"], "a probability between 0 and 1"),
    "no such column": (["sizes.csv", "--error", "5%", "--bound", "1", "--size", "sise"], "the nearest is 'size'"),
    "twice": (["twice.csv", "--error", "5%", "--bound", "1"], "lists a group twice"),
    "not a number": (["text.csv", "--error", "5%", "--bound", "1"], "row 2: a size is a whole number"),
    "negative": (["minus.csv", "--error", "5%", "--bound", "1"], "row 1: a size is a whole number"),
    "no file": (["none.csv", "--error", "5%", "--bound", "1"], "there is no such file"),
    "no release": (["none.json", "--error", "5%"], "is no release file"),
    "not a release": (["text.json", "--error", "5%"], "does not verify"),
    "bound of a release": (["none.json", "--error", "5%", "--bound", "1"], "states its own bound"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_planned_is_refused_in_one_sentence(
    privshare: Command, sizes: Path, tmp_path: Path, case: str
) -> None:
    (tmp_path / "twice.csv").write_text("town,size\nN,5\nN,6\n")
    (tmp_path / "text.csv").write_text("town,size\nN,5\nSecret,1_000\n")
    (tmp_path / "minus.csv").write_text("town,size\nN,-5\n")
    (tmp_path / "text.json").write_text("{}")
    words, told = REFUSED[case]
    sentence = privshare("plan", *words).refusal()
    assert told in sentence
    assert "Secret" not in sentence
