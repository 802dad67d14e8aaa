"""The accountants' benchmark: our own process, what is compared with what, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from privshare.bench.accounting.page import accounting_document, accounting_lines, accounting_markdown
from privshare.bench.accounting.running import AccountingComparison, AccountingRow, compare_accounting
from privshare.bench.machine import Machine
from privshare.bench.options import Others
from privshare.bench.process import Series
from privshare.errors import ParameterRefused

MACHINE = Machine("X", 2, 23.5, "Linux", "3.11.7", "2026-11-24", 0.1)


def row(name: str, epsilon: float, work: float = 0.1, basic: float | None = None) -> AccountingRow:
    one = Series((work,))
    return AccountingRow(name, one, one, one, epsilon, basic, (("numpy", "2"),))


def compared(*rows: AccountingRow) -> AccountingComparison:
    return AccountingComparison(MACHINE, 0.2, 1, rows)


def test_our_process_tells_the_figure_that_everybody_else_finds() -> None:
    found = compare_accounting(runs=1)
    (ours,) = found.rows
    assert ours.fault is None
    assert ours.epsilon == pytest.approx(19.344671, abs=2e-6)
    assert ours.basic == 100
    assert found.difference is None
    assert ours.work is not None
    assert 0 < ours.work.median < found.rows[0].whole.median  # type: ignore[union-attr]


def test_targets_are_said_to_be_met_or_missed_with_their_figures() -> None:
    lines = accounting_lines(compared(row("privshare", 19.35, 0.1, 100.0), row("dp-accounting", 19.34)))
    assert "met: time after import 0.100 s, target at most 0.5 s" in lines
    assert "met: epsilon differs by +0.051706%, target at most 0.2%" in lines
    assert "basic composition, which is what is debited: 100" in lines
    lines = accounting_lines(compared(row("privshare", 19.0, 0.6), row("dp-accounting", 19.34)))
    assert "MISSED: time after import 0.600 s, target at most 0.5 s" in lines
    assert any(line.startswith("MISSED: epsilon differs by -1.75") for line in lines)


def test_whoever_failed_is_named_and_nothing_is_compared_with_it() -> None:
    found = compared(row("privshare", 19.34), AccountingRow("dp-accounting", fault="exit code 1: no"))
    lines = accounting_lines(found)
    assert "dp-accounting: exit code 1: no" in lines
    assert not any("differs" in line for line in lines)
    document = accounting_document(found)
    assert document["difference"] is None
    assert [target["met"] for target in document["targets"]] == [True]
    assert sum(line.startswith("| ") for line in accounting_markdown(found)) == 3
    assert "MISSED: privshare gave no figures" in accounting_lines(compared(AccountingRow("privshare", fault="x")))


def test_a_peer_that_may_not_be_installed_takes_no_part(tmp_path: Path) -> None:
    found = compare_accounting(runs=1, others=Others("all", tmp_path, install=False))
    assert found.rows[0].fault is None
    assert "--no-install" in (found.rows[1].fault or "")


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ({"runs": 0}, "--runs"),
        ({"others": Others("opendp")}, "--peers"),
        ({"others": Others("dp-accounting")}, "--env"),
    ],
)
def test_what_cannot_be_measured_is_refused_before_anything_runs(asked: dict[str, object], name: str) -> None:
    with pytest.raises(ParameterRefused, match=name):
        compare_accounting(**asked)  # type: ignore[arg-type]
