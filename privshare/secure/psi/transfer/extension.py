"""Oblivious transfer extension: from a few keys to a row of bits for every row of a table, in blocks of 64 columns.

The receiver's table D has m rows; C is a linear code of N bits. The receiver
has both keys of each of N places, the sender one of them, chosen by its bits
delta (the roles of the base transfer are turned round). Every key makes one
column of m bits by AES-128 in counter mode.
    receiver   keeps T, of the keys 0; sends U = T ^ (of the keys 1) ^ C(D), column by column
    sender     has Q = (of its keys) ^ delta * U, so that row i of Q is row i of T ^ (C(D_i) & delta)
A block is sent as soon as it is made, and turned into one 64-bit word a row on
either side; bit j of the word of group g is column 64 * g + j.
Promises: U is pseudorandom to who does not have both keys of a place, if no
key is used twice. Leaves to others: what a row is for, and whether a receiver
sent U for real code words (`check.py`). A flipped bit of U goes unnoticed here.
Kolesnikov and Kumaresan (CRYPTO 2013); Orru, Orsini and Scholl (CT-RSA 2017);
Pinkas, Rosulek, Trieu and Yanai (EUROCRYPT 2020) for the directions.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from numpy.typing import NDArray

from privshare.errors import ProtocolError
from privshare.secure.psi.kernels.bits import SIDE, columns_of_rows, padded_words, rows_of_columns
from privshare.secure.psi.transfer.base import KeyPairs
from privshare.secure.psi.transfer.code import Code, encode_group

Words = NDArray[np.uint64]
_HEADER = struct.Struct("<HHI")  # first column, columns, rows
_START = modes.CTR(bytes(16))


@dataclass(frozen=True, slots=True)
class Form:
    """How large everything of one extension is. rows: of the table, m."""

    code: Code
    rows: int

    @property
    def groups(self) -> int:
        """Blocks of up to 64 columns."""
        return self.code.words

    @property
    def column_bytes(self) -> int:
        """Bytes of one column on the wire: rows padded to 64."""
        return -(-self.rows // SIDE) * 8

    def first(self, group: int) -> int:
        """Return the first column of a block."""
        return SIDE * group

    def columns(self, group: int) -> int:
        """Return how many columns a block has."""
        return min(SIDE, self.code.length - SIDE * group)

    def block_bytes(self, group: int) -> int:
        """Return the bytes of a block's message."""
        return _HEADER.size + self.columns(group) * self.column_bytes

    def room(self) -> Words:
        """Return room for the words of one group: one a row, and some that belong to no row."""
        return np.empty(SIDE * padded_words(self.rows), np.uint64)


class Writer:
    """The receiver's side. `block` writes one message and hands out the words of T; call it once for each group."""

    def __init__(self, form: Form, keys: KeyPairs, table: Words) -> None:
        """table: D, (m, words of a value)."""
        self._form, self._keys, self._table = form, keys, table
        width = padded_words(form.rows)
        self._zeros = bytes(form.column_bytes)
        self._kept, self._coded = np.zeros((SIDE, width), np.uint64), np.empty((SIDE, width), np.uint64)
        self._words = np.zeros(SIDE * width, np.uint64)
        self._message = np.empty(form.block_bytes(0), np.uint8)

    def block(self, group: int, out: Words) -> memoryview:
        """Return the message of a block, valid until the next call; set `out` to the words of T."""
        form, size = self._form, self._form.column_bytes
        encode_group(form.code, self._table, group, out=self._words[: form.rows])
        columns_of_rows(self._words, self._coded)
        kept, coded = self._kept.view(np.uint8), self._coded.view(np.uint8)
        first, count = form.first(group), form.columns(group)
        message = self._message[: form.block_bytes(group)]
        _HEADER.pack_into(message.data, 0, first, count, form.rows)
        for column in range(count):
            _stream(self._keys.zeros[first + column], self._zeros, kept[column, :size])
            np.bitwise_xor(kept[column, :size], coded[column, :size], out=coded[column, :size])
            at = _HEADER.size + column * size
            _stream(self._keys.ones[first + column], coded[column, :size].data, message[at : at + size])
        self._kept[count:] = 0
        rows_of_columns(self._kept, out)
        return message.data


class Reader:
    """The sender's side. `block` reads one message into the words of Q; call it once for each group, in order."""

    def __init__(self, form: Form, keys: Sequence[bytes], bits: Sequence[int]) -> None:
        """keys: one of each pair. bits: which, delta."""
        self._form, self._keys, self._bits = form, keys, bits
        self._zeros = bytes(form.column_bytes)
        self._columns = np.zeros((SIDE, padded_words(form.rows)), np.uint64)

    def block(self, group: int, body: bytes, out: Words) -> None:
        """Set `out` to the words of Q; raise ProtocolError for a message that is not the one due."""
        form, size = self._form, self._form.column_bytes
        first, count = form.first(group), form.columns(group)
        if len(body) != form.block_bytes(group):
            raise ProtocolError("E_LENGTH", f"{count} columns were due, not {len(body)} bytes")
        if _HEADER.unpack_from(body) != (first, count, form.rows):
            raise ProtocolError("E_PROTOCOL", "a block of columns was not the one due")
        sent, columns = memoryview(body), self._columns.view(np.uint8)
        for column in range(count):
            at = _HEADER.size + column * size
            source = sent[at : at + size] if self._bits[first + column] else self._zeros
            _stream(self._keys[first + column], source, columns[column, :size])
        self._columns[count:] = 0
        rows_of_columns(self._columns, out)


def packed(bits: Sequence[int]) -> tuple[int, ...]:
    """Return delta as one 64-bit word a group."""
    number = sum(bit << place for place, bit in enumerate(bits))
    return tuple(number >> at & (2**SIDE - 1) for at in range(0, len(bits), SIDE))


def _stream(key: bytes, source: bytes | memoryview, out: NDArray[np.uint8]) -> None:
    """Write source XOR the key's stream, into memory that is there already: fresh memory costs more than AES."""
    Cipher(algorithms.AES(key), _START).encryptor().update_into(source, out.data)
