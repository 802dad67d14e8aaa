"""The step link-fuzzy and `link --fuzzy`: rules fixed before, the gate asked, files that verify, lies found."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from privshare import Run, load_scenario, run_scenario
from privshare.errors import (
    FormNotAllowed,
    InputRefused,
    KeyNotAllowed,
    VerificationFailed,
)
from privshare.report.facts import run_facts
from privshare.report.verify import verify_folder
from privshare.scenario.adhoc.fuzzy import FuzzyRequest, fuzzy_scenario
from privshare.scenario.loader import Scenario
from privshare.scenario.steps.fuzzy import FUZZY, FuzzyStep
from privshare.secure.signing import SigningKey
from tests.comparison.overspending import overspending_story
from tests.report.test_verify_liar import signed_anew
from tests.scenario.linking import Row, numbers, table, written
from tests.scenario.stories import Story
from tests.secure.psi.fuzzy.people import COLUMNS, two_clerks

HEADER = ("first_name", "surname", "dob", "town")
LEFT_ROWS: list[Row] = [
    ("Ann", "Lee", "1990-01-01", "Hull"),
    ("Dee", "Fox", "1970-01-01", "Bath"),
    ("ANN", "LEE", "19900101", "hull"),
    ("Cid", "Poe", "1980-01-01", "Rye"),
    (None, "Roe", None, "Ayr"),
]
RIGHT_ROWS: list[Row] = [
    ("Cid", "Poe", "1980-01-01", "Rye"),
    ("Dee", "Fox", "1970-01-01", "York"),
    ("Ann", "Lee", "1990-01-01", "Wick"),
    ("Dee", "Fox", None, "Bath"),
]


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    left, right = tmp_path / "l.csv", tmp_path / "r.parquet"
    return table(left, HEADER, LEFT_ROWS), table(right, HEADER, RIGHT_ROWS)


def asked(files: tuple[Path, Path], *fields: str, **more: Any) -> FuzzyRequest:
    return FuzzyRequest(*files, (fields or HEADER, more.pop("right", fields or HEADER)), **more)


def paired(files: tuple[Path, Path], *fields: str, **more: Any) -> tuple[Run, SigningKey]:
    return run_scenario(fuzzy_scenario(asked(files, *fields, **more)))


def pairs(run: Run) -> set[tuple[tuple[int, ...], tuple[int, ...]]]:
    (link,) = run.links
    one, other = (side.matches for side in link.sides)
    return {(one.of(n), other.of(n)) for n in range(len(one))}


def test_records_pair_and_a_tie_stays_open(files: tuple[Path, Path]) -> None:
    run, _ = paired(files)
    assert pairs(run) == {((0, 2), (2,)), ((3,), (0,))}
    (link,) = run.links
    assert link.suite == "fuzzy/1 over psi-oprf/1"
    assert link.fuzzy is not None
    assert link.fuzzy.open_rows.tolist() == [1]
    assert [side.missing for side in link.sides] == [1, 0]
    (facts,) = run_facts(run)["links"]
    assert facts["fuzzy"]["plan"]["fields"][2] == {"name": "dob", "rule": "date/36525"}
    assert facts["fuzzy"]["plan"]["records_max"] == 8
    assert facts["fuzzy"]["keys"][0] == {
        "key": "first_name+surname+dob", "made": {"left": 3, "right": 3}, "ambiguous": {"left": 0, "right": 0},
    }  # fmt: skip


@pytest.mark.parametrize(("rows", "declared"), [(5, 8), (7, 8), (8, 8), (9, 16)])
def test_what_both_sides_declare_is_no_row_count(tmp_path: Path, rows: int, declared: int) -> None:
    left = table(
        tmp_path / "l.csv", HEADER, [(f"{chr(97 + n)}nn", "Lee", f"19{n + 10}-01-01", "Hull") for n in range(rows)]
    )
    right = table(tmp_path / "r.csv", HEADER, RIGHT_ROWS)
    ((_, step),) = fuzzy_scenario(asked((left, right))).steps
    assert step.plan.records_max == declared


def test_the_folder_holds_what_each_party_gets_and_verifies(files: tuple[Path, Path], tmp_path: Path) -> None:
    folder = written(paired(files), tmp_path / "out")
    assert numbers(folder / "matches.csv") == [(0, 2), (2, 2), (3, 0)]
    assert (folder / "left" / "matches.open.csv").read_text() == "own_row,weight,candidates\n1,1,2\n"
    weights = numbers(folder / "left" / "matches.weights.csv")
    assert sorted(weight for _, weight in weights) == [1, 4]
    assert sorted(path.name for path in (folder / "right").iterdir()) == ["matches.csv"]
    assert dict(verify_folder(folder).checks)["links"] == 1
    page = (folder / "report.html").read_text()
    for needed in ("probably has too. Pairs: 2.", "first_name+surname+dob", "letters4/4096", "fuzzy/1 over psi-oprf/1"):
        assert needed in page, needed
    everything = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    for row in LEFT_ROWS + RIGHT_ROWS:
        for text in (text for text in row if text and len(text) > 8):
            assert text.encode() not in everything, "a field stands in the folder"


def test_both_parties_sign_the_plan(files: tuple[Path, Path]) -> None:
    run, _ = paired(files, weight_min=2)
    leaf = json.loads(run.log.leaves[run.links[0].leaf_index])
    plan = leaf["document"]["plan"]
    assert (plan["weight_min"], plan["keys"]) == (2, [[0, 1, 2], [0, 1, 3], [0, 2, 3], [1, 2, 3]])
    assert pairs(run) == {((3,), (0,))}


def edited(path: str, change: Callable[[str], str]) -> tuple[str, Callable[[str], str]]:
    return path, change


LIES = {
    "a weight too large": edited("left/matches.weights.csv", lambda text: text.replace(",4\n", ",5\n")),
    "a weight of nothing": edited("left/matches.weights.csv", lambda text: text.replace(",4\n", ",0\n")),
    "a weight left out": edited("left/matches.weights.csv", lambda text: text.rpartition("\n1,")[0] + "\n"),
    "a weight of no match": edited("left/matches.weights.csv", lambda text: text + "2,1\n"),
    "an open row that is matched": edited("left/matches.open.csv", lambda text: text.replace("\n1,", "\n3,")),
    "an open row without a candidate": edited("left/matches.open.csv", lambda text: text.replace(",2\n", ",0\n")),
    "an open row more": edited("left/matches.open.csv", lambda text: text + "4,1,2\n"),
    "an open row that is text": edited("left/matches.open.csv", lambda text: text.replace("\n1,", "\nx,")),
    "a column more": edited("left/matches.open.csv", lambda text: text.replace(",2\n", ",2,2\n")),
    "another rule": edited("run.json", lambda text: text.replace('"rule":"date/36525"', '"rule":"date/36524"')),
    "another least weight": edited("run.json", lambda text: text.replace('"weight_min":1', '"weight_min":0')),
    "no plan": edited("run.json", lambda text: text.replace('"plan":{', '"plam":{')),
    "another maker": edited("run.json", lambda text: text.replace('"by":"left","keys"', '"by":"right","keys"')),
    "fewer open": edited("run.json", lambda text: text.replace('"open":1', '"open":0')),
}


@pytest.fixture(scope="module")
def one_run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, SigningKey]:
    """One run's folder, to be copied, and the key that signed it."""
    room = tmp_path_factory.mktemp("fuzzy")
    played = paired((table(room / "l.csv", HEADER, LEFT_ROWS), table(room / "r.csv", HEADER, RIGHT_ROWS)))
    return written(played, room / "out"), played[1]


