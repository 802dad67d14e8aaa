"""The finding: rates, their intervals, and when a direction may be named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from privshare.model.release import Cell
from privshare.report.answer import Direction, _half, finding, joint_release, rates_of, true_rates
from privshare.scenario.outcome import Run
from privshare.use.release.accounting import interval


def test_the_miniature_falls_but_for_one_district(run: Run) -> None:
    found = finding(run)
    assert found is not None
    assert (found.along, found.across, found.people, found.total) == ("score_band", "district", "people", "defaults")
    assert found.direction is Direction.FALLS
    assert dict(found.directions)["Mill Quarter"] is Direction.UNCLEAR
    assert found.hidden == 1
    assert len(found.cells) == 29
    assert [band.key for band in found.bands] == [("1 low",), ("2 fair",), ("3 good",), ("4 high",), ("5 top",)]


def test_pooled_numbers_are_sums_of_printed_cells(run: Run) -> None:
    found = finding(run)
    assert found is not None
    for band in found.bands:
        inside = [cell for cell in found.cells if cell.key[-1] == band.key[0]]
        assert band.people == sum(cell.people for cell in inside)
        assert band.total == sum(cell.total for cell in inside)
        assert band.rate == pytest.approx(100 * band.total / band.people)
        assert band.low < band.rate < band.high


def test_cell_intervals_hold_the_truth(run: Run) -> None:
    """The miniature's noise stays within 4, well inside the interval of its stated scales: no chance involved."""
    joint = joint_release(run)
    assert joint is not None
    exact = {rate.key: rate.rate for rate in true_rates(joint)}
    assert all(rate.low <= exact[rate.key] <= rate.high for rate in rates_of(joint.release))


@pytest.mark.parametrize("scales", [["3.3"] * 5, ["2.0"] * 6 + ["0.5"] * 6, ["20.0"] * 8])
def test_the_interval_of_many_draws_is_close_to_the_exact_one(scales: list[str]) -> None:
    exact = interval(scales, 0.975)
    assert exact <= _half(tuple(scales)) <= exact + max(1, exact // 50)


def test_many_draws_are_quick_and_none_is_nothing() -> None:
    assert _half(("3.0",) * 400) == pytest.approx(2.2414 * (400 * 17.84) ** 0.5, rel=0.01)
    assert _half(()) == 0


def test_rising_is_named_and_overlap_is_not(changed: Callable[..., Run], run: Run) -> None:
    joint = run.releases[1]

    def with_totals(totals: Callable[[int], int]) -> Direction:
        cells = tuple(
            Cell(cell.key, (500, totals(number % 5))) for number, cell in enumerate(joint.release.cells)
        )
        found = finding(changed(releases=(replace(joint, release=replace(joint.release, cells=cells)),)))
        assert found is not None
        return found.direction

    assert with_totals(lambda band: 20 + 20 * band) is Direction.RISES
    assert with_totals(lambda band: 100 - 20 * band) is Direction.FALLS
    assert with_totals(lambda band: 50 + band) is Direction.UNCLEAR


def test_no_joint_table_no_finding(changed: Callable[..., Run], run: Run) -> None:
    assert finding(changed(releases=run.releases[2:])) is None
    assert finding(changed(releases=(run.releases[0],))) is None
