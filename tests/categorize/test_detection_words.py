"""What a column's name may stand for: cut short, dressed up, a judgement of something; never more than it says."""

from __future__ import annotations

import pandas as pd
import pytest

from privshare.categorize.detection import detect, examine
from privshare.categorize.detection.column import words_of
from privshare.categorize.detection.concept import CONCEPTS
from privshare.categorize.detection.dates import is_span
from privshare.categorize.detection.words import claims_of
from privshare.model.category import Category

UNSURE = 0.7


def first(name: str) -> str | None:
    claims = claims_of(words_of(name))
    return claims[0].concept if claims else None


@pytest.mark.parametrize(
    ("name", "concept"),
    [
        ("religi", "religion"),
        ("hage", "age"),
        ("wage", "money"),
        ("lwage", "money"),
        ("expersq", "occupation"),
        ("lfaminc", "money"),
        ("diff_days", "duration"),
        ("years_of_schooling", "education"),
        ("yrs.since.joining", "duration"),
        ("rate_marriage", "conduct"),
        ("marriage_rate", "family"),
        ("opinion_of_church", "conduct"),
        ("church", "religion"),
    ],
)
def test_a_short_or_dressed_up_name_is_read_as_what_it_stands_for(name: str, concept: str) -> None:
    claims = [claim.concept for claim in claims_of(words_of(name))]
    assert concept in claims[:2], claims


@pytest.mark.parametrize("name", ["passp", "custome", "surna", "hphone", "lname2", "addre", "survey_x", "rowind"])
def test_a_cut_name_is_neither_a_direct_identifier_nor_harmless_by_that_alone(name: str) -> None:
    """Else `pass` would be a passport and `surv` harmless; what is so strict or so mild must be spelled out."""
    for claim in claims_of(words_of(name)):
        if CONCEPTS[claim.concept].category in (Category.DIRECT_IDENTIFIER, Category.INSENSITIVE):
            assert claim.strength > UNSURE, claim


@pytest.mark.parametrize("name", ["event_kind", "is_kind", "xyz", "q17", "v2"])
def test_a_word_that_only_says_what_kind_of_thing_it_is_stands_for_nothing(name: str) -> None:
    assert first(name) != "family"


def test_a_cut_or_dressed_name_is_never_said_to_be_sure() -> None:
    mails = [f"p{n}@example.org" for n in range(40)]
    people = pd.DataFrame({"mail": mails, "religi": [1, 2] * 20, "hage": [30, 41] * 20})
    said = {found.column: found for found in detect(people)}
    assert str(said["religi"].category) == "sensitive-attribute"
    assert str(said["hage"].category) == "quasi-identifier"
    assert {said["religi"].confidence, said["hage"].confidence} <= {"unsure", "likely"}


@pytest.mark.parametrize("text", ["1980-02-03 - 1981-02-03", "1980-02-03/1981-02-03", "3.2.1980 bis 4.2.1980"])
def test_a_span_of_dates_is_a_date(text: str) -> None:
    assert is_span(text)
    rows = [f"{year}-02-03 - {year + 2}-05-06" for year in range(1950, 1990)]
    people = pd.DataFrame({"mail": [f"p{n}@example.org" for n in range(40)], "c2": rows})
    assert str(detect(people)[1].category) == "quasi-identifier"


@pytest.mark.parametrize("text", ["1980-02-03", "a - b", "1 - 2", "1980-02-03 - soon", ""])
def test_other_texts_are_no_span(text: str) -> None:
    assert not is_span(text)


def test_goods_with_a_price_and_a_weight_are_not_taken_for_people() -> None:
    goods = pd.DataFrame({"price": range(100, 140), "weight": range(20, 60), "premium": [0, 1] * 20})
    assert examine(goods, small_group=None).people is not True
    assert examine(goods.assign(age=range(20, 60)), small_group=None).people is True
