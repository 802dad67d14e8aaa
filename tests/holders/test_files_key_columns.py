"""Key columns read as bytes: the same cells as read_table's, and the same refusals, on any bytes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from privshare.errors import DataRefused
from privshare.holders.files import csv_file, find_column, read_table
from privshare.holders.files.key_columns import read_key_columns
from tests.holders.test_files_csv import FAULTS, TEXTS

Cells = list[list[str | None]]


def plainly(path: Path, names: Sequence[str]) -> Cells:
    """The same by way of a frame, the whole table read."""
    frame = read_table(path)
    found = [frame[find_column(frame, name, path=path)] for name in names]
    return [column.astype(object).where(column.notna(), None).tolist() for column in found]


def quickly(path: Path, names: Sequence[str]) -> Cells:
    return [list(column) for column in read_key_columns(path, names)]


def agree(path: Path, names: Sequence[str]) -> str | Cells:
    told: list[str | Cells] = []
    for way in (plainly, quickly):
        try:
            told.append(way(path, names))
        except DataRefused as refused:
            told.append(str(refused))
    assert told[0] == told[1]
    return told[0]


@pytest.mark.parametrize(("data", "line", "said"), FAULTS, ids=range(len(FAULTS)))
@pytest.mark.parametrize("block", [csv_file.BLOCK, 7], ids=["one block", "many blocks"])
def test_every_fault_is_told_in_the_same_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: bytes, line: int | None, said: str, block: int
) -> None:
    monkeypatch.setattr(csv_file, "BLOCK", block)
    (tmp_path / "people.csv").write_bytes(data)
    for names in (["id"], ["town", "id"], ["no such"]):
        told = agree(tmp_path / "people.csv", names)
        assert isinstance(told, str)
        assert said in told


@pytest.mark.parametrize("name", ["absent.csv", "people.xlsx", "folder.csv", "broken.parquet"])
def test_what_is_no_table_is_told_in_the_same_words(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "people.xlsx").write_bytes(b"id\n1\n")
    (tmp_path / "broken.parquet").write_bytes(b"PAR1")
    assert isinstance(agree(tmp_path / name, ["id"]), str)


@settings(max_examples=400)
@given(
    header=st.sampled_from([b"id,town\n", b"id\n", b"town,id,x\r\n"]),
    body=TEXTS,
    block=st.sampled_from([3, 16, csv_file.BLOCK]),
    names=st.sampled_from([["id"], ["town", "id"], ["ID"]]),
)
@example(header=b"id\n", body=b"a\n\nb\n", block=16, names=["id"])
@example(header=b"id\n", body=b"a,b\n", block=16, names=["id"])
@example(header=b"id,town\n", body=b"1,2,3,4\n", block=16, names=["id"])
@example(header=b"id\n", body=b"\n", block=16, names=["id"])
@example(header=b"id,town\n", body=b"1,\n\n\n2,S\n", block=16, names=["id"])
@example(header=b"id,town\n", body=b'"a""b","c"\r\n,"""', block=16, names=["town", "id"])
@example(header=b"id,town\n", body=b'"a""b","c"\r\n"",""""', block=16, names=["town", "id"])
@example(header=b"id\n", body=b"\xef\xbb\xbfa\n\xef\xbb\xbfb\n", block=3, names=["id"])
def test_any_bytes_give_the_same_cells_or_the_same_refusal(
    tmp_path_factory: pytest.TempPathFactory, header: bytes, body: bytes, block: int, names: list[str]
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_bytes(header + body)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_file, "BLOCK", block)
        agree(path, names)


WELL = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=6)


@settings(max_examples=100)
@given(rows=st.lists(st.tuples(WELL, WELL, WELL), min_size=1, max_size=12), quoting=st.sampled_from([1, 2]))
def test_tables_as_programs_write_them(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str, str]], quoting: int
) -> None:
    """Well-formed ones, which random bytes seldom are: every cell quoted, or all that is no number."""
    path = tmp_path_factory.getbasetemp() / "well.csv"
    pd.DataFrame(rows, columns=["a", "b", "c"]).to_csv(path, index=False, quoting=quoting)  # type: ignore[arg-type]
    for names in (["a"], ["c", "a"], ["b"]):
        assert agree(path, names) == [[row["abc".index(name)] or None for row in rows] for name in names]


@pytest.mark.parametrize("size", [131_071, 131_072, 131_073])
@pytest.mark.parametrize("mark", ["x", "é", '""'])
@pytest.mark.parametrize("place", ["{},b\n", "b,{}\n", "b,{}"])
def test_the_longest_field(tmp_path: Path, size: int, mark: str, place: str) -> None:
    cell = mark * size if mark != '""' else f'"{mark * size}"'
    (tmp_path / "long.csv").write_text("id,town\n" + place.format(cell), newline="")
    assert isinstance(agree(tmp_path / "long.csv", ["id", "town"]), str) == (size > 131_072)


def test_a_parquet_file_gives_what_its_csv_twin_gives(tmp_path: Path) -> None:
    frame = pd.DataFrame({"id": ["a", None, "", "é"], "n": [1, 2, None, 4], "d": pd.to_datetime(["2020-01-02"] * 4)})
    frame.to_csv(tmp_path / "t.csv", index=False)
    duckdb.sql("SELECT * REPLACE (CAST(n AS INTEGER) AS n, CAST(d AS DATE) AS d) FROM frame").write_parquet(
        str(tmp_path / "t.parquet")
    )
    assert agree(tmp_path / "t.parquet", ["d", "id", "n"]) == [
        ["2020-01-02"] * 4, ["a", None, None, "é"], ["1", "2", None, "4"],
    ]  # fmt: skip
    assert agree(tmp_path / "t.csv", ["d", "id"]) == [["2020-01-02"] * 4, ["a", None, None, "é"]]
    assert "the nearest is 'id'" in str(agree(tmp_path / "t.parquet", ["ID"]))


def test_a_parquet_file_is_refused_for_its_key_and_not_for_its_other_columns(tmp_path: Path) -> None:
    rows = "SELECT * FROM (VALUES ('a', 'x'), ('b', 'y' || chr(0))) AS t(id, more)"
    duckdb.sql(rows).write_parquet(str(tmp_path / "t.parquet"))
    assert "row 2" in str(agree(tmp_path / "t.parquet", ["more"]))
    assert quickly(tmp_path / "t.parquet", ["id"]) == [["a", "b"]]


def test_a_wide_table_is_not_kept_for_one_narrow_column(tmp_path: Path) -> None:
    (tmp_path / "wide.csv").write_text("id,more\n" + f"7,{'x' * 100}\n" * 1000)
    (column,) = read_key_columns(tmp_path / "wide.csv", ["id"])
    assert sum(len(piece.data) for piece in column.pieces) == 1000
    assert list(column) == ["7"] * 1000


def test_progress_ends_at_the_size_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("id,town\n" + "1,N\n" * 100)
    seen: list[tuple[int, int]] = []
    read_key_columns(tmp_path / "people.csv", ["id"], progress=lambda done, total: seen.append((done, total)))
    assert seen[-1] == (408, 408)
