"""What leaves a holder: keyed digests, linkage inputs, sealed bytes; and what ingest and planting refuse."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from privshare.errors import InputRefused
from privshare.holders.holder import (
    Holder,
    any_table_with,
    check_whole,
    groups_by_person,
    ingest,
    key_table_with,
    records_of,
    snapshot_of,
    table_with,
    values_by_person,
    with_row,
)
from privshare.model.party import ColumnName, Party, PartyId
from privshare.model.table import KeyTable, Table
from privshare.model.texts import TextColumn, Texts

BANK = Party(PartyId("bank"), "Meridian Bank", "lends", holds_records=True)
KEY = bytes(range(32))


def _holder(frame: pd.DataFrame, person: str | None = "who") -> Holder:
    return ingest(BANK, {"loans": (frame, person)})


def _frame(**columns: object) -> pd.DataFrame:
    return pd.DataFrame({"who": ["ann", "bob", "cat"], **columns})


def lower(text: str) -> bytes | None:
    """A small stand-in for the linkage's normaliser and hash."""
    return text.strip().lower().encode() or None


def of_texts(*texts: str) -> TextColumn:
    ends = np.cumsum([len(text.encode()) for text in texts])
    data = np.frombuffer("".join(texts).encode(), dtype=np.uint8)
    return TextColumn((Texts(data, np.concatenate([[0], ends[:-1]]), ends),))


def key_table(name: str, *columns: str, **cells: TextColumn) -> KeyTable:
    return KeyTable(BANK.id, name, tuple(ColumnName(column) for column in columns), tuple(map(cells.get, columns)))


def test_a_key_serves_a_linkage_and_nothing_else() -> None:
    table = key_table("loans", "who", who=of_texts("ann", "bob"))
    holder = ingest(BANK, {"loans": table})
    assert key_table_with(holder, ["who"]) is table
    for asked in (table_with, any_table_with):
        with pytest.raises(InputRefused, match="only the key was read"):
            asked(holder, ["who"])
    with pytest.raises(InputRefused, match="only the key was read"):
        records_of(table)
    with pytest.raises(InputRefused, match="no table of bank"):
        key_table_with(holder, ["town"])
    assert "ann" not in repr(table)
    with pytest.raises(InputRefused, match="in two tables"):
        ingest(BANK, {"loans": table, "more": key_table("more", "who", who=of_texts("cy"))})


def test_a_key_has_the_snapshot_of_the_same_rows_in_a_frame() -> None:
    """So the ledger knows the same question on the same people again, whichever way they were read."""
    table = key_table("loans", "who", "town", who=of_texts("ann", "bé"), town=of_texts("N", "S"))
    frame = pd.DataFrame({"who": ["bé", "ann"], "town": ["S", "N"]})
    assert snapshot_of(ingest(BANK, {"loans": table}), KEY) == snapshot_of(_holder(frame, None), KEY)


# ---------------------------------------------------------------- snapshot


def test_a_snapshot_does_not_depend_on_row_order() -> None:
    frame = _frame(limit=[1, 2, 3], town=["N", "S", "N"])
    digest = snapshot_of(_holder(frame), KEY)
    assert len(digest) == 32
    for seed in range(5):
        assert snapshot_of(_holder(frame.sample(frac=1, random_state=seed)), KEY) == digest


def test_a_snapshot_is_the_same_whether_the_first_rows_repeat_or_not() -> None:
    """Hashing each text once and hashing each row give one digest: 1,500 texts of their own, and one 1,500 times."""
    own, same = [f"person {number}" for number in range(1_500)], ["nobody"] * 1_500
    one, other = (_holder(pd.DataFrame({"who": who})) for who in (own + same, same + own))
    assert snapshot_of(one, KEY) == snapshot_of(other, KEY)


def test_a_snapshot_does_not_depend_on_table_order() -> None:
    loans, rules = (_frame(limit=[1, 2, 3]), "who"), (pd.DataFrame({"rule": ["a"]}), None)
    one, other = ingest(BANK, {"loans": loans, "rules": rules}), ingest(BANK, {"rules": rules, "loans": loans})
    assert snapshot_of(one, KEY) == snapshot_of(other, KEY)


