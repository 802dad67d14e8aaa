"""The message bodies of `totals-3/1`: fixed-width records, read whole and checked before they are used.

    labelled-pseudonyms  pseudonym (16) || label (1), one a record
    masked-values        pseudonym (16) || masked value (8), one a record
    positions            label (1) for every masked value, 255 where nothing matched
    masked-sums          sum (8) for every label
    result               count (8) || sum (8), signed, for every group

All numbers are little-endian. A body's length depends on the padded list sizes
and the number of groups and on nothing else. In particular the unit's answer
names a label for every position instead of listing the matching ones: the
length of such a list is the number of matches plus the value holder's own
dummies, which the value holder could subtract.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from numpy.typing import NDArray

from privshare.errors import ProtocolError
from privshare.exchange.payload import Payload
from privshare.secure.psi.pseudonyms import PSEUDONYM_BYTES
from privshare.secure.psi.session import exactly

Cells = tuple[tuple[int, int], ...]

NOTHING = 255
LABELLED, MASKED = "labelled-pseudonyms", "masked-values"
WORD_BYTES = 8
RESULT_BYTES = 2 * WORD_BYTES
_WHOLE = f"V{PSEUDONYM_BYTES}"
_LABELLED = np.dtype([("pseudonym", _WHOLE), ("label", "u1")])
_MASKED = np.dtype([("pseudonym", _WHOLE), ("value", "<u8")])
LABELLED_BYTES = _LABELLED.itemsize
MASKED_BYTES = _MASKED.itemsize


def write_labelled(pseudonyms: NDArray[np.uint8], labels: NDArray[np.uint8]) -> Payload:
    """Return the grouping holder's upload, records in the order given. pseudonyms: (n, 16). labels: (n,)."""
    return _write(LABELLED, _LABELLED, "label", pseudonyms, labels)


def read_labelled(
    payload: Payload, *, count: int, at_least: int, groups: int
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return (pseudonyms, labels); refuse a bad length or a label of no group (ProtocolError)."""
    records, pseudonyms = _read(payload, _LABELLED, count, at_least)
    labels: NDArray[np.uint8] = records["label"]
    if np.any(labels >= groups):
        raise ProtocolError("E_RANGE", "a record had a label of no group")
    return pseudonyms, labels


def write_masked(pseudonyms: NDArray[np.uint8], values: NDArray[np.uint64]) -> Payload:
    """Return the value holder's upload, records in the order given."""
    return _write(MASKED, _MASKED, "value", pseudonyms, values)


def read_masked(payload: Payload, *, count: int, at_least: int) -> tuple[NDArray[np.uint8], NDArray[np.uint64]]:
    """Return (pseudonyms, masked values); refuse a bad length (ProtocolError)."""
    records, pseudonyms = _read(payload, _MASKED, count, at_least)
    return pseudonyms, records["value"].astype(np.uint64)


def write_positions(labels: NDArray[np.uint8]) -> Payload:
    """Return the unit's answer: a label for every record of the value holder, NOTHING where none matched."""
    return Payload("positions", labels.tobytes(), len(labels))


def read_positions(payload: Payload, *, count: int, uploaded: Sequence[int]) -> NDArray[np.uint8]:
    """Return the labels by position; refuse labels of no group, or more of one than were uploaded under it.

    count: how many records the value holder announced. uploaded: how many went to the unit under each label.
    """
    labels = np.frombuffer(exactly(payload, count, items=count), dtype=np.uint8)
    found = np.bincount(labels, minlength=NOTHING + 1)
    if np.any(found[len(uploaded) : NOTHING]) or np.any(found[: len(uploaded)] > np.array(uploaded)):
        raise ProtocolError("E_RANGE", "a label was of no group, or matched more records than were uploaded under it")
    return labels


def write_sums(sums: NDArray[np.uint64]) -> Payload:
    """Return the masked, noised sums by label, modulo 2^64."""
    return Payload("masked-sums", sums.astype("<u8").tobytes(), len(sums))


def read_sums(payload: Payload, *, groups: int) -> NDArray[np.uint64]:
    """Return the masked sums by label; refuse a bad length (ProtocolError)."""
    return np.frombuffer(exactly(payload, groups * WORD_BYTES, items=groups), dtype="<u8").astype(np.uint64)


def checked(cells: Cells, largest: tuple[int, int]) -> Cells:
    """Return (count, sum) pairs of which none is further from 0 than `largest` (`UnitTerms`); else ProtocolError."""
    if any(abs(number) > most for cell in cells for number, most in zip(cell, largest, strict=True)):
        raise ProtocolError("E_RANGE", "a count or a sum was larger than both lists, the terms and their noise allow")
    return cells


def write_result(cells: Sequence[tuple[int, int]]) -> Payload:
    """Return the published (count, sum) pairs in the order of the agreed groups."""
    return Payload("result", b"".join(struct.pack("<qq", *cell) for cell in cells), len(cells))


def read_result(payload: Payload, *, groups: int, largest: tuple[int, int]) -> Cells:
    """Return the published (count, sum) pairs; refuse a bad length and numbers that cannot be (ProtocolError)."""
    body = exactly(payload, groups * RESULT_BYTES, items=groups)
    return checked(tuple((count, total) for count, total in struct.iter_unpack("<qq", body)), largest)


def mask_words(key: bytes, count: int) -> NDArray[np.uint64]:
    """Return pseudorandom words 0..count-1 under a 16-byte key: the AES-128-CTR key stream from counter 0.

    One key serves one session and one column, so no word masks two values.
    """
    stream = Cipher(algorithms.AES(key), modes.CTR(bytes(16))).encryptor().update(bytes(count * WORD_BYTES))
    return np.frombuffer(stream, dtype="<u8").astype(np.uint64)


def sums_by_label(labels: NDArray[np.uint8], words: NDArray[np.uint64], groups: int) -> NDArray[np.uint64]:
    """Return for each label the sum of the words at its positions, modulo 2^64."""
    sums = np.zeros(NOTHING + 1, dtype=np.uint64)
    np.add.at(sums, labels, words)
    return sums[:groups]


def _write(
    kind: str,
    layout: np.dtype[np.void],
    field: str,
    pseudonyms: NDArray[np.uint8],
    column: NDArray[np.unsignedinteger],
) -> Payload:
    records = np.empty(len(pseudonyms), dtype=layout)
    records["pseudonym"] = np.ascontiguousarray(pseudonyms).view(_WHOLE)[:, 0]
    records[field] = column
    return Payload(kind, records.tobytes(), len(records))


def _read(
    payload: Payload, layout: np.dtype[np.void], count: int, at_least: int
) -> tuple[NDArray[np.void], NDArray[np.uint8]]:
    if count < at_least:
        raise ProtocolError("E_LENGTH", f"{payload.kind} cannot be {count} records, fewer than the agreed dummies")
    records = np.frombuffer(exactly(payload, count * layout.itemsize, items=count), dtype=layout)
    pseudonyms = np.ascontiguousarray(records["pseudonym"]).view(np.uint8).reshape(count, PSEUDONYM_BYTES)
    return records, pseudonyms
