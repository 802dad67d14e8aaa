"""`privshare release` beyond counts and sums: people, means, variances, quantiles, bins, the largest groups, any name.

Bounds are given and epsilon is large where a number is compared with the truth: each margin is 40 scales of its noise
or more, so a false alarm has a probability below 1e-15, whatever the number of comparisons here.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from statistics import mean, pvariance

import duckdb
import pandas as pd
import pytest

from privshare.use.ledger import open_existing_ledger
from tests.cli.conftest import Command

TOWNS = ("N", "S", "W")
ROWS = [
    (f"{town}{person}", town, 20 + 7 * person % 60, 10 * (number + 1) + person % 5)
    for town, people in (("N", 400), ("S", 250), ("W", 90))
    for person in range(people)
    for number in range(3)
]
"""Person, town, age, spent: three rows each, of 10, 20 and 30 and a little more."""
NAMES = ("who", "town", "age", "spent")
ODD = ("n\u00b0 membre", "Ort der Filiale", "\u5e74\u9f62", "gr\u00f6\u00dfe (\u20ac), netto")
"""A blank, an umlaut, a degree sign, Han, brackets, a comma: what a spreadsheet's first line has."""


def written(path: Path, names: Sequence[str]) -> Path:
    frame = pd.DataFrame(ROWS, columns=list(names))
    if path.suffix == ".csv":
        frame.to_csv(path, index=False, lineterminator="\n")
    else:
        with duckdb.connect() as engine:
            engine.register("frame", frame)
            engine.execute(f"COPY frame TO '{path}' (FORMAT parquet)")
    return path


@pytest.fixture
def room(tmp_path: Path) -> Path:
    written(tmp_path / "t.csv", NAMES)
    (tmp_path / "keys.csv").write_text("town\n" + "".join(f"{town}\n" for town in TOWNS), "utf-8")
    return tmp_path


BY = ("--by", "town", "--keys", "keys.csv", "--person", "who", "--out", "out")


