r"""Texts made into the messages that items are the digests of, and digests put in order with the rows that hold them.

Promises: for texts in ASCII, and for texts that `normalise` has already been over, the same bytes as
`identifiers.normalise`: upper case A to Z lowered, white space (\t to \r and the blank) trimmed and collapsed.
Leaves to others: every other character, and refusing NUL (a text that has one is only counted).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from privshare.secure.psi.kernels.compiled import kernel

Bytes = NDArray[np.uint8]
Words = NDArray[np.uint64]
Places = NDArray[np.int64]
_BUCKET_MAX = 64


@kernel
def normal_messages(
    data: Bytes, starts: Places, ends: Places, first: int, last: int, domain: int, kid: int, joined: int,
    out: Bytes, out_starts: Places, rows: Places,
) -> int:  # fmt: skip
    """Write domain || kid || text of each row with a whole key, one after the other; return how many, -1 for a NUL.

    starts, ends: (columns, rows). first, last: from which row, and before which. joined: 1 if each field is
    preceded by its length, 4 bytes from the small end. out: with room for all of it. out_starts: (last - first + 1,),
    where each message begins. rows: (last - first,), whose it is.
    """
    count = 0
    place = np.uint64(0)
    for row in range(first, last):
        out_starts[count] = place
        begin = place
        out[place], out[place + np.uint64(1)] = domain, kid
        place += np.uint64(2)
        whole = True
        for column in range(starts.shape[0]):
            if joined:
                place += np.uint64(4)
            field = place
            pending = False
            for at in range(np.uint64(starts[column, row]), np.uint64(ends[column, row])):
                byte = data[at]
                if byte == 32 or 9 <= byte <= 13:
                    pending = bool(place > field)
                    continue
                if byte == 0:
                    return -1
                if pending:
                    out[place] = 32
                    place += np.uint64(1)
                    pending = False
                out[place] = byte + 32 if 65 <= byte <= 90 else byte
                place += np.uint64(1)
            if place == field:
                whole = False
                break
            if joined:
                size = place - field
                for part in range(4):
                    out[field - np.uint64(4 - part)] = size >> np.uint64(8 * part) & np.uint64(0xFF)
        if whole:
            rows[count] = row
            count += 1
        else:
            place = begin
    out_starts[count] = place
    return count


def spread(digests: Words, bits: int, keys: Words, order: Places, large: Places) -> int:
    """Fill `order` so that the digests ascend by their first 8 bytes, equal ones as they came; return what is left.

    digests: (rows, 4), as they lie in memory. keys: filled with those first bytes as numbers, in the new order.
    They are spread into 2^bits buckets, then each bucket is put in order by insertion: quick, because digests are
    spread evenly. Where many rows share an item it would not be: a bucket of more than 64 is left as it came, and
    `large` (2 places each) tells where these begin and end.
    """
    return _spread(digests, bits, np.zeros((1 << bits) + 1, np.int64), keys, order, large)


@kernel
def _spread(digests: Words, bits: int, ends: Places, keys: Words, order: Places, large: Places) -> int:
    shift = np.uint64(64 - bits)
    for at in range(len(digests)):
        ends[int(_number(digests[at, 0]) >> shift) + 1] += 1
    for bucket in range(1 << bits):
        ends[bucket + 1] += ends[bucket]
    for at in range(len(digests)):
        key = _number(digests[at, 0])
        bucket = int(key >> shift)
        keys[ends[bucket]], order[ends[bucket]] = key, at
        ends[bucket] += 1  # from where the bucket begins to where it ends
    left = 0
    begin = 0
    for bucket in range(1 << bits):
        end = int(ends[bucket])
        if end - begin > _BUCKET_MAX:
            large[2 * left], large[2 * left + 1] = begin, end
            left += 1
        else:
            for at in range(begin + 1, end):
                key, row = keys[at], order[at]
                to = at
                while to > begin and keys[to - 1] > key:
                    keys[to], order[to] = keys[to - 1], order[to - 1]
                    to -= 1
                keys[to], order[to] = key, row
        begin = end
    return left


@kernel
def distinct(digests: Words, order: Places, rows: Places, out: Words, starts: Places, row_numbers: Places) -> int:
    """Write each different digest once, and the rows of each behind each other; return how many there are.

    order: by which the digests ascend. rows: whose each digest is. starts: where the rows of each begin, with one
    place more. Returns -1 if two different digests agree in their first 8 bytes, which `spread` does not tell apart.
    """
    count = 0
    for at in range(len(order)):
        row = order[at]
        last = count - 1
        if count == 0 or digests[row, 0] != out[last, 0]:
            for part in range(4):
                out[count, part] = digests[row, part]
            starts[count] = at
            count += 1
        else:
            for part in range(1, 4):
                if digests[row, part] != out[last, part]:
                    return -1
        row_numbers[at] = rows[row]
    starts[count] = len(order)
    return count


@kernel
def _number(word: np.uint64) -> np.uint64:
    """The number that 8 bytes are, read from the big end, so that it orders as they do."""
    word = ((word & np.uint64(0x00FF00FF00FF00FF)) << np.uint64(8)) | (
        (word >> np.uint64(8)) & np.uint64(0x00FF00FF00FF00FF)
    )
    word = ((word & np.uint64(0x0000FFFF0000FFFF)) << np.uint64(16)) | (
        (word >> np.uint64(16)) & np.uint64(0x0000FFFF0000FFFF)
    )
    return np.uint64((word << np.uint64(32)) | (word >> np.uint64(32)))
