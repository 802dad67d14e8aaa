"""The policy file: every fault at once, each with its place and with what would be accepted."""

from __future__ import annotations

import hashlib
import re
from datetime import date
from pathlib import Path

import pytest

from privshare.categorize.policy import RULE_PATTERN, read_policy, read_toml
from privshare.errors import FileFaults, ParameterRefused
from privshare.model.category import Category, Rung, RungKind
from privshare.model.loss import PrivacyLoss
from privshare.secure.psi.fuzzy.fields import rule_of
from tests.house.repository import ROOT

GOOD = """version = 1
title = "A small policy"

[[purposes]]
id = "audit"
sentence = "Look whether figures add up"
dpv = "https://w3id.org/dpv#PublicBenefit"

[[purposes]]
id = "offers"
sentence = "Aim offers at groups"
dpv = "https://w3id.org/dpv#DirectMarketing"

[[columns]]
holder = "bank"
column = "district"
category = "quasi-identifier"
grade = "general"
reason = "published as groups only"
ladder = { audit = "after-dp(epsilon<=0.5)" }

[[columns]]
holder = "bank"
column = "who"
category = "direct-identifier"
grade = "important"
reason = "names a person"

[[licences]]
id = "bank/audit"
holder = "bank"
purpose = "audit"
epsilon = "1.5"
delta = "1e-9"
minimum_group = 10
expires = 2035-12-31
"""


def faults(text: str | bytes) -> dict[str, str]:
    """Return place -> what is wrong of a policy that must be refused."""
    data = text if isinstance(text, bytes) else text.encode()
    with pytest.raises(FileFaults) as refused:
        read_policy(data, "small/policy.toml")
    assert refused.value.path == "small/policy.toml"
    assert "\n" not in str(refused.value), "one sentence"
    return dict(refused.value.faults)


def changed(*pairs: tuple[str, str]) -> str:
    """Return the good policy with texts replaced; each must be there, or nothing would be planted."""
    text = GOOD
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


def test_a_good_policy_is_read() -> None:
    policy = read_policy(GOOD.encode(), "small/policy.toml")
    assert policy.title == "A small policy"
    assert list(policy.purposes) == ["audit", "offers"]
    clause = policy.clauses["bank", "district"]  # type: ignore[index]
    assert (clause.id, clause.category, clause.grade) == ("bank.district", Category.QUASI_IDENTIFIER, "general")
    assert clause.ladder == {"audit": Rung(RungKind.AFTER_DP, 500_000)}
    assert policy.clauses["bank", "who"].ladder == {}  # type: ignore[index]
    licence = policy.licences["bank", "audit"]  # type: ignore[index]
    assert (licence.cap, licence.minimum_group) == (PrivacyLoss(1_500_000, 10**6), 10)
    assert licence.expires == date(2035, 12, 31)
    assert policy.digest == hashlib.sha256(GOOD.encode()).hexdigest()


def test_the_digest_is_of_the_bytes() -> None:
    assert read_policy(GOOD.encode() + b"# x\n", "p").digest != read_policy(GOOD.encode(), "p").digest