@pytest.mark.parametrize(("path", "change"), LIES.values(), ids=LIES)
def test_a_lie_signed_by_the_run_is_found(
    one_run: tuple[Path, SigningKey], tmp_path: Path, path: str, change: Callable[[str], str]
) -> None:
    folder = copytree(one_run[0], tmp_path / "out")
    before = (folder / path).read_text()
    after = change(before)
    assert after != before
    (folder / path).write_text(after)
    signed_anew(folder, one_run[1])
    with pytest.raises(VerificationFailed):
        verify_folder(folder)


def test_columns_may_have_other_names_and_rules_of_their_own(tmp_path: Path) -> None:
    left = table(tmp_path / "l.csv", ["Vorname", "x", "geb", "Ort"], LEFT_ROWS)
    right = table(tmp_path / "r.csv", HEADER, RIGHT_ROWS)
    fields = ("Vorname", "x:letters4", "geb", "Ort")
    played = paired((left, right), *fields, right=("first_name", "surname", "dob", "town"))
    assert pairs(played[0]) == {((0, 2), (2,)), ((3,), (0,))}
    whole = paired((left, right), "Vorname:letters9", "x:letters4", "geb:date", "Ort:text/50000", right=HEADER)
    assert [field.rule.name for field in whole[0].links[0].fuzzy.plan.fields] == [
        "letters9",
        "letters4",
        "date",
        "text",
    ]


