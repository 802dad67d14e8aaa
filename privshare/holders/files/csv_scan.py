"""Whether bytes are a well-formed CSV table, decided on whole blocks at once, and where the first fault stands.

Promises the grammar of RFC 4180 section 2 and not one byte more: comma, line
feed with or without a carriage return before it, fields either bare (no quote
and no carriage return inside) or wholly in quotes with quotes doubled; every
record as many fields as the header; UTF-8, no NUL, no field longer than
FIELD_MAX characters. That a quote opens only at the start of a field and
closes only at its end is what lets parity tell inside from outside.

`is_clean` looks at a block with a few vector operations; only when it says no
does `first_fault` walk the records to find the place. Leaves files, blocks
and line counting to `csv_file`, and taking fields apart to pandas.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np

FIELD_MAX = 131_072
"""Characters a field may have: the limit of Python's csv module, so what is taken in can be read elsewhere."""

COMMA, NEWLINE, RETURN, QUOTE = b",\n\r\""

Positions = np.ndarray[tuple[int], np.dtype[np.int64]]

# A bare field stops at whatever may not stand in it; a quoted one runs to its last quote.
_BARE = re.compile(rb'[^,\r\n"]*')
_QUOTED = re.compile(rb'"(?:[^"]++|"")*+"')  # possessive: else it would settle for a shorter, wrong reading
_TOO_LONG = f"a field has more than {FIELD_MAX:,} characters"


@dataclass(frozen=True, slots=True)
class Fault:
    """seen: byte offset where it shows. start: offset of the line to name. what: for people."""

    seen: int
    start: int
    what: str


def _where(bytes_: np.ndarray[Any, np.dtype[np.uint8]], value: int) -> Positions:
    return np.flatnonzero(bytes_ == value)


def _outside(positions: Positions, quotes: Positions) -> Positions:
    """Return the positions that stand after an even number of quotes."""
    if not len(quotes):
        return positions
    outside: Positions = positions[np.searchsorted(quotes, positions) % 2 == 0]
    return outside


def record_ends(data: bytes) -> Positions:
    """Return the offsets of the line feeds outside quotes. data must begin where a record begins.

    Behind a quote that stands wrongly the parity is wrong too; such a quote itself is refused by `is_clean`.
    """
    whole = np.frombuffer(data, dtype=np.uint8)
    return _outside(_where(whole, NEWLINE), _where(whole, QUOTE))


def separators(data: bytes) -> Positions:
    """Return where each field of clean records ends: the commas and line feeds outside quotes, ascending.

    The end of the data stands for a last line feed that it lacks.
    """
    whole = np.frombuffer(data, dtype=np.uint8)
    ends = _outside(np.flatnonzero((whole == COMMA) | (whole == NEWLINE)), _where(whole, QUOTE))
    return ends if data.endswith(b"\n") else np.append(ends, len(data))


