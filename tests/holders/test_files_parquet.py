"""Parquet gives the table its CSV twin gives, and what has no such twin is refused with a sentence."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from privshare.errors import DataRefused
from privshare.holders.files import integer_column, person_column, read_table
from privshare.holders.files.key_columns import read_key_columns

ROWS = "(VALUES (1, 'Ann', DATE '1980-02-03', true, 1.50, -7), (2, '', NULL, false, NULL, 12345678901))"
TYPED = f"SELECT * FROM {ROWS} AS t(id, name, born, member, price, points)"


def _parquet(path: Path, query: str) -> Path:
    with duckdb.connect() as engine:
        engine.execute(f"COPY ({query}) TO '{path}' (FORMAT parquet)")
    return path


def _both(folder: Path, query: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    parquet = _parquet(folder / "t.parquet", query)
    with duckdb.connect() as engine:
        engine.execute(f"COPY ({query}) TO '{folder / 't.csv'}' (FORMAT csv, HEADER)")
    return read_table(folder / "t.csv"), read_table(parquet)


@pytest.mark.parametrize(
    "query",
    [
        TYPED,
        "SELECT i::UTINYINT a, i::USMALLINT b, i / 4 c, i::FLOAT d, i * 1e15 e FROM range(20) t(i)",
        "SELECT TIMESTAMP '2020-02-03 04:05:06.7' a, TIME '01:02:03' b, "
        "'da791777-c364-471a-8a5c-37ee41b67b50'::UUID c, 'x'::ENUM ('x', 'y') d",
        "SELECT 'é, \"q\"' a, E'two\\nlines' b, NULL::INT c, '007' d, 'NA' e",
        "SELECT i AS id, 'person ' || i AS name FROM range(250000) t(i)",
    ],
)
def test_the_same_table_as_from_csv(tmp_path: Path, query: str) -> None:
    from_csv, from_parquet = _both(tmp_path, query)
    pd.testing.assert_frame_equal(from_csv, from_parquet)


WORDS = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=5)


@settings(max_examples=25)
@given(st.lists(st.tuples(st.none() | WORDS, st.none() | st.integers(-(2**63), 2**63 - 1)), min_size=1, max_size=8))
def test_any_texts_and_integers_are_the_same_from_both(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str | None, int | None]]
) -> None:
    folder = tmp_path_factory.getbasetemp()
    path = folder / "any.parquet"
    with duckdb.connect() as engine:
        engine.execute("CREATE TABLE t (word VARCHAR, number BIGINT)")
        engine.executemany("INSERT INTO t VALUES (?, ?)", rows)
        engine.execute(f"COPY t TO '{path}' (FORMAT parquet)")
    cells = [["" if cell is None else str(cell) for cell in row] for row in rows]
    text = "".join(",".join('"' + cell.replace('"', '""') + '"' for cell in row) + "\n" for row in cells)
    (folder / "any.csv").write_bytes(("word,number\n" + text).encode())
    pd.testing.assert_frame_equal(read_table(folder / "any.csv"), read_table(path))


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("SELECT 1 id, [1, 2] l", "column 'l' holds values made of several"),
        ("SELECT 1 id, {'a': 1} s, 2 z", "column 's' holds values made of several"),
        ("SELECT 1 id, MAP {'a': 1} m", "column 'm' holds values made of several"),
        ("SELECT 1 id, 'x'::BLOB b", "column 'b' holds bytes"),
        ("SELECT 1 id, INTERVAL 1 DAY i", "column 'i'"),
        ('SELECT 1 "a ", 2 "b"', "begins or ends with a blank"),
        ("SELECT 1 a WHERE false", "no rows"),
    ],
)
def test_what_a_csv_could_not_hold_is_refused_by_name(tmp_path: Path, query: str, said: str) -> None:
    path = _parquet(tmp_path / "t.parquet", query)
    with pytest.raises(DataRefused) as caught:
        read_table(path)
    assert said in str(caught.value)


def test_names_that_differ_in_case_only_are_refused(tmp_path: Path) -> None:
    """DuckDB would rename the second to FIRST_ONE_1 without a word."""
    path = _parquet(tmp_path / "t.parquet", "SELECT 1 first_one, 2 other_one")
    path.write_bytes(path.read_bytes().replace(b"other_one", b"FIRST_ONE"))
    with pytest.raises(DataRefused, match="already"):
        read_table(path)


def test_texts_that_csv_refuses_are_refused_with_their_row(tmp_path: Path) -> None:
    for cell in ("'a' || chr(0)", "repeat('é', 131073)"):
        query = f"SELECT i id, CASE i WHEN 2 THEN {cell} ELSE 'x' END note FROM range(4) t(i)"
        with pytest.raises(DataRefused, match="'note'") as caught:
            read_table(_parquet(tmp_path / "t.parquet", query))
        assert (caught.value.line, "row 3" in str(caught.value)) == (3, True)
    read_table(_parquet(tmp_path / "t.parquet", "SELECT repeat('é', 131072) note"))


@pytest.mark.parametrize("data", [b"", b"id,town\n1,N\n", b"PAR1" + b"\xff" * 100 + b"PAR1", b"PAR1"])
def test_what_is_no_parquet_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "t.parquet").write_bytes(data)
    with pytest.raises(DataRefused, match="not a Parquet file, or it is damaged"):
        read_table(tmp_path / "t.parquet")


def test_a_file_cut_short_or_changed_is_refused_or_read(tmp_path: Path) -> None:
    """Damage never comes out as another kind of error."""
    whole = _parquet(tmp_path / "t.parquet", "SELECT i id, 'person ' || i AS who FROM range(500) t(i)").read_bytes()
    refused = 0
    for cut in range(0, len(whole), max(1, len(whole) // 40)):
        for damaged in (whole[:cut], whole[:cut] + bytes([whole[cut] ^ 0x55]) + whole[cut + 1 :]):
            (tmp_path / "d.parquet").write_bytes(damaged)
            try:
                read_table(tmp_path / "d.parquet")
            except DataRefused:
                refused += 1
    assert refused > 40


def test_a_name_with_pattern_characters_means_this_file_only(tmp_path: Path) -> None:
    _parquet(tmp_path / "t1.parquet", "SELECT 1 id")
    _parquet(tmp_path / "t2.parquet", "SELECT 2 id")
    for name in ("t*.parquet", "t?.parquet", "t[0-9].parquet"):
        shutil.copy(tmp_path / "t1.parquet", tmp_path / name)
        assert read_table(tmp_path / name)["id"].tolist() == ["1"], name
        (tmp_path / name).unlink()


def test_progress_ends_at_the_number_of_rows(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    path = _parquet(tmp_path / "t.parquet", "SELECT i AS id FROM range(450000) t(i)")
    frame = read_table(path, progress=lambda done, total: seen.append((done, total)))
    assert seen[-1] == (450_000, 450_000)
    assert len(seen) > 1
    assert frame["id"].tolist() == [str(number) for number in range(450_000)], "in file order"


@pytest.mark.parametrize("kind", ["DOUBLE", "FLOAT"])
def test_not_a_number_names_nobody_and_is_no_key(tmp_path: Path, kind: str) -> None:
    rows = f"(VALUES (1.0::{kind}), ('nan'::{kind}), ('-nan'::{kind}))"
    path = _parquet(tmp_path / "t.parquet", f"SELECT * FROM {rows} AS t(who)")
    assert read_table(path)["who"].isna().tolist() == [False, True, True]
    assert [list(column) for column in read_key_columns(path, ["who"])] == [["1.0", None, None]]
    with pytest.raises(DataRefused, match="row 2"):
        person_column(read_table(path), "who", path=path)


def test_numbers_and_persons_are_refused_with_the_row(tmp_path: Path) -> None:
    rows = "(VALUES ('a', 1.0::DOUBLE), (NULL, 'nan'::DOUBLE))"
    path = _parquet(tmp_path / "t.parquet", f"SELECT * FROM {rows} AS t(who, n)")
    frame = read_table(path)
    assert integer_column(frame.head(1), "n", path=path).tolist() == [1]
    for refused in (lambda: integer_column(frame, "n", path=path), lambda: person_column(frame, "who", path=path)):
        with pytest.raises(DataRefused) as caught:
            refused()
        assert "row 2" in str(caught.value)
