"""Turning 64 columns into words and back, against one bit at a time."""

from __future__ import annotations

import numpy as np
import pytest

from privshare.model.entropy import seeded_generator
from privshare.secure.psi.kernels.bits import columns_of_rows, padded_words, rows_of_columns


@pytest.mark.parametrize("words", [8, 16, 40])
def test_turning_moves_every_bit_to_its_place(words: int) -> None:
    columns = seeded_generator(words).integers(0, 2**64, (64, words), dtype=np.uint64)
    rows = np.empty(64 * words, np.uint64)
    rows_of_columns(columns, rows)
    plain = [sum((int(columns[j, row // 64]) >> (row % 64) & 1) << j for j in range(64)) for row in range(64 * words)]
    assert rows.tolist() == plain
    again = np.empty_like(columns)
    columns_of_rows(rows, again)
    assert (again == columns).all()


def test_every_single_bit_arrives_alone() -> None:
    for column in range(64):
        columns = np.zeros((64, 8), np.uint64)
        columns[column, 3] = np.uint64(1 << (63 - column))
        rows = np.empty(512, np.uint64)
        rows_of_columns(columns, rows)
        assert np.flatnonzero(rows).tolist() == [3 * 64 + 63 - column]
        assert rows[3 * 64 + 63 - column] == np.uint64(1 << column)


def test_padding_is_whole_lanes() -> None:
    assert [padded_words(rows) for rows in (1, 512, 513, 1_310_785)] == [8, 8, 16, 20488]
