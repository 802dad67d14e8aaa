"""The labs run as a student opens them, with wrong answers and with the solutions; Jupyter is not needed.

A lab keeps to a form: cells `guess-N`, `reveal-N`, `exercise-N`, `check-N`, and folded `solution-N` in prose. A check
says "not yet" to an answer that is None, "right" to the solution, and to each wrong answer below what is wrong with it.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.house.repository import ROOT

FOLDER = ROOT / "docs" / "labs"
HASHED, BIRTH, TOTALS, CHOOSE = LABS = (
    "1-we-hashed-the-numbers", "2-only-birth-sex-district", "3-exact-totals", "4-choose"
)  # fmt: skip
MARK = "=== "

# Lab -> exercise -> wrong answers, each with what a student is told. Every hint stands here.
WRONG: dict[str, dict[str, list[tuple[str, str]]]] = {
    HASHED: {
        "1": [("8 * 60 * 10_000 * 23", "leave only one"), ("480", "Multiply")],
        "2": [("10_950", "do not count it"), ("1.0", "divided by 100 million")],
        "3": [("'hc01'", "one of the candidates"),
              ("next(text for text in candidates if unkeyed_hash(text) != target)", "begins")],
        "4": [("2", "knows the word too")],
        "5": [("0.048", "for one row"), ("10**6", "Rows times")],
        "6": [("set()", "Missing: attribute"), ("{'dictionary', 're-identification'}", "Too many: dictionary")],
        "7": [("'a'", "named none"), ("'c'", "another seed")],
        "8": [("{'Ada'}", "same order"), ("{'hc01'}", "Write names")],
        "9": [("'a'", "agreed output"), ("'b'", "still 0 or 1")],
    },
    BIRTH: {
        "1": [("(np.unique(years := np.column_stack([rows.low[:, 0] // 365, rows.low[:, 1:3]]), axis=0, "
               "return_counts=True)[1] == 1).mean()", "groups that have one person"), ("0.99", "divide by")],
        "2": [("65_600", "two sexes"), ("2_247", "95 %"), ("10_000", "raise n")],
        "3": [("1", "score band"), ("157", "number of groups"), ("4", "take the smallest")],
        "4": [("0.9", "seventh column"), ("(np.unique(np.column_stack([wide.low, wide.high]), axis=0, "
               "return_counts=True)[1] == 1).mean()", "share of groups")],
        "5": [("0.5", "larger of yes and no"), ("0.8157", "mean over groups"),
              ("max(wide.secret[(box == one).all(axis=1)].mean() for one in box)", "as much")],
        "6": [("{'flu'}", "both lists"), ("set(first_clinic + second_clinic)", "both groups allow")],
        "7": [("{'differencing'}", "Missing: attribute"), ("set(found)", "Too many: linkage")],
    },
    TOTALS: {
        "1": [("[0] * 10", "minus the one without"), ("[1]", "ten values"),
              ("[1 - int(people.people.secret[p]) for p in persons]", "wrong way round")],
        "2": [("4864", "with nobody"), ("5", "equals 1"),
              ("int((series.ask(('block', 'sex', 'year'), 'people').counts > 0).sum())", "with anybody")],
        "3": [("(10, 30, 50)", "24 years older"), ("(10, 30, 40)", "add up to 80"), ("(29, 29, 32)", "in the middle")],
        "4": [("set()", "Missing: averaging"), ("set(names)", "Too many: reconstruction")],
        "5": [("0.269", "wrong at least"), ("1", "one more than itself")],
        "6": [("1", "the ceiling is 0.731"), ("0.1", "A larger one")],
        "7": [("0.0", "cancels"), ("0.851", "the whole budget"), ("10", "each of 200")],
        "8": [("1", "the noise is new"), ("40", "add up")],
        "9": [("1", "20 in all"), ("20", "equal parts")],
    },
    CHOOSE: {
        "1": [("{'k-anonymity'}", "worst gain of k-anonymity")],
        "2": [("'a'", "largest of all"), ("'c'", "every single time")],
        "3": [("1 / (point_of(rows['local-dp', 1.0]).error / point_of(rows['central-dp', 1.0]).error)", "way round"),
              ("1", "Divide")],
        "4": [("(1, 10)", "way round"), ("(100, 1)", "like the root"), ("(3, 3)", "root of 100")],
        "5": [("{'central-dp'}", "its curator"), ("{'local-dp'}", "who gets a file")],
        "6": [("1", "one of the rows"), ("5", "Twelve rows")],
        "7": [("('central-dp', 1.0)", "term 3"), ("('raw-release', None)", "term 2"), ("('local-dp', 1.0)", "term 1"),
              ("('nothing', 1.0)", "key of rows")],
        "8": [("{'technique': 'totals-dp'}", "Still empty"), ("dict.fromkeys(wanted, 'x')", "no row"),
              ("{**dict.fromkeys(wanted, 'a b c d'), 'technique': 'totals-dp', 'epsilon': 3.0}", "one person"),
              ("{**dict.fromkeys(wanted, 'person'), 'technique': 'totals-dp', 'epsilon': 3.0}", "a sentence each"),
              ("{**dict.fromkeys(wanted, 'person'), 'technique': 'central-dp', 'epsilon': 3.0}", "terms 2 and 3"),
              ("{**dict.fromkeys(wanted, 'person'), 'technique': 'local-dp', 'epsilon': 1.0}", "term 1")],
    },
}  # fmt: skip

# What the exercise asks for, as its comment begins -> an answer of another kind, and what a student is told.
ANOTHER_KIND = {
    "a number|a whole number|seconds|a factor": ("'twelve'", "without quotation marks"),
    "a set|for example {": ("'dictionary'", "in braces"),
    r"a pair|a list|for example \(": ("7", "in brackets"),
    "{": ("'totals-dp'", "in braces"),
}

# Lab -> cell -> what it is to show: the figures that the text around them speaks of. None depends on noise.
SHOWN: dict[str, dict[str, str]] = {
    HASHED: {
        "reveal-1": r"dictionary on unkeyed-hash: (\d+) of \1 right",
        "reveal-2": r"dictionary on keyed-pseudonyms: 0 of .*\nre-identification on .*: (\d+) of \1 right",
        "psi-run": r"dictionary on psi-members: 0 of",
        "probing": r"psi-probing on psi-members: (\d+) of \1 right",
    },
    BIRTH: {
        "reveal-1": r"are alone: 99\.\d%",
        "reveal-2": r"re-identification on k-anonymity: .*, 1\d\.\d%.*\nattribute-inference on .*: .*, 8\d\.\d%",
        "reveal-4": r"keyed-pseudonyms: (\d+) of \1 right.*\n.*record-swapping: (\d+) of \2 right.*\n.*: .*, \d\.\d%",
    },
    TOTALS: {
        "reveal-1": r"differencing on raw-release: (\d+) of \1 right",
        "reveal-2": r"reconstruction on raw-release: .*, 9\d\.\d%",
        "reveal-3": r"differencing on complementary-suppression: (\d+) of \1 .*\n.* record-swapping: (\d+) of \2 ",
    },
    CHOOSE: {
        "reveal-1": r"raw-release +0\.0 +100\.0% .* frontier",
        "local-promise": r"membership .*: (\d+) of \1 right",
    },
}


@cache
def _document(lab: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / f"{lab}.ipynb").read_text("utf-8"))
    return found


def _cells(lab: str, kind: str) -> dict[str, str]:
    return {cell["id"]: "".join(cell["source"]) for cell in _document(lab)["cells"] if cell["cell_type"] == kind}


def _solutions(lab: str) -> dict[str, str]:
    found = {}
    for name, text in _cells(lab, "markdown").items():
        if name.startswith("solution-"):
            code = re.search(r"^<details>.*```python\n(.*?)```\n\n</details>$", text, re.DOTALL)
            assert code, f"{name} is not folded, or has no code"
            found[name.removeprefix("solution-")] = code[1]
    return found


def _numbers(lab: str, kind: str) -> list[str]:
    return [name.removeprefix(f"{kind}-") for name in _cells(lab, "code") if name.startswith(f"{kind}-")]


@cache
def _wrong(lab: str) -> dict[str, list[tuple[str, str]]]:
    found = {}
    for number, answers in WRONG[lab].items():
        asked = _cells(lab, "code")[f"exercise-{number}"].partition("your turn: ")[2]
        found[number] = answers + [other for kind, other in ANOTHER_KIND.items() if re.match(kind, asked)]
    return found


def _run(program: list[tuple[str, str]], folder: Path) -> dict[str, str]:
    """Run the pieces in one namespace of a fresh interpreter, warnings as errors; return what each printed."""
    text = "\n".join(f"print({MARK + name!r})\n{code}" for name, code in program)
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", text],
        capture_output=True, text=True, cwd=folder, env={"PYTHONPATH": str(ROOT)}, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    parts = re.split(rf"^{MARK}(.*)\n", done.stdout, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def _filled(
    cells: Mapping[str, str], solutions: Mapping[str, str], wrong: Mapping[str, list[tuple[str, str]]]
) -> Iterator[tuple[str, str]]:
    """Yield the pieces of a lab in which every exercise is first done wrong, then as the solution does it."""
    for name, code in cells.items():
        kind, _, number = name.rpartition("-")
        if kind == "exercise":
            check = cells[f"check-{number}"]
            for place, (answer, _) in enumerate(wrong[number]):
                yield f"wrong-{number}-{place}", f"answer_{number} = {answer}\n{check}"
            yield name, solutions[number]
        elif kind == "guess":
            yield name, code.replace("None", "0.25")
        else:
            yield name, code


def test_every_notebook_of_the_folder_is_tested_and_listed() -> None:
    assert {path.stem for path in FOLDER.glob("*.ipynb")} == set(LABS) == set(WRONG) == set(SHOWN)
    index = (FOLDER / "README.md").read_text("utf-8")
    assert [lab for lab in LABS if f"({lab}.ipynb)" not in index] == []


@pytest.mark.parametrize("lab", LABS)
def test_a_lab_is_plain_and_complete(lab: str) -> None:
    document = _document(lab)
    assert (document["nbformat"], document["nbformat_minor"]) == (4, 5)
    names = [cell["id"] for cell in document["cells"]]
    assert len(set(names)) == len(names)
    for cell in document["cells"]:
        if cell["cell_type"] == "code":
            assert (cell["outputs"], cell["execution_count"]) == ([], None), "outputs go stale; none are kept"
            hidden = cell["metadata"].get("jupyter", {}).get("source_hidden", False)
            assert hidden == cell["id"].startswith("check-"), "a check shows its result, not the answer"
    exercises = _numbers(lab, "exercise")
    assert len(exercises) >= 7
    assert exercises == _numbers(lab, "check") == list(_solutions(lab)) == list(WRONG[lab])
    cells = _cells(lab, "code")
    for number in exercises:
        assert re.fullmatch(rf"answer_{number} = None  # your turn: [^\n]+", cells[f"exercise-{number}"])
        assert names.index(f"check-{number}") == names.index(f"exercise-{number}") + 1
    first_guess, first_reveal = names.index("guess-1"), names.index("reveal-1")
    assert first_reveal == first_guess + 1 < names.index("exercise-1"), "the leak is seen before it is studied"
    links = re.findall(r"\]\(([^)]+\.(?:ipynb|md))\)", "".join(_cells(lab, "markdown").values()))
    assert len(links) >= 3
    assert [link for link in links if not (FOLDER / link).is_file()] == []


def test_labs_are_linted() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "ruff", "check", str(FOLDER)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("lab", LABS)
def test_as_delivered_every_check_says_not_yet(lab: str, tmp_path: Path) -> None:
    told = _run(list(_cells(lab, "code").items()), tmp_path)
    for number in _numbers(lab, "check"):
        assert told[f"check-{number}"] == f"Exercise {number}: not yet\n"
    assert "You wrote down no guess." in told["reveal-1"]
    for name, pattern in SHOWN[lab].items():
        assert re.search(pattern, told[name]), f"{name} no longer shows what the text says:\n{told[name]}"


@pytest.mark.parametrize("lab", LABS)
def test_wrong_answers_are_told_so_and_solutions_pass(lab: str, tmp_path: Path) -> None:
    """Lab 3 measures noise in exercise 7 and lab 4 in exercise 7; each check is wrong by chance below 1e-9."""
    told = _run(list(_filled(_cells(lab, "code"), _solutions(lab), _wrong(lab))), tmp_path)
    for number, wrong in _wrong(lab).items():
        for place, (answer, hint) in enumerate(wrong):
            said = told[f"wrong-{number}-{place}"]
            assert said.startswith(f"Exercise {number}: not right. "), f"{answer} was told: {said}"
            assert hint in said, f"{answer} was told: {said}"
        assert told[f"check-{number}"].startswith(f"Exercise {number}: right")
    assert "You guessed 0.25" in told["reveal-1"]


@pytest.mark.parametrize("lab", LABS)
def test_every_hint_of_every_check_is_tried(lab: str) -> None:
    for number, wrong in _wrong(lab).items():
        hints = _cells(lab, "code")[f"check-{number}"].count(f"Exercise {number}: not right")
        assert len(wrong) == hints, f"check-{number} has {hints} hints"
