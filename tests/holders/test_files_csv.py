"""The strict CSV reader: every fault with its line, and the same answer as the slow reader on any bytes."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from privshare.errors import DataRefused
from privshare.holders.files import csv_file, csv_scan, read_table
from privshare.holders.files.header import header_fault
from tests.holders.slow_csv import SlowFault, slow_read

# What the fast reader says, by the slow one's word for it.
SAID = {
    "long": "characters", "blank": "blank line", "ragged": "of the header", "nul": "NUL", "return": "carriage return",
    "stray": "quote", "open": "never closed", "utf8": "not UTF-8",
}  # fmt: skip

OF_THE_HEADER = (
    "has no name", "unprintable", "begins or ends", "already", "separated by", "byte order mark", "UTF-16",
    "where the header should", "without rows", "it is empty",
)  # fmt: skip

GOOD = b"id,town\n1,N\n2,S\n"
LONG = b"x" * 131_073

FAULTS = [
    (b"id,town\n1,N\n2\n3,S\n", 3, "1 field, fewer than the 2"),
    (b"id,town\n1,N\n2,S,W\n3,S\n", 3, "3 fields, more than the 2"),
    (b'id,town\n1,"two\nlines"\n2\n', 4, "fewer"),
    (b'id,town\n1,"a\r\nb\nc"\n2,"x\ny",z\n9,9\n', 5, "more"),
    (b"id,town,ID\n1,N,2\n", 1, "column 1 has already"),
    (b"id,,town\n1,2,3\n", 1, "column 2 has no name"),
    (b"id,town \n1,2\n", 1, "blank"),
    (b"id,to\x07wn\n1,2\n", 1, "unprintable"),
    (b"\xef\xbb\xbfid,town\n1,N\n", 1, "byte order mark"),
    ("id,town\n1,N\n".encode("utf-16"), 1, "UTF-16"),
    (b"id,town\n1,N\n2,S\x00\n", 3, "NUL"),
    (b'id,town\n1,N\n2,"S\n3,W\n', 3, "never closed"),
    (b'id,town\n1,"N""\n', 2, "never closed"),
    (b'id,town\n1,N\n2,"S"W\n', 3, "closing quote"),
    (b'id,town\n1,N\n2,S"W\n', 3, "did not begin with one"),
    (b"id,town\n1,N\n2,\xffS\n", 3, "not UTF-8 at byte 14"),
    (b"id,t\xe4wn\n1,N\n", 1, "not UTF-8 at byte 4"),
    (b"", None, "empty"),
    (b"id,town\n", 1, "without rows"),
    (b"id,town", 1, "without rows"),
    (b"\nid,town\n1,N\n", 1, "blank line"),
    (b"id,town\n1,N\n\n2,S\n", 3, "blank line"),
    (b"id,town\n1,N\n\n", 3, "blank line"),
    (b"id\n1\n\r\n2\n", 3, "blank line"),
    (b"id,town\r1,N\r", 1, "carriage return"),
    (b"id,town\n1,N\r2,S\n", 2, "carriage return"),
    (b"id,town\n1,N\n2,S\r", 3, "carriage return"),
    (b"id,town\n1,N\n2," + LONG + b"\n", 3, "131,072"),
    (b'id,town\n1,N\n2,"' + LONG + b'"\n', 3, "131,072"),
    (b"id;town\n1;N\n", 1, "';'"),
    (b",".join(b"c%d" % n for n in range(10_001)) + b"\n" + b"," * 10_000 + b"\n", 1, "10000"),
]


def _read(path: Path, data: bytes) -> pd.DataFrame:
    path.write_bytes(data)
    return read_table(path)


@pytest.mark.parametrize(("data", "line", "said"), FAULTS, ids=range(len(FAULTS)))
@pytest.mark.parametrize("block", [csv_file.BLOCK, 7], ids=["one block", "many blocks"])
def test_every_fault_is_named_with_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: bytes, line: int | None, said: str, block: int
) -> None:
    monkeypatch.setattr(csv_file, "BLOCK", block)
    with pytest.raises(DataRefused) as caught:
        _read(tmp_path / "people.csv", data)
    assert (caught.value.line, said in caught.value.what) == (line, True), str(caught.value)
    assert str(tmp_path / "people.csv") in str(caught.value)


def test_no_fault_tells_a_value(tmp_path: Path) -> None:
    secret = b"Ng-Xylophone"
    for row in (b"%s", b'1,"%s"x', b"1,%s\xff", b"1,%s\x00", b'1,"%s', b"%s\r1,2", b'%s"'):
        with pytest.raises(DataRefused) as caught:
            _read(tmp_path / "people.csv", b"a,b\n" + row % secret + b"\n")
        assert secret.decode() not in str(caught.value)


@pytest.mark.parametrize("path", ["absent.csv", "people.xlsx", "people", "folder.csv"])
def test_what_is_no_such_file_is_refused(tmp_path: Path, path: str) -> None:
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "people.xlsx").write_bytes(GOOD)
    (tmp_path / "people").write_bytes(GOOD)
    with pytest.raises(DataRefused):
        read_table(tmp_path / path)


@pytest.mark.parametrize(
    "data",
    [GOOD, GOOD.replace(b"\n", b"\r\n"), GOOD.rstrip(), b'"id","town"\n"1","N"\n"2","S"\n', b"id,town\n1,N\r\n2,S\n"],
    ids=["plain", "crlf", "no last line feed", "quoted", "mixed line ends"],
)
def test_ways_to_write_one_table_give_one_table(tmp_path: Path, data: bytes) -> None:
    frame = _read(tmp_path / "people.csv", data)
    assert frame.to_dict("list") == {"id": ["1", "2"], "town": ["N", "S"]}
    assert list(frame.index) == [0, 1]


def test_text_stays_text_and_empty_is_null(tmp_path: Path) -> None:
    rows = ["007", "1e5", "NA", "null", "True", " x ", "", '""', '"a, ""b""\r\n c"', "é", "#", "\\N"]
    frame = _read(tmp_path / "odd.csv", ("a,b\n" + "".join(f"{row},1\n" for row in rows)).encode())
    assert frame["a"].fillna("null!").tolist() == [
        "007", "1e5", "NA", "null", "True", " x ", "null!", "null!", 'a, "b"\r\n c', "é", "#", "\\N",
    ]  # fmt: skip


def test_progress_ends_at_the_size_of_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_file, "BLOCK", 64)
    seen: list[tuple[int, int]] = []
    path = tmp_path / "people.csv"
    path.write_bytes(b"id,town\n" + b"1,N\n" * 100)
    read_table(path, progress=lambda done, total: seen.append((done, total)))
    assert len(seen) > 3
    assert seen == sorted(seen)
    assert seen[-1] == (408, 408)


# Bytes that look like CSV: what breaks parsers, far denser than in random bytes.
MARKS = [b",", b",", b"\n", b"\n", b"\r\n", b"\r", b'"', b'"', b'""']
OTHERS = [b"a", b"b1", b" ", b"\x00", b"\xc3\xa9", b"\xff", b"\xe2\x82", b"="]
TEXTS = st.lists(st.sampled_from(MARKS + OTHERS), max_size=30).map(b"".join) | st.binary(max_size=40)


def _fast(path: Path) -> pd.DataFrame | DataRefused:
    try:
        return read_table(path)
    except DataRefused as refused:
        return refused


def _slow(data: bytes) -> list[list[str]] | SlowFault:
    try:
        return slow_read(data)
    except SlowFault as fault:
        return fault


def _agree(data: bytes, path: Path) -> str:
    """Both readers on the same bytes: the same table, or the same fault in the same line. Return what it was."""
    path.write_bytes(data)
    fast, slow = _fast(path), _slow(data)
    if isinstance(fast, DataRefused) and any(said in fast.what for said in OF_THE_HEADER):
        names = slow[0] if isinstance(slow, list) and slow else None
        rows = len(slow) if isinstance(slow, list) else None
        assert names is None or rows == 1 or data.startswith(b"\xef\xbb\xbf") or header_fault(names), (data, str(fast))
        return "header"
    if isinstance(slow, SlowFault):
        assert isinstance(fast, DataRefused), (data, slow.args)
        assert (fast.line, SAID[slow.kind] in fast.what) == (slow.line, True), (data, str(fast), slow.args)
        return slow.kind
    assert isinstance(fast, pd.DataFrame), (data, str(fast))
    assert [list(fast.columns), *fast.fillna("").to_numpy().tolist()] == slow, data
    assert not fast.eq("").to_numpy().any(), "an empty cell is null"
    return "table"


@pytest.mark.parametrize("rows", ["M\n", "Ma\nb\n", "a\nMb\n", "MM\n"])
def test_a_mark_at_the_start_of_a_row_is_a_character_like_others(rows: str, tmp_path: Path) -> None:
    marked = rows.replace("M", "\ufeff")
    assert _agree(f"id\n{marked}".encode(), tmp_path / "marked.csv") == "table"


@settings(max_examples=300)
@given(body=TEXTS, block=st.sampled_from([3, 16, csv_file.BLOCK]))
@example(body=b'1,"\n', block=3)
@example(body=b'"a""b",1\n""""\n', block=3)
@example(body=b'1,2\r\n"\r\n",\n', block=3)
@example(body=b"\r\x00", block=3)
def test_any_bytes_read_as_the_slow_reader_reads_them(
    tmp_path_factory: pytest.TempPathFactory, body: bytes, block: int
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.csv"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_file, "BLOCK", block)
        for header in (b"id,town\n", b"id\n", b""):
            _agree(header + body, path)


@settings(max_examples=150)
@given(data=st.data(), crlf=st.booleans(), block=st.sampled_from([5, csv_file.BLOCK]))
def test_well_formed_files_come_back_cell_by_cell(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, crlf: bool, block: int
) -> None:
    """The other half: random bytes are mostly refused, so here every file is one that must be read."""
    width = data.draw(st.integers(1, 4))
    cell = st.text(st.sampled_from(list('ab,"\r\n é漢 ')), max_size=6)
    rows = data.draw(st.lists(st.lists(cell, min_size=width, max_size=width), min_size=1, max_size=6))
    text = io.StringIO()
    how = csv.writer(text, lineterminator="\r\n" if crlf else "\n", quoting=csv.QUOTE_ALL)
    how.writerows([[f"c{n}" for n in range(width)], *rows])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_file, "BLOCK", block)
        assert _agree(text.getvalue().encode(), tmp_path_factory.getbasetemp() / "written.csv") == "table"


