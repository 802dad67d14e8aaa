"""`privshare attack` on tables: what it prints, what it writes, what it refuses."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from tests.cli.conftest import Command, tree

INFERENCE = ("attack", "inference", "--original", "o.csv", "--released", "r.csv", "--secret", "score")
DECLARED = ("--declare-synthetic",)


@pytest.fixture
def tables(tmp_path: Path) -> Path:
    """A copy of sixty people, and sixty others as a control."""
    for name, start in (("o", 0), ("r", 0), ("c", 1000)):
        rows = "".join(f"{20 + n % 60},{'ABCDE'[n % 5]},{300 + 7 * n}\n" for n in range(start, start + 60))
        (tmp_path / f"{name}.csv").write_text("age,district,score\n" + rows)
    return tmp_path


def test_a_copy_is_told_in_words_and_figures(privshare: Command, tables: Path) -> None:
    said = privshare(*INFERENCE, "--control", "c.csv", *DECLARED)
    assert (said.code, said.err) == (0, "")
    assert "Of 1,000 attempts 1,000 are right, and 0 of the same attempts" in " ".join(said.out.split())
    assert "So the release adds a risk between" in said.out
    assert "“No row of these tables is about a real person.”" in said.out
    assert hashlib.sha256((tables / "r.csv").read_bytes()).hexdigest()[:16] in said.out
    assert "This is one attack." in said.out
    assert max(map(len, said.out.splitlines())) <= 100


def test_without_a_control_it_says_what_that_means(privshare: Command, tables: Path) -> None:
    said = privshare(*INFERENCE, *DECLARED)
    assert "No control was brought" in said.out
    assert "control  " not in said.out


def test_nothing_found_is_said_with_what_that_is_worth(privshare: Command, tables: Path) -> None:
    (tables / "r.csv").write_text("age,district,score\n")
    said = privshare(*INFERENCE, "--control", "c.csv", *DECLARED)
    assert "The interval holds 0: this attack found nothing in the release" in " ".join(said.out.split())


def test_columns_of_odd_kinds_are_told(privshare: Command, tables: Path) -> None:
    (tables / "r.csv").write_text("age,score,spare\n" + "".join(f"20-39,{300 + n},x\n" for n in range(60)))
    said = privshare(*INFERENCE, *DECLARED)
    words = " ".join(said.out.split())
    assert "Numbers: score. Categories: age. Not in every table, so left out: district, spare." in words
    assert "Column age has numbers and texts" in words


def test_the_document_has_everything_and_no_cell(privshare: Command, tables: Path) -> None:
    found = privshare(*INFERENCE, "--control", "c.csv", "--seed", "7", *DECLARED, "--json").document()
    assert found["attack"] == "inference"
    assert found["main"]["successes"] == found["main"]["attempts"] == 60
    assert found["risk"]["measured_against"] == "control"
    assert found["risk"]["interval"][0] <= found["risk"]["value"] <= found["risk"]["interval"][1]
    assert found["seed"] == 7
    assert found["declaration"]["by"]
    assert [table["rows"] for table in found["declaration"]["tables"]] == [60, 60, 60]
    assert found["out"] is None


def test_a_folder_holds_the_declaration(privshare: Command, tables: Path) -> None:
    said = privshare(*INFERENCE, *DECLARED, "--out", "run")
    assert set(tree(tables / "run")) == {"attack.json", "attack.txt"}
    document = json.loads((tables / "run" / "attack.json").read_text("utf-8"))
    assert document["declaration"]["says"] == "No row of these tables is about a real person."
    assert document["declaration"]["tables"][0]["sha256"] == hashlib.sha256((tables / "o.csv").read_bytes()).hexdigest()
    text = (tables / "run" / "attack.txt").read_text("utf-8")
    assert "Declared at" in text
    assert said.out.startswith(text.rstrip("\n"))
    refused = privshare(*INFERENCE, *DECLARED, "--out", "run").refusal()
    assert "not empty" in refused


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (INFERENCE, "accepted is the same request with --declare-synthetic"),
        (("attack", "inferense"), "did you mean 'inference'?"),
        (("attack", "zzz"), "NAME was zzz; accepted is"),
        (("attack", "inference", "--released", "r.csv", "--secret", "score", *DECLARED), "--original was not given"),
        (("attack", "inference", "--original", "o.csv", "--secret", "score", *DECLARED), "--released was not given"),
        ((*INFERENCE, "--known", "age,,district", *DECLARED), "--known was age,,district; accepted is columns"),
        ((*INFERENCE, "--attempts", "5", *DECLARED), "--attempts was 5"),
        ((*INFERENCE, "--control", "gone.csv", *DECLARED), "there is no such file"),
    ],
)
def test_a_refusal_is_one_sentence_and_leaves_nothing(
    privshare: Command, tables: Path, words: tuple[str, ...], told: str
) -> None:
    before = tree(tables)
    assert told in privshare(*words, "--out", "run").refusal()
    assert tree(tables) == before


def test_too_few_people_are_refused(privshare: Command, tables: Path) -> None:
    (tables / "o.csv").write_text("age,district,score\n" + "1,A,2\n" * 29)
    assert "has 29 rows to attack; accepted are at least 30" in privshare(*INFERENCE, *DECLARED).refusal()