@pytest.mark.parametrize(("row", "column"), [(r, c) for r in range(3) for c in ("who", "limit", "town")])
def test_a_snapshot_changes_with_any_cell(row: int, column: str) -> None:
    frame = _frame(limit=[1, 2, 3], town=["N", "S", "N"])
    changed = frame.copy()
    changed.loc[row, column] = 7 if column == "limit" else "zoe"
    assert snapshot_of(_holder(changed), KEY) != snapshot_of(_holder(frame), KEY)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ([1, 2, 3], ["1", "2", "3"]),
        ([1, 2, 3], [1.0, 2.0, 3.0]),
        ([None, "a", "b"], ["", "a", "b"]),
        ([None, "a", "b"], ["nan", "a", "b"]),
        ([None, "a", "b"], ["None", "a", "b"]),
        ([True, False, True], [1, 0, 1]),
        (["a,b", "c", "d"], ['a","b', "c", "d"]),
        (["a\nb", "c", "d"], ["a", "b\nc", "d"]),
    ],
    ids=["number or text", "whole or not", "no or empty", "no or nan", "no or None", "truth", "comma", "line"],
)
def test_a_snapshot_keeps_apart_what_only_looks_alike(one: list[object], other: list[object]) -> None:
    frames = [_frame(cell=pd.Series(cells, dtype=object)) for cells in (one, other)]
    assert snapshot_of(_holder(frames[0]), KEY) != snapshot_of(_holder(frames[1]), KEY)


def test_a_snapshot_sees_rows_added_removed_doubled_and_columns_renamed() -> None:
    frame = _frame(limit=[1, 2, 3])
    seen = {
        snapshot_of(_holder(changed), KEY)
        for changed in (
            frame,
            frame.iloc[:2],
            pd.concat([frame, frame.iloc[:1]]),
            pd.concat([frame, frame.iloc[1:2]]),
            frame.rename(columns={"limit": "limits"}),
            frame[["limit", "who"]],
        )
    }
    assert len(seen) == 6


def test_a_snapshot_is_keyed_and_knows_the_table() -> None:
    frame = _frame(limit=[1, 2, 3])
    assert snapshot_of(_holder(frame), KEY) != snapshot_of(_holder(frame), KEY[::-1])
    renamed = ingest(BANK, {"credits": (frame, "who")})
    assert snapshot_of(_holder(frame), KEY) != snapshot_of(renamed, KEY)


@given(st.lists(st.tuples(st.text(max_size=4), st.integers(-5, 5)), max_size=6), st.permutations(range(6)))
def test_a_snapshot_is_of_the_multiset_of_rows(rows: list[tuple[str, int]], order: list[int]) -> None:
    mixed = [rows[place] for place in order if place < len(rows)]
    frames = [pd.DataFrame(some, columns=["who", "n"]).astype({"who": object, "n": "int64"}) for some in (rows, mixed)]
    holders = [Holder(BANK, {"t": Table(BANK.id, "t", ColumnName("who"), frame)}) for frame in frames]
    assert snapshot_of(holders[0], KEY) == snapshot_of(holders[1], KEY)


def test_records_are_one_a_row_in_order() -> None:
    records = records_of(table_with(_holder(_frame(limit=[1, 2, 3])), ["limit"]))
    assert len(records) == len(set(records)) == 3
    assert all(name.encode() in record for name, record in zip(("ann", "bob", "cat"), records, strict=True))


# ---------------------------------------------------------------- linkage inputs, against a twin


def twin_groups(
    rows: list[tuple[str, str, str]], keys: list[tuple[str, str]]
) -> tuple[Mapping[bytes, tuple[str, str]], int]:
    """Collect every group of every person, then keep whoever has one only."""
    seen: dict[bytes, set[tuple[str, str]]] = defaultdict(set)
    for who, town, band in rows:
        item = lower(who)
        if item is not None:
            seen[item].add((town, band))
    single = {item: next(iter(groups)) for item, groups in seen.items() if len(groups) == 1}
    return {i: key for i, key in single.items() if key in keys}, sum(len(groups) > 1 for groups in seen.values())


ROWS = st.lists(
    st.tuples(
        st.sampled_from(["ann", "ANN", " ann", "bob", "Bob ", "cat", "  "]),
        st.sampled_from("NSX"),
        st.sampled_from("ab"),
    ),
    max_size=14,
)


def people_in(names: list[str]) -> tuple[list[bytes], dict[str, np.ndarray]]:
    """The people whom the linkage tells apart, ascending, and their rows one person after the other."""
    held: dict[bytes, list[int]] = defaultdict(list)
    for row, who in enumerate(names):
        if (item := lower(who)) is not None:
            held[item].append(row)
    rows = [row for item in sorted(held) for row in held[item]]
    starts = np.cumsum([0, *(len(held[item]) for item in sorted(held))], dtype=np.int64)
    return sorted(held), {"starts": starts, "rows": np.array(rows, dtype=np.int64)}


