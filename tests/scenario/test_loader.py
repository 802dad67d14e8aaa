"""Scenario files: every fault at once, each with its place, and no file outside the scenario's own folder."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from privshare.errors import FileFaults, InputRefused
from privshare.scenario.loader import SIZE_MAX, load_scenario, shipped_scenarios
from privshare.scenario.steps import STEPS
from tests.scenario.stories import DEMO, Story, demo_story, small_story


@pytest.fixture
def story(tmp_path: Path) -> Story:
    return small_story(tmp_path / "small")


@pytest.fixture
def demo(tmp_path: Path) -> Story:
    return demo_story(tmp_path / "played")


def faults(story: Story) -> dict[str, str]:
    """Return place -> what is wrong of a scenario that must be refused."""
    with pytest.raises(FileFaults) as refused:
        load_scenario(str(story.folder))
    assert "\n" not in str(refused.value), "one sentence"
    assert refused.value.path.startswith(f"{story.folder.name}/")
    return dict(refused.value.faults)


# ---------------------------------------------------------------- what is read


def test_the_shipped_scenarios_are_read() -> None:
    shipped = shipped_scenarios()
    assert "demo" in shipped
    for name in shipped:
        scenario = load_scenario(name)
        assert scenario.name == name
        assert scenario.story.startswith("#")
        assert scenario.steps


def test_a_folder_and_its_file_name_the_same_scenario(story: Story) -> None:
    by_folder, by_file = load_scenario(str(story.folder)), load_scenario(str(story.folder / "scenario.toml"))
    assert by_folder == by_file
    assert by_folder.name == "small"


def test_a_relative_path_names_a_folder(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(story.folder)
    assert load_scenario("scenario.toml").name == "small"
    assert load_scenario(".").name == "small"


def test_the_demo_plays_every_kind_of_step_that_tells_nobody_who_is_shared() -> None:
    # A step remeasure is two statistics; tests/scenario/test_remeasure.py plays it.
    played = {step.kind for _, step in load_scenario("demo").steps}
    assert played == set(STEPS) - {"link-members", "link-fuzzy", "remeasure"}


# ---------------------------------------------------------------- what is refused, with its place

SCENARIO_FAULTS = [
    ("version = 1", "version = 2", "version", "1"),
    ("version = 1", "version = true", "version", "whole number 1"),
    ("version = 1\n", "", "version", "missing"),
    ('title = "A small story"', "title = 7", "title", "text in quotes"),
    ('title = "A small story"', 'title = "A small story"\nmood = "grim"', "mood", "unknown key"),
    ('question = "How many entries does each district have?"\n', "", "question", "missing"),
    ('kind = "credit-city"', 'kind = "credit-town"', "world.kind", "credit-city"),
    ('kind = "credit-city"\n', "", "world.kind", "missing"),
    ("people = 200", "people = 199", "world.people", "200"),
    ("people = 200", "people = 1000001", "world.people", "1,000,000"),
    ("people = 200", "people = 200.0", "world.people", "whole number"),
    ("people = 200", 'people = "200"', "world.people", "whole number"),
    ("people = 200", "people = true", "world.people", "whole number"),
    ("seed = 5", "seed = -1", "world.seed", "0"),
    ("seed = 5", "seed = 4294967296", "world.seed", "4,294,967,295"),
    ("seed = 5", "seed = 5\nsex = 1", "world.sex", "unknown key"),
    ('id = "bank"', 'id = "city"', "parties", "used twice"),
    ('id = "bank"', 'id = "The Bank"', "parties[1].id", "small letters"),
    ('role = "a bank"\n', "", "parties[1].role", "missing"),
    ('role = "a bank"', 'role = "a bank"\nrow = 1', "parties[1].row", "unknown key"),
    ('tables = ["loans", "bank_register"]', 'tables = "loans"', "parties[1].tables", "list"),
    ('kind = "statistic"', 'kind = "statistics"', "steps[0].kind", "statistic"),
    ('kind = "statistic"\n', "", "steps[0].kind", "accepted are"),
    ('kind = "statistic"', "kind = 3", "steps[0].kind", "accepted are"),
    ('holder = "city"', 'holder = "town"', "steps[0].holder", "no holder 'town'; there are: bank, city"),
    ('holder = "city"', "holder = 1", "steps[0].holder", "name in quotes"),
    ('purpose = "audit"', 'purpose = "adit"', "steps[0].purpose", "no purpose 'adit'; there are: audit"),
    ('id = "rules"', 'id = "entries"', "steps[1].id", "used twice"),
    ('id = "entries"', 'id = ["entries"]', "steps[0].id", "name in quotes"),
    ('id = "entries"', 'id = "rules"', "steps[1].id", "used twice"),
    ('by = ["home_district"]', 'by = ["home_district"]\norder = 1', "steps[0].order", "unknown key"),
    ('by = ["home_district"]\n', "", "steps[0].by", "missing"),
    ('by = ["home_district"]', 'by = ["a", "b", "c", "d", "e"]', "steps[0].by", "at most 4"),
    ('by = ["home_district"]', 'by = ["home_district "]', "steps[0].by[0]", "without a blank"),
    ('["Northbank", "Lakeside"]', "[]", "steps[0].keys.home_district", "1"),
    ("bound = 5", "bound = 0", "steps[0].measures[0].bound", "1"),
    ("bound = 5", "bound = 1000000001", "steps[0].measures[0].bound", "accepted is 8,000,000 or less (was 1000000001)"),
    ("bound = 5", "bound = 5.5", "steps[0].measures[0].bound", "whole number"),
    ("bound = 5", "bound = 5, upper = 1.5", "steps[0].measures[0].upper", "whole number"),
    ('epsilon = "0.5"', "epsilon = 0.5", "steps[0].measures[0].epsilon", "quotes"),
    ('epsilon = "0.5"', 'epsilon = "0"', "steps[0].measures[0].epsilon", "0.000001 to 20"),
    ('epsilon = "0.5"', 'epsilon = "-1"', "steps[0].measures[0].epsilon", "0.000001 to 20"),
    ('epsilon = "0.5"', 'epsilon = "nan"', "steps[0].measures[0].epsilon", "0.000001 to 20"),
    ('epsilon = "0.5"', 'epsilon = "inf"', "steps[0].measures[0].epsilon", "0.000001 to 20"),
    ('epsilon = "0.5"', 'epsilon = "1e-320"', "steps[0].measures[0].epsilon", "0.000001 to 20"),
    ('epsilon = "0.5"', 'epsilon = "half"', "steps[0].measures[0].epsilon", "0.000001 to 20"),
    ('epsilon = "0.5"', "epsilon = nan", "steps[0].measures[0].epsilon", "quotes"),
    ('purpose = "audit"', 'purpose = "audit"\nexpect_refusal = "Never"', "steps[0].expect_refusal", "BudgetExhausted"),
    ('policy = "policy.toml"', 'policy = "../policy.toml"', "policy", "plain name of a file"),
    ('policy = "policy.toml"', 'policy = "/etc/passwd"', "policy", "plain name of a file"),
    ('policy = "policy.toml"', 'policy = "sub/policy.toml"', "policy", "plain name of a file"),
    ('policy = "policy.toml"', 'policy = "..\\\\policy.toml"', "policy", "plain name of a file"),
    ('policy = "policy.toml"', 'policy = "policy.toml\\u0000"', "policy", "plain name of a file"),
    ('policy = "policy.toml"', 'policy = ".."', "policy", "plain name of a file"),
    ('policy = "policy.toml"', 'policy = ""', "policy", "plain name of a file"),
    ('story = "README.md"', 'story = "../../README.md"', "story", "plain name of a file"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "place", "told"), SCENARIO_FAULTS)
def test_one_planted_fault_is_told_with_its_place(story: Story, old: str, new: str, place: str, told: str) -> None:
    found = faults(story.edit("scenario.toml", (old, new)))
    assert place in found, found
    assert told in found[place]


@pytest.mark.parametrize(
    ("old", "new", "place", "told"),
    [
        ('licence = "city/accountability"', 'licence = "city/none"', "licence", "no licence 'city/none'; there are"),
        ('unit = "unit"', 'unit = "nobody"', "unit", "no party 'nobody'"),
        ('grouping_holder = "platform"', 'grouping_holder = "unit"', "grouping_holder", "no holder 'unit'"),
        ('value_holder = "bank"', 'value_holder = "benk"', "value_holder", "no holder 'benk'"),
        ('release = "defaults-by-band"', 'release = "loans-again"', "release", "no release 'loans-again'"),
        ('measure = "defaults"\ngrouping', 'measure = "people"\ngrouping', "measure", "no joint measure"),
        ('holder = "platform"\nperson', 'holder = "unit"\nperson', "sides[0].holder", "no holder 'unit'"),
        ('release = "defaults-by-band"', 'release = "city-rules"', "release", "no release"),
        ('moment = "before-seal"', 'moment = "later"', "moment", "before-seal"),
        ("targets = 200", "targets = 19", "targets", "20"),
        ("people = 200\n", "people = 20000000\n", "people", "2,000 or less"),
        ('kind = "seal"', 'kind = "seal"\nexpect_refusal = "BudgetExhausted"', "expect_refusal", "asks nothing"),
        ('[[steps]]\nkind = "seal"\n', "", "kind", "no earlier step 'seal'"),
        ('expect_refusal = "BudgetExhausted"\nid = "loans-again"', 'id = "loans-by-product"', "id", "used twice"),
    ],
)  # fmt: skip
def test_a_step_of_the_demo_that_names_nothing(demo: Story, old: str, new: str, place: str, told: str) -> None:
    found = faults(demo.edit("scenario.toml", (old, new)))
    places = {where.partition(".")[2]: what for where, what in found.items() if where.startswith("steps[")}
    assert place in places, found
    assert told in places[place]


def test_the_id_of_a_refused_question_is_not_given_again(demo: Story) -> None:
    found = faults(demo.edit("scenario.toml", ('id = "bands-for-adverts"', 'id = "phones-by-district"')))
    assert any("used twice" in what for what in found.values())


def test_the_policy_names_parties_of_the_scenario(story: Story) -> None:
    story.edit("policy.toml", ('holder = "city"\ncolumn = "rule"', 'holder = "town"\ncolumn = "rule"'))
    story.edit("policy.toml", ('id = "city/audit"\nholder = "city"', 'id = "city/audit"\nholder = "village"'))
    with pytest.raises(FileFaults) as refused:
        load_scenario(str(story.folder))
    told = str(refused.value)
    assert "town.rule" in told
    assert "'town'" in told
    assert "'village'" in told
    assert "bank, city" in told


def test_faults_of_every_kind_are_told_at_once(story: Story) -> None:
    """Both files, types, unknown keys, missing parts, kinds, purposes and holders that nobody declared: one go."""
    story.edit(
        "scenario.toml",
        ("version = 1", "version = 4"),
        ('title = "A small story"', "colour = 1"),
        ('kind = "credit-city"', 'kind = "moon"'),
        ("people = 200", 'people = "many"'),
        ('holder = "city"', 'holder = "town"'),
        ('epsilon = "0.5"', 'epsilon = "nan"'),
        ('kind = "open"', 'kind = "opens"'),
    ).add("scenario.toml", '[[steps]]\nkind = "withdraw-licence"\nlicence = "no/such"\nreason = "because"\n')
    found = faults(story)
    assert set(found) >= {
        "version",
        "title",
        "colour",
        "world.kind",
        "world.people",
        "steps[0].holder",
        "steps[0].measures[0].epsilon",
        "steps[1].kind",
        "steps[2].licence",
    }


def test_faults_of_scenario_and_policy_are_told_together(story: Story) -> None:
    """Two files, one sentence: names in a step, a type beside them, and everything in the policy."""
    story.edit("scenario.toml", ('holder = "city"', 'holder = "town"'), ("seed = 5", "seed = 5.5"))
    story.edit("policy.toml", ("version = 1", "version = 9"), ('epsilon = "0.5"', 'epsilon = "inf"'))
    found = faults(story)
    assert set(found) >= {"world.seed", "steps[0].holder", "policy.toml: version", "policy.toml: licences[0].epsilon"}


# ---------------------------------------------------------------- files and folders


def test_a_policy_that_is_not_there(story: Story) -> None:
    (story.folder / "policy.toml").unlink()
    assert "no such file" in str(faults(story))


def test_a_link_out_of_the_folder_is_refused(story: Story, tmp_path: Path) -> None:
    """Policy, story and the scenario file itself: a name inside, a file outside."""
    for name in ("policy.toml", "README.md", "scenario.toml"):
        outside = tmp_path / f"outside-{name}"
        shutil.move(story.folder / name, outside)
        (story.folder / name).symlink_to(outside)
        with pytest.raises(FileFaults, match="leads out of the scenario's folder"):
            load_scenario(str(story.folder))
        (story.folder / name).unlink()
        shutil.move(outside, story.folder / name)
    load_scenario(str(story.folder))


def test_a_link_to_a_file_deeper_inside_is_not_followed_either(story: Story) -> None:
    (story.folder / "deep").mkdir()
    shutil.move(story.folder / "policy.toml", story.folder / "deep" / "policy.toml")
    (story.folder / "policy.toml").symlink_to(Path("deep", "policy.toml"))
    with pytest.raises(FileFaults, match="leads out"):
        load_scenario(str(story.folder))


def test_a_folder_that_is_itself_a_link_is_read(story: Story, tmp_path: Path) -> None:
    """The person who runs it chose that folder; what it must not do is choose files elsewhere."""
    (tmp_path / "alias").symlink_to(story.folder)
    assert load_scenario(str(tmp_path / "alias")).name == "alias"


@pytest.mark.parametrize("name", ["policy.toml", "README.md"])
def test_a_link_to_itself_and_a_folder_are_no_file(story: Story, name: str) -> None:
    (story.folder / name).unlink()
    (story.folder / name).symlink_to(name)
    assert "no such file" in str(faults(story))
    (story.folder / name).unlink()
    (story.folder / name).mkdir()
    assert "no such file" in str(faults(story))


@pytest.mark.parametrize("name", ["policy.toml", "scenario.toml", "README.md"])
def test_a_file_that_is_too_large_is_not_read(story: Story, name: str) -> None:
    with (story.folder / name).open("ab") as file:
        file.write(b"#" * SIZE_MAX)
    assert "larger than 1 MiB" in str(faults(story))


@pytest.mark.parametrize("name", ["policy.toml", "scenario.toml"])
def test_a_file_that_is_not_utf8(story: Story, name: str) -> None:
    path = story.folder / name
    path.write_bytes(path.read_bytes() + b"\n# \xe9\n")
    assert "not UTF-8" in str(faults(story))


@pytest.mark.parametrize("text", ["version = ", "[[steps]\n", "a = 1\na = 2\n", "x = [" * 5_000])
def test_a_file_that_is_no_toml(story: Story, text: str) -> None:
    (story.folder / "scenario.toml").write_text(text)
    assert "not readable as TOML" in str(faults(story))


def test_an_empty_scenario_names_every_part(story: Story) -> None:
    (story.folder / "scenario.toml").write_text("")
    assert {"version", "title", "question", "policy", "story", "world", "parties", "steps"} <= set(faults(story))


@pytest.mark.parametrize("steps", ["steps = 3\n", 'steps = ["seal"]\n', "steps = [[]]\n", "steps = []\n"])
def test_steps_that_are_no_tables(story: Story, steps: str) -> None:
    path = story.folder / "scenario.toml"
    text = path.read_text()
    path.write_text(steps + text[: text.index("[[steps]]")])
    assert any(place.startswith("steps") for place in faults(story))


@pytest.mark.parametrize("name", ["dem", "demos", "Demo", "emo"])
def test_a_near_miss_is_told_the_name(name: str) -> None:
    with pytest.raises(InputRefused, match=r"did you mean 'demo'\?") as refused:
        load_scenario(name)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "name", ["", "/", "/etc", "no/such/folder", "x" * 5_000, "a\x00b", "../..", "demo/../demo\n", "~"]
)
def test_what_is_no_scenario_is_refused_with_what_there_is(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputRefused, match="demo") as refused:
        load_scenario(name)
    assert len(str(refused.value)) < 1_000


def test_a_shipped_name_wins_over_a_folder_of_that_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that `run demo` means the same in every folder; a path with a slash names the other one."""
    small_story(tmp_path / "demo")
    monkeypatch.chdir(tmp_path)
    assert not load_scenario("demo").story.startswith("# A small story")
    assert load_scenario("./demo").story.startswith("# A small story")


def test_the_demo_copy_is_the_demo(demo: Story) -> None:
    """So that the planted faults above are the only difference."""
    copied, shipped = load_scenario(str(demo.folder)), load_scenario("demo")
    assert (copied.steps, copied.policy, copied.story) == (shipped.steps, shipped.policy, shipped.story)
    assert {path.name for path in DEMO.iterdir()} == {path.name for path in demo.folder.iterdir()}
