"""privshare link --policy: what two holders agreed on in a file fills in a request, and refuses the rest by clause."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Command, refused_and_noted, refused_without_a_trace

FIELDS = (("first", "letters4"), ("last", "letters4"), ("born", "date"), ("zip", "stem4"))
HEAD = """version = 1
title = "What clinic and library agreed on"

[[purposes]]
id = "care"
sentence = "Tell people of both of one appointment"
dpv = "https://w3id.org/dpv#ServiceProvision"

[[purposes]]
id = "offers"
sentence = "Aim offers"
dpv = "https://w3id.org/dpv#DirectMarketing"
"""
PAIRING = """
[[pairings]]
id = "pairing/care"
purpose = "care"
keys = [["last", "born", "first"], ["last", "born", "zip"], ["first", "born", "zip"]]
weight_min = 2
"""
LEFT = "first,last,born,zip,mail,regular\nAnn,Lee,1990-01-01,1111,ann@x.org,yes\nBob,Poe,1980-02-02,2222,bob@x.org,no\n"
RIGHT = "f,l,b,z,m,r\nBob,Poe,1980-02-02,2222,bob@x.org,no\nAnn,Lee,1990-01-01,9999,x@x.org,no\n"
OTHER = {"first": "f", "last": "l", "born": "b", "zip": "z", "mail": "m", "regular": "r"}
FUZZY = (
    "link", "l.csv", "r.csv", "--fuzzy", "--left-on", "last,first,born,zip", "--right-on", "l,f,b,z",
    "--policy", "policy.toml", "--holders", "clinic,library", "--purpose",
)  # fmt: skip


def column(holder: str, name: str) -> str:
    kind = "direct-identifier" if name in ("mail", "m") else "quasi-identifier"
    more = "values_max = 2\n" if name in ("regular", "r") else ""
    ladder = '{ care = "after-link", offers = "after-link" }'
    return (
        f'\n[[columns]]\nholder = "{holder}"\ncolumn = "{name}"\ncategory = "{kind}"\ngrade = "general"\n'
        f'reason = "a test"\n{more}ladder = {ladder}\n'
    )


def licence(holder: str, purpose: str) -> str:
    return (
        f'\n[[licences]]\nid = "{holder}/{purpose}"\nholder = "{holder}"\npurpose = "{purpose}"\nepsilon = "1"\n'
        'delta = "1e-3"\nminimum_group = 0\nexpires = 2999-01-01\n'
    )


@pytest.fixture
def room(tmp_path: Path) -> Path:
    text = HEAD + "".join(column("clinic", one) + column("library", other) for one, other in OTHER.items())
    text += "".join(licence(holder, purpose) for holder in ("clinic", "library") for purpose in ("care", "offers"))
    text += PAIRING
    for name, rule in FIELDS:
        columns = f'{{ clinic = "{name}", library = "{OTHER[name]}" }}'
        text += f'[[pairings.fields]]\nname = "{name}"\nrule = "{rule}"\ncolumns = {columns}\n'
    (tmp_path / "policy.toml").write_text(text)
    (tmp_path / "l.csv").write_text(LEFT)
    (tmp_path / "r.csv").write_text(RIGHT)
    return tmp_path


def test_a_pairing_fills_rules_keys_and_least_weight(privshare: Command, room: Path) -> None:
    """Ann moved: she agrees on one key, and the policy asks for two. No name of a column stands for a rule here."""
    said = privshare(*FUZZY, "care", "--out", "out")
    assert (said.code, said.err) == (0, "")
    assert (room / "out" / "matches.csv").read_text() == "clinic_row,library_row\n1,0\n"
    assert (room / "out" / "clinic" / "matches.weights.csv").exists()
    told = " ".join(said.out.split())
    assert "Pairs agree on 2 of 3 keys at least" in told
    assert "last letters4/4096 last, l" in told
    page = (room / "out" / "report.html").read_text()
    assert "pairing/care" in page
    assert privshare("verify", "out").code == 0


def test_what_is_asked_within_the_pairing_runs(privshare: Command, room: Path) -> None:
    keys = ("--fuzzy-keys", "last+first+born,zip+born+last", "--weight-min", "2")
    said = privshare(*FUZZY, "care", *keys, "--out", "out")
    assert (said.code, said.err) == (0, "")
    assert "of 2 keys at least" in said.out


@pytest.mark.parametrize(
    ("purpose", "more", "told"),
    [
        ("care", ("--weight-min", "1"), "clause pairing/care"),
        ("care", ("--fuzzy-keys", "last+first+zip", "--weight-min", "1"), "last+first+zip is no key"),
        ("care", ("--left-on", "last:letters3,first,born,zip"), "another part of 'last' of clinic"),
        ("care", ("--left-on", "last,mail,born,zip"), "no field of the pairing has 'mail' of clinic"),
        ("care", ("--left-on", "last,first", "--right-on", "l,f"), "the columns of a key of pairing/care"),
        ("offers", (), "clause no-pairing:offers"),
        ("sales", (), "--purpose was sales"),
        ("care", ("--holders", "clinic,museum"), "two of the policy's: clinic, library"),
        ("care", ("--holders", "clinic"), "two different names"),
        ("care", ("--holders", "clinic,,library"), "two different names"),
        ("care", ("--holders", "clinic,"), "two different names"),
        ("care", ("--policy", "none.toml"), "there is no policy file none.toml"),
        ("care", ("--policy", "."), "cannot be read"),
    ],
)
def test_what_the_pairing_does_not_allow_leaves_nothing(
    privshare: Command, room: Path, purpose: str, more: tuple[str, ...], told: str
) -> None:
    assert told in refused_without_a_trace(privshare, room, *FUZZY, purpose, *more, "--out", "out")


def test_an_exact_key_of_a_yes_or_no_is_refused_by_its_clause(privshare: Command, room: Path) -> None:
    exact = ("link", "l.csv", "r.csv", "--policy", "policy.toml", "--purpose", "care", "--holders", "clinic,library")
    words = ("--left-on", "regular", "--right-on", "r", "--out", "out")
    told = refused_without_a_trace(privshare, room, *exact, *words)
    assert "clause clinic.regular" in told
    assert "can have 2 values in public" in told
    words = ("--left-on", "born", "--right-on", "b", "--out", "out")
    told = refused_without_a_trace(privshare, room, *exact, *words)
    assert "no clause says how many values born can have" in told
    said = privshare(*exact, "--left-on", "mail", "--right-on", "m", "--out", "out")
    assert (said.code, said.err) == (0, "")
    assert (room / "out" / "matches.csv").read_text() == "clinic_row,library_row\n1,0\n"


def test_a_size_under_a_policy_is_kept_to_its_cap(privshare: Command, room: Path) -> None:
    size = (
        "link", "l.csv", "r.csv", "--left-on", "mail", "--right-on", "m", "--reveal", "size", "--delta", "1e-4",
        "--policy", "policy.toml", "--purpose", "care", "--holders", "clinic,library",
    )  # fmt: skip
    assert "needs --ledger" in refused_without_a_trace(privshare, room, *size, "--epsilon", "1", "--out", "out")
    assert privshare(*size, "--epsilon", "0.6", "--ledger", "own.ledger", "--out", "out").code == 0
    words = (*size, "--epsilon", "0.5", "--ledger", "own.ledger", "--out", "again")
    assert "clause clinic/care" in refused_and_noted(privshare, room, room / "own.ledger", *words)


@pytest.mark.parametrize("name", ["dob", "Date of Birth", "sex", "surname", "district"])
def test_a_column_whose_name_says_that_it_has_few_values_links_nothing_alone(
    privshare: Command, room: Path, name: str
) -> None:
    text = f"{name},id\n1990-01-01,7\n"
    for file in ("l.csv", "r.csv"):
        (room / file).write_text(text)
    words = ("link", "l.csv", "r.csv", "--out", "out", "--on")
    assert f"clause left.{name})" in refused_without_a_trace(privshare, room, *words, name)
    assert privshare(*words, f"{name},id").code == 0
