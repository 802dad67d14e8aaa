"""RFC 8785 as the only spelling: what is refused on writing, and that reading accepts nothing else."""

from __future__ import annotations

import json
import re
import string
from typing import Any

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from privshare.errors import ParameterRefused, VerificationFailed
from privshare.secure.canonical import DEPTH_MAX, SIZE_MAX, canonical, parse_canonical

SAFE = 2**53 - 1


def naive_read(data: bytes) -> Any:
    """What a reader gets from the standard library alone."""
    return json.loads(data)


def nested(depth: int) -> Any:
    document: Any = 1
    for _ in range(depth):
        document = [document]
    return document


@pytest.mark.parametrize(("document", "given"), [
    (2**53, "beyond 2^53"),
    (2**53 + 1, "beyond 2^53"),
    ([{"n": -(2**53)}], "beyond 2^53"),
    (10**30, "beyond 2^53"),
    pytest.param(10**5000, "not JSON", id="5000 digits"),  # the library's own error text fails on it
    (float("nan"), "NaN"),
    (float("inf"), "NaN"),
    ("\ud800", "not JSON"),
    ({"\udfff": 1}, "not JSON"),  # a key: the library lets a UnicodeEncodeError out
    ({1: 2}, "not JSON"),
    ({"a": b"bytes"}, "not JSON"),
    ({1, 2}, "not JSON"),
    (object(), "not JSON"),
    (nested(DEPTH_MAX + 1), "nested too deep"),
    pytest.param(nested(100_000), "nested too deep", id="100000 deep"),
])
def test_what_canonical_json_cannot_hold_ends_in_one_typed_error(document: object, given: str) -> None:
    with pytest.raises(ParameterRefused, match=re.escape(given)):
        canonical(document)


def test_a_list_that_holds_itself_is_refused() -> None:
    circle: list[Any] = []
    circle.append(circle)
    with pytest.raises(ParameterRefused, match="nested too deep"):
        canonical(circle)


def test_no_error_repeats_a_value() -> None:
    for secret in (9_123_456_789_012_345_678, "secret\ud800", float("-inf"), {"secret": b"secret"}):
        with pytest.raises(ParameterRefused) as refused:
            canonical(secret)
        assert "secret" not in str(refused.value)
        assert "9123456789012345678" not in str(refused.value)


def test_integers_that_a_double_would_round_never_share_their_bytes() -> None:
    """Trap: read as doubles, as RFC 8785 readers in other languages do, 2^53 and 2^53 + 1 are one number."""
    assert float(2**53) == float(2**53 + 1)  # the naive way: two documents, one signature
    assert json.dumps(float(2**53)) == json.dumps(float(2**53 + 1))
    for number in (2**53 + 1, -(2**53 + 1)):
        with pytest.raises(ParameterRefused):
            canonical({"amount": number})
        with pytest.raises(VerificationFailed):
            parse_canonical(b'{"amount":%d}' % number, file="x")
    assert canonical({"amount": SAFE}) == b'{"amount":9007199254740991}'


@pytest.mark.parametrize("document", [
    pytest.param(nested(DEPTH_MAX), id="depth"),
    pytest.param("a" * (SIZE_MAX - 2), id="size"),
    pytest.param([SAFE, -SAFE], id="integers"),
])
def test_a_document_at_a_limit_is_kept(document: Any) -> None:
    assert parse_canonical(canonical(document), file="x") == document


def test_the_limits_are_the_stated_ones() -> None:
    """They are part of the file format: a reader with others would disagree about what verifies."""
    assert (SIZE_MAX, DEPTH_MAX) == (8 * 1024 * 1024, 64)


