"""The key-value store: every item decodes, whatever the core; tables are uniform; dependent rows end the session."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from privshare.errors import ProtocolError
from privshare.model.entropy import SeededEntropy, SystemEntropy
from privshare.secure.psi.transfer.okvs import (
    Places,
    Shape,
    decode,
    decode_group,
    encode,
    places_of,
    shape_for,
)
from tests.secure.psi.transfer.plain_okvs import (
    crowded,
    hashes,
    numbers,
    random_places,
    random_values,
    read,
    row_of,
    rows_in,
    solve,
    together,
    words,
)

Words = NDArray[np.uint64]
FALSE_ALARM = 1e-9


def decodes(places: Places, seed: int, bits: int = 84, width: int = 2) -> bool:
    values = random_values(len(places.dense), seed, bits, width)
    table = encode(places, values, SeededEntropy(seed), bits=bits)
    return np.array_equal(decode(places, table), values)


class NoEntropy:
    """Whoever draws from it fails."""

    private = True

    def token(self, size_bytes: int) -> bytes:
        raise AssertionError(f"{size_bytes} bytes were drawn")


@pytest.mark.parametrize(
    ("n", "slots"),
    [(1, 8), (16, 8), (18, 8), (19, 9), (64, 28), (256, 111), (1000, 434), (4096, 1775), (2**14 - 1, 7100),
     (2**14, 6827), (2**17, 54614), (2**20, 436907), (2**22, 1747627), (2**24, 6990507)],
)  # fmt: skip
def test_shapes_of_the_specification(n: int, slots: int) -> None:
    assert shape_for(n) == Shape(slots, 64)
    assert shape_for(n).table_rows == 3 * slots + 64


@pytest.mark.parametrize(("n", "dense"), [(1, 64), (100, 64), (100, 4), (33_000, 64)])
def test_places_are_read_off_sha256(n: int, dense: int) -> None:
    """33,000 is more than are hashed at once."""
    items, sid, shape = hashes(n, 7), bytes(range(32)), shape_for(n, dense)
    assert rows_in(places_of(items, sid, shape)) == [row_of(item.tobytes(), sid, shape) for item in items]


def test_another_session_has_other_places() -> None:
    items = hashes(100, 7)
    first, second = (places_of(items, bytes([i]) + bytes(31), shape_for(100)) for i in range(2))
    assert (first.dense != second.dense).all()
    assert (first.sparse != second.sparse).any()


def test_every_item_decodes_at_every_small_size() -> None:
    for n in range(1, 601):
        assert decodes(random_places(n, n), n), n


@pytest.mark.slow
def test_every_item_decodes_at_every_small_size_200_times() -> None:
    for seed in range(200):
        for n in range(1, 601):
            assert decodes(random_places(n, 1000 * seed + n), seed), (n, seed)


@pytest.mark.parametrize("n", [2**14 - 1, 2**14, 2**17])
def test_every_item_decodes_at_large_sizes(n: int) -> None:
    assert decodes(random_places(n, n), n)


@pytest.mark.slow
@pytest.mark.parametrize("n", [2**20, 2**22])
def test_every_item_decodes_at_very_large_sizes(n: int) -> None:
    assert decodes(random_places(n, n), n)


@pytest.mark.parametrize(("bits", "width"), [(1, 1), (64, 1), (84, 2), (128, 2), (162, 3), (300, 5)])
def test_values_of_any_width(bits: int, width: int) -> None:
    assert decodes(random_places(300, 1), 1, bits, width)


@pytest.mark.parametrize("n", [1, 2, 3, 8, 16, 18, 40, 64, 150, 400])
@pytest.mark.parametrize("seed", range(3))
def test_a_plain_solver_agrees(n: int, seed: int) -> None:
    """Each reads the other's table, for its items and for others, so all of it is where both expect it."""
    places, values = random_places(n, seed), random_values(n, seed)
    free = random_values(places.shape.table_rows, seed + 50)
    ours = encode(places, values, SeededEntropy(seed), bits=84)
    theirs = solve(rows_in(places), numbers(values), numbers(free))
    assert theirs is not None
    everyone = together(places, random_places(n, seed + 99)) if n > 1 else places
    for table in (ours, words(theirs, 2)):
        found = decode(everyone, table)
        assert np.array_equal(found[:n], values)
        assert numbers(found) == [read(row, numbers(table)) for row in rows_in(everyone)]


