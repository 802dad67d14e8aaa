"""The extension: the two sides' rows differ by the chosen part of a code word, and the columns are what is defined."""

from __future__ import annotations

import numpy as np
import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from privshare.errors import ProtocolError
from privshare.model.entropy import seeded_generator
from privshare.secure.psi.transfer.code import MR, SH, Code, encode
from privshare.secure.psi.transfer.extension import Form, Reader, packed
from tests.secure.psi.transfer.transferring import transferred

HEADER = 8
CASES = pytest.mark.parametrize(
    ("code", "rows"), [(code, rows) for code in (SH, MR) for rows in (1, 63, 64, 65, 600)], ids=lambda v: str(v)[:20]
)


def stream(key: bytes, size: int) -> np.ndarray:
    """AES-128 in counter mode from zero, with the cipher used block by block."""
    block = Cipher(algorithms.AES(key), modes.ECB()).encryptor()
    whole = b"".join(block.update(counter.to_bytes(16, "big")) for counter in range(-(-size // 16)))
    return np.frombuffer(whole[:size], np.uint8)


@CASES
def test_rows_differ_by_the_chosen_part_of_the_code_word(code: Code, rows: int) -> None:
    done = transferred(code, rows, seeded_generator(rows))
    words = encode(code, done.table)
    for group, delta in enumerate(done.delta):
        chosen = words[:, group] & np.uint64(delta)
        assert (done.had[group][:rows] == done.kept[group][:rows] ^ chosen).all()


@CASES
def test_columns_are_those_of_the_definition(code: Code, rows: int) -> None:
    done, size = transferred(code, rows, seeded_generator(rows)), -(-rows // 64) * 8
    bits = np.unpackbits(encode(code, done.table).view(np.uint8), axis=1, bitorder="little")
    padded = np.zeros((size * 8, bits.shape[1]), np.uint8)
    padded[:rows] = bits
    columns = np.packbits(padded, axis=0, bitorder="little")
    for place in range(0, code.length, 37):
        body = done.bodies[place // 64]
        at = HEADER + place % 64 * size
        wanted = stream(done.keys.zeros[place], size) ^ stream(done.keys.ones[place], size) ^ columns[:, place]
        assert body[at : at + size] == wanted.tobytes()
        first = int.from_bytes(body[:2], "little")
        count, told = int.from_bytes(body[2:4], "little"), int.from_bytes(body[4:8], "little")
        assert (first, count, told) == (place // 64 * 64, min(64, code.length - first), rows)
        assert len(body) == HEADER + count * size


@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("E_LENGTH", lambda body: body[:-1]),
        ("E_LENGTH", lambda body: body + b"\0"),
        ("E_LENGTH", lambda body: b""),
        ("E_PROTOCOL", lambda body: b"\x40" + body[1:]),
        ("E_PROTOCOL", lambda body: body[:2] + b"\x3f" + body[3:]),
        ("E_PROTOCOL", lambda body: body[:4] + b"\x65" + body[5:]),
    ],
)
def test_a_block_that_is_not_the_one_due_is_refused(code: str, change) -> None:
    done = transferred(SH, 100, seeded_generator(1))
    reader = Reader(Form(SH, 100), done.keys.zeros, [0] * SH.length)
    with pytest.raises(ProtocolError, match=code):
        reader.block(0, change(done.bodies[0]), done.form.room())


def test_bits_are_packed_from_the_low_end() -> None:
    assert packed([1, 0, 1] + [0] * 61 + [0, 1]) == (5, 2)
