"""The codes: their distance, their rank, and the kernel against the definition, one bit at a time."""

from __future__ import annotations

from functools import reduce
from itertools import combinations

import numpy as np
import pytest

from privshare.model.entropy import seeded_generator
from privshare.secure.psi.transfer import code as codes
from privshare.secure.psi.transfer.code import DISTANCE, MR, SH, Code, encode, encode_group, generator

BOTH = pytest.mark.parametrize("code", [SH, MR], ids=["sh", "mr"])


def values_of(code: Code, count: int, seed: int = 1) -> np.ndarray:
    return seeded_generator(seed).integers(0, 2**64, (count, code.value_words), dtype=np.uint64)


def product(left: int, right: int) -> int:
    """In GF(64) = F2[x] / (x^6 + x + 1), by shifting."""
    total = 0
    while right:
        if right & 1:
            total ^= left
        right >>= 1
        left <<= 1
        if left & 64:
            left ^= 0b1000011
    return total


def plain_word(code: Code, value: int) -> int:
    """The code word of a value, straight from the definition."""
    symbols = [value >> (6 * j) & 63 for j in range(code.dimension // 6)]
    points = [0, 1]
    while len(points) < code.symbols:
        points.append(product(points[-1], 2))
    word = 0
    for t, point in enumerate(points):
        total, power = 0, 1
        for symbol in symbols:
            total ^= product(symbol, power)
            power = product(power, point)
        parity = [reduce(lambda a, b: a ^ b, (c for i, c in enumerate((7, 11, 13, 14, 19, 21)) if total >> i & 1), 0)]
        word |= (total | parity[0] << 6) << (11 * t)
    return word


def as_integers(rows: np.ndarray) -> list[int]:
    return [int.from_bytes(row.astype("<u8").tobytes(), "little") for row in rows]


@BOTH
def test_the_kernel_gives_the_words_of_the_definition(code: Code) -> None:
    values = values_of(code, 40)
    wanted = [plain_word(code, value % 2**code.dimension) for value in as_integers(values)]
    assert as_integers(encode(code, values)) == wanted
    assert max(wanted).bit_length() <= code.length


def test_lengths_are_those_of_the_specification() -> None:
    assert [(code.length, code.dimension, code.words, code.value_words) for code in (SH, MR)] == [
        (495, 84, 8, 2),
        (638, 162, 10, 3),
    ]


@BOTH
def test_the_rank_is_the_dimension(code: Code) -> None:
    rows, rank = as_integers(generator(code)), 0
    while rows:
        pivot = rows.pop()
        if pivot:
            rank += 1
            low = pivot & -pivot
            rows = [row ^ pivot if row & low else row for row in rows]
    assert rank == code.dimension


def test_the_inner_code_has_distance_4() -> None:
    assert inner_distance() == 4


def inner_distance() -> int:
    return min(codes._inner(symbol).bit_count() for symbol in range(1, 64))


def test_a_parity_of_even_weight_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codes, "_PARITY", (7, 11, 13, 12, 19, 21))
    assert inner_distance() < 4


@BOTH
def test_words_add_up(code: Code) -> None:
    left, right = values_of(code, 500, 2), values_of(code, 500, 3)
    assert (encode(code, left ^ right) == encode(code, left) ^ encode(code, right)).all()


@BOTH
def test_random_words_and_sums_of_few_rows_are_even_and_heavy(code: Code) -> None:
    few = [1 << a | 1 << b for a, b in combinations(range(code.dimension), 2)] + [1 << a for a in range(code.dimension)]
    width = 8 * code.value_words
    light = np.frombuffer(b"".join(value.to_bytes(width, "little") for value in few), "<u8").reshape(len(few), -1)
    for values in (values_of(code, 100_000), light.astype(np.uint64)):
        weights = np.bitwise_count(encode(code, values)).sum(axis=1)
        assert weights.min() >= DISTANCE
        assert not (weights % 2).any()


@BOTH
def test_a_mask_of_columns_is_taken_off_the_word(code: Code) -> None:
    values, mask = values_of(code, 50), 0x0123456789ABCDEF
    for group in range(code.words):
        masked = encode_group(code, values, group, columns=mask)
        assert (masked == encode(code, values)[:, group] & np.uint64(mask)).all()
