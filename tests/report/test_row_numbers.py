"""Tables of row numbers: written as one would with str(), and read by a grammar that a regular expression states."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from privshare.report import row_numbers
from privshare.report.row_numbers import read, written

NUMBER = st.integers(0, 12) | st.integers(0, 10**16 - 1) | st.sampled_from([10**9 - 1, 10**9, 2**32 - 1, 2**32])
LINE = re.compile("(0|[1-9][0-9]{0,15}),(0|[1-9][0-9]{0,15})", re.ASCII)


def plainly(data: bytes) -> list[tuple[int, int]] | None:
    first, *lines = data.decode("latin-1").split("\n")
    if first != "a,b" or not lines or lines.pop() != "":
        return None
    found = [LINE.fullmatch(line) for line in lines]
    return [(int(line[1]), int(line[2])) for line in found if line] if all(found) else None


@given(st.lists(st.tuples(NUMBER, NUMBER), max_size=30), st.sampled_from([2, 7, 2**18]))
def test_what_is_written_is_what_str_would_write_and_is_read_back(lines: list[tuple[int, int]], at_once: int) -> None:
    columns = [np.array([line[side] for line in lines], dtype=np.int64) for side in (0, 1)]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(row_numbers, "_LINES", at_once)
        data = written("a,b", columns)
    assert data == "".join(["a,b\n", *(f"{one},{other}\n" for one, other in lines)]).encode()
    back = read(data, "a,b")
    assert back is not None
    assert [column.tolist() for column in back] == [column.tolist() for column in columns]


PIECE = st.sampled_from(
    [b"0", b"7", b"10", b",", b",", b"\n", b"\n", b"00", b"+", b"-", b" ", b"\r", b"\xff", b"9" * 9]
)


@given(st.lists(PIECE, max_size=14).map(b"".join), st.sampled_from([b"a,b\n", b"a,b", b"b\n", b""]))
@example(b"1,2,3,4\n", b"a,b\n")
@example(b"1\n2\n", b"a,b\n")
@example(b"1,2\n3", b"a,b\n")
@example(b",1\n", b"a,b\n")
@example(b"1,07\n", b"a,b\n")
@example(b"00,1\n", b"a,b\n")
@example(b"9" * 17 + b",1\n", b"a,b\n")
@example(b"1," + b"9" * 16 + b"\n", b"a,b\n")
def test_any_bytes_are_read_as_the_grammar_says(body: bytes, header: bytes) -> None:
    found = read(header + body, "a,b")
    assert (None if found is None else list(zip(*(column.tolist() for column in found), strict=True))) == plainly(
        header + body
    )
