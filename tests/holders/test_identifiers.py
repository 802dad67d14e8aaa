"""Identifiers: their format, their check letter, their whole space, and styles that only the normaliser undoes."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from privshare.holders.identifiers import (
    CHECK_LETTERS,
    DISTRICT_CODES,
    FIRST_YEAR,
    SERIALS,
    YEARS,
    every_identifier,
    identifier,
    written_by,
)
from privshare.secure.psi.identifiers import normalise
from privshare.secure.psi.item_set import items_of

SPACE = DISTRICT_CODES * YEARS * SERIALS
NUMBERS = st.integers(0, SPACE - 1)


def check_letter(digits: str) -> str:
    """An independent reading of the rule: weights 2, 3, 4, ... on the digits, modulo the alphabet of 23 letters."""
    total = 0
    for weight, digit in enumerate(digits, start=2):
        total += weight * (ord(digit) - ord("0"))
    return CHECK_LETTERS[total % 23]


@given(NUMBERS)
def test_the_format_is_the_documented_one(number: int) -> None:
    name = identifier(number)
    found = re.fullmatch(r"HC(0[1-8])-(\d{4})-(\d{4})-([A-HJ-NP-Y])", name)
    assert found
    district, year, serial, check = found.groups()
    assert FIRST_YEAR <= int(year) < FIRST_YEAR + YEARS
    assert (int(district) - 1) * YEARS * SERIALS + (int(year) - FIRST_YEAR) * SERIALS + int(serial) == number
    assert check == check_letter(district + year + serial)


def test_the_alphabet_has_23_letters_and_none_that_is_read_as_a_digit() -> None:
    assert len(set(CHECK_LETTERS)) == 23
    assert not set("IOZ") & set(CHECK_LETTERS)


@given(NUMBERS, st.integers(0, 9), st.integers(0, 9))
def test_the_check_letter_sees_one_wrong_digit(number: int, place: int, digit: int) -> None:
    digits = re.sub(r"\D", "", identifier(number))
    wrong = digits[:place] + str(digit) + digits[place + 1 :]
    assert (check_letter(wrong) == check_letter(digits)) == (wrong == digits)


@given(NUMBERS, st.integers(0, 8))
def test_the_check_letter_sees_two_neighbours_swapped(number: int, place: int) -> None:
    digits = re.sub(r"\D", "", identifier(number))
    wrong = digits[:place] + digits[place + 1] + digits[place] + digits[place + 2 :]
    assert (check_letter(wrong) == check_letter(digits)) == (wrong == digits)


def test_the_whole_space_is_distinct() -> None:
    names = list(every_identifier(serials=20))
    assert len(names) == len(set(names)) == DISTRICT_CODES * YEARS * 20
    assert names[0] == identifier(0, serials=20)
    assert names[-1] == identifier(len(names) - 1, serials=20)


def test_the_small_space_is_part_of_the_large_one() -> None:
    assert set(every_identifier(serials=3)) <= set(every_identifier(serials=5))


@given(st.lists(NUMBERS, min_size=1, max_size=20, unique=True), st.data())
def test_the_normaliser_undoes_every_style_and_merges_nobody(numbers: list[int], data: st.DataObject) -> None:
    issued = [identifier(number) for number in numbers]
    style = np.array([data.draw(st.integers(0, 3)) for _ in numbers], dtype=np.int64)
    written = written_by(issued, style)
    assert [normalise(text) for text in written] == [normalise(text) for text in issued]
    assert items_of(written).items == items_of(issued).items
    assert len(items_of(written).items) == len(numbers)


def test_each_style_is_another_text() -> None:
    """Else the untidiness that linkage meets would not be there."""
    issued = [identifier(4_321)] * 4
    written = written_by(issued, np.arange(4))
    assert len(set(written)) == 4
    assert written[0] == issued[0]


@pytest.mark.parametrize("other", ["HC01-1945-0001-W", "HC01-1945-0000-W", "HC01 1945 0000 V", "HC01-1945-0000"])
def test_the_normaliser_does_not_merge_other_texts(other: str) -> None:
    assert normalise(other) != normalise(identifier(0))
