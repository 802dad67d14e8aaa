"""Every verb, for people and with --json: one document on stdout and nothing else."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from privshare import __version__
from tests.cli.conftest import Command, tree
from tests.scenario.stories import small_story

VERBS = ["demo", "run", "scenarios", "link", "verify", "ledger"]


def test_help_lists_every_verb(privshare: Command) -> None:
    said = privshare("--help")
    assert said.code == 0
    assert all(re.search(rf"^  {verb} ", said.out, re.MULTILINE) for verb in VERBS)


def test_the_version_is_said(privshare: Command) -> None:
    said = privshare("--version")
    assert (said.code, said.out, said.err) == (0, f"privshare {__version__}\n", "")


def test_a_party_without_a_command_is_shown_its_commands(privshare: Command) -> None:
    said = privshare("party")
    assert (said.code, said.err) == (0, "")
    assert said.out == privshare("party", "--help").out
    assert "\n  listen " in said.out
    assert "Link a table with another party's" in privshare("--help").out


def test_a_wrong_choice_is_told_without_the_words_of_a_library(privshare: Command) -> None:
    words = ("release", "t.csv", "--person", "who", "--count", "--epsilon", "1", "--noise", "normal", "--out", "out")
    told = privshare(*words).refusal()
    assert told.startswith("Invalid value for '--noise': 'normal' is not one of")


def test_a_file_is_no_run_folder(privshare: Command, tmp_path: Path) -> None:
    (tmp_path / "l.csv").write_text("a\n")
    assert privshare("verify", "l.csv").refusal() == "l.csv is not a run folder: it is a file."
    assert privshare("verify", "none").refusal() == "none is not a run folder: there is no such folder."


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_explains_itself_and_has_json(privshare: Command, verb: str) -> None:
    said = privshare(verb, "--help")
    assert said.code == 0
    assert "--json" in said.out
    assert said.err == ""


def test_scenarios(privshare: Command) -> None:
    listed = privshare("scenarios", "--json").document()
    assert "demo" in [entry["name"] for entry in listed]
    assert all(entry["title"] and entry["question"] for entry in listed)
    told = privshare("scenarios")
    assert (told.code, told.err) == (0, "")
    assert "privshare run demo" in told.out


def test_demo_is_the_shipped_scenario_and_verifies(privshare: Command, tmp_path: Path) -> None:
    """The whole journey: play, read the document, verify with and without the key."""
    played = privshare("demo", "--people", 300, "--out", "played", "--json").document()
    assert (played["scenario"], played["people"]) == ("demo", 300)
    assert played["out"] == "played"
    assert (tmp_path / "played" / "report.html").is_file()
    assert len(played["refusals"]) == 4

    checked = privshare("verify", "played", "--json").document()
    assert checked["authenticated"] is False
    assert checked["fingerprint"] == played["fingerprint"]
    assert all(check["count"] > 0 for check in checked["checks"])

    checked = privshare("verify", "played", "--key", played["fingerprint"], "--json").document()
    assert checked["authenticated"] is True

    told = privshare("verify", "played")
    assert (told.code, told.err) == (0, "")
    assert "not authenticated" in told.out


def test_run_with_a_ledger_and_the_ledger(privshare: Command, tmp_path: Path) -> None:
    small_story(tmp_path / "small")
    played = privshare("run", "small", "--out", "played", "--ledger", "city.ledger", "--json").document()
    assert played["scenario"] == "small"
    statement = privshare("ledger", "city.ledger", "--json").document()
    (account,) = statement["accounts"]
    assert (account["holder"], account["spent"]["micro_epsilon"]) == ("city", 500_000)
    assert [entry["state"] for entry in statement["entries"]] == ["released"]
    told = privshare("ledger", "city.ledger")
    assert (told.code, told.err) == (0, "")
    assert "city" in told.out


def test_reading_a_ledger_and_verifying_write_nothing(privshare: Command, tmp_path: Path) -> None:
    small_story(tmp_path / "small")
    assert privshare("run", "small", "--out", "played", "--ledger", "city.ledger").code == 0
    before = tree(tmp_path)
    for words in (("verify", "played"), ("ledger", "city.ledger"), ("scenarios",)):
        assert privshare(*words).code == 0
    assert tree(tmp_path) == before


def test_people_and_seed_are_of_the_world(privshare: Command, tmp_path: Path) -> None:
    small_story(tmp_path / "small")
    one = privshare("run", "small", "--people", 250, "--seed", 3, "--out", "one", "--json").document()
    assert (one["people"], one["seed"]) == (250, 3)
    assert privshare("run", "small", "--seed", 0, "--out", "zero", "--json").document()["seed"] == 0


def test_for_people_a_run_tells_where_the_report_is(privshare: Command, tmp_path: Path) -> None:
    small_story(tmp_path / "small")
    told = privshare("run", "small", "--out", "played")
    assert (told.code, told.err) == (0, "")
    assert "played/report.html" in told.out
    assert "SHA256:" in told.out


def test_out_may_be_new_empty_or_in_folders_that_are_not_there_yet(privshare: Command, tmp_path: Path) -> None:
    small_story(tmp_path / "small")
    (tmp_path / "empty").mkdir()
    for out in ("empty", "new", "deep/er/still"):
        assert privshare("run", "small", "--out", out).code == 0
        assert (tmp_path / out / "run.json").is_file()


def test_the_demo_takes_a_free_name(privshare: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without --out a second demo does not stop on the first one's folder, and does not touch it."""
    story = small_story(tmp_path / "small")
    monkeypatch.setattr("privshare.scenario.loader.shipped_scenarios", lambda: {"demo": story.folder})
    outs = [privshare("demo", "--json").document()["out"] for _ in range(3)]
    assert outs == ["privshare-demo", "privshare-demo-2", "privshare-demo-3"]


