"""The linear codes that carry an item's value through the transfer: RSH(45) and RSH(58).

A Reed-Solomon code over GF(64) = F2[x]/(x^6 + x + 1) with n0 points carries
n0 - 31 symbols of 6 bits; each of its n0 symbols is then an [11, 6, 4] code word.
The outer distance is 32 (it is MDS), the inner 4 (the columns of its parity
check are distinct and of odd weight), so two words differ in at least 128 bits.
    SH   RSH(45): 84 bits of value in 495 bits, for parties that follow the protocol
    MR   RSH(58): 162 bits in 638, wide enough that a receiver that deviates gains few extra items
Promises: values are little-endian words; bits beyond the dimension are
ignored, bits of a word beyond the length are zero. Leaves to others: what a
word is for. Byte tables are read at places that depend on the value.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from privshare.secure.psi.kernels.code import encode_bytes

DISTANCE = 128
ALL_COLUMNS = 2**64 - 1
_OUTER_DISTANCE = 32
_SYMBOL = 6
_INNER = 11
_PARITY = (7, 11, 13, 14, 19, 21)
_REDUCTION = 0b1000011


@dataclass(frozen=True, slots=True)
class Code:
    """name: as in a protocol's parameters. symbols: of the outer code, n0, at most 64."""

    name: str
    symbols: int

    @property
    def length(self) -> int:
        """Bits of a code word."""
        return _INNER * self.symbols

    @property
    def dimension(self) -> int:
        """Bits of a value."""
        return _SYMBOL * (self.symbols - _OUTER_DISTANCE + 1)

    @property
    def words(self) -> int:
        """64-bit words of a code word."""
        return -(-self.length // 64)

    @property
    def value_words(self) -> int:
        """64-bit words of a value."""
        return -(-self.dimension // 64)


SH = Code("RSH(45)", 45)
MR = Code("RSH(58)", 58)


def encode(code: Code, values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return the code words of values (n, value_words), shape (n, words).

    >>> encode(SH, np.zeros((1, 2), np.uint64)).tolist()
    [[0, 0, 0, 0, 0, 0, 0, 0]]
    """
    groups = [encode_group(code, values, group) for group in range(code.words)]
    return np.stack(groups, axis=1)


def encode_group(
    code: Code,
    values: NDArray[np.uint64],
    group: int,
    *,
    columns: int = ALL_COLUMNS,
    out: NDArray[np.uint64] | None = None,
) -> NDArray[np.uint64]:
    """Return bits 64 * group to 64 * group + 63 of the code words of values (n, value_words), shape (n,).

    columns: a word whose zero bits stay zero in every result. out: where the result goes, (n,).
    """
    result = np.empty(len(values), np.uint64) if out is None else out
    tables = byte_tables(code)[group] & np.uint64(columns)
    encode_bytes(tables, values, result)
    return result


@cache
def byte_tables(code: Code) -> NDArray[np.uint64]:
    """Return the tables (words, bytes of a value, 256): entry [g, b, x] is word g of byte b of a value being x."""
    count = -(-code.dimension // 8)
    basis = np.zeros((8 * count, code.words), np.uint64)
    basis[: code.dimension] = generator(code)
    tables = np.zeros((code.words, count, 256), np.uint64)
    for bit in range(8):
        half = 1 << bit
        tables[:, :, half : 2 * half] = tables[:, :, :half] ^ basis[bit::8].T[:, :, None]
    return tables


@cache
def generator(code: Code) -> NDArray[np.uint64]:
    """Return the code words of the values of one bit each, shape (dimension, words)."""
    rows = [_word(code, symbol, bit) for symbol in range(code.dimension // _SYMBOL) for bit in range(_SYMBOL)]
    return np.frombuffer(b"".join(row.to_bytes(8 * code.words, "little") for row in rows), "<u8").reshape(
        code.dimension, code.words
    )


def _word(code: Code, power: int, bit: int) -> int:
    """Return the code word of the polynomial x^bit * X^power, evaluated at 0, 1, x, x^2, ..., as an integer."""
    word = 0 if power else _inner(_POWERS[bit])
    for place in range(1, code.symbols):
        word |= _inner(_POWERS[(bit + (place - 1) * power) % len(_POWERS)]) << (_INNER * place)
    return word


def _inner(symbol: int) -> int:
    """Return the 11 bits of a symbol: itself, then its parity."""
    parity = 0
    for bit, column in enumerate(_PARITY):
        if symbol >> bit & 1:
            parity ^= column
    return symbol | parity << _SYMBOL


def _powers() -> tuple[int, ...]:
    """Return x^0, x^1, ... in GF(64), all 63 of them: x generates the group."""
    powers = [1]
    while len(powers) < 2**_SYMBOL - 1:
        doubled = powers[-1] << 1
        powers.append(doubled ^ (_REDUCTION if doubled >> _SYMBOL else 0))
    return tuple(powers)


_POWERS = _powers()
