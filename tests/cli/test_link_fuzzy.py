"""privshare link --fuzzy: what it prints, what it leaves, and what it refuses without leaving anything."""

from __future__ import annotations

from pathlib import Path

import pytest

from privshare.scenario.steps import link as step
from tests.cli.conftest import Command, refused_without_a_trace

HEADER = "given_name,surname,date_of_birth,suburb\n"
LEFT = f"{HEADER}Ann,Lee,1990-01-01,Hull\nDee,Fox,1970-01-01,Bath\nCid,Poe,1980-01-01,Rye\n"
RIGHT = f"{HEADER}Cid,Poe,1980-01-01,Rye\nDee,Fox,1970-01-01,York\nAnna,Lee,1990-01-01,Hull\n"
ON = "given_name:letters3,surname,date_of_birth,suburb"


@pytest.fixture
def room(tmp_path: Path) -> Path:
    (tmp_path / "l.csv").write_text(LEFT)
    (tmp_path / "r.csv").write_text(RIGHT)
    return tmp_path


def test_pairs_for_people(privshare: Command, room: Path) -> None:
    said = privshare("link", "l.csv", "r.csv", "--on", ON, "--fuzzy", "--out", "out")
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith("Records that left and right probably share: 3. Pairs of rows: 3.\n")
    told = " ".join(said.out.split())
    for needed in (
        "Rows of left left open, because two candidates are alike: 0.",
        "Pairs agree on 1 of 4 keys at least, as was fixed before.",
        "given_name letters3/4096 given_name, given_name",
        "date_of_birth date/36525",
        "No key was left out",
        "Who learned what, by fuzzy/1 over psi-oprf/1",
        "on which of the 4 kinds of key it agrees",
        "no differential privacy by person is claimed",
        "out/left/matches.weights.csv on how many keys each pair agrees; left's own",
        "Report: out/report.html",
    ):
        assert needed in told, needed
    assert all(len(line) <= 80 for line in said.out.splitlines() if not line.startswith("Verify: "))
    assert (room / "out" / "matches.csv").read_text() == "left_row,right_row\n0,2\n1,1\n2,0\n"
    assert privshare("verify", "out").code == 0


def test_what_a_rule_cannot_read_is_counted_on_the_terminal_alone(privshare: Command, room: Path) -> None:
    (room / "r.csv").write_text(RIGHT.replace("1980-01-01", "01.01.1980").replace("1970-01-01", ""))
    told = " ".join(privshare("link", "l.csv", "r.csv", "--on", ON, "--fuzzy", "--out", "out").out.split())
    assert "Rows of right with a date_of_birth that the rule date cannot read" in told
    assert "counts as missing: 1. A date is written year first, as 1999-08-04." in told, "an empty one is no fault"
    assert "Rows of left with a" not in told
    assert not [path for path in (room / "out").rglob("*") if path.is_file() and b"unread" in path.read_bytes()]
    assert "Rows of right with a" not in (room / "out" / "report.html").read_text("utf-8")


def test_dates_that_nothing_is_read_of_are_refused_with_how_to_write_them(privshare: Command, room: Path) -> None:
    (room / "r.csv").write_text(RIGHT.replace("19", "1.1.19"))
    few = ["--fuzzy-keys", "surname+date_of_birth"]
    said = refused_without_a_trace(privshare, room, "link", "l.csv", "r.csv", "--on", ON, "--fuzzy", *few, "--out", "o")
    assert "too many fields are missing for a single key" in said
    assert "year first, as 1999-08-04" in said


