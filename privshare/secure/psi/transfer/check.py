"""The check that a receiver's columns hold code words, for a receiver that may deviate: forty random sums of rows.

After the last column is in, and not before, the sender draws a challenge. It
chooses forty random sets of rows; one further row, random and read by nobody,
joins each set and hides its sum. The receiver sends, for each set, the sum of
the rows of T and of D; the sender has the sum of Q. Code words add up to code
words, so for an honest receiver sum(Q) = sum(T) ^ (C(sum(D)) & delta).
Promises: a receiver whose columns hold no code words passes only by guessing
bits of delta that its errors touch: c touched columns pass with a chance of
2^-c, and then it has learned those c bits; errors elsewhere pass with a chance
of 2^-39 at most, which docs/explanation/linkage.md shows.
Leaves to others: that the challenge comes after the last column, and that a
run that fails ends before anything else is sent.
Orru, Orsini and Scholl (CT-RSA 2017); Keller, Orsini and Scholl (CRYPTO 2015).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from numpy.typing import NDArray

from privshare.errors import ProtocolError
from privshare.secure.psi.kernels.check import CHALLENGES, challenge_sums
from privshare.secure.psi.transfer.code import Code, encode_group

Words = NDArray[np.uint64]
SEED_BYTES = 32
EXTRA_ROWS = CHALLENGES
"""Rows of the table after the last that is read, one a sum."""
_CHALLENGE = b"privshare/chi/1"
_ROW_BYTES = CHALLENGES // 8


def proof_bytes(code: Code) -> int:
    """Return the bytes of a receiver's answer."""
    return CHALLENGES * (8 * code.words + _value_bytes(code))


def prove(code: Code, rows: Sequence[Words], table: Words, *, sid: bytes, seed: bytes) -> bytes:
    """Return the receiver's answer. rows: T, the words of each group. table: D, (m + 40, words of a value)."""
    chosen = _chosen(len(table) - EXTRA_ROWS, sid, seed)
    answer = np.empty((CHALLENGES, 8 * code.words + _value_bytes(code)), np.uint8)
    answer[:, : 8 * code.words] = _sums(rows, chosen).view(np.uint8)
    values = _sums([np.ascontiguousarray(column) for column in table.T], chosen).view(np.uint8)
    answer[:, 8 * code.words :] = values[:, : _value_bytes(code)]
    return answer.tobytes()


def verify(
    code: Code, rows: Sequence[Words], delta: Sequence[int], proof: bytes, *, sid: bytes, seed: bytes, m: int
) -> None:
    """Raise ProtocolError, always the same one, unless an answer holds.

    rows: Q, the words of each group. delta: one word a group. m: the rows that are read.
    """
    if len(proof) != proof_bytes(code):
        raise ProtocolError("E_LENGTH", f"an answer of {proof_bytes(code)} bytes was due, not {len(proof)}")
    answer = np.frombuffer(proof, np.uint8).reshape(CHALLENGES, -1)
    values = np.zeros((CHALLENGES, 8 * code.value_words), np.uint8)
    values[:, : _value_bytes(code)] = answer[:, 8 * code.words :]
    due = np.ascontiguousarray(answer[:, : 8 * code.words]).view(np.uint64)
    for group, word in enumerate(delta):
        due[:, group] ^= encode_group(code, values.view(np.uint64), group, columns=word)
    if not np.array_equal(due, _sums(rows, _chosen(m, sid, seed))):
        raise ProtocolError("E_CHECK", "the columns that came were not those of any table")


def _value_bytes(code: Code) -> int:
    return -(-code.dimension // 8)


def _chosen(m: int, sid: bytes, seed: bytes) -> NDArray[np.uint8]:
    """Return which rows are in which set: five bytes a row, shape (m, 5)."""
    key = hashlib.sha256(_CHALLENGE + sid + seed).digest()[:16]
    chosen = np.empty((m, _ROW_BYTES), np.uint8)
    Cipher(algorithms.AES(key), modes.CTR(bytes(16))).encryptor().update_into(
        bytes(chosen.size), chosen.reshape(-1).data
    )
    return chosen


def _sums(groups: Sequence[Words], chosen: NDArray[np.uint8]) -> Words:
    """Return the sum of each set and of its own further row, shape (40, groups)."""
    sums = np.empty((len(groups), CHALLENGES), np.uint64)
    for group, words in enumerate(groups):
        challenge_sums(words, chosen, sums[group])
        sums[group] ^= words[len(chosen) : len(chosen) + EXTRA_ROWS]
    return np.ascontiguousarray(sums.T)