def test_long_fields_are_counted_in_characters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for character, length, verdict in [("é", 131_072, "table"), ("é", 131_073, "long"), ('""', 131_072, "table")]:
        assert _agree(f'id,town\n1,"{character * length}"\n'.encode(), tmp_path / "long.csv") == verdict
    assert _agree(f"id,town\n1,{'é' * 131_072}\n".encode(), tmp_path / "long.csv") == "table"
    assert _agree(f"id,town\n1,{'é' * 131_073}\n".encode(), tmp_path / "long.csv") == "long"
    wide = b",".join(b"column%d" % n for n in range(9000))
    monkeypatch.setattr(csv_file, "BLOCK", 1000)
    assert _agree(wide + b"\n" + b",".join([b"0123456789abcdef"] * 9000) + b"\n", tmp_path / "wide.csv") == "table"


def test_what_is_accepted_reads_the_same_with_the_standard_library(tmp_path: Path) -> None:
    rows = [["1", 'a "quoted" word'], ["2", "two\nlines\r\nor three"], ["3", "a, b"], ["4", "é € 漢"], ["", ","]]
    text = io.StringIO()
    csv.writer(text).writerows([["id", "words"], *rows])
    frame = _read(tmp_path / "std.csv", text.getvalue().encode())
    assert frame.fillna("").to_numpy().tolist() == rows