@pytest.mark.parametrize(("data", "reason"), [
    (b'{"eps":1,"eps":100}', "same key twice"),
    (b'{"a":{"b":1,"b":1}}', "same key twice"),
    (b'{"a":1,"\\u0061":2}', "same key twice"),
    (b"NaN", "NaN"),
    (b"[Infinity]", "Infinity"),
    (b"-Infinity", "Infinity"),
    (b"1e999", "NaN or infinity"),
    pytest.param(b"1" * 5000, "beyond 2^53 - 1", id="5000 digits"),
    (b"-" + b"9" * 17, "beyond 2^53 - 1"),
    (b"9007199254740992", "beyond 2^53 - 1"),
    (b'"\\ud800"', "not JSON"),
    (b'{"\\udfff":1}', "not JSON"),
    (b'"\xed\xa0\x80"', "not UTF-8"),
    (b"\xff", "not UTF-8"),
    pytest.param(b"[" * 200_000, "nested too deep", id="200000 open arrays"),
    pytest.param(b"[" * 200_000 + b"]" * 200_000, "nested too deep", id="200000 arrays"),
    pytest.param(b'{"a":' * 200_000, "nested too deep", id="200000 open objects"),
    (canonical(nested(DEPTH_MAX))[:-1] + b"]]", "not JSON"),
    (b"[" * 65 + b"1" + b"]" * 65, "nested too deep"),
    (b"", "not JSON"),
    (b"{", "not JSON"),
    (b"{}x", "not JSON"),
    (b"\xef\xbb\xbf{}", "not JSON"),
    ('{"a":1}'.encode("utf-16"), "not UTF-8"),
    (b'{"a": 1}', "canonical spelling"),
    (b'{"b":1,"a":2}', "canonical spelling"),
    (b"{}\n", "canonical spelling"),
    (b"1.0", "canonical spelling"),
    (b"-0", "canonical spelling"),
    (b"1E3", "canonical spelling"),
    (b'"\\u0061"', "canonical spelling"),
    (b'"\\/"', "canonical spelling"),
    pytest.param(b" " * (SIZE_MAX + 1), "larger than", id="too large"),
])
def test_bytes_that_are_not_the_one_spelling_are_refused(data: bytes, reason: str) -> None:
    with pytest.raises(VerificationFailed, match=re.escape(reason)) as refused:
        parse_canonical(data, file="releases/1.json")
    assert refused.value.file == "releases/1.json"


def test_a_caller_says_how_much_it_reads_where_a_document_of_its_own_may_be_larger() -> None:
    large = canonical("a" * SIZE_MAX)
    assert len(parse_canonical(large, file="x", most=len(large))) == SIZE_MAX
    with pytest.raises(VerificationFailed, match=f"larger than {len(large) - 1} bytes"):
        parse_canonical(large, file="x", most=len(large) - 1)


def test_the_standard_reader_lets_through_what_is_refused_here() -> None:
    """The naive twin: without our hooks the last duplicate wins, NaN is a number and surrogates are text."""
    assert naive_read(b'{"eps":1,"eps":100}') == {"eps": 100}
    assert naive_read(b"[NaN]")[0] != naive_read(b"[NaN]")[0]
    assert naive_read(b'"\\ud800"') == "\ud800"
    assert naive_read('{"a":1}'.encode("utf-16")) == {"a": 1}
    with pytest.raises(RecursionError):
        naive_read(b"[" * 200_000)
    with pytest.raises(ValueError, match="digits"):
        naive_read(b"1" * 5000)


documents = st.recursive(
    st.none() | st.booleans() | st.integers(-SAFE, SAFE) | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(documents)
def test_what_was_written_reads_back_the_same(document: Any) -> None:
    data = canonical(document)
    assert parse_canonical(data, file="x") == document
    assert json.loads(data) == document


@settings(max_examples=300, deadline=None)
@given(documents | st.text().map(lambda text: {text: 1, "a": [text]}) | st.integers(-(2**60), 2**60) | st.floats())
def test_what_is_written_the_fast_way_is_what_the_library_of_rfc_8785_writes(document: Any) -> None:
    """A key beyond the Basic Multilingual Plane sorts elsewhere, and is left to the library."""
    try:
        expected = rfc8785.dumps(document)
    except (ValueError, TypeError):
        with pytest.raises(ParameterRefused):
            canonical(document)
    else:
        assert canonical(document) == expected


def test_keys_are_sorted_as_utf_16() -> None:
    assert canonical({"\uffff": 1, "\U0001f600": 2}) == '{"\U0001f600":2,"\uffff":1}'.encode()
    assert json.dumps({"\uffff": 1, "\U0001f600": 2}, sort_keys=True, ensure_ascii=False).startswith('{"\uffff"')


@settings(max_examples=150, deadline=None)
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_finite_number_keeps_its_value(number: float) -> None:
    assert float(canonical(number)) == number


@settings(max_examples=500, deadline=None)
@given(st.binary(max_size=60) | st.text(string.printable + "\u20ac\x00", max_size=60).map(str.encode))
def test_arbitrary_bytes_are_refused_or_are_their_own_spelling(data: bytes) -> None:
    try:
        document = parse_canonical(data, file="x")
    except VerificationFailed:
        return
    assert canonical(document) == data
