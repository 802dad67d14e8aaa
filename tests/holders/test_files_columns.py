"""Numbers and persons of a file's table: one narrow grammar, faults with their lines, exact whole numbers."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from privshare.errors import DataRefused, ParameterRefused
from privshare.holders.files import find_column, integer_column, person_column, read_table

NO_NUMBERS = [
    "nan", "NaN", "inf", "-inf", "Infinity", "1_000", "1,000", " 1", "1 ", "1\n2", "+1", "--1", "-", ".5", "5.", "1e3",
    "1e999", "0x10", "١٢", "１２", "²", "12½", "1" * 19, "0." + "1" * 10, "1.2.3", "ten", "NA", "\u22121", "1\u00a00",
]  # fmt: skip


def _table(folder: Path, cells: list[str], name: str = "points") -> tuple[pd.DataFrame, Path]:
    path = folder / "points.csv"
    quoted = [f'"{cell}"' for cell in cells]
    path.write_bytes((f"person,{name}\n" + "".join(f"p{n},{cell}\n" for n, cell in enumerate(quoted))).encode())
    return read_table(path), path


@pytest.mark.parametrize("text", NO_NUMBERS)
def test_what_python_would_take_for_a_number_is_refused_with_its_line(tmp_path: Path, text: str) -> None:
    frame, path = _table(tmp_path, ["1", "22", text, "x"])
    with pytest.raises(DataRefused) as caught:
        integer_column(frame, "points", path=path, decimals=9)
    assert caught.value.line == 4
    assert "'points'" in caught.value.what
    assert text not in caught.value.what.replace("'points'", "") or len(text) < 3


def test_two_numbers_in_one_cell_are_none(tmp_path: Path) -> None:
    """Alone among whole numbers, where the fast look sees nothing but digits and line feeds."""
    frame, path = _table(tmp_path, ["1", "2\n3", "4"])
    with pytest.raises(DataRefused, match="no number here") as caught:
        integer_column(frame, "points", path=path)
    assert caught.value.line == 3


def test_numbers_come_out_whole(tmp_path: Path) -> None:
    frame, path = _table(tmp_path, ["0", "-0", "007", "-12", "9007199254740992", "3.0", "4.000"])
    numbers = integer_column(frame, "points", path=path)
    assert numbers.tolist() == [0, 0, 7, -12, 2**53, 3, 4]
    assert str(numbers.dtype) == "int64"


@given(st.lists(st.decimals(min_value=-(10**12), max_value=10**12, places=2), min_size=1, max_size=20))
def test_fixed_point_is_exact(tmp_path_factory: pytest.TempPathFactory, values: list[Decimal]) -> None:
    frame, path = _table(tmp_path_factory.getbasetemp(), [f"{value:f}" for value in values])
    numbers = integer_column(frame, "points", path=path, decimals=2)
    assert numbers.tolist() == [int(value * 100) for value in values]


@pytest.mark.parametrize(("text", "decimals"), [("1.5", 0), ("1.25", 1), ("0.000000001", 8)])
def test_decimals_are_refused_and_never_rounded(tmp_path: Path, text: str, decimals: int) -> None:
    frame, path = _table(tmp_path, ["1", text])
    with pytest.raises(DataRefused, match="no number here") as caught:
        integer_column(frame, "points", path=path, decimals=decimals)
    assert caught.value.line == 3
    assert integer_column(frame, "points", path=path, decimals=decimals + 1).tolist()[0] == 10 ** (decimals + 1)


def test_bounds_refuse_or_clamp_as_asked(tmp_path: Path) -> None:
    frame, path = _table(tmp_path, ["5", "-3", "101", "999999999999999999"])
    with pytest.raises(DataRefused, match="outside 0 to 100") as caught:
        integer_column(frame, "points", path=path, bounds=(0, 100))
    assert caught.value.line == 3
    assert integer_column(frame, "points", path=path, bounds=(0, 100), outside="clamp").tolist() == [5, 0, 100, 100]
    far = integer_column(frame, "points", path=path, bounds=(0, 10**12), outside="clamp", decimals=9)
    assert far.tolist() == [5 * 10**9, 0, 101 * 10**9, 10**12]
    with pytest.raises(DataRefused, match="outside") as caught:
        integer_column(frame, "points", path=path)
    assert caught.value.line == 5, "beyond 2^53 without bounds"


@pytest.mark.parametrize(
    "bounds", [(1, 1), (2, 1), (0, 2**53 + 1), (-(2**60), 0), (0.0, 1.0), (float("nan"), 1), (False, True)]
)
def test_bounds_that_are_none_are_refused(tmp_path: Path, bounds: tuple[int, int]) -> None:
    frame, path = _table(tmp_path, ["5"])
    with pytest.raises(ParameterRefused):
        integer_column(frame, "points", path=path, bounds=bounds)


@pytest.mark.parametrize("decimals", [-1, 10, True, 1.0])
def test_decimals_out_of_range_are_refused(tmp_path: Path, decimals: int) -> None:
    frame, path = _table(tmp_path, ["5"])
    with pytest.raises(ParameterRefused):
        integer_column(frame, "points", path=path, decimals=decimals)


def test_a_missing_number_is_refused_or_zero_as_asked(tmp_path: Path) -> None:
    frame, path = _table(tmp_path, ["5", "", "7"])
    with pytest.raises(DataRefused, match="no value here") as caught:
        integer_column(frame, "points", path=path)
    assert caught.value.line == 3
    assert integer_column(frame, "points", path=path, missing="zero").tolist() == [5, 0, 7]


def test_the_line_survives_shuffling_and_line_feeds_in_cells(tmp_path: Path) -> None:
    path = tmp_path / "points.csv"
    path.write_bytes(b'note,points\n"two\nlines",1\nx,2\ny,three\nz,4\n')
    frame = read_table(path).iloc[::-1]
    with pytest.raises(DataRefused) as caught:
        integer_column(frame, "points", path=path)
    assert caught.value.line == 5


@pytest.mark.parametrize(
    ("text", "told"), [("9" * 20, "more than 18 digits"), ("12.50", "such as cents"), ("1_000", r"or none\.$")]
)
def test_what_is_wrong_with_a_number_is_said(tmp_path: Path, text: str, told: str) -> None:
    frame, path = _table(tmp_path, ["5", text])
    with pytest.raises(DataRefused, match=told) as caught:
        integer_column(frame, "points", path=path)
    assert text not in str(caught.value)


@pytest.mark.parametrize("nobody", ["", " ", "\t", "\u00a0"])
def test_a_row_without_a_person_is_refused_with_its_line(tmp_path: Path, nobody: str) -> None:
    frame, path = _table(tmp_path, ["a", "b", nobody, "c"], name="citizen")
    with pytest.raises(DataRefused, match="names no person") as caught:
        person_column(frame, "citizen", path=path)
    assert caught.value.line == 4
    assert person_column(frame.drop(2), "citizen", path=path).tolist() == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("person", "told"), [("a ", "ends with a blank"), ("\ta", "begins"), ("e\u0301", "Unicode NFC")]
)
def test_a_second_spelling_of_a_person_is_refused_with_its_line(tmp_path: Path, person: str, told: str) -> None:
    frame, path = _table(tmp_path, ["a", "é", person, "A"], name="citizen")
    with pytest.raises(DataRefused, match=told) as caught:
        person_column(frame, "citizen", path=path)
    assert caught.value.line == 4
    assert person_column(frame.drop(2), "citizen", path=path).tolist() == ["a", "é", "A"], "capitals are told apart"


@pytest.mark.parametrize(("asked", "told"), [("Points", "'points'"), ("pionts", "'points'"), ("zzz", "person, points")])
def test_an_unknown_column_gets_the_nearest_name(tmp_path: Path, asked: str, told: str) -> None:
    frame, path = _table(tmp_path, ["5"])
    assert find_column(frame, "points", path=path) == "points"
    for refused in (lambda: find_column(frame, asked, path=path), lambda: integer_column(frame, asked, path=path)):
        with pytest.raises(DataRefused, match="there is no column") as caught:
            refused()
        assert told in str(caught.value)
