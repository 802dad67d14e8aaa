"""A whole extension between two sides in one thread, with keys out of thin air instead of base transfers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from privshare.model.entropy import WorldGenerator
from privshare.secure.psi.transfer.base import KeyPairs
from privshare.secure.psi.transfer.code import Code
from privshare.secure.psi.transfer.extension import Form, Reader, Writer, packed


@dataclass(frozen=True)
class Transfer:
    """table: D. bits: delta. bodies: of the messages. kept, had: words of T and Q, one array a group."""

    form: Form
    keys: KeyPairs
    table: np.ndarray
    bits: list[int]
    bodies: list[bytes]
    kept: list[np.ndarray]
    had: list[np.ndarray]

    @property
    def delta(self) -> tuple[int, ...]:
        return packed(self.bits)


def random_table(code: Code, rows: int, draw: WorldGenerator) -> np.ndarray:
    table = draw.integers(0, 2**64, (rows, code.value_words), dtype=np.uint64)
    table[:, -1] &= np.uint64(2 ** (code.dimension - 64 * (code.value_words - 1)) - 1)
    return table


def transferred(
    code: Code,
    rows: int,
    draw: WorldGenerator,
    *,
    changed: Callable[[int, bytearray], None] = lambda group, body: None,
) -> Transfer:
    """changed: what a receiver that deviates does to a message of columns before it is sent."""
    zeros, ones = (tuple(draw.bytes(16) for _ in range(code.length)) for _ in range(2))
    bits = [int(bit) for bit in draw.integers(0, 2, code.length)]
    keys = KeyPairs(b"", zeros, ones)
    form, table = Form(code, rows), random_table(code, rows, draw)
    writer = Writer(form, keys, table)
    reader = Reader(form, [(zeros, ones)[bit][place] for place, bit in enumerate(bits)], bits)
    bodies, kept, had = [], [], []
    for group in range(form.groups):
        mine, theirs = form.room(), form.room()
        body = bytearray(writer.block(group, mine))
        changed(group, body)
        reader.block(group, bytes(body), theirs)
        bodies.append(bytes(body))
        kept.append(mine)
        had.append(theirs)
    return Transfer(form, keys, table, bits, bodies, kept, had)
