"""One release of one's own table as a scenario of one step: what the flags permit, what they cost, what is the same."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from privshare import Run, run_scenario
from privshare.errors import InputRefused, ParameterRefused
from privshare.holders.files import FileTable
from privshare.holders.files.connection import connected
from privshare.holders.holder import ingest, snapshot_of
from privshare.model.category import Category, RungKind
from privshare.model.entropy import seeded_generator
from privshare.model.loss import NO_LOSS, PrivacyLoss
from privshare.model.party import Party, PartyId
from privshare.report.release_file import read_release
from privshare.scenario import debits
from privshare.scenario.adhoc.flags import OWNER, PURPOSE
from privshare.scenario.adhoc.release import ReleaseRequest, release_scenario
from privshare.scenario.adhoc.release.measures import split_of
from privshare.scenario.adhoc.spent import spent_for_flags
from privshare.scenario.loader import Scenario
from privshare.use.ledger import Ledger, Spend, open_ledger
from privshare.use.ledger.uncapped import reserve_uncapped

KEY = b"k" * 32
TABLE = "who,town,value,secret\na,N,1,x\nb,S,2,y\nc,N,3,z\na,,4,x\n"


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "table.csv"
    path.write_text(TABLE, "utf-8")
    return path


def request_for(table: Path, **changed: Any) -> ReleaseRequest:
    terms: dict[str, Any] = {"by": ("town",), "person": "who", "epsilon": "1", "total": "value", "bounds": (0, 9)}
    return ReleaseRequest(table=table, **{**terms, **changed})


def snapshot(scenario: Scenario) -> bytes:
    assert isinstance(scenario.world, dict)
    return snapshot_of(ingest(Party(OWNER, "Owner", "releases", True), scenario.world), KEY)


def played(asked: ReleaseRequest, ledger: Path | None = None) -> Run:
    return run_scenario(release_scenario(asked), ledger_path=ledger)[0]


@given(st.integers(1, 20_000_000), st.integers(1, 9))
def test_a_split_adds_up_and_no_part_is_more_than_a_rest_above_another(micro: int, measures: int) -> None:
    parts = split_of(PrivacyLoss(micro), measures)
    assert sum(parts) == micro
    assert len(parts) == measures
    assert 0 <= max(parts) - min(parts) < measures


def test_the_flags_classify_the_columns_they_name_and_no_other(table: Path) -> None:
    policy = release_scenario(request_for(table)).policy
    told = {clause.column: (clause.category, clause.ladder[PURPOSE].kind) for clause in policy.clauses.values()}
    assert told == {
        "who": (Category.DIRECT_IDENTIFIER, RungKind.NEVER),
        "town": (Category.QUASI_IDENTIFIER, RungKind.AFTER_DP),
        "value": (Category.SENSITIVE_ATTRIBUTE, RungKind.AFTER_DP),
    }
    assert all("command line" in clause.reason for clause in policy.clauses.values())
    assert {clause.ladder[PURPOSE].limit for clause in policy.clauses.values()} == {None, 1_000_000}


def test_a_column_that_no_flag_names_is_not_even_taken_in(table: Path) -> None:
    scenario = release_scenario(request_for(table))
    assert isinstance(scenario.world, dict)
    brought = scenario.world["table"]
    assert isinstance(brought, FileTable)
    assert brought.columns == ("who", "town", "value")
    assert brought.person == "who"
    assert "secret" not in repr(played(request_for(table)))


@pytest.mark.parametrize(("count", "total"), [(True, "value"), (True, None), (False, "value")])
def test_the_price_is_the_epsilon_of_the_whole_request(table: Path, tmp_path: Path, count: bool, total: Any) -> None:
    keys = tmp_path / "keys.csv"
    keys.write_text("town\nN\nW\n", "utf-8")
    asked = request_for(
        table, count=count, total=total, bounds=(0, 9) if total else None, keys=keys, epsilon="0.333333"
    )
    (published,) = played(asked).releases
    release = published.release
    assert sum((part.loss for part in release.parts), NO_LOSS) == release.loss == PrivacyLoss(333_333)
    assert [cell.key for cell in release.cells] == [("N",), ("W",)]
    assert release.measures == (("count",) if count else ()) + (("sum_value",) if total else ())


def test_without_keys_the_default_delta_is_paid_once(table: Path) -> None:
    (published,) = played(request_for(table)).releases
    assert published.release.loss == PrivacyLoss(1_000_000, 10**9)
    (published,) = played(request_for(table, delta="1e-9")).releases
    assert published.release.loss == PrivacyLoss(1_000_000, 10**6)


def test_bounds_that_are_given_are_not_paid_for_and_not_chosen(table: Path) -> None:
    (published,) = played(request_for(table, count_bound=3, total_bound=20)).releases
    drawn = [(part.measure, part.sensitivity, part.grain) for part in published.release.parts]
    assert drawn == [("count", 3, 1), ("sum_value", 20_000, 1_000)], "found groups in whole rows, values in thousandths"
    assert [(measure.name, measure.bound) for measure in published.release.bounded] == [("count", 3), ("sum_value", 20)]


def test_without_grouping_there_is_one_row_about_the_whole_table_and_no_group_to_pay_for(table: Path) -> None:
    (published,) = played(request_for(table, by=())).releases
    assert [cell.key for cell in published.release.cells] == [()]
    assert published.release.by == ()
    assert published.release.loss == PrivacyLoss(1_000_000), "no delta"


def frames(rows: int = 300) -> pd.DataFrame:
    chance = seeded_generator(7)
    frame = pd.DataFrame(
        {
            "who": [f"p{number}" for number in chance.integers(0, rows // 2, rows)],
            "town": ["NSEW"[number] for number in chance.integers(0, 4, rows)],
            "year": chance.integers(2019, 2022, rows),
            "value": chance.integers(-5, 120, rows),
            "empty": pd.Series([None] * rows, dtype="str"),
        }
    )
    frame.loc[::9, "town"] = None
    return frame


def written(path: Path, frame: pd.DataFrame) -> Path:
    if path.suffix == ".csv":
        frame.to_csv(path, index=False, lineterminator="\n")
    else:
        with duckdb.connect() as engine:
            engine.register("frame", frame)
            engine.execute(f"COPY frame TO '{path}' (FORMAT parquet)")
    return path


@pytest.mark.parametrize("by", [("town",), ("town", "year"), ("year", "empty"), ("empty",)])
def test_the_same_rows_are_the_same_snapshot_in_every_form(tmp_path: Path, by: tuple[str, ...]) -> None:
    frame = frames()
    shuffled = frame.iloc[seeded_generator(8).permutation(len(frame))]
    texts = frame.astype({"year": "str", "value": "str"})
    narrow = frame.astype({"year": "int16", "value": "int16"})
    forms = [
        written(tmp_path / "plain.csv", frame),
        written(tmp_path / "shuffled.csv", shuffled),
        written(tmp_path / "columns.csv", shuffled[frame.columns[::-1]]),
        written(tmp_path / "plain.parquet", frame),
        written(tmp_path / "shuffled.parquet", shuffled),
        written(tmp_path / "texts.parquet", texts),
        written(tmp_path / "narrow.parquet", narrow),
    ]
    asked = [request_for(form, by=by, bounds=(0, 100)) for form in forms]
    assert len({snapshot(release_scenario(each)) for each in asked}) == 1


@pytest.mark.parametrize("change", [("who", "new"), ("town", "Z"), ("town", None), ("value", 77), ("year", 1999)])
def test_one_other_cell_is_another_snapshot(tmp_path: Path, change: tuple[str, Any]) -> None:
    frame, (column, cell) = frames(), change
    other = frame.copy()
    place = next(place for place, value in enumerate(frame[column]) if pd.notna(value) and value != cell)
    other.loc[place, column] = cell
    forms = [written(tmp_path / f"{name}.csv", each) for name, each in (("a", frame), ("b", other))]
    found = [snapshot(release_scenario(request_for(form, by=("town", "year"), bounds=(0, 100)))) for form in forms]
    assert found[0] != found[1]


def test_two_cells_that_change_places_are_another_snapshot(tmp_path: Path) -> None:
    """The same values in every column, but another person lives in the other town."""
    frame = pd.DataFrame({"who": ["a", "b"], "town": ["N", "S"], "value": [1, 2]})
    other = frame.assign(town=["S", "N"])
    forms = [written(tmp_path / f"{name}.csv", each) for name, each in (("a", frame), ("b", other))]
    found = [snapshot(release_scenario(request_for(form))) for form in forms]
    assert found[0] != found[1]


def test_what_flags_spend_adds_up_and_a_missing_ledger_counts_nothing(table: Path, tmp_path: Path) -> None:
    ledger = tmp_path / "l"
    assert spent_for_flags(None) == spent_for_flags(ledger) == NO_LOSS
    assert not ledger.exists(), "looking makes no ledger"
    for epsilon, counted in (("20", 20_000_000), ("0.5", 20_500_000), ("20", 20_500_000), ("7", 27_500_000)):
        asked = request_for(table, epsilon=epsilon, spent=spent_for_flags(ledger), count_bound=1, total_bound=9)
        played(asked, ledger)
        assert spent_for_flags(ledger).micro_epsilon == counted, "the third is the first, answered from the store"
    assert spent_for_flags(ledger).delta_e15 == 3 * 10**9


def test_a_release_beyond_eight_mebibytes_is_published_read_and_answered_again(tmp_path: Path) -> None:
    """70 groups that are found, with names as long as a cell may be; at epsilon 20 a count of 9 passes the threshold.

    One is missed with a probability below e^-40.
    """
    big = tmp_path / "big.parquet"
    rows = "SELECT i AS who, concat(i % 70, repeat('L', 130_990)) AS town FROM range(630) AS made(i)"
    with connected() as engine:
        engine.execute(f"COPY ({rows}) TO '{big}' (FORMAT parquet)")
    asked = request_for(big, epsilon="20", delta="1e-3", total=None, bounds=None, count=True, count_bound=1)
    (first,), (again,) = (
        played(replace(asked, spent=spent_for_flags(tmp_path / "l")), tmp_path / "l").releases for _ in "ab"
    )
    assert len(first.document) > 8 * 2**20
    assert len(first.release.cells) == 70
    assert (again.from_store, again.release) == (True, first.release)
    file = tmp_path / "release.json"
    file.write_bytes(first.document)
    assert read_release(file) == first.release


def test_found_groups_that_no_release_file_could_hold_are_paid_for_once_and_said_so(
    table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(debits, "DOCUMENT_MAX", 1_000)
    for _ in range(2):
        with pytest.raises(InputRefused, match="paid for and kept in the ledger"):
            played(request_for(table, spent=spent_for_flags(tmp_path / "l")), tmp_path / "l")
        assert spent_for_flags(tmp_path / "l") == PrivacyLoss(1_000_000, 10**9)


def test_flags_that_know_of_no_spends_are_neither_refused_nor_forgotten(table: Path, tmp_path: Path) -> None:
    """As when two runs race: each read the ledger before the other spent, and no cap was stated that could refuse."""
    first = played(request_for(table), tmp_path / "l")
    second = played(request_for(table, epsilon="0.9", spent=NO_LOSS), tmp_path / "l")
    assert spent_for_flags(tmp_path / "l") == PrivacyLoss(1_900_000, 2 * 10**9)
    found = [(line.cap_micro, line.spent_micro) for run in (first, second) for line in run.budgets]
    assert found == [(1_000_000, 1_000_000), (1_900_000, 1_900_000)], "as the ledger that is signed with them says"


def test_room_that_another_run_spends_first_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine, theirs = (Spend(mark * 64, OWNER, PURPOSE, PrivacyLoss(600_000, 10**9)) for mark in "ab")
    with open_ledger(tmp_path / "l") as ledger, open_ledger(tmp_path / "l") as other:
        made = Ledger.make_room

        def overtaken(self: Ledger, *room: Any) -> None:
            made(self, *room)
            if other.state(theirs.request) is None:
                other.reserve([theirs], question_ids={theirs.request: "release"})

        monkeypatch.setattr(Ledger, "make_room", overtaken)
        reserve_uncapped(ledger, [mine], question_ids={mine.request: "release"})
        (line,) = ledger.statement().accounts
    assert (line.spent, line.left) == (PrivacyLoss(1_200_000, 2 * 10**9), NO_LOSS)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"by": (), "delta": "1e-6"}, "--delta"),
        ({"by": ("who",)}, "--person"),
        ({"by": ("secret", "secret")}, "once"),
        ({"by": ("a", "b", "c", "d", "e")}, "--by"),
        ({"total": None}, "--bounds"),
        ({"bounds": None}, "--bounds"),
        ({"bounds": (9, 0)}, "--bounds"),
        ({"bounds": (-(10**9) - 1, 0)}, "--bounds"),
        ({"count": False}, "--count"),
        ({"count": False, "total": None, "bounds": None}, "nothing was asked"),
        ({"count_bound": 0}, "--count-bound"),
        ({"total_bound": 8_000_001}, "--sum-bound"),
        ({"delta": "0"}, "--delta"),
        ({"epsilon": "0.000001"}, "--epsilon"),
        ({"purpose": "study"}, "--policy"),
        ({"holder": "bank"}, "--holder"),
        ({"by": ("Town",)}, "'town'"),
    ],
)
def test_a_request_that_contradicts_itself_is_refused_by_flag(table: Path, changed: dict[str, Any], told: str) -> None:
    with pytest.raises(InputRefused, match=told):
        release_scenario(request_for(table, **changed))


def test_a_request_is_judged_before_its_table_is_read(tmp_path: Path) -> None:
    with pytest.raises(ParameterRefused, match="--bounds"):
        release_scenario(request_for(tmp_path / "no such table.csv", bounds=(5, 5)))


def test_the_holder_is_the_owner_and_no_truth_is_shown(table: Path) -> None:
    run = played(request_for(table))
    assert [party.id for party in run.parties] == [PartyId("owner")]
    assert [published.truth for published in run.releases] == [()]
    assert run.people is None
    assert run.seed is None
    assert run.attacks == ()