def is_clean(data: bytes, columns: int) -> bool:
    """Whether these whole records are well formed with `columns` fields each; the last may lack its line feed."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    if data.endswith(b"\r"):
        return first_fault(data, columns) is None  # the line feed added below would hide it
    if not data.endswith(b"\n"):
        data += b"\n"
    whole = np.frombuffer(data, dtype=np.uint8)
    quotes = _where(whole, QUOTE)
    ends = _outside(_where(whole, NEWLINE), quotes)
    commas = _outside(_where(whole, COMMA), quotes)
    if b"\x00" in data or len(quotes) % 2 or not _quotes_stand_right(whole, quotes):
        return False
    if b"\r" in data:
        returns = _outside(_where(whole, RETURN), quotes)
        if np.any(whole[np.minimum(returns + 1, len(whole) - 1)] != NEWLINE):
            return False
    if np.any(np.diff(np.searchsorted(commas, ends), prepend=0) != columns - 1):
        return False
    if columns == 1 and (data.startswith((b"\n", b"\r\n")) or b"\n\n" in data or b"\n\r\n" in data):
        # Two line feeds in a row can also stand inside quotes, so only the walk can tell.
        return first_fault(data, columns) is None
    # Bytes, with the quotes around a field, are never fewer than characters: only a suspect is worth the walk.
    if int(np.max(np.diff(ends, prepend=-1))) - 1 <= FIELD_MAX:
        return True
    separators = np.sort(np.concatenate([commas, ends]))
    return int(np.max(np.diff(separators, prepend=-1))) - 1 <= FIELD_MAX or first_fault(data, columns) is None


def _quotes_stand_right(whole: np.ndarray[Any, np.dtype[np.uint8]], quotes: Positions) -> bool:
    """Whether each opening quote begins a field or doubles the one before, and each closing quote the reverse."""
    opening, closing = quotes[0::2], quotes[1::2]
    before, after = whole[opening - 1], whole[closing + 1]  # opening[0] may be 0: looks at the last byte, a line feed
    begins = (before == COMMA) | (before == NEWLINE)
    begins[1:] |= opening[1:] == closing[:-1] + 1
    finishes = (after == COMMA) | (after == NEWLINE) | (after == RETURN)
    finishes[:-1] |= opening[1:] == closing[:-1] + 1
    return bool(begins.all() and finishes.all())


def first_fault(data: bytes, columns: int | None) -> Fault | None:
    """Return the fault that shows first, or None. columns: None takes the first record for the header's count."""
    faults = [fault for fault in (_encoding_fault(data), _nul_fault(data), _structure_fault(data, columns)) if fault]
    return min(faults, key=lambda fault: fault.seen, default=None)


def _encoding_fault(data: bytes) -> Fault | None:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as fault:
        return Fault(fault.start, fault.start, "not UTF-8 at byte {offset} of the file; save it as UTF-8")
    return None


def _nul_fault(data: bytes) -> Fault | None:
    found = data.find(b"\x00")
    return None if found < 0 else Fault(found, found, "a NUL byte; this is no text, or it was saved as UTF-16")


def fields_of(data: bytes, start: int) -> tuple[list[tuple[int, int]], int, Fault | None]:
    """Walk one record: return (start, end) of each field, the offset after the record, and its fault if it has one."""
    fields: list[tuple[int, int]] = []
    place = start
    while True:
        quoted = data[place : place + 1] == b'"'
        match = (_QUOTED if quoted else _BARE).match(data, place)
        if match is None:
            return fields, len(data), Fault(len(data), place, "a quote opens here and is never closed")
        end = match.end()
        inner = data[place + 1 : end - 1].replace(b'""', b'"') if quoted else data[place:end]
        if len(inner) > FIELD_MAX and len(inner.decode("utf-8", "replace")) > FIELD_MAX:
            return fields, end, Fault(end, place, _TOO_LONG)
        fields.append((place, end))
        if data.startswith(b",", end):
            place = end + 1
            continue
        if end == len(data) or data.startswith(b"\n", end):
            return fields, min(end + 1, len(data)), None
        if data.startswith(b"\r\n", end):
            return fields, end + 2, None
        # That a carriage return stands alone shows only at the byte after it.
        return fields, end, Fault(end + data.startswith(b"\r", end), end, _stray(data[end : end + 1], quoted))


def _stray(byte: bytes, quoted: bool) -> str:
    if byte == b"\r":
        return "a carriage return without a line feed; end lines with one of the two usual ways, or quote the field"
    if quoted:
        return "text follows a closing quote; double every quote that stands inside a quoted field"
    return "a quote inside a field that did not begin with one; quote the whole field and double the quote"


def _structure_fault(data: bytes, columns: int | None) -> Fault | None:
    place = 0
    while place < len(data):
        fields, after, fault = fields_of(data, place)
        if fault:
            return fault
        columns = columns or len(fields)
        if len(fields) == 1 and fields[0] == (place, place):
            return Fault(after - 1, place, "a blank line; remove it")
        if len(fields) != columns:
            less = "fewer" if len(fields) < columns else "more"
            told = f"{len(fields)} field{'s' * (len(fields) != 1)}, {less} than the {columns} of the header"
            return Fault(after - 1, place, told)
        place = after
    return None