@given(ROWS)
def test_groups_by_person_against_a_twin(rows: list[tuple[str, str, str]]) -> None:
    keys = [(town, band) for town in "NS" for band in "ab"]
    frame = pd.DataFrame(rows, columns=["who", "town", "band"]).astype(object)
    people, held = people_in([who for who, _, _ in rows])
    found, dropped = groups_by_person(Table(BANK.id, "t", ColumnName("who"), frame), ["town", "band"], keys, **held)
    expected, conflicts = twin_groups(rows, keys)
    assert {person: keys[group] for person, group in zip(people, found.tolist(), strict=True) if group >= 0} == expected
    assert dropped == conflicts


@given(
    st.lists(st.tuples(st.sampled_from(["ann", "ANN", " ann", "bob", " "]), st.integers(-9, 30)), max_size=14),
    st.integers(1, 40),
)
def test_values_by_person_against_a_twin(rows: list[tuple[str, int]], top: int) -> None:
    table = Table(BANK.id, "t", None, pd.DataFrame(rows, columns=["who", "n"]).astype({"who": object, "n": "int64"}))
    people, held = people_in([who for who, _ in rows])
    expected = [max(0, min(top, sum(n for who, n in rows if lower(who) == person))) for person in people]
    found = values_by_person(table, "n", top, **held)
    assert found.tolist() == expected
    assert found.dtype == np.int64


def test_values_are_added_before_they_are_clamped() -> None:
    """Clamping row by row would turn -5 + 7 into 7."""
    table = Table(BANK.id, "t", None, pd.DataFrame({"who": ["a", "A", "b"], "n": [-5, 7, 90]}))
    assert values_by_person(table, "n", 10, **people_in(["a", "A", "b"])[1]).tolist() == [2, 10]


def test_sums_beyond_64_bits_are_clamped_and_do_not_wrap() -> None:
    table = Table(BANK.id, "t", None, pd.DataFrame({"who": ["a", "A", "b"], "n": [2**62, 2**62, -(2**63)]}))
    assert values_by_person(table, "n", 10, **people_in(["a", "A", "b"])[1]).tolist() == [10, 0]


# ---------------------------------------------------------------- ingest, planting, looking up


def test_ingest_refuses_a_column_name_in_two_tables() -> None:
    with pytest.raises(InputRefused, match="'town' in two tables"):
        ingest(BANK, {"a": (pd.DataFrame({"town": ["N"]}), None), "b": (pd.DataFrame({"town": ["S"]}), None)})


def test_ingest_refuses_rows_that_name_no_person() -> None:
    with pytest.raises(InputRefused, match="name no person") as refused:
        _holder(pd.DataFrame({"who": ["ann", None], "secret": ["x", "y"]}))
    assert "ann" not in str(refused.value)


def test_a_holder_shows_no_row() -> None:
    assert "ann" not in repr(_holder(_frame()))


def test_columns_of_two_tables_are_not_one_table() -> None:
    holder = ingest(BANK, {"a": (pd.DataFrame({"x": [1]}), None), "b": (pd.DataFrame({"y": [1]}), None)})
    assert table_with(holder, ["y"]).name == "b"
    with pytest.raises(InputRefused, match="no table of bank has all of the columns x, y"):
        table_with(holder, ["x", "y"])


def test_a_planted_row_is_one_row_more_and_the_old_holder_stays() -> None:
    holder = _holder(_frame(limit=[1, 2, 3]))
    grown = with_row(holder, "loans", {"who": "zoe", "limit": 9})
    assert len(holder.tables["loans"].frame) == 3
    assert grown.tables["loans"].frame["limit"].tolist() == [1, 2, 3, 9]
    assert grown.tables["loans"].frame["limit"].dtype == holder.tables["loans"].frame["limit"].dtype
    assert snapshot_of(grown, KEY) != snapshot_of(holder, KEY)


@pytest.mark.parametrize(
    ("table", "row"),
    [
        ("nothing", {"who": "zoe", "limit": 9}),
        ("loans", {"who": "zoe"}),
        ("loans", {"limit": 9}),
        ("loans", {"who": "zoe", "limit": 9, "extra": 1}),
        ("loans", {"who": "zoe", "limit": "nine"}),
        ("loans", {"who": 5, "limit": 9}),
        ("loans", {"who": "zoe", "limit": True}),
        ("loans", {}),
    ],
)
def test_a_planted_row_of_another_shape_is_refused(table: str, row: dict[str, str | int]) -> None:
    with pytest.raises(InputRefused):
        with_row(_holder(_frame(limit=[1, 2, 3])), table, row)


def test_only_whole_numbers_can_be_added_up() -> None:
    table = table_with(_holder(_frame(limit=[1, 2, 3], rate=[0.5, 1.5, 2.5], town=["N", "S", "N"])), ["limit"])
    check_whole(table, "limit")
    for column in ("rate", "town"):
        with pytest.raises(InputRefused, match="whole numbers"):
            check_whole(table, column)
