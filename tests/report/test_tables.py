"""Tables and their CSV: no formula runs, nothing suppressed is printed, charts and files say the same."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from privshare.report.answer import finding
from privshare.report.figures import plain
from privshare.report.tables import Data, all_tables, csv_bytes, noise_table, release_table
from privshare.scenario.outcome import Run


def read(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode())))


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\0x", "＝1", "＋1", "－1", "＠x", '=HYPERLINK("http://x")']
)
def test_text_cells_cannot_run_as_formulas(text: str) -> None:
    for data in (Data("x", ("a", "b"), ((text, 1),)), Data("x", (text, "b"), (("ok", 1),))):
        rows = read(csv_bytes(data))
        assert len(rows) == 2
        cells = [cell for row in rows for cell in row]
        assert f"'{plain(text)}" in cells
        assert not any(cell[0] in "=+-@\t\r\n\0＝＋－＠" for cell in cells)


def test_numbers_stay_numbers() -> None:
    data = Data("x", ("n",), ((-3,), (1e-9,), (0.1 + 0.2,), (None,), (-0.5,)))
    assert read(csv_bytes(data)) == [["n"], ["-3"], ["1e-09"], ["0.3"], [""], ["-0.5"]]


def test_suppressed_cells_are_empty(run: Run, folder: Path) -> None:
    rows = read((folder / "tables" / "release-defaults-by-band.csv").read_bytes())
    small = [row for row in rows if row[:2] == ["Lakeside", "1 low"]]
    assert small == [["Lakeside", "1 low", "", ""]]
    assert len(rows) == 31


def test_exact_numbers_stand_in_truth_tables_only(run: Run, folder: Path) -> None:
    truths = {path.name for path in (folder / "tables").glob("truth-*.csv")}
    assert truths == {"truth-rates.csv", *(f"truth-{p.release.id}.csv" for p in run.releases)}
    exact = ",".join(str(value) for value in run.releases[2].truth[0])
    for path in folder.rglob("*"):
        if path.is_file() and not path.name.startswith("truth-") and path.suffix in (".csv", ".json"):
            assert exact not in path.read_text()


def test_every_table_is_written_and_has_the_shape_it_says(run: Run, folder: Path) -> None:
    tables = all_tables(run, finding(run))
    assert {f"{data.name}.csv" for data in tables} == {path.name for path in (folder / "tables").iterdir()}
    for data in tables:
        assert all(len(row) == len(data.columns) for row in data.rows), data.name
        written = read((folder / "tables" / f"{data.name}.csv").read_bytes())
        assert len(written) == len(data.rows) + 1


def test_dots_are_twenty_and_symmetric(run: Run) -> None:
    for published in run.releases:
        data = noise_table(published.release)
        for measure in published.release.measures:
            values = [row[2] for row in data.rows if row[0] == measure]
            assert len(values) == 20
            assert sorted(values) == sorted(-int(value or 0) for value in values)


def test_a_release_table_says_what_the_release_says(run: Run) -> None:
    for published in run.releases:
        for row, cell in zip(release_table(published.release).rows, published.release.cells, strict=True):
            assert row == (*cell.key, *cell.values)