def test_pairs_as_one_document(privshare: Command, room: Path) -> None:
    words = ("link", "l.csv", "r.csv", "--on", ON, "--fuzzy", "--weight-min", "2")
    told = privshare(*words, "--out", "out", "--json").document()
    (link,) = told["links"]
    assert (link["matches"], link["fuzzy"]["plan"]["weight_min"], link["fuzzy"]["open"]) == (2, 2, 0)
    keys = ("--fuzzy-keys", "given_name+surname+date_of_birth")
    told = privshare("link", "l.csv", "r.csv", "--on", ON, "--fuzzy", *keys, "--out", "other", "--json").document()
    assert [key["key"] for key in told["links"][0]["fuzzy"]["keys"]] == ["given_name+surname+date_of_birth"]
    assert told["links"][0]["matches"] == 3


GOOD = ["l.csv", "r.csv", "--on", ON, "--fuzzy", "--out", "out"]
BAD: dict[str, tuple[list[str], str]] = {
    "no rule by name": ([*GOOD[:3], "given_name,surname,shoe", *GOOD[4:]], "shoe:letters4"),
    "no such rule": ([*GOOD[:3], "given_name,surname:sound", *GOOD[4:]], "accepted is lettersN"),
    "one column": ([*GOOD[:3], "surname", *GOOD[4:]], "--on with --fuzzy was surname; accepted is 2 to 8 columns"),
    "a size": ([*GOOD, "--reveal", "size", "--epsilon", "1"], "no noise and no price"),
    "an epsilon": ([*GOOD, "--epsilon", "1"], "no noise and no price"),
    "a ledger": ([*GOOD, "--ledger", "new.ledger"], "no price to count"),
    "a weight without fuzzy": ([*GOOD[:4], "--out", "out", "--weight-min", "2"], "give --fuzzy"),
    "keys without fuzzy": ([*GOOD[:4], "--out", "out", "--fuzzy-keys", "surname"], "give --fuzzy"),
    "a weight of 0": ([*GOOD, "--weight-min", "0"], "--weight-min was 0"),
    "a weight too large": ([*GOOD, "--weight-min", "5"], "1 to 4"),
    "an unknown key": ([*GOOD, "--fuzzy-keys", "surname+town"], "--fuzzy-keys was 'town'; accepted is names of fields"),
    "a key of few values": ([*GOOD, "--fuzzy-keys", "surname"], "Add a field to it, or leave it out."),
    "default keys of few values": (
        [*GOOD[:3], "given_name:letters1,surname:letters1,suburb:letters1", *GOOD[4:]],
        "learns what the other holds. Add a field to it.",
    ),
    "default keys of few values among four": (
        [*GOOD[:3], "given_name:letters1,surname:letters1,suburb:letters1,date_of_birth:letters1", *GOOD[4:]],
        "Add a field to it, or name keys of more fields than three with --fuzzy-keys.",
    ),
    "one right column": (
        [*GOOD[:2], "--left-on", "surname", "--right-on", "surname", *GOOD[4:]],
        "--left-on with --fuzzy was surname",
    ),
    "no key": ([*GOOD, "--fuzzy-keys", " , "], "--fuzzy-keys was 0 of them; accepted is 1 to 255"),
    "no column": ([*GOOD[:3], "given_name,surname,dob", *GOOD[4:]], "no column 'dob'"),
}


@pytest.mark.parametrize(("words", "told"), BAD.values(), ids=BAD)
def test_bad_input_gets_one_sentence_and_leaves_nothing(
    privshare: Command, room: Path, words: list[str], told: str
) -> None:
    assert told in refused_without_a_trace(privshare, room, "link", *words)


def test_too_many_pairs_of_rows_are_refused_in_one_sentence_without_their_number(
    privshare: Command, room: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(step, "PAIRS_MAX", 8)
    told = set()
    for again in (3, 4):
        for side in ("l.csv", "r.csv"):
            (room / side).write_text(HEADER + "Ann,Lee,1990-01-01,Hull\n" * again)
        told.add(
            refused_without_a_trace(privshare, room, "link", "l.csv", "r.csv", "--on", ON, "--fuzzy", "--out", "o")
        )
    (sentence,) = told
    assert "more pairs of rows match than the 8 that are accepted at most" in sentence
