"""What is written down of a comparison: medians with their range, a missed target as missed, nobody left unsaid."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from privshare.bench.page import check_new
from privshare.bench.process import Series
from privshare.bench.release.figures import CORE, TARGETS, VERB, Row
from privshare.bench.release.page import HEAD, cells, document, markdown_lines, notes, terminal_lines, verdicts
from privshare.errors import InputRefused
from tests.bench.releases import BOUND, comparison, row


def test_a_figure_is_a_median_with_its_range() -> None:
    found = comparison()
    assert dict(zip(HEAD, cells(found.rows[2], found), strict=True)) == {
        "who": "slow",
        "after import s": "2.50 (2.00 to 3.00)",
        "times ours": "10.0",
        "imports s": "1.00",
        "start s": "-",
        "whole s": "3.50 (3.00 to 4.00)",
        "CPU s": "2.50",
        "peak MiB": "300",
        "count error %": "20.0 (20.0 to 20.0)",
        "sum error %": "40.0 (40.0 to 40.0)",
    }


def test_ours_is_not_compared_with_itself_one_run_has_no_range_and_no_noise_has_no_error() -> None:
    found = comparison(row(CORE, 0.25), row("bare", 0.5, noise=False))
    ours, bare = (dict(zip(HEAD, cells(each, found), strict=True)) for each in found.rows)
    assert (ours["times ours"], ours["after import s"]) == ("-", "0.25")
    assert (bare["times ours"], bare["count error %"], bare["sum error %"]) == ("2.0", "-", "-")


def test_a_target_that_is_missed_is_printed_as_missed() -> None:
    target = TARGETS[1_000_000]
    met = comparison(row(CORE, target.seconds, error=0.04))
    assert [line.split(":")[0] for line in verdicts(met)] == ["met", "met", "met"]
    missed = comparison(replace(row(CORE, 0.31, error=0.041), peak=Series((351.0,))))
    assert verdicts(missed) == [
        "MISSED: time after import 0.31 s, target at most 0.30 s",
        "MISSED: peak memory 351 MiB, target at most 350 MiB",
        "MISSED: median count error 4.10 %, target at most 4.00 %",
    ]
    assert [each["met"] for each in document(missed)["targets"]] == [False, False, False]


def test_ours_without_figures_has_missed_and_other_sizes_have_no_target() -> None:
    assert verdicts(comparison(Row(CORE, BOUND, fault="exit code 1: it said nothing"))) == [
        f"MISSED: {CORE} gave no figures"
    ]
    assert verdicts(comparison(asked=5_000)) == ["no target is set for 5,000 rows"]


def test_the_terminal_and_the_page_say_the_same() -> None:
    found = comparison()
    told, page = "\n".join(terminal_lines(found)), "\n".join(markdown_lines(found))
    for part in (
        "1,000,000 rows", "91,234 people", "11.0 rows each", "85 at the 99th percentile", "1,450 at most", "seed 7",
        "2026-11-24: Abacus 9, 4 cores, 16 GiB, Linux, Python 3.11.7", "load 0.2 before, 1.5 after", "3 runs each",
        "absent: it needs a JDK, and there is no java here", f"slow: bound {BOUND} (package 1.2.3)",
        "100 rows, 2.1% expected count error", *verdicts(found), *notes(found),
    ):  # fmt: skip
        assert part in told, part
        assert part in page, part
    lines = [*told.splitlines(), *page.splitlines()]
    assert not any(line.startswith(("absent  ", "| absent")) for line in lines), "it has no figures"
    table = [line for line in page.splitlines() if line.startswith("|")]
    assert len(table) == 2 + 4
    assert {line.count("|") for line in table} == {len(HEAD) + 1}
    assert page.startswith("## A release, 1,000,000 rows\n")


def test_the_terminals_columns_stand_below_each_other() -> None:
    lines = terminal_lines(comparison())
    head = next(place for place, line in enumerate(lines) if line.startswith("who"))
    ends = [lines[head].index(word) + len(word) for word in HEAD[1:]]
    for line in lines[head + 1 : head + 5]:
        assert all(line[end - 1] != " " and line[end : end + 1] in ("", " ") for end in ends), line


def test_the_document_keeps_every_run_and_is_json() -> None:
    told = document(comparison())
    assert json.loads(json.dumps(told)) == told
    assert [each["name"] for each in told["contestants"]] == [CORE, VERB, "slow", "bare", "absent"]
    assert told["contestants"][2]["work"] == [2.5, 2.0, 3.0], "in the order they were run"
    assert told["contestants"][4]["work"] is None
    assert told["contestants"][4]["fault"].startswith("it needs a JDK")
    assert (told["rows"], told["people"], told["seed"], told["runs"]) == (1_000_000, 91_234, 7, 3)
    assert told["machine"]["model"] == "Abacus 9"
    assert told["hindsight"] == {"bound": 100, "error": 0.021}
    assert document(replace(comparison(), hindsight=None))["hindsight"] is None


def test_where_the_page_cannot_be_written_is_refused_before_anything_is_run(tmp_path: Path) -> None:
    check_new(None)
    check_new(tmp_path / "new.md")
    (tmp_path / "there.md").write_text("something")
    (tmp_path / "link.md").symlink_to("nowhere")
    for name, told in (("there.md", "there already"), ("link.md", "there already"), ("no/new.md", "cannot be written")):
        with pytest.raises(InputRefused, match=told):
            check_new(tmp_path / name)
