"""privshare party: what each side's own policy says of keys and pairings, checked before anybody is called."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from privshare.errors import DataRefused, KeyNotAllowed, ProtocolError
from privshare.scenario.adhoc.fuzzy_rules import composite
from privshare.scenario.party.request import FuzzyTerms, PartyRequest
from privshare.scenario.party.run import run_party
from tests.cli.test_party import asked, nothing, play
from tests.exchange.project import BANK, OFFICE, project
from tests.scenario.linking import table

COLUMNS = {BANK: ("first", "last", "born", "zip"), OFFICE: ("f", "l", "b", "z")}
ROWS = {
    BANK: [("Ann", "Lee", "1990-01-01", "1111"), ("Bob", "Poe", "1980-02-02", "2222")],
    OFFICE: [("Bob", "Poe", "1980-02-02", "2222"), ("Ann", "Lee", "1990-01-01", "9999")],
}
RULES = ("letters4", "letters4", "date", "stem4")
KEYS = ("last+born+first", "last+born+zip", "first+born+zip")


def policy(party: str, *, keys: tuple[str, ...] = KEYS, least: int = 2, values: str = "") -> str:
    text = 'version = 1\ntitle = "Own"\n[[purposes]]\nid = "care"\nsentence = "Care"\ndpv = "https://w3id.org/dpv#X"\n'
    for name in COLUMNS[party]:
        text += (
            f'[[columns]]\nholder = "{party}"\ncolumn = "{name}"\ncategory = "quasi-identifier"\ngrade = "general"\n'
            f'reason = "a test"\n{values}ladder = {{ care = "after-link" }}\n'
        )
    text += (
        f'[[licences]]\nid = "{party}/care"\nholder = "{party}"\npurpose = "care"\nepsilon = "1"\ndelta = "1e-3"\n'
        "minimum_group = 0\nexpires = 2999-01-01\n"
    )
    listed = ", ".join("[" + ", ".join(f'"{field}"' for field in key.split("+")) + "]" for key in keys)
    text += f'[[pairings]]\nid = "pairing/care"\npurpose = "care"\nweight_min = {least}\nkeys = [{listed}]\n'
    for field, rule, name in zip(COLUMNS[BANK], RULES, COLUMNS[party], strict=True):
        text += f'[[pairings.fields]]\nname = "{field}"\nrule = "{rule}"\ncolumns = {{ {party} = "{name}" }}\n'
    return text


@pytest.fixture
def room(tmp_path: Path) -> Path:
    project(tmp_path / "keys")
    for party in (BANK, OFFICE):
        table(tmp_path / f"{party}.csv", COLUMNS[party], ROWS[party])
        (tmp_path / f"{party}.toml").write_text(policy(party), encoding="utf-8")
    return tmp_path


def pairing(room: Path, party: str, **more: Any) -> PartyRequest:
    terms = more.pop("fuzzy", FuzzyTerms((None,) * 4))
    given = {"key": COLUMNS[party], "reveal": "fuzzy", "policy": room / f"{party}.toml", "purpose": "care", **more}
    return asked(room, party, fuzzy=terms, **given)


def test_two_policies_that_say_alike_pair_without_a_rule_on_the_command_line(room: Path) -> None:
    """The office lists the same keys in another order, and its columns have names that stand for no rule."""
    (room / "office.toml").write_text(policy(OFFICE, keys=KEYS[::-1]), encoding="utf-8")
    bank, office = play(pairing(room, BANK), pairing(room, OFFICE))
    assert [list(run.found.matches.of(0)) for run in (bank, office)] == [[1], [0]]
    assert len(bank.found.matches) == 1, "Ann moved: one key, and two are asked for"
    assert "pairing/care" in bank.clauses
    assert bank.session["parameters"]["plan"]["weight_min"] == 2


def test_two_policies_that_differ_do_not_begin(room: Path) -> None:
    (room / "office.toml").write_text(policy(OFFICE, least=3), encoding="utf-8")
    faults = play(pairing(room, BANK), pairing(room, OFFICE))
    assert "E_PARAMETERS" in {fault.code for fault in faults if isinstance(fault, ProtocolError)}


def alone(request: PartyRequest) -> None:
    """Play a party whose connection must never be made."""
    run_party(request, _never, calls=True, began=nothing, passed=nothing)


def _never(_own: object) -> Any:
    raise AssertionError("somebody was called")


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"fuzzy": FuzzyTerms((None,) * 4, weight_min=1)}, "agree on 2 keys at least"),
        (
            {"fuzzy": FuzzyTerms((None,) * 4, keys=composite("first+last+zip"), weight_min=1)},
            "is no key of the pairing",
        ),
        ({"fuzzy": FuzzyTerms((None,) * 4), "key": ("first", "last", "born", "shoe")}, "'shoe' of bank"),
    ],
)
def test_what_the_own_pairing_does_not_allow_calls_nobody(room: Path, more: dict[str, Any], told: str) -> None:
    with pytest.raises(KeyNotAllowed, match=told) as refused:
        alone(pairing(room, BANK, **more))
    assert refused.value.clause == "pairing/care"


def test_no_pairing_for_the_purpose_and_values_that_are_too_few_call_nobody(room: Path) -> None:
    own = room / "bank.toml"
    whole = own.read_text(encoding="utf-8")
    own.write_text(whole[: whole.index("[[pairings]]")], encoding="utf-8")
    with pytest.raises(KeyNotAllowed, match="no-pairing:care"):
        alone(pairing(room, BANK))
    own.write_text(policy(BANK, values="values_max = 90\n"), encoding="utf-8")
    with pytest.raises(KeyNotAllowed, match="729,000 values"):
        alone(pairing(room, BANK))


@pytest.mark.parametrize("reveal", [{}, {"reveal": "size", "epsilon": "1", "ledger": "own"}])
def test_an_exact_key_of_few_values_calls_nobody(room: Path, reveal: dict[str, Any]) -> None:
    more = {**reveal, "ledger": room / "own.ledger"} if reveal else {}
    with pytest.raises(KeyNotAllowed, match="no clause says how many values born can have") as refused:
        alone(asked(room, BANK, key=("born",), policy=room / "bank.toml", purpose="care", **more))
    assert refused.value.clause == "bank.born"
    table(room / "bank.csv", ("sex", "date of birth"), [("f", "1990-01-01")])
    for key, values in ((("sex",), "4"), (("date of birth",), "36,525"), (("sex", "date of birth"), "146,100")):
        with pytest.raises(KeyNotAllowed, match=f"can have {values} values"):
            alone(asked(room, BANK, key=key, **more))


@pytest.mark.parametrize(("rows", "keys", "hints"), [(999, 99, 1), (990, 99, 0), (11_000, 999, 1), (11_000, 1_000, 0)])
def test_a_holder_is_told_of_a_key_of_few_values_before_anybody_is_called(
    room: Path, rows: int, keys: int, hints: int
) -> None:
    """1,000 different values and more, or rows 10 times as many as values, are no reason to ask."""
    table(room / "bank.csv", ("id", "x"), [(f"k{n % keys}", "") for n in range(rows)] + [("", "x")] * 5)
    told: list[str] = []
    with pytest.raises(AssertionError, match="called"):
        run_party(
            asked(room, BANK, key=("id",)), _never, calls=True, began=nothing, passed=nothing, hinted=told.append
        )  # fmt: skip
    assert len(told) == hints
    assert all(f"the key id has only {keys} different values in {rows + 5:,} rows" in hint for hint in told)


@pytest.mark.parametrize(("rows", "keys", "fits"), [(1_000, 99, False), (1_000, 100, True), (999, 1, True)])
def test_a_large_table_of_few_keys_is_refused_at_its_ingest(room: Path, rows: int, keys: int, fits: bool) -> None:
    """By the holder itself, before it calls anybody; rows without a key do not count."""
    table(room / "bank.csv", ("id", "x"), [(f"k{n % keys}", "") for n in range(rows)] + [("", "x")] * 5)
    with pytest.raises(AssertionError if fits else DataRefused, match="called" if fits else "fewer than 100 different"):
        alone(asked(room, BANK, key=("id",)))