def table(room: Path, name: str = "release-release", out: str = "out") -> list[dict[str, str]]:
    with (room / out / "tables" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def spent_in(town: str) -> list[int]:
    return [spent for _, where, _, spent in ROWS if where == town]


def test_people_are_counted_once_however_many_rows_they_have(privshare: Command, room: Path) -> None:
    assert privshare("release", "t.csv", *BY, "--people", "--people-bound", "1", "--epsilon", "10").code == 0
    found = table(room)
    assert list(found[0]) == ["town", "people"]
    for row, count in zip(found, (400, 250, 90), strict=True):
        assert abs(int(row["people"]) - count) <= 5, "not three times as many"


def test_a_mean_and_a_variance_stand_beside_the_numbers_they_come_from(privshare: Command, room: Path) -> None:
    """20 in all for rows, sum and squares: scales of half a row, 4 and about 80, of 270 rows and more."""
    asked = ("--mean", "spent", "--variance", "spent", "--bounds", "0,40", "--count-bound", "3", "--sum-bound", "30")
    assert privshare("release", "t.csv", *BY, *asked, "--epsilon", "20").code == 0
    found = table(room)
    assert list(found[0]) == [
        "town", "count", "centred_spent", "squares_spent",
        "mean_spent", "mean_spent_low", "mean_spent_high",
        "variance_spent", "variance_spent_low", "variance_spent_high",
    ]  # fmt: skip
    for row in found:
        true = spent_in(row["town"])
        assert abs(float(row["mean_spent"]) - mean(true)) < 1.0
        assert float(row["mean_spent_low"]) <= float(row["mean_spent"]) <= float(row["mean_spent_high"])
        assert 0 <= float(row["variance_spent_low"]) <= float(row["variance_spent"])
        assert float(row["variance_spent"]) <= float(row["variance_spent_high"]) <= 400
    assert abs(float(found[0]["variance_spent"]) - pvariance(spent_in("N"))) < 12


@pytest.mark.parametrize(
    "asked",
    [
        ("--variance", "spent", "--bounds", "0,5660"),
        ("--variance", "spent", "--bounds", "0,10000000"),
        ("--mean", "spent", "--bounds", "0,16000002"),
        ("--quantiles", "spent:50", "--bins", "spent:20,1000000001"),
    ],
    ids=" ".join,
)
def test_what_could_not_be_told_is_refused_by_its_bounds_before_it_costs_anything(
    privshare: Command, room: Path, asked: Sequence[str]
) -> None:
    shown = privshare("release", "t.csv", *BY, *asked, "--epsilon", "1", "--ledger", "L", "--preview")
    drawn = privshare("release", "t.csv", *BY, *asked, "--epsilon", "1", "--ledger", "L")
    assert (shown.code, drawn.code) == (2, 2)
    assert "accepted is" in shown.err
    assert shown.err == drawn.err
    assert not (room / "L").exists()


def test_a_mean_beside_a_sum_is_read_off_that_sum_and_costs_no_third_part(privshare: Command, room: Path) -> None:
    asked = ("--sum", "spent", "--mean", "spent", "--bounds", "0,40", "--count-bound", "3", "--sum-bound", "100")
    assert privshare("release", "t.csv", *BY, *asked, "--epsilon", "10").code == 0
    names = ["town", "count", "sum_spent", "mean_spent", "mean_spent_low", "mean_spent_high"]
    assert list(table(room)[0]) == names, "no second sum about a centre"
    for row in table(room):
        assert float(row["mean_spent"]) == pytest.approx(int(row["sum_spent"]) / int(row["count"]), abs=0.001)


def test_quantiles_are_a_table_of_their_own_read_off_the_bins(privshare: Command, room: Path) -> None:
    """A third of the rows lies from 10 to 14, one from 20 to 24 and one from 30 to 34."""
    asked = ("--quantiles", "spent:10,50,99.5", "--bins", "spent:10,15,20,25,30,35", "--count-bound", "3")
    assert privshare("release", "t.csv", *BY, *asked, "--epsilon", "20").code == 0
    found = table(room, "release-quantiles-quantile_spent")
    names = [f"quantile_spent_{share}{end}" for share in ("10", "50", "99.5") for end in ("", "_low", "_high")]
    assert list(found[0]) == ["town", *names]
    assert [row["town"] for row in found] == list(TOWNS)
    for row in found:
        assert 10 <= float(row["quantile_spent_10"]) <= 15
        assert 20 <= float(row["quantile_spent_50"]) <= 25
        assert 30 <= float(row["quantile_spent_99.5"]) <= 35
        assert float(row["quantile_spent_50_low"]) <= 20 < 25 <= float(row["quantile_spent_50_high"])
    assert sorted({row["spent"] for row in table(room, "release-quantiles")}) == sorted(
        ["below 10", "10 to 14", "15 to 19", "20 to 24", "25 to 29", "30 to 34", "35 and above"]
    )


def test_a_column_alone_is_its_median_and_without_by_it_is_the_whole_tables(privshare: Command, room: Path) -> None:
    asked = ("--person", "who", "--quantiles", "spent", "--bins", "spent:10,15,20,25,30,35", "--count-bound", "3")
    facts = privshare("release", "t.csv", *asked, "--epsilon", "20", "--out", "out", "--json").document()
    (row,) = table(room, "release-quantiles-quantile_spent")
    assert list(row) == ["quantile_spent_50", "quantile_spent_50_low", "quantile_spent_50_high"]
    assert 20 <= float(row["quantile_spent_50"]) <= 25
    (found,) = facts["releases"]
    assert found["loss"]["delta_e15"] == 0, "bins are public, so there is no group to find"


def test_rows_are_grouped_by_bins_and_nothing_but_their_edges_is_told(privshare: Command, room: Path) -> None:
    asked = ("--by", "age,town", "--bins", "age:30,60,200", "--keys", "keys.csv", "--person", "who", "--out", "out")
    assert privshare("release", "t.csv", *asked, "--count", "--count-bound", "3", "--epsilon", "20").code == 0
    found = table(room)
    assert list(found[0]) == ["age", "town", "count"]
    assert len(found) == 4 * 3, "every bin of every town, empty ones too"
    for row in found:
        low, high = {"below 30": (0, 30), "30 to 59": (30, 60), "60 to 199": (60, 200), "200 and above": (200, 999)}[
            row["age"]
        ]
        true = sum(low <= age < high and town == row["town"] for _, town, age, _ in ROWS)
        assert abs(int(row["count"]) - true) <= 8


def test_the_largest_groups_are_listed_with_their_rank_at_no_further_price(privshare: Command, room: Path) -> None:
    asked = ("--count", "--count-bound", "3", "--top", "2", "--epsilon", "5")
    facts = privshare("release", "t.csv", *BY, *asked, "--json").document()
    assert [(row["town"], row["rank"]) for row in table(room, "release-release-top")] == [("N", "1"), ("S", "2")]
    (found,) = facts["releases"]
    assert found["loss"]["micro_epsilon"] == 5_000_000
    assert {row["town"]: row["count"] for row in table(room)}.items() >= {
        (row["town"], row["count"]) for row in table(room, "release-release-top")
    }


def test_all_of_it_at_once_costs_what_was_asked_for_and_verifies(privshare: Command, room: Path) -> None:
    asked = ("--count", "--people", "--mean", "spent", "--variance", "spent", "--bounds", "0,40", "--top", "3")
    more = ("--quantiles", "age:25,50,75", "--bins", "age:20,30,40,50,60,70,80", "--epsilon", "1.000003")
    facts = privshare("release", "t.csv", *BY, *asked, *more, "--ledger", "l", "--json").document()
    assert [found["id"] for found in facts["releases"]] == ["release", "quantiles"]
    with open_existing_ledger(room / "l") as ledger:
        (account,) = ledger.statement().accounts
    assert account.spent.micro_epsilon == 1_000_003
    assert sum(found["loss"]["micro_epsilon"] for found in facts["releases"]) == 1_000_003
    assert privshare("verify", "out", "--key", facts["fingerprint"]).code == 0


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_a_column_may_be_called_what_it_is_called(privshare: Command, tmp_path: Path, form: str) -> None:
    """Odd names go through policy, engine, report, tables and verify; a file's name keeps what fits a path."""
    person, town, age, spent = ODD
    assert "," in spent
    written(tmp_path / f"t.{form}", ODD)
    (tmp_path / "keys.csv").write_text(f"{town}\n" + "".join(f"{name}\n" for name in TOWNS), "utf-8")
    asked = ("--by", town, "--keys", "keys.csv", "--person", person, "--people", "--people-bound", "1")
    numbers = ("--mean", spent, "--bounds", "0,40", "--count-bound", "3", "--sum-bound", "30", "--top", "1")
    more = ("--quantiles", f"{age}:50", "--bins", f"{age}:30,40,50,60", "--epsilon", "20", "--out", "out", "--json")
    facts = privshare("release", f"t.{form}", *asked, *numbers, *more).document()
    found = table(tmp_path)
    assert list(found[0]) == [
        town, "count", "people", f"centred_{spent}", f"mean_{spent}", f"mean_{spent}_low", f"mean_{spent}_high",
    ]  # fmt: skip
    assert [row[town] for row in found] == list(TOWNS)
    assert all(abs(float(row[f"mean_{spent}"]) - mean(spent_in(row[town]))) < 2 for row in found)
    names = {path.name for path in (tmp_path / "out" / "tables").iterdir()}
    assert all(name.isascii() and " " not in name for name in names), names
    assert privshare("verify", "out", "--key", facts["fingerprint"]).code == 0
    report = (tmp_path / "out" / "report.html").read_text("utf-8")
    for name in ODD:
        assert name in report


def test_the_same_odd_table_in_both_forms_is_one_question(privshare: Command, tmp_path: Path) -> None:
    person, town, _, spent = ODD
    (tmp_path / "keys.csv").write_text(f"{town}\n" + "".join(f"{name}\n" for name in TOWNS), "utf-8")
    seen = set()
    for form in ("csv", "parquet"):
        written(tmp_path / f"t.{form}", ODD)
        asked = ("--by", town, "--keys", "keys.csv", "--person", person, "--variance", spent, "--bounds", "0,40")
        words = ("release", f"t.{form}", *asked, "--epsilon", "1", "--ledger", "l", "--out", form)
        assert privshare(*words).code == 0
        seen.add((tmp_path / form / "tables" / "release-release.csv").read_bytes())
    assert len(seen) == 1, "the stored bytes again"
    with open_existing_ledger(tmp_path / "l") as ledger:
        assert [account.spent.micro_epsilon for account in ledger.statement().accounts] == [1_000_000]