def test_keys_can_be_named(files: tuple[Path, Path]) -> None:
    run, _ = paired(files, keys=(("dob", "surname", "first_name"),))
    assert pairs(run) == {((0, 2), (2,)), ((1,), (1,)), ((3,), (0,))}


@pytest.mark.parametrize(
    ("fields", "more", "told"),
    [
        (("first_name",), {}, "2 to 8 columns"),
        (("first_name", "surname"), {"right": ("first_name",)}, "equally many"),
        (("first_name", "surname", "shoe_size"), {}, "shoe_size:letters4"),
        (("first_name", "surname", "dob:words"), {}, "accepted is lettersN"),
        (("first_name", "surname", "dob:text"), {}, "text/DOMAIN"),
        (("first_name", "first_name", "dob"), {}, "each column once"),
        (("first_name", "dob:date"), {"right": ("first_name", "dob:year")}, "one of them"),
        (("first_name", "surname", "dob"), {"right": ("dob", "surname", "first_name")}, "one of them"),
        (("first_name", "surname", "dob"), {"weight_min": 2}, "--weight-min was 2; accepted is 1 to 1"),
        (("first_name", "surname", "dob"), {"keys": (("surname", "town"),)}, "names of fields"),
        (("first_name:letters1", "surname:letters1", "dob:year"), {}, r"67,600 values.*1,048,576"),
        (("first_name", "surname", "birth"), {}, "birth:letters4"),
        (("first_name", "surname", "birth:date"), {}, "no column 'birth'"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_refused(
    files: tuple[Path, Path], fields: tuple[str, ...], more: dict[str, Any], told: str
) -> None:
    with pytest.raises(InputRefused, match=told):
        paired(files, *fields, **more)


def test_a_table_of_gaps_and_a_table_of_families_are_refused(tmp_path: Path, files: tuple[Path, Path]) -> None:
    sparse: list[Row] = [
        ("Ann", None, None, "Hull"),
        ("Bob", None, "1990-01-01", None),
        ("Cid", "Poe", "1980-01-01", ""),
    ]
    with pytest.raises(InputRefused, match="too many fields are missing") as refused:
        paired((table(tmp_path / "s.csv", HEADER, sparse), files[1]))
    assert "2" not in str(refused.value).replace("fuzzy", ""), "how many rows that are is not told"
    family: list[Row] = [(name, "Lee", f"19{70 + n}-01-01", "Hull") for n, name in enumerate(("Ann", "Bea", "Cid"))]
    twins = [(*row[:2], "1990-01-01", row[3]) for row in family]
    with pytest.raises(InputRefused, match=r"surname\+dob\+town belong to several records of left"):
        paired((table(tmp_path / "f.csv", HEADER, twins), files[1]))
    assert len(pairs(paired((table(tmp_path / "g.csv", HEADER, family), files[1]))[0])) == 0


@pytest.fixture
def scenario(files: tuple[Path, Path]) -> Scenario:
    return fuzzy_scenario(asked(files))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"sides": [{"holder": "left", "columns": ["dob", "town"]}] * 2}, "name two holders"),
        ({"sides": [{"holder": "left", "columns": list(HEADER)}, {"holder": "right", "columns": ["dob", "town"]}]},
         "one key has 4 columns, the other 2"),
        ({"sides": [{"holder": party, "columns": ["dob", "town"]} for party in ("left", "right")]},
         "names 2 columns for 4 fields"),
        ({"records_max": 3}, "different records was 4"),  # Ann's two rows are one
        ({"records_max": 2**24}, "records was 16777216"),
    ],
)  # fmt: skip
def test_a_step_that_does_not_fit(scenario: Scenario, change: dict[str, Any], told: str) -> None:
    ((_, step),) = scenario.steps

    def run_changed() -> None:
        other = FuzzyStep.model_validate({**step.model_dump(), **change})
        run_scenario(replace(scenario, steps=((FUZZY, other),)))

    with pytest.raises((InputRefused, ValueError), match=told):
        run_changed()


