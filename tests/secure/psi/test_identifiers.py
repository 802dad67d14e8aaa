"""norm/1 and item sets: what is one item, and what an item set shows of itself."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import unicodedata
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from privshare.errors import ParameterRefused
from privshare.model.texts import TextColumn, Texts
from privshare.secure.psi import item_hashes
from privshare.secure.psi import item_set as item_sets
from privshare.secure.psi.identifiers import NORMALISER, item_hash, joined_hash, normalise
from privshare.secure.psi.item_hashes import without_text
from privshare.secure.psi.item_set import ItemSet, item_set, items_of

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=30)
# joiners, blanks, accents and full-width forms, where a single pass in a fixed order is not idempotent
AWKWARD = st.text(
    st.sampled_from("aÅe\u0301\u0345\u034f\u200b\u200d \u00a0\u3000\ufe0fﬁⅣＡßſΐİ\u0307\u1e9e\ufdfa\u115f"), max_size=12
)


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("  Ann  LEE ", "ann lee"),
        ("ＡＮＮ\u3000ｌｅｅ", "ann lee"),  # full-width forms and the ideographic space
        ("an\u00adn lee", "ann lee"),  # soft hyphen
        ("ann\u200b lee\u200b", "ann lee"),  # zero-width space
        ("ann\t\r\n\u2028lee", "ann lee"),
        ("STRASSE", "strasse"),
        ("Straße", "strasse"),
        ("ﬁne", "fine"),
        ("e\u0301", "\u00e9"),
        ("e\u034f\u0301", "\u00e9"),  # a grapheme joiner keeps the accent from composing until it is dropped
        ("ann \u200b", "ann"),  # dropping bares a blank
        ("\x1c a \x1c", "\x1c a \x1c"),  # white space to Python, not to Unicode
        ("İ", "i\u0307"),
        ("", None),
        (" \u00a0\u200b\t", None),
    ],
)
def test_normal_forms(text: str, normal: str | None) -> None:
    assert normalise(text) == normal


def single_pass(text: str) -> str:
    """The same steps once, in the order in which one would write them down."""
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    text = " ".join(text.split())
    return text.replace("\u200b", "").replace("\u034f", "")


def test_a_single_pass_is_not_idempotent() -> None:
    """Teeth of the next test: the naive way fails it."""
    once = [single_pass(text) for text in ("ann \u200b", "e\u034f\u0301")]
    assert [single_pass(text) for text in once] != once


@given(TEXT | AWKWARD)
def test_normalising_twice_is_normalising_once(text: str) -> None:
    normal = normalise(text)
    assert normal is None or normalise(normal) == normal


@given(st.text(st.characters(max_codepoint=127, exclude_characters="\x00"), max_size=30))
def test_the_short_way_for_ascii_is_the_long_way(text: str) -> None:
    marked = normalise(text + "\u00e9")  # the accent at the end forces the long way
    assert marked is not None
    assert marked.removesuffix("\u00e9").strip(" ") == (normalise(text) or "")


@pytest.mark.parametrize("text", ["ann\x00", "\x00é", "ann\ud800", "\udfff"])
def test_text_that_no_utf8_file_holds_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(ParameterRefused) as refused:
        normalise(text)
    assert "ann" not in str(refused.value)


def test_the_name_says_which_unicode_tables() -> None:
    assert f"norm/1/{unicodedata.unidata_version}" == NORMALISER


def test_item_hash_has_a_domain_and_a_key_index() -> None:
    assert item_hash("ann") == hashlib.sha256(b"\x00\x00ann").digest()
    assert item_hash("ann", kid=1) == hashlib.sha256(b"\x00\x01ann").digest()
    assert len({item_hash("ann", kid) for kid in range(256)}) == 256


def rows_by_item(items: ItemSet) -> dict[bytes, tuple[int, ...]]:
    return {item: items.rows_of(index) for index, item in enumerate(items.items)}


def test_an_item_set_keeps_rows_and_counts_at_home() -> None:
    found = items_of(["Ann", None, "bob", " ann", "", "ＢＯＢ", "cy"])
    assert (found.row_count, found.missing, len(found.items)) == (7, 2, 3)
    assert list(found.items) == sorted(item_hash(name) for name in ("ann", "bob", "cy"))
    assert rows_by_item(found) == {item_hash("ann"): (0, 3), item_hash("bob"): (2, 5), item_hash("cy"): (6,)}
    assert repr(found) == "<set of 3 items from 7 rows, 2 missing, not shown>"


def test_an_empty_column_is_an_empty_set() -> None:
    empty = items_of([])
    assert (empty.items, empty.row_count, empty.missing) == ((), 0, 0)


def test_a_key_of_several_columns_keeps_its_fields_apart() -> None:
    """Rows that read alike once joined are other people; the hash is the one that the formats page states."""
    found = items_of(["ab", "a", " AB ", None, "x"], ["c", "bc", "C", "c", " \u200b"])
    assert (len(found.items), found.row_count, found.missing) == (2, 5, 2)
    assert sorted(rows_by_item(found).values()) == [(0, 2), (1,)]
    stated = hashlib.sha256(b"\x00\x01" + b"\x02\x00\x00\x00ab" + b"\x01\x00\x00\x00c").digest()
    assert rows_by_item(found)[stated] == (0, 2)
    assert set(items_of(["ab"]).items).isdisjoint(items_of(["ab"], ["ab"]).items)
    for uneven in (["a"], []), ():
        with pytest.raises(ParameterRefused, match="equally long"):
            items_of(*uneven)


def test_a_key_index_of_its_own_keeps_equal_texts_apart() -> None:
    assert items_of(["ann"], kid=3).items == (item_hash("ann", 3),)
    assert items_of(["ann"], ["lee"], kid=3).items == (joined_hash(["ann", "lee"], 3),)


def test_rows_are_found_again_by_match() -> None:
    items = items_of(["ann", "bob", "ann", "cy", "bob"])
    chosen = items.matched([2, 0])
    assert [chosen.of(n) for n in range(len(chosen))] == [items.rows_of(2), items.rows_of(0)]
    assert len(items.matched([])) == len(items.matched([]).rows) == 0


# few enough letters that rows share items: ASCII, white space, what folds, what composes, more than one block
CELL = st.none() | st.text(st.sampled_from("abAB \t\n\x1c.ＡÅé\u0301\u200b\u3000ß"), max_size=4) | TEXT
LONG = st.builds(lambda text, times: text * times, st.text(st.sampled_from("aZ \x0bé"), min_size=1), st.integers(1, 60))


def listed(items: ItemSet) -> list[object]:
    return [items.hashes.tobytes(), *(list(part) for part in (items.starts, items.row_numbers)), items.row_count,
            items.missing]  # fmt: skip


@given(
    st.integers(1, 3).flatmap(lambda width: st.lists(st.tuples(*[CELL | LONG] * width), min_size=1, max_size=90)),
    st.lists(st.integers(0, 90), max_size=3),
)
@settings(max_examples=150, deadline=None)
def test_both_ways_to_make_items_make_the_same(rows: list[tuple[str | None, ...]], cuts: list[int]) -> None:
    columns = list(zip(*rows, strict=True))
    pieces = [as_column(column, *cuts) for column in columns]
    apart = [as_column(columns[0], *cuts, 1), *pieces[1:]]  # other cuts in one column than in the others
    plain = items_of(*columns, kid=7)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(item_sets, "ONE_BY_ONE_MAX", -1)
        patched.setattr(item_hashes, "_ROWS_AT_ONCE", 7)
        assert listed(items_of(*columns, kid=7)) == listed(plain)
        assert listed(items_of(*pieces, kid=7)) == listed(plain)
        assert listed(items_of(*apart, kid=7)) == listed(plain)
    assert listed(items_of(*pieces, kid=7)) == listed(plain)


@given(st.lists(CELL | LONG, max_size=20), st.integers(0, 20))
def test_rows_without_text_are_those_that_normalise_to_nothing(texts: list[str | None], cut: int) -> None:
    assert without_text(as_column(texts, cut)).tolist() == [normalise(text or "") is None for text in texts]


def test_both_ways_normalise_every_sign_of_ascii_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    signs = [chr(code) for code in range(1, 128)]
    texts = [text for sign in signs for text in (sign, f"{sign}a", f"a{sign}", f"a{sign}{sign}B", f"A{sign} {sign}b")]
    plain = items_of(texts)
    monkeypatch.setattr(item_sets, "ONE_BY_ONE_MAX", -1)
    assert listed(items_of(texts)) == listed(plain)


def as_column(texts: Sequence[str | None], *cuts: int) -> TextColumn:
    """The same texts as a file has them, one behind the other with something in between; cuts: where pieces end."""
    ends = [min(cut, len(texts)) for cut in sorted(cuts)] + [len(texts)]
    return TextColumn(tuple(as_texts(texts[start:end]) for start, end in pairwise([0, *ends])))


def as_texts(texts: Sequence[str | None]) -> Texts:
    cells = [(text or "").encode() for text in texts]
    ends = np.cumsum([len(cell) + 3 for cell in cells], dtype=np.int64) - 3
    starts = ends - np.array([len(cell) for cell in cells], dtype=np.int64)
    return Texts(np.frombuffer(b"-,-".join(cells), dtype=np.uint8), starts, ends)


@pytest.mark.parametrize("text", ["ann\x00", "\x00é", "\x00", "ann\ud800", "\udfff"])
def test_both_ways_refuse_the_same_texts(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(item_sets, "ONE_BY_ONE_MAX", 2)
    for before in ([], ["x", "y"]):
        with pytest.raises(ParameterRefused, match="NUL or a lone surrogate"):
            items_of([*before, text])
    if text.isascii():
        with pytest.raises(ParameterRefused, match="NUL or a lone surrogate"):
            items_of(as_column(["x", "y", text]))


@pytest.mark.parametrize("beginnings", [[0], [0, 1], [2**64 - 1, 5, 5 << 56, 6 << 56]], ids=len)
@pytest.mark.parametrize("many", [False, True])
def test_hashes_that_begin_alike_and_items_that_many_rows_share(
    beginnings: list[int], many: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Crafted, since digests never come so: two in one bucket, hundreds of rows each, and ties of 8 bytes."""
    hashes = [
        start.to_bytes(8, "big") + bytes([end]) * 24
        for _ in range(100) for end in ((3, 1) if many else (1,)) for start in beginnings
    ]  # fmt: skip
    rows = np.arange(0, 2 * len(hashes), 2)
    wanted = {digest: tuple(rows[n] for n, one in enumerate(hashes) if one == digest) for digest in sorted(set(hashes))}
    for limit in (10**6, -1):
        monkeypatch.setattr(item_sets, "ONE_BY_ONE_MAX", limit)
        data = np.frombuffer(b"".join(hashes), dtype=np.uint8).reshape(-1, 32)
        items = item_set(data, rows, row_count=1000 * len(hashes))
        assert list(rows_by_item(items).items()) == list(wanted.items())
        assert items.missing == 999 * len(hashes)


@pytest.mark.parametrize("count", [60_000, pytest.param(1_000_000, marks=pytest.mark.slow)])
def test_many_rows_make_the_same_items_both_ways(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Real digests in real numbers of buckets: shared and missing keys, one placeholder in many rows, long and odd."""
    odd = ["unknown", None, " UnKnown ", "x" * 200, "ÉVE", "e\u0301ve", " ", "é" * 60]
    texts = [odd[n // 7 % 8] if n % 7 == 0 else f"Person {n * n % (count + 3)}" for n in range(count)]
    further = [None if n % 11 == 0 else f"{n % 5} Street" for n in range(count)]
    for columns in ([texts], [texts, further]):
        monkeypatch.undo()
        quick = items_of(*columns)
        monkeypatch.setattr(item_sets, "ONE_BY_ONE_MAX", count)
        assert listed(quick) == listed(items_of(*columns))


def test_few_rows_do_without_the_compiler() -> None:
    code = "import sys; from privshare.secure.psi.item_set import items_of; items_of(['a'] * 20_000)"
    subprocess.run([sys.executable, "-c", f"{code}; assert 'numba' not in sys.modules"], check=True)
