"""Each detector of values on a small table made here, under names that say nothing: what it must find, and must not."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum import iban, luhn
from stdnum.br import cpf
from stdnum.cn import ric
from stdnum.de import idnr
from stdnum.iso7064 import mod_11_10

from privshare.categorize.detection import Suggestion, detect
from privshare.categorize.detection.column import read_column
from privshare.categorize.detection.finding import Finding
from privshare.categorize.detection.numbers import NUMBERS, Number, find_number, is_valid
from privshare.categorize.detection.weighing import DETECTORS
from privshare.model.category import Category
from privshare.model.entropy import seeded_generator

ROWS = 60
GIVEN = [
    "Anna", "Ben", "Carla", "David", "Emma", "Frank", "Greta", "Hans", "Ines", "Jakob", "Laura", "Martin", "Nina",
    "Oliver", "Paula", "Robert", "Sara", "Thomas",
]  # fmt: skip
FAMILY = [
    "Meyer", "Schmidt", "Rossi", "Nguyen", "Garcia", "Novak", "Kim", "Jones", "Weber", "Fischer", "Silva", "Patel",
    "Murphy", "Clark", "Lopez", "Wong",
]  # fmt: skip


def _digits(count: int, rows: int = ROWS) -> list[str]:
    """Return random digit strings, the same ones every time; no first digit is 0."""
    chance = seeded_generator(7)
    return [str(chance.integers(1, 10)) + "".join(map(str, chance.integers(0, 10, count - 1))) for _ in range(rows)]


def _valid(candidates: Callable[[str], list[str]], valid: Callable[[str], bool], stems: list[str]) -> list[str]:
    """Return for each stem the first of its candidates that is valid."""
    return [next(text for text in candidates(stem) if valid(text)) for stem in stems]


def _chinese() -> list[str]:
    stems = [f"110101{1950 + n % 50}{n % 12 + 1:02d}{n % 28 + 1:02d}{n + 100:03d}" for n in range(ROWS)]
    return _valid(lambda stem: [stem + check for check in "0123456789X"], ric.is_valid, stems)


def _german_tax() -> list[str]:
    # Ten digits of which one occurs twice, as the rules want, then the check digit.
    stems = [f"{n % 8 + 1}{n % 8 + 1}" + "".join(d for d in "9876543210" if d != str(n % 8 + 1))[:8] for n in range(8)]
    return [stem + mod_11_10.calc_check_digit(stem) for stem in stems]


def _nhs() -> list[str]:
    sums = [(stem, -sum(int(d) * w for d, w in zip(stem, range(10, 1, -1), strict=True)) % 11) for stem in _digits(9)]
    return [stem + str(check) for stem, check in sums if check < 10]


def _cards() -> list[str]:
    return ["4" + stem + luhn.calc_check_digit("4" + stem) for stem in _digits(14)]


def _ibans() -> list[str]:
    return ["DE" + iban.calc_check_digits(f"DE00{stem}") + stem for stem in _digits(18)]


def _cpfs() -> list[str]:
    return [stem + cpf._calc_check_digits(stem) for stem in _digits(9)]


FOUND: list[tuple[str, str, list[str]]] = [
    ("a national or tax number", "Chinese resident identity numbers", _chinese()),
    ("a national or tax number", "Brazilian CPF numbers", _cpfs()),
    ("a national or tax number", "US Social Security numbers", [f"{100 + n}-{n + 10}-{4000 + n}" for n in range(ROWS)]),
    ("a national or tax number", "UK National Insurance numbers", [f"AB{s}C" for s in _digits(6)]),
    ("a health service number", "NHS numbers", _nhs()),
    ("a bank account or card number", "card numbers", _cards()),
    ("a bank account or card number", "IBANs", _ibans()),
    ("an e-mail address", "e-mail addresses", [f"p{n}@example.org" for n in range(ROWS)]),
    ("a telephone number", "telephone numbers", [f"+49 30 {s[:4]} {s[4:]}" for s in _digits(8)]),
    ("a telephone number", "telephone numbers", [f"({s[:3]}) {s[3:6]}-{s[6:]}" for s in _digits(10)]),
    ("a telephone number", "telephone numbers", [f"13{s}" for s in _digits(9)]),
    ("an address of a device", "network addresses", [f"10.{n}.0.{n + 3}" for n in range(ROWS)]),
    ("an address of a device", "network addresses", [f"2001:db8::{n:x}" for n in range(ROWS)]),
    ("an address of a device", "network addresses", [f"00:1b:44:11:3a:{n:02x}" for n in range(ROWS)]),
    ("a number given to one person or record", "UUIDs", [f"{n:08x}-0000-4000-8000-{n:012x}" for n in range(ROWS)]),
    ("a web address or user name", "web addresses", [f"https://example.org/people/{n}" for n in range(ROWS)]),
    ("a postal address", "street addresses", [f"{n + 1} Main Street" for n in range(ROWS)]),
    ("a postal address", "street addresses", [f"Lindenstraße {n + 1}" for n in range(ROWS)]),
    ("a postal address", "street addresses", [f"江苏省南京市中山路{n + 1}号" for n in range(ROWS)]),
    ("a name of a person", "full names", [f"{GIVEN[n % 18]} {FAMILY[n % 16]}" for n in range(ROWS)]),
    ("a name of a person", "full names", [f"{FAMILY[n % 16]}, {GIVEN[n % 18]}" for n in range(ROWS)]),
    ("a name of a person", "names of people", GIVEN * 3),
    ("a name of a person", "Chinese names", [f + g for f in "王李张刘陈杨赵黄" for g in ("伟", "秀英", "强", "磊")]),
    ("a number given to one person or record", "different in every row", [f"K{s}" for s in _digits(6)]),
    ("a number given to one person or record", "many different codes", [f"HC-{n // 3:04d}" for n in range(300)]),
]  # fmt: skip


def _said(texts: list[str], name: str = "v1", **others: list[str]) -> Suggestion:
    return detect(pd.DataFrame({name: pd.Series(texts, dtype="str"), **others}))[0]


@pytest.mark.parametrize(("concept", "label", "texts"), FOUND, ids=[f"{n}-{case[1]}" for n, case in enumerate(FOUND)])
def test_values_alone_tell_a_direct_identifier(concept: str, label: str, texts: list[str]) -> None:
    said = _said(texts, v2=[str(30 + n % 40) for n in range(len(texts))])
    assert (said.concept, said.category) == (concept, Category.DIRECT_IDENTIFIER), said.reason
    assert label in said.reason


def test_german_tax_numbers_are_found() -> None:
    texts = [text for text in _german_tax() if idnr.is_valid(text)]
    assert len(texts) >= 5
    assert "German tax identification numbers" in _said(texts).reason


CHECKED = [case for case in FOUND if case[1] in (
    "Brazilian CPF numbers", "NHS numbers", "card numbers", "IBANs", "Chinese resident identity numbers",
)]  # fmt: skip


@pytest.mark.parametrize(("concept", "label", "texts"), CHECKED, ids=[case[1] for case in CHECKED])
def test_check_digits_are_checked(concept: str, label: str, texts: list[str]) -> None:
    """The same numbers with a wrong last digit are no longer that kind of number."""
    broken = [text[:-1] + str((int(text[-1]) + 1) % 10 if text[-1].isdigit() else 5) for text in texts]
    assert label not in _said(broken).reason


@pytest.mark.parametrize("length", range(7, 20))
def test_random_numbers_have_no_check_digit(length: int) -> None:
    """One in ten random numbers passes one check digit; a column of them must not."""
    assert find_number(read_column("v1", pd.Series(_digits(length, 300), dtype="str"))) is None


@pytest.mark.parametrize(
    "texts",
    [
        ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October"] * 6,
        ["red", "green", "blue", "black", "white", "yellow", "brown", "grey", "pink", "orange"] * 6,
        [f"{n / 7:.3f}" for n in range(ROWS)],
        [str(n % 7) for n in range(ROWS)],
        ["yes", "no"] * 30,
        ["Old Harbour", "Northbank", "Mill Quarter", "Greenfield", "Southgate", "Lakeside"] * 10,
        [f"{n % 24:02d}:00" for n in range(ROWS)],
        [f"{n % 3}.{n % 5}.0" for n in range(ROWS)],
    ],
    ids=["months", "colours", "fractions", "small numbers", "yes and no", "places", "times", "versions"],
)
def test_what_names_nobody_is_not_called_a_direct_identifier(texts: list[str]) -> None:
    assert _said(texts).category is not Category.DIRECT_IDENTIFIER


@pytest.mark.parametrize(
    ("name", "texts"),
    [
        ("has_phone", ["0", "1"] * 30),
        ("phone_verified", ["yes", "no"] * 30),
        ("email_known", ["true", "false"] * 30),
        ("name_length", [str(n % 12) for n in range(ROWS)]),
        ("id_type", ["passport", "licence", "card"] * 20),
        ("account", ["savings", "checking"] * 30),
    ],
)
def test_values_contradict_a_name(name: str, texts: list[str]) -> None:
    said = _said(texts, name=name, age=[str(20 + n % 50) for n in range(ROWS)])
    assert said.category is not Category.DIRECT_IDENTIFIER


@pytest.mark.parametrize(
    ("name", "texts", "category"),
    [
        ("date_of_birth", [f"19{n + 20}-0{n % 9 + 1}-11" for n in range(ROWS)], Category.QUASI_IDENTIFIER),
        ("GebDat", [f"{n % 28 + 1:02d}.03.19{n + 20}" for n in range(ROWS)], Category.QUASI_IDENTIFIER),
        ("zip", [f"{10000 + 31 * n}" for n in range(ROWS)], Category.QUASI_IDENTIFIER),
        ("v1", ["m", "f"] * 30, Category.QUASI_IDENTIFIER),
        ("v1", ["1. Never Married", "2. Married", "3. Divorced"] * 20, Category.QUASI_IDENTIFIER),
        ("v1", [f"19{n + 20}0311" for n in range(ROWS)], Category.QUASI_IDENTIFIER),
        ("v1", ["A+", "0-", "B+", "AB-"] * 15, Category.SENSITIVE_ATTRIBUTE),
        ("v1", ["catholic", "protestant", "muslim", "none"] * 15, Category.SENSITIVE_ATTRIBUTE),
        ("log_income", [f"{n / 3:.2f}" for n in range(ROWS)], Category.SENSITIVE_ATTRIBUTE),
        ("Diagnose", ["J45", "E11", "I10"] * 20, Category.SENSITIVE_ATTRIBUTE),
        ("v1", [f"he said {n} things to us about her" for n in range(ROWS)], Category.SENSITIVE_ATTRIBUTE),
        ("v1", [str(n % 5) for n in range(ROWS)], Category.SENSITIVE_ATTRIBUTE),
        ("survey_year", ["2004", "2005"] * 30, Category.INSENSITIVE),
        ("rownum", [str(n) for n in range(1, ROWS + 1)], Category.INSENSITIVE),
    ],
)
def test_other_categories_in_a_table_about_people(name: str, texts: list[str], category: Category) -> None:
    people = {"patient": [f"P-{n % 40:05d}" for n in range(ROWS)], "age": [str(20 + n) for n in range(ROWS)]}
    said = _said(texts, name=name, **people)
    assert said.category is category, said.reason


@pytest.mark.parametrize("number", NUMBERS, ids=lambda number: number.label)
@settings(max_examples=30)
@given(data=st.data())
def test_validators_say_yes_or_no_to_whatever_has_the_shape(number: Number, data: st.DataObject) -> None:
    text = data.draw(st.from_regex(number.shape, fullmatch=True))
    assert is_valid(number, text) in (True, False)


def test_every_detector_finds_something_here() -> None:
    """A detector that never fires would pass unnoticed."""
    columns = [read_column("v1", pd.Series(texts, dtype="str")) for _, _, texts in FOUND]
    others = [
        ["m", "f"] * 30,
        [f"19{n + 20}-03-11" for n in range(ROWS)],
        ["SW1A 1AA", "M1 1AE", "B33 8TH", "CR2 6XH", "EC1A 1BB"] * 2,
        [f"he said {n} things to us about her" for n in range(ROWS)],
        [str(n) for n in range(ROWS)],
    ]
    columns += [read_column("v1", pd.Series(texts, dtype="str")) for texts in others]
    silent = [detector.__name__ for detector in DETECTORS if not any(detector(column) for column in columns)]
    assert silent == []


def test_the_tables_have_teeth(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without its detectors detection calls most of these columns something else."""

    def nothing(_: object) -> Finding | None:
        return None

    monkeypatch.setattr("privshare.categorize.detection.weighing.DETECTORS", (nothing,))
    assert sum(_said(texts).category is Category.DIRECT_IDENTIFIER for _, _, texts in FOUND) == 0


def test_samples_are_the_same_for_any_order() -> None:
    values = np.array([f"{n:06d}" for n in range(5000)], dtype=object)
    there, back = read_column("v", pd.Series(values)), read_column("v", pd.Series(values[::-1]))
    assert sorted(there.texts) == sorted(back.texts)
    assert len(there.texts) == 400
    thirds = sum(text < "001667" for text in there.texts)
    assert 80 < thirds < 190, "from everywhere, not from one end"
