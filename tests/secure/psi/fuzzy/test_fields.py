"""Rules of fields: what is kept of a text, what is missing, and how many values a rule says it has."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privshare.errors import ParameterRefused
from privshare.scenario.adhoc.fuzzy_rules import named_rule
from privshare.secure.psi.fuzzy.fields import coarse, rule_of

RULES = ("text/9", "letters4", "letters1/2", "digits/9", "digits3", "tail4", "stem/9", "stem4", "date", "year")


@pytest.mark.parametrize(
    ("text", "rule", "kept"),
    [
        ("  Ａnna Maria ", "letters4", "anna"),
        ("Li", "letters4", "li"),
        ("O'Neill", "letters4", "onei"),
        ("Müller", "letters4", "mull"),
        ("İpek", "letters4", "ipek"),
        ("Straße 12", "letters7", "strasse"),
        ("12 Mill Road", "letters4", "mill"),
        ("张伟", "letters4", "张伟"),
        ("123", "letters4", None),
        ("+49 (0)89 123-456", "tail6", "123456"),
        ("٣٤٥", "digits/999", "345"),
        ("２９０６", "digits4", "2906"),
        ("none", "digits4", None),
        ("SW1A 1AA", "stem4", "sw1a"),
        ("12-34-56", "stem/99", "123456"),
        ("1990-12-31", "date", "19901231"),
        ("19901231", "date", "19901231"),
        ("1990/12/31 00:00:00", "date", "19901231"),
        ("1990-12-31T08:00:00Z", "date", "19901231"),
        ("0987-01-02", "date", "09870102"),
        ("1990-02-30", "date", None),
        ("1990-12/31", "date", None),
        ("31.12.1990", "date", None),
        ("1990", "date", None),
        ("1990", "year", "1990"),
        ("1990-12-31", "year", "1990"),
        ("90", "year", None),
        ("  Anna   B ", "text/99", "anna b"),
        (" \u00a0", "text/99", None),
        (None, "text/99", None),
    ],
)
def test_what_is_kept(text: str | None, rule: str, kept: str | None) -> None:
    assert coarse(text, rule_of(rule)) == kept


@given(st.text(alphabet=st.characters(exclude_characters="\x00", exclude_categories=["Cs"])))
def test_a_value_is_short_normal_and_never_empty(text: str) -> None:
    for name in RULES:
        rule = rule_of(name)
        value = coarse(text, rule)
        assert value is None or (value and (not rule.length or len(value) <= rule.length))
        if value is not None:
            assert coarse(value, rule) == value, "a coarse value is its own coarse value"


@pytest.mark.parametrize(
    "rule",
    ["", "letters", "letters0", "letters04", "letters33", "tail", "date4", "year2", "text4/9", "words4", "letters4/",
     "letters4/0", "letters4/1", "letters4/99999999999999999999", "Letters4", "letters4 ", "4", "/9"],
)  # fmt: skip
def test_other_rules_are_refused(rule: str) -> None:
    with pytest.raises(ParameterRefused):
        rule_of(rule)


@pytest.mark.parametrize("rule", ["text", "digits", "stem"])
def test_a_rule_without_a_length_must_say_its_domain(rule: str) -> None:
    with pytest.raises(ParameterRefused, match=f"{rule}/DOMAIN"):
        rule_of(rule)
    assert rule_of(f"{rule}/70000").domain == 70_000


def test_domains_are_careful() -> None:
    domains = {name: rule_of(name).domain for name in ("letters1", "letters4", "digits3", "tail8", "stem2", "year")}
    assert domains == {
        "letters1": 26, "letters4": 4096, "digits3": 1000, "tail8": 10**8, "stem2": 676, "year": 100,
    }  # fmt: skip


def test_a_public_name_gives_a_rule_and_an_unknown_one_none() -> None:
    names = ("given_name", "Surname", "DATE OF BIRTH", "address_1", "suburb", "postcode", "sex", "phoneNumber")
    assert [named_rule(name).name for name in names] == [
        "letters4", "letters4", "date", "letters4", "letters4", "stem4", "letters1", "tail8",
    ]  # fmt: skip
    with pytest.raises(ParameterRefused, match="blood_group:letters4"):
        named_rule("blood_group")
