"""The simulated table: the same for the same seed, of the shape that was promised, and whole or not there."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from privshare.bench.release import data
from privshare.bench.release.data import (
    KEYS,
    ROWS_MAX,
    ROWS_MIN,
    SEED_MAX,
    make_data,
    people_of,
    shape_of,
    truth_of,
    write_table,
)
from privshare.errors import InputRefused, ParameterRefused

ROWS = 200_000
"""More than one block of DuckDB's, so that its threads could mix up their order."""


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


def rows_of(table: Path) -> list[tuple[int, str, int]]:
    with duckdb.connect() as engine:
        return engine.execute("SELECT uid, key, val FROM read_parquet(?)", [str(table)]).fetchall()


def test_the_same_seed_is_the_same_table_byte_for_byte(room: Path) -> None:
    tables = []
    for name, seed in (("a", 3), ("b", 3), ("c", 4)):
        write_table(room / f"{name}.parquet", rows=ROWS, people=people_of(ROWS), seed=seed)
        tables.append((room / f"{name}.parquet").read_bytes())
    assert tables[0] == tables[1]
    assert rows_of(room / "a.parquet") != rows_of(room / "c.parquet")


def test_a_table_is_about_people_of_very_unequal_activity_in_groups_of_very_unequal_size(room: Path) -> None:
    """Deterministic: the seed is fixed. 200,000 rows of up to 20,000 people."""
    made = make_data(room, rows=ROWS, seed=1)
    shape, truth = shape_of(made.table), truth_of(made.table)
    assert shape.rows == 200_000
    assert made.people == 20_000
    assert 0.6 * made.people < shape.people <= made.people
    assert shape.mean == pytest.approx(shape.rows / shape.people)
    assert shape.p99 > 5 * shape.mean
    assert shape.largest > shape.p99
    assert shape.bytes == made.table.stat().st_size
    assert tuple(sorted(truth)) == KEYS
    counts = [truth[key][0] for key in KEYS]
    assert sum(counts) == 200_000
    assert counts[0] > 1.8 * counts[1] > 20 * counts[-1] > 0, "Zipf"
    found = rows_of(made.table)
    assert all(0 <= uid < made.people and 0 <= value <= 100 for uid, _, value in found)
    assert len({value for _, _, value in found}) > 90
    assert truth["key-01"] == (counts[0], sum(value for _, key, value in found if key == "key-01"))


def test_a_table_that_is_there_is_not_made_again_and_half_a_table_is_not_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(path: Path, **_: int) -> None:
        path.write_bytes(b"half")
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(data, "write_table", dies)
        with pytest.raises(KeyboardInterrupt):
            make_data(tmp_path, rows=ROWS_MIN)
    made = make_data(tmp_path, rows=ROWS_MIN)
    assert len(rows_of(made.table)) == ROWS_MIN
    with monkeypatch.context() as broken:
        broken.setattr(data, "write_table", dies)
        assert make_data(tmp_path, rows=ROWS_MIN) == made
    assert made.keys.read_text("utf-8").splitlines() == ["key", *KEYS]


def test_tables_of_another_size_or_seed_lie_beside_each_other(tmp_path: Path) -> None:
    made = [make_data(tmp_path, rows=rows, seed=seed) for rows, seed in ((1_000, 1), (1_000, 2), (2_000, 1))]
    assert len({each.table for each in made}) == 3
    assert [len(rows_of(each.table)) for each in made] == [1_000, 1_000, 2_000]


@pytest.mark.parametrize(
    ("rows", "seed", "told"),
    [
        (ROWS_MIN - 1, 1, "--rows"),
        (ROWS_MAX + 1, 1, "--rows"),
        (0, 1, "--rows"),
        (ROWS_MIN, -1, "--seed"),
        (ROWS_MIN, SEED_MAX + 1, "--seed"),
    ],
)
def test_a_size_or_a_seed_out_of_range_is_refused(tmp_path: Path, rows: int, seed: int, told: str) -> None:
    with pytest.raises(ParameterRefused, match=told):
        make_data(tmp_path / "new", rows=rows, seed=seed)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("something")
    with pytest.raises(InputRefused, match="file cannot be written"):
        make_data(tmp_path / "file", rows=ROWS_MIN)


@pytest.mark.parametrize(("rows", "people"), [(1_000, 100), (999_999, 99_999), (10**7, 10**5), (10**8, 5 * 10**6)])
def test_how_many_people_a_table_is_about(rows: int, people: int) -> None:
    assert people_of(rows) == people