@pytest.mark.parametrize(
    ("old", "new", "place", "told"),
    [
        ("version = 1", "version = 2", "version", "1"),
        ("version = 1", 'version = "1"', "version", "whole number 1"),
        ("version = 1", "version = true", "version", "whole number 1"),
        ("version = 1", "version = 1.0", "version", "whole number 1"),
        ("version = 1", "version = 0", "version", "1"),
        ("version = 1\n", "", "version", "missing"),
        ('title = "A small policy"', "title = 5", "title", "text in quotes of 3 to 400 characters"),
        ('title = "A small policy"', 'title = ""', "title", "3 to 400 characters, in one line"),
        ('title = "A small policy"', 'title = "A small\\u202epolicy"', "title", "in one line"),
        ('title = "A small policy"', 'title = "A small\\npolicy"', "title", "in one line"),
        ('title = "A small policy"', 'title = "A small policy"\ncolour = "red"', "colour", "unknown key"),
        ('id = "audit"', 'id = "Audit"', "purposes[0].id", "small letters, digits"),
        ('id = "audit"', 'id = ""', "purposes[0].id", "small letters, digits"),
        (
            'dpv = "https://w3id.org/dpv#PublicBenefit"',
            'dpv = "javascript:x"',
            "purposes[0].dpv",
            "begins with https://w3id.org/dpv",
        ),
        ('category = "quasi-identifier"', 'category = "quasi"', "columns[0].category", "quasi-identifier"),
        ('category = "quasi-identifier"', "category = 1", "columns[0].category", "quasi-identifier"),
        ('category = "quasi-identifier"\n', "", "columns[0].category", "missing"),
        ('grade = "general"', 'grade = "secret"', "columns[0].grade", "core"),
        ('reason = "published as groups only"', 'reasons = "x"', "columns[0].reasons", "unknown key"),
        ('reason = "published as groups only"', 'reasons = "x"', "columns[0].reason", "missing"),
        (
            'column = "district"',
            'column = " district"',
            "columns[0].column",
            "without a blank at either end (was ' district')",
        ),
        ('column = "who"', 'column = "district"', "columns[1]", "already has a clause"),
        ('"after-dp(epsilon<=0.5)"', '"after-dp"', "columns[0].ladder.audit", "accepted is never"),
        ('"after-dp(epsilon<=0.5)"', '"sometimes"', "columns[0].ladder.audit", "accepted is never"),
        ('"after-dp(epsilon<=0.5)"', '"after-dp(epsilon<=0)"', "columns[0].ladder.audit", "0.000001 to 20"),
        ('"after-dp(epsilon<=0.5)"', "5", "columns[0].ladder.audit", "text in quotes"),
        ('{ audit = "after', '{ audits = "after', "columns[0].ladder.audits", "no purpose of that name"),
        ('{ audit = "after-dp(epsilon<=0.5)" }', '"open"', "columns[0].ladder", "part with names and values"),
        ("minimum_group = 10", "minimum_group = -1", "licences[0].minimum_group", "accepted is 0 or more (was -1)"),
        ("minimum_group = 10", "minimum_group = 10.5", "licences[0].minimum_group", "whole number"),
        ("minimum_group = 10", 'minimum_group = "10"', "licences[0].minimum_group", "whole number"),
        ("minimum_group = 10", "minimum_group = true", "licences[0].minimum_group", "whole number"),
        ("expires = 2035-12-31", 'expires = "2035-12-31"', "licences[0].expires", "day such as 2035-12-31"),
        ("expires = 2035-12-31", "expires = 2035-12-31T12:00:00", "licences[0].expires", "day such as 2035-12-31"),
        ("expires = 2035-12-31", "expires = 20351231", "licences[0].expires", "day such as 2035-12-31"),
        ('purpose = "audit"', 'purpose = "adit"', "licences[0].purpose", "no purpose 'adit'"),
        ('delta = "1e-9"', 'delta = "0.5"', "licences[0].delta", "0 to 0.001"),
        ('delta = "1e-9"', "delta = 0.000000001", "licences[0].delta", "text in quotes"),
    ],
)
def test_one_planted_fault_is_told_with_its_place(old: str, new: str, place: str, told: str) -> None:
    found = faults(changed((old, new)))
    assert place in found, found
    assert told in found[place]


@pytest.mark.parametrize(
    "written",
    ['"0"', '"-1"', '"nan"', '"inf"', '"-inf"', '"1e-320"', '"half"', '""', '"1e308"', '"20.1"', '"0,5"', "0", "-1",
     "nan", "inf", "-inf", "1e-320", "1e308", "0.5", "1", "true", '["1"]', "{ a = 1 }", "2035-12-31", '"0_5"', '"٠.٥"'],
)  # fmt: skip
def test_an_epsilon_of_any_bad_kind_is_refused(written: str) -> None:
    """Numbers without quotes are refused as well: a TOML float has lost digits before anybody can count them."""
    found = faults(changed(('epsilon = "1.5"', f"epsilon = {written}")))
    assert list(found) == ["licences[0].epsilon"]
    assert "quotes" in found["licences[0].epsilon"] or "0.000001 to 20" in found["licences[0].epsilon"]


