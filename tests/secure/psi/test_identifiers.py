"""norm/1 and item sets: what is one item, and what an item set shows of itself."""

from __future__ import annotations

import hashlib
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privshare.errors import ParameterRefused
from privshare.secure.psi.identifiers import NORMALISER, ItemSet, item_hash, items_of, normalise

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=30)
# joiners, blanks, accents and full-width forms, where a single pass in a fixed order is not idempotent
AWKWARD = st.text(
    st.sampled_from("aÅe\u0301\u0345\u034f\u200b\u200d \u00a0\u3000\ufe0fﬁⅣＡßſΐİ\u0307\u1e9e\ufdfa\u115f"), max_size=12
)


@pytest.mark.parametrize(("text", "normal"), [
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
])
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
    with pytest.raises(ValueError, match="zip"):
        items_of(["a"], [])
