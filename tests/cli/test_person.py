"""privshare person: what it shows of one simulated person, and what it refuses to look at."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from privshare import Run, load_scenario, run_scenario, write_run
from privshare.report.folder import staging
from privshare.report.manifest import NAME, write_manifest
from privshare.secure.canonical import canonical
from privshare.secure.signing import SigningKey
from tests.cli.conftest import Command, refused_without_a_trace
from tests.comparison.overspending import overspending_story
from tests.scenario.stories import Story


@pytest.fixture(scope="module")
def most_exposed(demo_folder: Path) -> str:
    from privshare.report.person import judged_run

    return judged_run(demo_folder).spread().most


def test_the_demo_shows_a_person_whom_three_holders_jointly_overspend(
    privshare: Command, demo_folder: Path, most_exposed: str
) -> None:
    said = privshare("person", most_exposed, "--run", demo_folder)
    assert (said.code, said.err) == (0, "")
    assert all(len(line) <= 80 for line in said.out.splitlines())
    told = " ".join(said.out.split())
    for needed in (
        f"{most_exposed} is a simulated person.",
        "TRUTH Lantern Credit accounts, ",
        "TRUTH Meridian Bank loans, ",
        "TRUTH Harbour City Credit Office events, ",
        "TRUTH shared-customers epsilon 0.75, delta 3 × 10⁻⁹: How many people",
        "TRUTH bands-for-adverts PurposeNotAllowed at no-licence:platform/targeted-offers",
        "Meridian Bank, public accountability epsilon 1.75 of 2 spent",
        "TRUTH This person lost epsilon 2.7, delta 6 × 10⁻⁹.",
        "BOUND Anybody lost at most epsilon 2.7, delta 6 × 10⁻⁹ by the same releases.",
        "BOUND The gate lets anybody lose at most epsilon 5, delta 2 × 10⁻⁸",
        "TRUTH For public accountability: Lantern Credit, Meridian Bank, Harbour City Credit Office each kept",
    ):
        assert needed in told, needed


def test_every_line_from_the_truth_is_marked(privshare: Command, demo_folder: Path, most_exposed: str) -> None:
    """Below a heading marked so every entry begins with the mark; elsewhere no person and no table is named."""
    heading = ""
    for line in privshare("person", most_exposed, "--run", demo_folder).out.splitlines()[4:]:
        if line and not line.startswith(" "):
            heading = line
        entry = line.startswith("  ") and not line.startswith("   ")
        if entry and ("(TRUTH, simulated)" in heading or " this person" in line.lower()):
            assert line.startswith("  TRUTH  "), line
        if "(TRUTH, simulated)" not in heading:
            assert not re.search(r"\b(accounts|loans|events)\b, \d", line), line


def test_the_most_exposed_and_how_many_lost_how_much(
    privshare: Command, demo_folder: Path, demo_run: Run, most_exposed: str
) -> None:
    document = privshare("person", "--most", "--run", demo_folder, "--json").document()
    truth = document["truth_simulated"]
    assert truth["person"] == most_exposed
    assert sum(group["people"] for group in truth["spread"]) == demo_run.people
    assert truth["spread"][0]["lost"] == truth["lost"]
    assert document["anybody_lost_at_most"] == {"micro_epsilon": 2_700_000, "delta_e15": 6_000_000}
    assert document["gate_permits_at_most"] == {"micro_epsilon": 5_000_000, "delta_e15": 20_000_000}
    assert [over["largest_budget"]["micro_epsilon"] for over in truth["jointly_overspent"]] == [2_000_000]
    assert document["ledger_kept"] is False
    said = privshare("person", "--most", "--run", demo_folder)
    assert said.out.startswith("How many people lost how much (TRUTH, simulated)\n  TRUTH  ")
    assert f"{most_exposed} is a simulated person" in said.out


def test_json_of_one_person_has_no_spread_and_the_truth_in_one_place(
    privshare: Command, demo_folder: Path, most_exposed: str
) -> None:
    document = privshare("person", most_exposed.lower(), "--run", demo_folder, "--json").document()
    assert document["truth_simulated"]["person"] == most_exposed
    assert "spread" not in document["truth_simulated"]
    outside = json.dumps({name: value for name, value in document.items() if name != "truth_simulated"})
    assert most_exposed not in outside
    assert {line["holder"] for line in document["budgets"]} == {"platform", "bank", "city"}


def test_a_person_with_nothing_is_told_so(privshare: Command, demo_folder: Path) -> None:
    from privshare.report.person import judged_run

    judged = judged_run(demo_folder)
    nobody = next(p for n, p in enumerate(judged.known.people) if not any(r[n] for r in judged.known.rows.values()))
    told = " ".join(privshare("person", nobody, "--run", demo_folder).out.split())
    for needed in ("TRUTH No holder has this person.", "TRUTH Nothing that was answered.", "TRUTH Nowhere: ",
                   "TRUTH This person lost epsilon 0, delta 0."):  # fmt: skip
        assert needed in told, needed


def test_an_unknown_id_is_refused_with_an_example(privshare: Command, demo_folder: Path, most_exposed: str) -> None:
    sentence = privshare("person", "Ann", "--run", demo_folder).refusal()
    assert sentence.endswith(f"for example {most_exposed}.")
    assert most_exposed in privshare("person", most_exposed[:-1] + "Z", "--run", demo_folder).refusal()
    privshare("person", "\x1b[31m\u202e" + "x" * 500, "--run", demo_folder).refusal()
    privshare("person", "HC99-1900-0001-A", "--run", demo_folder).refusal()


def test_one_person_or_the_most_exposed(privshare: Command, demo_folder: Path, most_exposed: str) -> None:
    for words in ((), (most_exposed, "--most")):
        assert "not both" in privshare("person", *words, "--run", demo_folder).refusal()


def test_tables_that_somebody_brought_have_no_truth(privshare: Command, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("who,town\n" + "".join(f"p{n},a\n" for n in range(40)))
    words = ("release", "t.csv", "--person", "who", "--by", "town", "--count", "--epsilon", 1, "--out", "out")
    assert privshare(*words).code == 0
    for words in (("p1",), ("--most",)):
        sentence = refused_without_a_trace(privshare, tmp_path, "person", *words, "--run", "out")
        assert "tables that somebody brought" in sentence
        assert "p1" not in sentence


def test_a_folder_that_was_tampered_with_is_named(
    privshare: Command, demo_folder: Path, tmp_path: Path, most_exposed: str
) -> None:
    copy = Path(shutil.copytree(demo_folder, tmp_path / "copy"))
    path = copy / "releases" / "loans-by-product.json"
    path.write_bytes(path.read_bytes().replace(b'"card"', b'"cord"', 1))
    sentence = refused_without_a_trace(privshare, tmp_path, "person", most_exposed, "--run", "copy")
    assert "releases/loans-by-product.json" in sentence
    privshare("person", most_exposed, "--run", "nowhere").refusal()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("people", 10**9),
        ("people", 199),
        ("people", "300"),
        ("people", True),
        ("seed", -1),
        ("seed", 2**40),
        ("scenario", "../../story"),
        ("scenario", "/etc"),
        ("scenario", ["demo"]),
        ("scenario", "starter"),
        ("scenario_sha256", None),
        ("scenario_sha256", "0" * 64),
        ("world_sha256", "0" * 64),
        ("world_sha256", {}),
        ("policy", {"title": "x", "sha256": 7}),
        ("policy", []),
        ("budgets", []),
        ("refusals", []),
        ("refusals", [{}]),
        ("refusals", "none"),
        ("links", [{"question": "shared-customers", "clauses": 7}]),
    ],
)
def test_a_folder_that_lies_and_is_signed_anew_is_refused_in_a_sentence(
    privshare: Command,
    demo_folder: Path,
    demo_played: tuple[Run, SigningKey],
    tmp_path: Path,
    name: str,
    value: object,
) -> None:
    copy = Path(shutil.copytree(demo_folder, tmp_path / "copy"))
    facts = json.loads((copy / "run.json").read_bytes())
    (copy / "run.json").write_bytes(canonical({**facts, name: value}))
    files = {str(p.relative_to(copy)): p.read_bytes() for p in copy.rglob("*") if p.is_file() and p.name != NAME}
    (copy / NAME).write_bytes(write_manifest(files, demo_played[1]))
    refused_without_a_trace(privshare, tmp_path, "person", "--most", "--run", "copy")


@pytest.fixture
def played(tmp_path: Path) -> Story:
    """A story that does not come with privshare, and beside it the folder `out` of its run."""
    story = overspending_story(tmp_path / "story")
    with staging(tmp_path / "out") as stage:
        run, key = run_scenario(load_scenario(str(story.folder)))
        write_run(run, stage, run_key=key)
    return story


ASK = ("person", "--most", "--run", "out")


def test_an_own_scenario_is_named_by_its_folder(privshare: Command, tmp_path: Path, played: Story) -> None:
    assert "--scenario" in refused_without_a_trace(privshare, tmp_path, *ASK)
    document = privshare(*ASK, "--scenario", "story", "--json").document()
    assert document["truth_simulated"]["jointly_overspent"][0]["purpose"] == "audit"
    told = " ".join(privshare(*ASK, "--scenario", "story").out.split())
    assert "who-is-shared no epsilon bounds this: Which rows do both have?" in told
    assert "Uses above that no epsilon bounds, and that are in no sum: 1." in told


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        ("scenario.toml", "seed = 5", "seed = 6", "scenario.toml"),
        ("scenario.toml", 'tables = ["accounts"]', 'tables = ["accounts" ]', "scenario.toml"),
        ("policy.toml", 'epsilon = "1.0"', 'epsilon = "9.0"', "policy"),
    ],
)
def test_a_scenario_that_was_changed_since_is_refused(
    privshare: Command, tmp_path: Path, played: Story, file: str, old: str, new: str, told: str
) -> None:
    played.edit(file, (old, new))
    sentence = refused_without_a_trace(privshare, tmp_path, *ASK, "--scenario", "story")
    assert "not the one that was run" in sentence
    assert f"its {told} is another one" in sentence
    assert "not the one that was run" in refused_without_a_trace(privshare, tmp_path, *ASK, "--scenario", "demo")


def test_a_version_that_builds_other_people_says_so(
    privshare: Command, tmp_path: Path, played: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    from privshare.holders import population

    monkeypatch.setattr(population, "_HEAVY_EVENTS", 399)
    assert "builds other people" in refused_without_a_trace(privshare, tmp_path, *ASK, "--scenario", "story")


def test_a_kept_ledger_counts_other_runs_and_the_person_only_this_one(privshare: Command, tmp_path: Path) -> None:
    overspending_story(tmp_path / "story").edit("policy.toml", ('epsilon = "1.0"', 'epsilon = "5.0"')).edit(
        "policy.toml", ('epsilon = "1.0"', 'epsilon = "5.0"')
    ).edit("policy.toml", ('epsilon = "1.0"', 'epsilon = "5.0"'))
    for seed in (1, 2):
        words = ("run", "story", "--out", f"out{seed}", "--ledger", "all.ledger", "--seed", seed)
        assert privshare(*words).code == 0
    words = ("person", "--most", "--run", "out2", "--scenario", "story")
    document = privshare(*words, "--json").document()
    spent = {(line["holder"], line["purpose"]): line["spent"]["micro_epsilon"] for line in document["budgets"]}
    charged = {
        (line["holder"], line["purpose"]): line["loss"]["micro_epsilon"]
        for line in document["truth_simulated"]["charged"]
    }
    assert document["ledger_kept"] is True
    assert spent["platform", "audit"] == 2 * charged["platform", "audit"] == 1_600_000
    assert "These ledgers also count other runs" in privshare(*words).out


REMEASURED = """
[[steps]]
kind = "remeasure"
id = "wanted"
sentence = "How many cards are there, to within a twentieth?"
holder = "bank"
purpose = "research"
by = []
keys = {}
measure = { name = "loans", bound = 2 }
target_error = "0.05"
epsilon = "0.7"
"""


@pytest.mark.parametrize(("share", "again"), [("0.02", True), ("0.2", False)])
def test_a_second_measurement_that_hangs_on_the_first_is_a_use_where_it_was_made(
    privshare: Command, tmp_path: Path, share: str, again: bool
) -> None:
    """Of about 1,370 loans the look's interval is 6 in 100 wide to each side. Its noise, of scale 29, would have to
    pass 940 to change what follows: odds below 1e-13."""
    overspending_story(tmp_path / "story").add("scenario.toml", REMEASURED.replace("0.05", share)).edit(
        "scenario.toml", ("people = 200", "people = 2000")
    )
    assert privshare("run", "story", "--out", "out").code == 0
    truth = privshare(*ASK, "--scenario", "story", "--json").document()["truth_simulated"]
    released = {path.stem for path in (tmp_path / "out" / "releases").iterdir()}
    assert released >= {"wanted-look", "wanted"} if again else "wanted-look" in released and "wanted" not in released
    assert released <= {use["question"] for use in truth["uses"]}
    assert {use["question"] for use in truth["uses"]} == released | {"who-is-shared"}
