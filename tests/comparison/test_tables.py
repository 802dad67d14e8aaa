"""Tables that somebody brought: what is read as what, what is refused, and the declaration that is kept."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from privshare.attacks.tables import TABLE_ATTACKS
from privshare.comparison.tables import TableRequest, attack_tables
from privshare.comparison.tables.rows import encoded
from privshare.errors import DataRefused, InputRefused, ParameterRefused

HEADER = "age,district,score\n"


def row(number: int) -> str:
    """Return a row; no two ages of an original are the same, nor two scores, and none goes with the other."""
    return f"{20 + 7 * number % 61},{'ABCDE'[number % 5]},{300 + number * number % 10007}\n"


def sixty_people(folder: Path) -> TableRequest:
    """Return a request about sixty people, all released as they are, and sixty others."""
    for name, start in (("original", 0), ("released", 0), ("control", 1000)):
        (folder / f"{name}.csv").write_text(HEADER + "".join(map(row, range(start, start + 60))))
    paths = [folder / f"{name}.csv" for name in ("original", "released", "control")]
    return TableRequest("inference", *paths, secret="score", declared=True)


@pytest.fixture
def asked(tmp_path: Path) -> TableRequest:
    return sixty_people(tmp_path)


def frame(**columns: list[str | None]) -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(cells, dtype=object) for name, cells in columns.items()})


def kinds(*cells: str | None) -> bool:
    """Return whether a column of these cells is of numbers."""
    tables = {"original": frame(a=list(cells)), "released": frame(a=["1"])}
    return encoded(tables)[0].columns[0].number


def test_what_is_a_number() -> None:
    for numbers in (["1", "2.50", "-3"], ["1e-05", "0", None], ["123456789012345", "0.1234567890123456"]):
        assert kinds(*numbers), numbers
    for texts in (["1", "x"], ["007"], ["1234567890123456"], ["nan"], ["inf"], ["1_000"], [" 1"], ["1,5"], ["٣"]):
        assert not kinds(*texts), texts
    assert not encoded({"original": frame(a=[None]), "released": frame(a=[None])})[0].columns[0].number


def test_tables_share_one_encoding() -> None:
    rows, notes = encoded(
        {
            "original": frame(city=["x", None, "y"], age=["1", "2", None], own=["1", "1", "1"]),
            "released": frame(age=["10"], city=["z"]),
            "control": frame(city=["y", "x"], age=["3", "4"]),
        }
    )
    assert [column.name for column in rows.columns] == ["city", "age"]
    assert [column.number for column in rows.columns] == [False, True]
    np.testing.assert_array_equal(rows.original, [[0, 1], [np.nan, 2], [1, np.nan]])
    np.testing.assert_array_equal(rows.released, [[2, 10]])
    assert rows.control is not None
    np.testing.assert_array_equal(rows.control, [[1, 3], [0, 4]])
    assert notes == []


def test_a_column_of_numbers_and_groups_is_told() -> None:
    rows, notes = encoded({"original": frame(age=["34", "35"]), "released": frame(age=["30-39", "30-39"])})
    assert not rows.columns[0].number
    assert notes[0].startswith("Column age has numbers and texts")


def test_a_declaration_is_kept_with_the_digests_of_what_was_read(asked: TableRequest) -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    found = attack_tables(asked)
    told = found.declaration
    assert told.says == "No row of these tables is about a real person."
    assert told.by
    assert before <= datetime.fromisoformat(told.at) <= datetime.now(UTC)
    assert [(table.role, table.rows) for table in told.tables] == [("original", 60), ("released", 60), ("control", 60)]
    assert told.tables[1].sha256 == hashlib.sha256(asked.released.read_bytes()).hexdigest()
    assert found.seed == 1


def test_without_a_declaration_nothing_is_read(asked: TableRequest) -> None:
    gone = replace(asked, declared=False, original=Path("no-such-file.csv"))
    with pytest.raises(InputRefused, match=r"simulated people.*declares.*accepted is the same request with --declare"):
        attack_tables(gone)


@pytest.mark.parametrize("name", TABLE_ATTACKS)
def test_a_perfect_copy_is_a_result_of_every_attack(asked: TableRequest, name: str) -> None:
    background = {"inference": {}, "linkability": {"known": ("score",), "other": ("age",), "secret": None}}
    found = attack_tables(replace(asked, attack=name, **background.get(name, {"secret": None})))
    assert found.risk.main.share == 1.0
    assert found.risk.interval[1] == 1.0
    assert found.risk.value > 0.5


@pytest.mark.parametrize("name", TABLE_ATTACKS)
def test_the_same_seed_gives_the_same_result(asked: TableRequest, name: str) -> None:
    background = {"inference": {}, "linkability": {"known": ("age",), "other": ("district",), "secret": None}}
    request = replace(asked, attack=name, attempts=40, **background.get(name, {"secret": None}))
    assert attack_tables(request).risk == attack_tables(request).risk


def test_a_released_table_without_rows_gives_the_baseline(asked: TableRequest) -> None:
    asked.released.write_text(HEADER)
    found = attack_tables(asked)
    assert found.risk.main == found.risk.baseline
    assert found.declaration.tables[1].rows == 0
    asked.released.write_text('"age","district","score"')
    assert attack_tables(asked).risk.main == found.risk.main


def test_the_original_is_no_control_for_itself(asked: TableRequest) -> None:
    asked.released.write_bytes(asked.original.read_bytes())
    assert asked.control is not None
    asked.control.write_bytes(asked.original.read_bytes())
    with pytest.raises(ParameterRefused, match="accepted is other people of the same population; this is --original"):
        attack_tables(asked)


def test_an_original_without_rows_is_refused(asked: TableRequest) -> None:
    asked.original.write_text(HEADER)
    with pytest.raises(DataRefused, match="a header without rows"):
        attack_tables(asked)
    asked.released.write_text("")
    asked.original.write_text(HEADER + row(1))
    with pytest.raises(DataRefused, match="it is empty"):
        attack_tables(asked)


def test_columns_that_a_table_lacks_are_left_out_or_refused(asked: TableRequest) -> None:
    asked.released.write_text("age,score\n" + "".join(f"{20 + n},{300 + n}\n" for n in range(60)))
    found = attack_tables(asked)
    assert found.left_out == ("district",)
    assert found.background.known == ("age",)
    with pytest.raises(DataRefused, match=r"released\.csv: there is no column 'district'"):
        attack_tables(replace(asked, known=("district",)))
    with pytest.raises(DataRefused, match=r"no column 'scores'; the nearest is 'score'"):
        attack_tables(replace(asked, secret="scores"))


def test_tables_with_nothing_in_common_are_refused(asked: TableRequest) -> None:
    asked.released.write_text("a,b\n1,2\n")
    with pytest.raises(InputRefused, match="no column in common"):
        attack_tables(replace(asked, attack="singling-out", secret=None))
    asked.released.write_text("score\n1\n")
    with pytest.raises(InputRefused, match="share no column but score"):
        attack_tables(asked)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"secret": None}, "--secret was not given; accepted is one column"),
        ({"attack": "linkability", "secret": None}, "--known was not given"),
        ({"attack": "linkability"}, "--secret was given; accepted is --known and --other for linkability"),
        ({"attack": "singling-out", "secret": None, "other": ("age",)}, "--other was given; accepted is --known"),
        ({"attempts": 29}, "--attempts was 29; accepted is a whole number from 30"),
        ({"neighbours": 0}, "--neighbours was 0"),
        ({"seed": -1}, "--seed was -1"),
        ({"known": ("age", "age")}, "--known was age,age; accepted is each column once"),
        ({"known": ("age", "score")}, "--known and --secret was score in both"),
    ],
)
def test_what_is_said_of_the_adversary_is_checked_before_a_file_is_read(
    asked: TableRequest, change: dict[str, object], told: str
) -> None:
    with pytest.raises(ParameterRefused) as refused:
        attack_tables(replace(asked, original=Path("no-such-file.csv"), **change))  # type: ignore[arg-type]
    assert told in str(refused.value)


def test_no_cell_stands_in_a_refusal(asked: TableRequest) -> None:
    asked.original.write_text(HEADER + "99,PRIVATE,12345\n" * 5)
    with pytest.raises(InputRefused) as refused:
        attack_tables(asked)
    assert "has 5 rows to attack" in str(refused.value)
    assert not any(cell in str(refused.value) for cell in ("PRIVATE", "12345"))
