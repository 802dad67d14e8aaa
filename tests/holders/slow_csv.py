"""A slow strict CSV reader, one character at a time: the oracle for the fast one.

Written from RFC 4180 section 2 as a state machine, without regular
expressions, numpy, pandas or the csv module, so that it shares no mistake
with what it judges. It reports the fault that shows first, like the fast one.
"""

from __future__ import annotations

FIELD_MAX = 131_072


class SlowFault(Exception):
    """line: where the fault's record, quote or character stands. kind: one word."""

    def __init__(self, line: int, kind: str) -> None:
        super().__init__(line, kind)
        self.line, self.kind = line, kind


def slow_read(data: bytes) -> list[list[str]]:
    """Return the records, header first, or raise SlowFault. Looks at structure only, not at the header's names."""
    records: list[list[str]] = []
    record: list[str] = []
    field = ""
    state = "begin"  # begin of field | bare | quoted | closed (a quote that may be the first of two) | return
    line = record_line = field_line = 1
    at_record_begin = True

    def end_field() -> None:
        nonlocal field, state
        if len(field) > FIELD_MAX:
            raise SlowFault(field_line, "long")
        record.append(field)
        field, state = "", "begin"

    def end_record(blank: bool) -> None:
        nonlocal record, at_record_begin
        if blank:
            raise SlowFault(record_line, "blank")
        if records and len(record) != len(records[0]):
            raise SlowFault(record_line, "ragged")
        records.append(record)
        record, at_record_begin = [], True

    place = 0
    while place < len(data):
        character, width = _character(data, place, line)
        if character == "\x00":
            raise SlowFault(line, "nul")
        if at_record_begin:
            record_line, at_record_begin = line, False
            record_was_empty = True
        if state == "begin":
            field_line = line
        if state == "return" and character != "\n":
            raise SlowFault(line, "return")
        if state == "quoted":
            if character == '"':
                state = "closed"
            else:
                field += character
        elif state == "closed" and character == '"':
            field += '"'
            state = "quoted"
        elif character == ",":
            end_field()
            record_was_empty = False
        elif character == "\n":
            blank = record_was_empty and not record and field == "" and state in ("begin", "return")
            end_field()
            end_record(blank)
        elif character == "\r":
            if state == "closed":
                record_was_empty = False
            if len(field) > FIELD_MAX:
                raise SlowFault(field_line, "long")
            state = "return"
        elif character == '"':
            if state != "begin":
                raise SlowFault(line, "stray")
            state, record_was_empty = "quoted", False
        else:
            if state == "closed":
                raise SlowFault(line, "stray")
            field += character
            state = "bare"
        line += character == "\n"
        place += width
    if state == "quoted":
        raise SlowFault(field_line, "open")
    if state == "return":
        raise SlowFault(line, "return")
    if not at_record_begin:
        end_field()
        end_record(False)
    return records


def _character(data: bytes, place: int, line: int) -> tuple[str, int]:
    first = data[place]
    width = 1 if first < 0x80 else 2 if first < 0xE0 else 3 if first < 0xF0 else 4
    try:
        return data[place : place + width].decode("utf-8"), width
    except UnicodeDecodeError:
        raise SlowFault(line, "utf8") from None
