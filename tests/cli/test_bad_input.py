"""Bad input of every kind: exit code 2, one sentence on stderr, nothing on stdout, no file, no debit."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import FITS, RUN, Command, plain, refused_and_noted, refused_without_a_trace, spent
from tests.scenario.stories import Story

Plant = Callable[[Story], object]


def scenario(*pairs: tuple[str, str]) -> Plant:
    return lambda story: story.edit("scenario.toml", *pairs)


def policy(*pairs: tuple[str, str]) -> Plant:
    return lambda story: story.edit("policy.toml", *pairs)


def raw(name: str, data: bytes) -> Plant:
    return lambda story: (story.folder / name).write_bytes(data)


def link_out(story: Story) -> None:
    elsewhere = story.folder.parent / "elsewhere.toml"
    shutil.move(story.folder / "policy.toml", elsewhere)
    (story.folder / "policy.toml").symlink_to(elsewhere)


def epsilon(written: str) -> Plant:
    return scenario((FITS, f"epsilon = {written}"))


def budget(written: str) -> Plant:
    return policy(('epsilon = "0.5"', f"epsilon = {written}"))


RANGE = "0.000001 to 20"
FILES: dict[str, tuple[Plant, list[str]]] = {
    "unknown key": (scenario(("version = 1", 'version = 1\ncolour = "red"')), ["colour: unknown key"]),
    "wrong type": (scenario(("people = 200", 'people = "200"')), ["world.people", "whole number"]),
    "missing part": (scenario(("seed = 5\n", "")), ["world.seed: missing"]),
    "all at once": (
        scenario(("version = 1", "version = 2"), ("seed = 5\n", ""), ('id = "entries"', 'idd = "entries"')),
        ["version", "world.seed: missing", "steps[0].idd: unknown key", "steps[0].id: missing", "4 faults"],
    ),
    "policy: unknown key": (policy(("version = 1", "version = 1\nx = 1")), ["policy.toml: x: unknown key"]),
    "policy: wrong type": (policy(("minimum_group = 0", "minimum_group = 0.5")), ["licences[0].minimum_group"]),
    "policy: missing part": (policy(("expires = 2035-12-31\n", "")), ["licences[0].expires: missing"]),
    "epsilon 0": (epsilon('"0"'), ["measures[0].epsilon", RANGE]),
    "epsilon negative": (epsilon('"-0.5"'), ["measures[0].epsilon", RANGE]),
    "epsilon nan": (epsilon('"nan"'), ["measures[0].epsilon", RANGE]),
    "epsilon inf": (epsilon('"inf"'), ["measures[0].epsilon", RANGE]),
    "epsilon 1e-320": (epsilon('"1e-320"'), ["measures[0].epsilon", RANGE]),
    "epsilon text": (epsilon('"half"'), ["measures[0].epsilon", RANGE]),
    "epsilon without quotes": (epsilon("nan"), ["measures[0].epsilon", "quotes"]),
    "budget 0": (budget('"0"'), ["licences[0].epsilon", RANGE]),
    "budget negative": (budget('"-1"'), ["licences[0].epsilon", RANGE]),
    "budget nan": (budget('"nan"'), ["licences[0].epsilon", RANGE]),
    "budget inf": (budget('"inf"'), ["licences[0].epsilon", RANGE]),
    "budget 1e-320": (budget('"1e-320"'), ["licences[0].epsilon", RANGE]),
    "budget text": (budget('"much"'), ["licences[0].epsilon", RANGE]),
    "unknown purpose": (scenario(('purpose = "audit"', 'purpose = "ads"')), ["no purpose 'ads'", "audit"]),
    "unknown holder": (scenario(('holder = "city"', 'holder = "town"')), ["no holder 'town'", "bank, city"]),
    "unknown kind of step": (scenario(('kind = "open"', 'kind = "shut"')), ["steps[1].kind", "'shut'", "open"]),
    "unclassified column": (scenario(('"rule", "rule_points"', '"rule_appeal"')), ["unclassified:city.rule_appeal"]),
    "unknown column": (scenario(('"rule", "rule_points"', '"rules"')), ["rules"]),
    "over budget by one": (epsilon('"0.5"'), ["epsilon 0.5 and delta 0 for", "0.499999", "city/audit"]),
    "a path upwards": (scenario(('policy = "policy.toml"', 'policy = "../policy.toml"')), ["policy"]),
    "an absolute path": (scenario(('policy = "policy.toml"', 'policy = "/etc/passwd"')), ["policy"]),
    "a link out": (link_out, ["policy.toml", "leads out of the scenario's folder"]),
    "no TOML": (raw("scenario.toml", b"version = "), ["TOML"]),
    "not UTF-8": (raw("scenario.toml", b"version = 1\n# \xff"), ["not UTF-8"]),
    "5000 digits": (raw("policy.toml", b"version = 1" + b"0" * 5_000), ["TOML"]),
    "deep nesting": (raw("policy.toml", b"x = " + b"[" * 9_999), ["TOML"]),
    "too large": (raw("policy.toml", b"#" * (1 << 20) + b"#"), ["1 MiB"]),
    "control characters": (scenario(("A small story", "A \\u001b[31m story")), ["title"]),
    "bidi characters": (scenario(("A small story", "A \\u202e story")), ["title"]),
}


OF_THE_GATE = {"unclassified column", "over budget by one"}
"""What is well formed and not permitted: the ledger notes it."""


def test_the_plain_story_runs(privshare: Command, story: Story, tmp_path: Path) -> None:
    """Else every case below would be refused for another reason than its own."""
    assert privshare(*RUN).code == 0
    assert spent(tmp_path / "city.ledger") == 500_000


@pytest.mark.parametrize(("name", "plant", "told"), [(name, *case) for name, case in FILES.items()], ids=FILES.keys())
def test_a_bad_file_is_one_sentence(
    privshare: Command, story: Story, tmp_path: Path, name: str, plant: Plant, told: list[str]
) -> None:
    plant(story)
    if name in OF_THE_GATE:
        sentence = refused_and_noted(privshare, tmp_path, tmp_path / "city.ledger", *RUN)
    else:
        sentence = refused_without_a_trace(privshare, tmp_path, *RUN)
    assert [word for word in told if word not in sentence] == [], sentence
    assert spent(tmp_path / "city.ledger") == 1


WORDS: dict[str, tuple[list[object], str]] = {
    "no verb": (["dance"], "dance"),
    "no option": (["run", "small", "--out", "out", "--fast"], "--fast"),
    "no argument": (["run", "--out", "out"], "Missing argument"),
    "no out": (["run", "small"], "--out"),
    "one word too many": (["run", "small", "tall", "--out", "out"], "tall"),
    "no such scenario": (["run", "smal/l", "--out", "out"], "accepted are demo"),
    "near miss": (["run", "dmeo", "--out", "out"], "did you mean 'demo'"),
    "empty name": (["run", "", "--out", "out"], "demo"),
    "very long name": (["run", "x" * 5_000, "--out", "out"], "demo"),
    "name with escapes": (["run", "a\nb\x1b[31mc\u202e", "--out", "out"], "demo"),
    "people text": (["run", "small", "--people", "many", "--out", "out"], "'--people'"),
    "people fraction": (["run", "small", "--people", "300.5", "--out", "out"], "'--people'"),
    "people too few": (["run", "small", "--people", "199", "--out", "out"], "200 to 1000000"),
    "people zero": (["run", "small", "--people", "0", "--out", "out"], "200 to 1000000"),
    "people negative": (["run", "small", "--people", "-300", "--out", "out"], "200 to 1000000"),
    "people too many": (["run", "small", "--people", "1000001", "--out", "out"], "200 to 1000000"),
    "people huge": (["run", "small", "--people", "9" * 400, "--out", "out"], "accepted is a whole number"),
    "people beyond digits": (["run", "small", "--people", "9" * 5_000, "--out", "out"], "--people"),
    "seed negative": (["run", "small", "--seed", "-1", "--out", "out"], "0 to 4294967295"),
    "seed too large": (["run", "small", "--seed", "4294967296", "--out", "out"], "0 to 4294967295"),
    "seed text": (["run", "small", "--seed", "x", "--out", "out"], "'--seed'"),
    "out in use": (["run", "small", "--out", "full"], "not empty"),
    "out is a file": (["run", "small", "--out", "full/file"], "full/file"),
    "out below a file": (["run", "small", "--out", "full/file/out"], "full/file/out"),
    "out here": (["run", "small", "--out", "."], "not empty"),
    "out empty text": (["run", "small", "--out", ""], "not empty"),
    "out a link to a full folder": (["run", "small", "--out", "link"], "not empty"),
    "out too long": (["run", "small", "--out", "o" * 300], "ooo"),
    "demo out in use": (["demo", "--people", "300", "--out", "full"], "not empty"),
    "ledger is a folder": (["run", "small", "--out", "out", "--ledger", "full"], "full"),
    "ledger in no folder": (["run", "small", "--out", "out", "--ledger", "no/city.ledger"], "no/city.ledger"),
    "ledger is no ledger": (["run", "small", "--out", "out", "--ledger", "full/file"], "full/file"),
    "ledger is a device": (["run", "small", "--out", "out", "--ledger", "/dev/null"], "/dev/null"),
    "ledger too long": (["run", "small", "--out", "out", "--ledger", "l" * 300], "lll"),
    "show no ledger": (["ledger", "none.ledger"], "none.ledger"),
    "show a folder": (["ledger", "full"], "full"),
    "show what is no ledger": (["ledger", "full/file"], "full/file"),
    "verify nothing": (["verify", "none"], "none"),
    "verify a file": (["verify", "full/file"], "full/file"),
    "verify what is no run": (["verify", "full"], "MANIFEST"),
    "verify with no fingerprint": (["verify", "full", "--key", "SHA256:abc"], "SHA256"),
}


@pytest.mark.parametrize(("words", "told"), WORDS.values(), ids=WORDS.keys())
@pytest.mark.parametrize("json", [False, True], ids=["", "json"])
def test_bad_words_are_one_sentence(
    privshare: Command, tmp_path: Path, words: list[object], told: str, json: bool
) -> None:
    plain(tmp_path / "small")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").write_text("something")
    (tmp_path / "link").symlink_to("full")
    sentence = refused_without_a_trace(privshare, tmp_path, *words, *(["--json"] if json else []))
    assert told in sentence
    assert len(sentence) < 12_000


def test_an_out_that_is_a_loop_of_links_is_one_sentence(privshare: Command, tmp_path: Path) -> None:
    plain(tmp_path / "small")
    (tmp_path / "loop").symlink_to("loop")
    assert "loop" in refused_without_a_trace(privshare, tmp_path, "run", "small", "--out", "loop")