def test_a_larger_link_runs_over_oblivious_transfer_and_finds_people(tmp_path: Path) -> None:
    one, other, truth = two_clerks(150, 50, seed=21)
    files = (table(tmp_path / "l.csv", COLUMNS, one), table(tmp_path / "r.csv", COLUMNS, other))
    run, _ = paired(files, *COLUMNS)
    assert run.links[0].suite == "fuzzy/1 over psi-ot-sh/1"
    found = {(rows[0], its[0]) for rows, its in pairs(run)}
    assert len(found - truth) <= 2
    assert len(found & truth) >= 135


FUZZY_STEP = """[[steps]]
kind = "link-fuzzy"
id = "who-is-alike"
sentence = "Which records are about one person?"
purpose = "audit"
fields = [{ name = "citizen", rule = "stem/4800000" }, { name = "serial", rule = "tail4" }]
keys = [["citizen"], ["serial", "citizen"]]
weight_min = 2
sides = [
    { holder = "platform", columns = ["citizen_id", "citizen_id"] },
    { holder = "bank", columns = ["account_holder", "account_holder"] },
]
"""


PAIRING = """[[pairings]]
id = "pairing/audit"
purpose = "audit"
keys = [["serial", "citizen"], ["citizen"]]
weight_min = 2
fields = [
    { name = "citizen", rule = "stem/4800000", columns = { platform = "citizen_id", bank = "account_holder" } },
    { name = "serial", rule = "tail4", columns = { platform = "citizen_id", bank = "account_holder" } },
]
"""


def fuzzy_story(folder: Path) -> Story:
    return overspending_story(folder).add("scenario.toml", FUZZY_STEP).add("policy.toml", PAIRING)


def test_a_story_can_have_the_step_and_finds_what_an_exact_link_finds(tmp_path: Path) -> None:
    """Identifiers in four styles; rows of one person are one entity on either side."""
    story = fuzzy_story(tmp_path / "story")
    run, _ = run_scenario(load_scenario(story.folder))
    exact, fuzzy = run.links
    assert (exact.fuzzy, fuzzy.question.id) == (None, "who-is-alike")
    found = [
        {(one.of(n), other.of(n)) for n in range(len(one))}
        for one, other in ([side.matches for side in link.sides] for link in (exact, fuzzy))
    ]
    assert found[0] == found[1] != set()
    assert fuzzy.fuzzy is not None
    assert set(fuzzy.fuzzy.weight.tolist()) == {2}


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('rule = "tail4"', 'rule = "sound"', "accepted is lettersN"),
        ('[["citizen"],', '[["serial"],', "has 10,000 values"),
        ("weight_min = 2", "weight_min = 3", "least weight was 3"),
        ("weight_min = 2", "least = 2", "least"),
        ('holder = "bank", columns = ["account_holder", "account_holder"]',
         'holder = "bank", columns = ["account_holder", "product"]', "product"),
    ],
)  # fmt: skip
def test_a_story_that_asks_amiss_is_refused(tmp_path: Path, old: str, new: str, told: str) -> None:
    story = fuzzy_story(tmp_path / "story").edit("scenario.toml", (old, new))
    with pytest.raises((InputRefused, FormNotAllowed), match=told):
        run_scenario(load_scenario(story.folder))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('id = "pairing/audit"\npurpose = "audit"', 'id = "pairing/audit"\npurpose = "research"', "no-pairing:audit"),
        ('"citizen"], ["citizen"]]', '"citizen"], ["serial"]]', "citizen is no key"),
        ('rule = "tail4"', 'rule = "tail3"', "another part"),
        ('category = "direct-identifier"', 'values_max = 5\ncategory = "direct-identifier"', "can have 5 values"),
    ],
)
def test_a_story_pairs_only_as_its_policy_says(tmp_path: Path, old: str, new: str, told: str) -> None:
    story = fuzzy_story(tmp_path / "story").edit("policy.toml", (old, new))
    with pytest.raises(KeyNotAllowed, match=told):
        run_scenario(load_scenario(story.folder))
