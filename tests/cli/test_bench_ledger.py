"""`privshare bench ledger` measures both sides, says on what, and refuses what it cannot measure before it starts."""

from __future__ import annotations

from pathlib import Path

import pytest

from privshare.bench.ledger.page import spends_document, spends_lines, spends_markdown
from privshare.bench.ledger.running import Spends, sign_interval
from privshare.bench.machine import this_machine
from privshare.bench.process import Series
from tests.cli.conftest import Command


def test_a_short_run_has_both_sides_and_leaves_nothing_behind(privshare: Command, tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    words = ("bench", "ledger", "--runs", 1, "--seconds", 0.2, "--writers", 2, "--data", "disk", "--out", "found.md")
    found = privshare(*words, "--json").document()
    assert (found["benchmark"], found["writers"], found["seconds"], found["commits_a_spend"]) == ("ledger", 2, 0.2, 3)
    assert len(found["bare"]) == len(found["ledger"]) == 1
    assert (tmp_path / "found.md").read_text().startswith("## Durable spends, 2 writers\n")
    assert list((tmp_path / "disk").iterdir()) == []


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--writers", 0), "--writers"),
        (("--writers", 65), "--writers"),
        (("--runs", 0), "--runs"),
        (("--seconds", 0), "--seconds"),
        (("--seconds", "nan"), "--seconds"),
        (("--data", "none"), "--data none"),
        (("--out", "none/found.md"), "none"),
    ],
)
def test_what_cannot_be_measured_is_refused_first(privshare: Command, words: tuple[object, ...], told: str) -> None:
    assert told in privshare("bench", "ledger", *words).refusal()


def spends(*ours: float) -> Spends:
    return Spends(this_machine(), 0.0, 8, 4.0, Series((100.0,) * len(ours)), Series(ours))


def test_a_missed_target_is_said_with_its_figure() -> None:
    missed, met = spends(70, 79, 90), spends(70, 80, 90)
    assert "MISSED: 0.79 commits of the ledger for one of the bare loop, target at least 0.8" in spends_lines(missed)
    assert "met: 0.80 commits of the ledger for one of the bare loop, target at least 0.8" in spends_lines(met)
    assert [spends_document(one)["targets"][0]["met"] for one in (missed, met)] == [False, True]
    assert all(line.startswith(("## ", "- ")) or not line for line in spends_markdown(met))


def test_the_interval_of_a_median_is_of_order_statistics_and_states_its_confidence() -> None:
    assert sign_interval([3, 1, 2])[:2] == (1, 3)
    assert sign_interval([3, 1, 2])[2] == pytest.approx(0.75)
    low, high, sure = sign_interval(list(range(20)))
    assert (low, high) == (5, 14)
    assert sure == pytest.approx(0.9586, abs=1e-4)