def test_faults_of_every_kind_are_told_at_once() -> None:
    """Types, unknown keys, missing parts, names that nobody declared and names used twice, in one go."""
    found = faults(
        changed(
            ("version = 1", "version = 3"),
            ('title = "A small policy"', 'title = "A small policy"\ncolour = "red"'),
            ('category = "quasi-identifier"', 'category = "quasi"'),
            ('reason = "names a person"\n', ""),
            ('{ audit = "after', '{ audits = "after'),
            ('epsilon = "1.5"', 'epsilon = "nan"'),
            ('purpose = "audit"', 'purpose = "adit"'),
            ("expires = 2035-12-31", "expires = 5"),
            ('column = "who"', 'column = "district"'),
        )
    )
    assert set(found) >= {
        "version",
        "colour",
        "columns[0].category",
        "columns[1].reason",
        "columns[0].ladder.audits",
        "licences[0].epsilon",
        "licences[0].purpose",
        "licences[0].expires",
        "columns[1]",
    }


def test_what_is_used_twice_is_told() -> None:
    licence = GOOD[GOOD.index("[[licences]]") :]
    found = faults(GOOD + "\n" + licence)
    assert "already has a licence" in found["licences[1]"]
    assert "used twice" in found["licences"]
    assert "used twice" in faults(changed(('id = "offers"', 'id = "audit"')))["purposes"]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"\xff\xfe", "not UTF-8 at byte 0"),
        (b'version = 1\ntitle = "\xe9"\n', "not UTF-8 at byte"),
        (b"version = \n", "TOML"),
        (b"version = 1\nversion = 1\n", "TOML"),
        (b"a = " + b"[" * 100_000, "TOML"),
        (b"version = 1" + b"0" * 5_000, "TOML"),
        (b"x = 2035-99-99", "TOML"),
        (b"\x00", "TOML"),
        (b"\xef\xbb\xbfversion = 1", "TOML"),
    ],
    ids=["not text", "latin-1", "no value", "twice", "deep", "5000 digits", "no date", "NUL", "byte order mark"],
)
def test_what_is_no_toml_is_one_fault(data: bytes, told: str) -> None:
    with pytest.raises(FileFaults, match=told) as refused:
        read_toml(data, "small/policy.toml")
    assert len(refused.value.faults) == 1
    assert len(str(refused.value)) < 500


@pytest.mark.parametrize("text", ["", "# nothing\n", "version = 1\n", 'purposes = "x"\ncolumns = 3\nlicences = {}\n'])
def test_a_policy_without_parts_names_each_part(text: str) -> None:
    found = faults(text)
    assert {"title", "purposes", "columns", "licences"} <= set(found)


def test_the_shipped_policy_is_read() -> None:
    for path in sorted(Path(ROOT, "scenarios").glob("*/policy.toml")):
        policy = read_policy(path.read_bytes(), path.name)
        assert policy.clauses
        assert all(clause.reason for clause in policy.clauses.values())


PAIRING = """
[[pairings]]
id = "pairing/audit"
purpose = "audit"
keys = [["person", "place"], ["place"]]
weight_min = 2
fields = [
    { name = "person", rule = "text/5000000", columns = { bank = "who" } },
    { name = "place", rule = "letters4", columns = { bank = "district" } },
]
"""


