"""Taking a file in where it lies: the quick look refuses the same persons as the slow one, and tells numbers alike."""

from __future__ import annotations

from pathlib import Path

import pytest

from privshare.errors import DataRefused
from privshare.holders.files import Taken, take_in
from privshare.holders.files.connection import connected
from privshare.holders.files.taken_in import _BLANKS
from privshare.model.party import PartyId

OWNER = PartyId("owner")


def save(path: Path, persons: list[str], values: list[str]) -> Path:
    with connected() as engine:
        listed = "SELECT unnest(?::VARCHAR[]) AS who, unnest(?::VARCHAR[]) AS value"
        kind = "FORMAT csv, HEADER, FORCE_QUOTE *" if path.suffix == ".csv" else "FORMAT parquet"
        engine.execute(f"CREATE TEMP TABLE saved AS {listed}", [persons, values])
        engine.execute(f"COPY saved TO '{path}' ({kind})")
    return path


def hashes(path: Path) -> int:
    return take_in(path, Taken("who", (), {"value": None}), holder=OWNER, name="table").hashes


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_persons_of_blanks_alone_are_refused_and_no_others(suffix: str, tmp_path: Path) -> None:
    for place, mark in enumerate(_BLANKS):
        if mark in "\n\r" and suffix == "csv":
            continue  # inside quotes they would be a line of their own, which other tests look at
        with pytest.raises(DataRefused, match="names no person"):
            hashes(save(tmp_path / f"{place}.{suffix}", ["ada", mark * 3], ["1", "1"]))
    for place, person in enumerate(["!", "~", "~x", "a b", "\u00e9", "身", "0", "-", "\x01", "a\u3000b"]):
        assert hashes(save(tmp_path / f"good{place}.{suffix}", [person], ["1"])) >= 0


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_one_person_has_one_spelling(suffix: str, tmp_path: Path) -> None:
    """Forty rows of M1, each with one more blank, were forty persons, each with the whole bound."""
    unit = "line 3" if suffix == "csv" else "row 2"
    other = ["M1 ", " M1", "M1\t", "M1\u00a0", "M1\u3000", "\u2003M1", "e\u0301", "Ame\u0301lie", "\u212b", "é "]
    for place, person in enumerate(other):
        with pytest.raises(DataRefused, match=rf"{unit}: the person \(column 'who'\) .* makes another person"):
            hashes(save(tmp_path / f"{place}.{suffix}", ["M1", person], ["1", "1"]))


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_rows_in_any_order_agree_and_any_other_cell_does_not(suffix: str, tmp_path: Path) -> None:
    persons, values = ["7", "07", "-3", "ada", ":", "9x"], ["1", "2", "3", "4", "5", "6"]
    whole = hashes(save(tmp_path / f"a.{suffix}", persons, values))
    assert hashes(save(tmp_path / f"b.{suffix}", persons[::-1], values[::-1])) == whole
    for place, other in enumerate(["8", "7.0", "+3", "Ada", ";", "9"]):
        changed = [*persons[:place], other, *persons[place + 1 :]]
        assert hashes(save(tmp_path / f"c{place}.{suffix}", changed, values)) != whole
    assert hashes(save(tmp_path / f"d.{suffix}", persons, ["1.0", *values[1:]])) == whole, "a number is a number"


def test_whole_numbers_and_their_texts_agree(tmp_path: Path) -> None:
    with connected() as engine:
        rows = "SELECT * FROM (VALUES (7, 1), (-3, 2), (0, 3)) AS made(who, value)"
        engine.execute(f"COPY ({rows}) TO '{tmp_path / 'n.parquet'}' (FORMAT parquet)")
    assert hashes(tmp_path / "n.parquet") == hashes(save(tmp_path / "t.csv", ["7", "-3", "0"], ["1", "2", "3"]))


def test_whole_numbers_of_64_bits_without_a_sign_are_told_apart_as_their_texts_are(tmp_path: Path) -> None:
    """From 2^63 on they are no BIGINT; hashed as one, all would be null and any two tables the same question."""
    largest = 2**64 - 1

    def unsigned(name: str, persons: list[int]) -> int:
        with connected() as engine:
            engine.execute("CREATE TEMP TABLE saved AS SELECT unnest(?::UBIGINT[]) AS who, 1 AS value", [persons])
            engine.execute(f"COPY saved TO '{tmp_path / name}' (FORMAT parquet)")
        return hashes(tmp_path / name)

    found = unsigned("a.parquet", [7, 2**63, largest])
    assert found == hashes(save(tmp_path / "t.csv", ["7", str(2**63), str(largest)], ["1", "1", "1"]))
    assert found != unsigned("b.parquet", [7, 2**63, largest - 1])