def test_a_plain_solver_fails_where_ours_does() -> None:
    """With two dense rows a tenth of tables cannot be made; both must say so of the same ones."""
    failures = 0
    for seed in range(600):
        places, values = random_places(16, seed, dense=2), random_values(16, seed)
        plain = solve(rows_in(places), numbers(values), [0] * places.shape.table_rows)
        try:
            table = encode(places, values, SeededEntropy(seed), bits=84)
        except ProtocolError:
            table = None
        assert (plain is None) == (table is None), seed
        failures += table is None
    assert 20 < failures < 150


@pytest.mark.parametrize("copies", [2, 3, 10, 40, 60])
def test_items_that_share_all_three_slots_are_told_apart_by_their_masks(copies: int) -> None:
    """60 random masks of 64 bits are dependent with a chance of 2^-5, so the seed is fixed; other items peel."""
    shape = shape_for(1000)
    assert decodes(together(crowded(copies, 1, 3, shape), crowded(900, shape.slots, 4, shape)), copies)


@pytest.mark.parametrize("size", [30, 200, 2000])
def test_a_core_of_any_size_is_solved(size: int) -> None:
    """About as many items as slots: most are in the core, and dense rows are needed too. Others peel around it."""
    shape = shape_for(4 * size)
    core, others = crowded(size, size * 36 // 100, size, shape), crowded(size, shape.slots, 1, shape)
    assert decodes(core, size)
    assert decodes(together(core, others), size)


def test_a_core_needs_its_slots_and_its_dense_rows() -> None:
    """200 items over 3 * 60 slots: fewer slots than items, and fewer dense rows; together they are enough."""
    core = crowded(200, 60, 1, shape_for(400))
    assert len(np.unique(core.sparse)) <= 180
    assert decodes(core, 1)


@pytest.mark.parametrize("copies", [2, 300])
def test_items_with_the_same_row_end_the_session(copies: int) -> None:
    """Even if their values agree; before any chance is drawn, and without another try."""
    places, values = random_places(500, 5), random_values(500, 5)
    places.sparse[:copies], places.dense[:copies], values[:copies] = places.sparse[0], places.dense[0], values[0]
    with pytest.raises(ProtocolError, match="E_INTERNAL_RANK"):
        encode(places, values, NoEntropy(), bits=84)


def test_more_items_than_rows_end_the_session() -> None:
    with pytest.raises(ProtocolError, match="E_INTERNAL_RANK"):
        encode(crowded(66, 1, 1, shape_for(66)), random_values(66, 1), NoEntropy(), bits=84)


def test_four_rows_that_cancel_end_the_session() -> None:
    """No two of them are equal: they share slots in pairs, and the fourth mask is the sum of the other three."""
    sparse = np.array([[0, 8, 16], [0, 9, 17], [1, 8, 17], [1, 9, 16]], np.uint32)
    dense = np.array([1, 2, 4, 7], np.uint64)
    values = random_values(4, 1)
    with pytest.raises(ProtocolError, match="E_INTERNAL_RANK"):
        encode(Places(Shape(8), sparse, dense), values, NoEntropy(), bits=84)
    assert decodes(Places(Shape(8), sparse, dense ^ np.array([0, 0, 0, 8], np.uint64)), 1)


@pytest.mark.parametrize(
    ("n", "digest"),
    [
        (5, "aa2bf5ab667931618e6ccb95fa33da3a"),
        (300, "249a1e8ae0dd9c321f0e31317d0e741f"),
        (3000, "4fc7974a85794d311ff6d8ee116fc13c"),
    ],
)
def test_known_tables(n: int, digest: str) -> None:
    """The same chance makes the same table on every machine; another order of peeling would make another, as good."""
    table = encode(random_places(n, n), random_values(n, n), SeededEntropy(n), bits=84)
    assert hashlib.sha256(table.astype("<u8").tobytes()).hexdigest()[:32] == digest


def nibbles(places: Places, tables: int, seed: int) -> Words:
    """(tables, m): what many tables hold for the same items and fresh values of four bits."""
    n, entropy = len(places.dense), SeededEntropy(seed)
    drawn = np.frombuffer(entropy.token(8 * n * tables), np.uint64).reshape(tables, n, 1) & np.uint64(15)
    return np.stack([encode(places, values, entropy, bits=4)[:, 0] for values in drawn])


def worst_p_value(columns: Words) -> float:
    """The smallest chi-square p-value of any column of 4-bit numbers against uniform, times the columns."""
    counts = np.stack([(columns == value).sum(axis=0) for value in range(16)])
    expected = len(columns) / 16
    return float(stats.chi2.sf(((counts - expected) ** 2 / expected).sum(axis=0), 15).min()) * columns.shape[1]


@pytest.mark.parametrize(
    "places", [random_places(40, 1), crowded(40, 8, 1, Shape(8)), crowded(60, 1, 3, Shape(8))],
    ids=["sparse", "a core", "one triple"],
)  # fmt: skip
def test_tables_are_uniform_whatever_the_items_are(places: Places) -> None:
    """Every row of the table, and every XOR of two rows (the same bits used twice would not show in a single row)."""
    tables = nibbles(places, 3000, 1)
    assert worst_p_value(tables) > FALSE_ALARM
    for row in range(1, tables.shape[1]):
        assert worst_p_value(tables[:, row:] ^ tables[:, :-row]) * tables.shape[1] > FALSE_ALARM


@pytest.mark.parametrize("n", [64, 2**14])
def test_one_table_is_uniform(n: int) -> None:
    """All bytes of a table of 84-bit values; at 64 items every second table has a core."""
    table = np.concatenate([
        encode(random_places(n, seed), random_values(n, seed), SeededEntropy(seed), bits=84)
        for seed in range(300 if n == 64 else 2)
    ])  # fmt: skip
    assert int(table[:, 1].max()) < 2**20
    text = table.astype("<u8").view(np.uint8).reshape(len(table), 16)[:, :10]
    counts = np.bincount(text.ravel(), minlength=256)
    assert stats.chisquare(counts).pvalue > FALSE_ALARM


def test_a_value_with_more_bits_than_free_rows_would_get_is_a_bug() -> None:
    with pytest.raises(ValueError, match="more than 83 bits"):
        encode(random_places(100, 1), random_values(100, 1) | words([2**83], 2), NoEntropy(), bits=83)


def test_other_chance_makes_another_table() -> None:
    places, values = random_places(100, 1), random_values(100, 1)
    first, second = (encode(places, values, SystemEntropy(), bits=84) for _ in range(2))
    assert (first != second).any(axis=1).sum() > 50
    assert np.array_equal(decode(places, first), decode(places, second))


def test_a_group_is_one_column() -> None:
    places, table = random_places(500, 1), random_values(shape_for(500).table_rows + 40, 2, 128)
    whole = decode(places, table)
    for column in range(2):
        assert np.array_equal(decode_group(places, np.ascontiguousarray(table[:, column])), whole[:, column])
    out = np.zeros((500, 8), np.uint64)
    decode_group(places, np.ascontiguousarray(table[:, 0]), out[:, 3])
    assert np.array_equal(out[:, 3], whole[:, 0])
    assert not out[:, [0, 1, 2, 4, 5, 6, 7]].any()


def test_rows_after_the_table_are_not_read() -> None:
    """The consistency check appends forty."""
    places, table = random_places(500, 1), random_values(shape_for(500).table_rows + 40, 2)
    assert np.array_equal(decode(places, table), decode(places, table[:-40].copy()))
    with pytest.raises(ValueError, match="are read"):
        decode(places, table[:-41])


def test_nothing_is_written_past_the_room_that_is_given() -> None:
    """Where the other side's table is smaller than the own set, what held its rows is too small for what is read."""
    places, column = random_places(500, 1), random_values(shape_for(500).table_rows, 1)[:, 0].copy()
    with pytest.raises(ValueError, match="room for 499 words where 500 items read 1 each"):
        decode_group(places, column, np.empty(499, np.uint64))


def test_extra_rows_are_uniform_and_change_nothing_of_the_table() -> None:
    places, values = random_places(500, 1), random_values(500, 1)
    bare = encode(places, values, SeededEntropy(1), bits=84)
    more = encode(places, values, SeededEntropy(1), bits=84, extra=4_000)
    assert np.array_equal(more[: len(bare)], bare)
    extra = more[len(bare) :]
    assert extra.shape == (4_000, 2)
    assert int(extra[:, 1].max()) < 2**20
    counts = np.bincount(extra.astype("<u8").view(np.uint8).reshape(len(extra), 16)[:, :10].ravel(), minlength=256)
    assert stats.chisquare(counts).pvalue > FALSE_ALARM


def test_reading_is_linear() -> None:
    places = random_places(500, 1)
    first, second = (random_values(places.shape.table_rows, seed) for seed in range(2))
    assert np.array_equal(decode(places, first ^ second), decode(places, first) ^ decode(places, second))