def test_a_pairing_and_a_number_of_values_are_read() -> None:
    text = changed(('column = "district"', 'column = "district"\nvalues_max = 12')) + PAIRING
    policy = read_policy(text.encode(), "small/policy.toml")
    pairing = policy.pairings["audit"]  # type: ignore[index]
    assert [(field.name, field.rule, dict(field.columns)) for field in pairing.fields] == [
        ("person", "text/5000000", {"bank": "who"}), ("place", "letters4", {"bank": "district"}),
    ]  # fmt: skip
    assert (pairing.id, pairing.weight_min) == ("pairing/audit", 2)
    assert pairing.keys == (frozenset({"person", "place"}), frozenset({"place"}))
    assert [clause.values_max for clause in policy.clauses.values()] == [12, None]
    assert read_policy(GOOD.encode(), "small/policy.toml").pairings == {}


@pytest.mark.parametrize(
    ("old", "new", "place", "told"),
    [
        ('purpose = "audit"', 'purpose = "adit"', "pairings[0].purpose", "no purpose 'adit'"),
        ('rule = "letters4"', 'rule = "sound"', "pairings[0].fields[1].rule", "accepted is a rule in quotes"),
        ('rule = "letters4"', 'rule = "letters"', "pairings[0].fields[1].rule", "accepted is a rule in quotes"),
        ('rule = "letters4"', 'rule = "letters33"', "pairings[0].fields[1].rule", "accepted is a rule in quotes"),
        ('rule = "letters4"', 'rule = "text"', "pairings[0].fields[1].rule", "a rule in quotes"),  # how many values?
        ('rule = "letters4"', 'rule = "text/0"', "pairings[0].fields[1].rule", "accepted is a rule in quotes"),
        ('bank = "who"', 'bank = "whom"', "pairings[0].fields[0].columns.bank", "no clause classifies bank.whom"),
        ('bank = "who"', "bank = { a = 1 }", "pairings[0].fields[0].columns.bank", "no clause"),
        ('name = "place"', 'name = "person"', "pairings[0].fields", "used twice"),
        ('["place"]]', '["town"]]', "pairings[0].keys[1]", "no field 'town'; fields are: person, place"),
        ('["place"]]', '["place", "place"]]', "pairings[0].keys[1]", "twice"),
        ('["place"]]', '["place", "person"]]', "pairings[0].keys[1]", "twice"),
        ('["place"]]', "[[1], {}]]", "pairings[0].keys[1]", "no field"),
        ("weight_min = 2", "weight_min = 3", "pairings[0].weight_min", "above the number of keys, 2"),
        ("weight_min = 2", "weight_min = 0", "pairings[0].weight_min", "accepted is 1 or more"),
        ("weight_min = 2", "weight_most = 2", "pairings[0].weight_most", "unknown key"),
    ],
)
def test_a_fault_of_a_pairing_is_told_with_its_place(old: str, new: str, place: str, told: str) -> None:
    assert old in PAIRING
    assert told in faults(GOOD + PAIRING.replace(old, new, 1))[place]


def test_two_pairings_for_one_purpose_are_refused() -> None:
    assert "already has a pairing" in faults(GOOD + PAIRING + PAIRING)["pairings[1]"]


@pytest.mark.parametrize("value", ["0", "-1", "true", '"12"', "1.5"])
def test_a_number_of_values_is_a_whole_number(value: str) -> None:
    text = changed(('column = "district"', f'column = "district"\nvalues_max = {value}'))
    assert "columns[0].values_max" in faults(text)


def test_every_rule_that_the_file_takes_is_a_rule() -> None:
    """The file's pattern is looser or stricter than the reader of rules in no text of this list."""
    for text in ("letters4", "digits2/500", "tail8/10", "stem32", "date", "year/50", "text/2", "digits/9", "stem/9"):
        assert re.fullmatch(RULE_PATTERN, text), text
        rule_of(text)
    for text in ("letters", "tail", "text", "stem", "digits", "letters0", "date4", "text4/9", "letters4/", "Letters4"):
        assert not re.fullmatch(RULE_PATTERN, text), text
        with pytest.raises(ParameterRefused):
            rule_of(text)