def _process(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    asked = [sys.executable, "-m", "privshare", *words]
    return subprocess.run(asked, capture_output=True, text=True, cwd=cwd, check=False, timeout=120)


def test_a_real_process_says_the_same(tmp_path: Path) -> None:
    """The checks above run in this process; once, the real thing."""
    done = _process("scenarios", "--json", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    refused = _process("run", "dem", "--out", "x", cwd=tmp_path)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "did you mean 'demo'" in refused.stderr
    assert refused.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_reader_that_closes_early_is_no_error(tmp_path: Path) -> None:
    asked = [sys.executable, "-m", "privshare", "scenarios"]
    with subprocess.Popen(asked, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=tmp_path) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        told = process.stderr.read()
        assert process.wait(60) == 0
    assert told == b""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here: 1 case of a full standard output")
def test_a_full_disk_under_standard_output_is_one_sentence(tmp_path: Path) -> None:
    with Path("/dev/full").open("w") as full:
        asked = [sys.executable, "-m", "privshare", "scenarios", "--json"]
        done = subprocess.run(asked, stdout=full, stderr=subprocess.PIPE, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("privshare: standard output could not be written: ")
    assert done.stderr.count("\n") == 1


def test_an_error_that_is_a_bug_shows_its_traceback(privshare: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only what privshare raises on purpose becomes a sentence; a bug must not look like a refusal."""

    def breaks() -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr("privshare.scenario.loader.shipped_scenarios", breaks)
    with pytest.raises(ZeroDivisionError):
        privshare("scenarios")


def test_processes_that_race_for_the_last_budget_of_a_new_ledger(tmp_path: Path) -> None:
    """Three processes, a ledger that none of them has made yet, budget for one: exactly one wins."""
    small_story(tmp_path / "small")
    words = [sys.executable, "-m", "privshare", "run", "small", "--ledger", "city.ledger", "--json"]
    racers = [
        subprocess.Popen(
            [*words, "--seed", str(number), "--out", f"out{number}"],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(3)
    ]
    ended = [(racer.communicate(timeout=120), racer.returncode) for racer in racers]
    assert sorted(code for _, code in ended) == [0, 2, 2], ended
    for number, ((out, err), code) in enumerate(ended):
        assert (tmp_path / f"out{number}").exists() == (code == 0)
        if code == 2:
            assert out == ""
            assert "city/audit" in err
            assert err.count("\n") == 1