@pytest.mark.parametrize(
    ("check", "without", "data"),
    [
        ("_quotes_stand_right", lambda *_: True, b'id,town\n1,a"b"\n2,S\n'),
        ("_outside", lambda positions, _: positions, b'id,town\n1,"x,y"\n2,S\n'),
        ("record_ends", lambda data: csv_scan._where(np.frombuffer(data, np.uint8), 10), b'id,town\n1,"x\nyyyyyyyy"\n'),
        ("first_fault", lambda *_: None, b"id\n\n1\n"),
    ],
)
def test_the_comparison_has_teeth(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, check: str, without: object, data: bytes
) -> None:
    """With one check of the fast path taken away, the comparison with the slow reader fails."""
    monkeypatch.setattr(csv_file, "BLOCK", 4)
    _agree(data, tmp_path / "people.csv")
    for module in (csv_scan, csv_file):
        monkeypatch.setattr(module, check, without, raising=False)
    with pytest.raises((AssertionError, RuntimeError)):
        _agree(data, tmp_path / "people.csv")


def test_a_lenient_reader_would_not_pass(tmp_path: Path) -> None:
    """What pandas alone makes of the faults: most go through without a word, which is why there is a scan."""
    silent = 0
    for data, _, _ in FAULTS:
        try:
            pd.read_csv(io.BytesIO(data), dtype=str)
            silent += 1
        except Exception:
            continue
    assert silent > 12


def test_lines_of_rows_are_found_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes(b'id,town\n1,"two\nlines"\n2,S\r\n3,"\n\n"\n4,W')
    for block in (csv_file.BLOCK, 5):
        monkeypatch.setattr(csv_file, "BLOCK", block)
        assert [csv_file.line_of_row(path, row) for row in range(4)] == [2, 4, 5, 8]
