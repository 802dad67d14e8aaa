"""`privshare new`, `schema` and `doctor`: what they make is valid, what they say is checked, what is wrong ends in 2.

The JSON Schemas are applied by a small checker of the 2020-12 words that they use; a word that it does not know
fails the test, so nothing is passed over.
"""

from __future__ import annotations

import datetime
import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from privshare import load_scenario
from privshare.cli import make
from privshare.scenario.steps import STEPS
from privshare.secure import selftest
from tests.cli.conftest import Command, refused_without_a_trace, tree
from tests.house.repository import ROOT

SHIPPED = sorted(path for path in (ROOT / "scenarios").iterdir() if (path / "scenario.toml").is_file())


def test_a_new_scenario_is_valid_runs_and_verifies(privshare: Command, tmp_path: Path) -> None:
    facts = privshare("new", "mine", "--json").document()
    assert facts == {"scenario": "mine", "files": ["README.md", "policy.toml", "scenario.toml"]}
    assert "#" in (tmp_path / "mine" / "scenario.toml").read_text("utf-8"), "commented"
    load_scenario(str(tmp_path / "mine" / "scenario.toml"))
    played = privshare("run", "./mine", "--people", "300", "--out", "out", "--json").document()
    assert privshare("verify", "out", "--key", played["fingerprint"]).code == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine", "out"]


def test_what_new_prints_can_be_typed(privshare: Command, tmp_path: Path) -> None:
    last = privshare("new", "mine").out.strip().splitlines()[-1].split()
    assert last[0] == "privshare"
    assert privshare(*last[1:], "--people", "300").code == 0


NAMES: dict[str, tuple[str, str]] = {
    "a shipped one": ("demo", "shipped"),
    "the starter": ("starter", "shipped"),
    "capitals": ("Mine", "a-z"),
    "a blank": ("my own", "a-z"),
    "empty": ("", "a-z"),
    "a path": ("a/b", "a-z"),
    "upwards": ("..", "a-z"),
    "absolute": ("/tmp/mine", "a-z"),
    "hidden": (".mine", "a-z"),
    "an option": ("_mine", "a-z"),
    "too long": ("m" * 64, "63"),
    "another script": ("\u0441\u0430t", "a-z"),
    "a line feed": ("mine\n", "a-z"),
    "escapes": ("a\x1b[31m", "a-z"),
    "in use": ("there", "there"),
    "a file": ("file", "file"),
    "a link to nowhere": ("link", "link"),
}


@pytest.mark.parametrize(("name", "told"), NAMES.values(), ids=NAMES.keys())
def test_a_name_that_cannot_be_used_is_one_sentence(privshare: Command, tmp_path: Path, name: str, told: str) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "file").write_text("something")
    (tmp_path / "link").symlink_to("nowhere")
    assert told in refused_without_a_trace(privshare, tmp_path, "new", name)
    assert not (tmp_path / "nowhere").exists()


def test_the_longest_name_and_the_shortest_are_taken(privshare: Command, tmp_path: Path) -> None:
    for name in ("m", "m" * 63, "2026_plan-b"):
        assert privshare("new", name).code == 0
        assert len(tree(tmp_path / name)) == 3


ANNOTATIONS = {"title", "description", "default", "examples", "$defs", "$schema", "discriminator", "format"}
TYPES: dict[str, Any] = {
    "object": dict,
    "array": list,
    "string": (str, datetime.date),
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "null": type(None),
}


def faults(value: Any, schema: Any, whole: Any, at: str = "") -> list[str]:
    """Return every place at which the value breaks the schema. A TOML date counts as a text."""
    if schema is True:
        return []
    found: list[str] = []
    for word, wanted in schema.items():
        if word in ANNOTATIONS:
            continue
        if word == "$ref":
            target = whole
            for step in wanted.removeprefix("#/").split("/"):
                target = target[step]
            found += faults(value, target, whole, at)
        elif word in ("anyOf", "oneOf"):
            tried = [faults(value, option, whole, at) for option in wanted]
            fitting = sum(not one for one in tried)
            if fitting == 0 or (word == "oneOf" and fitting != 1):
                found.append(f"{at}: fits {fitting} of {word}: {min(tried, key=len)}")
        elif word == "type":
            if not isinstance(value, TYPES[wanted]) or (isinstance(value, bool) and wanted != "boolean"):
                found.append(f"{at}: no {wanted}")
        elif word == "const":
            found += [] if value == wanted else [f"{at}: not {wanted!r}"]
        elif word == "enum":
            found += [] if value in wanted else [f"{at}: none of {wanted}"]
        elif word == "pattern":
            found += [] if not isinstance(value, str) or re.search(wanted, value) else [f"{at}: not like {wanted}"]
        elif word in ("minLength", "minItems", "minProperties"):
            found += [] if not hasattr(value, "__len__") or len(value) >= wanted else [f"{at}: shorter than {wanted}"]
        elif word in ("maxLength", "maxItems", "maxProperties"):
            found += [] if not hasattr(value, "__len__") or len(value) <= wanted else [f"{at}: longer than {wanted}"]
        elif word == "minimum":
            found += [] if not isinstance(value, int | float) or value >= wanted else [f"{at}: below {wanted}"]
        elif word == "maximum":
            found += [] if not isinstance(value, int | float) or value <= wanted else [f"{at}: above {wanted}"]
        elif word == "required":
            found += [f"{at}.{name}: missing" for name in wanted if isinstance(value, dict) and name not in value]
        elif word == "items":
            for number, item in enumerate(value if isinstance(value, list) else []):
                found += faults(item, wanted, whole, f"{at}[{number}]")
        elif word == "properties":
            for name, inner in wanted.items():
                if isinstance(value, dict) and name in value:
                    found += faults(value[name], inner, whole, f"{at}.{name}")
        elif word == "additionalProperties":
            for name in value if isinstance(value, dict) else []:
                named = any(re.search(pattern, name) for pattern in schema.get("patternProperties", {}))
                if name not in schema.get("properties", {}) and not named:
                    found += [f"{at}.{name}: unknown"] if wanted is False else []
                    found += faults(value[name], wanted, whole, f"{at}.{name}") if wanted is not False else []
        elif word == "propertyNames":
            for name in value if isinstance(value, dict) else []:
                found += faults(name, wanted, whole, f"{at}.{name}")
        elif word == "patternProperties":
            for pattern, inner in wanted.items():
                for name in value if isinstance(value, dict) else []:
                    found += faults(value[name], inner, whole, f"{at}.{name}") if re.search(pattern, name) else []
        else:
            raise AssertionError(f"{word}: a word that this checker does not know")
    return found


def references(node: Any) -> list[str]:
    if isinstance(node, dict):
        own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
        return own + [ref for inner in node.values() for ref in references(inner)]
    return [ref for inner in node for ref in references(inner)] if isinstance(node, list) else []


@pytest.fixture
def schemas(privshare: Command) -> Any:
    return privshare("schema").document()


def test_the_schemas_are_of_the_2020_12_dialect_and_complete(privshare: Command, schemas: Any) -> None:
    assert list(schemas) == ["policy", "scenario", "comparison"]
    for name, schema in schemas.items():
        assert privshare("schema", name).document() == schema
        assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
        assert schema["type"] == "object"
        assert schema["additionalProperties"] is False
        for reference in references(schema):
            assert reference.removeprefix("#/$defs/") in schema["$defs"], reference
    kinds = [
        schemas["scenario"]["$defs"][option["$ref"].removeprefix("#/$defs/")]["properties"]["kind"]["const"]
        for option in schemas["scenario"]["properties"]["steps"]["items"]["oneOf"]
    ]
    assert sorted(kinds) == sorted(STEPS)


@pytest.mark.parametrize("folder", SHIPPED, ids=lambda folder: folder.name)
def test_the_schemas_accept_what_is_shipped(schemas: Any, folder: Path) -> None:
    for name in ("policy", "scenario"):
        document = tomllib.loads((folder / f"{name}.toml").read_text("utf-8"))
        assert faults(document, schemas[name], schemas[name]) == []


@pytest.mark.parametrize(
    ("name", "before", "after", "told"),
    [
        ("scenario", "version = 1", 'version = 1\ncolour = "red"', ".colour: unknown"),
        ("scenario", "version = 1", "version = 2", ".version"),
        ("scenario", 'kind = "statistic"', 'kind = "statistics"', ": fits 0 of oneOf"),
        ("scenario", "seed = ", "sead = ", ".world.sead"),
        ("scenario", "measures = [", f"bins = {{ {'x' * 61} = [1] }}\nmeasures = [", f".{'x' * 61}: longer than 60"),
        ("scenario", "measures = [", 'bins = { " age" = [1] }\nmeasures = [', ". age: unknown"),
        ("policy", "version = 1", "version = true", ".version"),
        ("policy", 'category = "direct-identifier"', 'category = "name"', "category"),
        ("policy", "minimum_group = ", 'minimum_group = "1" # ', "minimum_group"),
        ("policy", 'holder = "', 'holder = "9', "holder"),
        ("policy", "ladder = { ", 'ladder = { "My Purpose" = "never", ', "My Purpose: unknown"),
    ],
)
def test_the_schemas_refuse_what_the_reader_refuses(
    schemas: Any, name: str, before: str, after: str, told: str
) -> None:
    """The checker and the schemas have teeth."""
    text = (ROOT / "scenarios" / "starter" / f"{name}.toml").read_text("utf-8")
    assert before in text
    document = tomllib.loads(text.replace(before, after, 1))
    found = faults(document, schemas[name], schemas[name])
    assert any(told in fault for fault in found), found


def test_an_unknown_schema_is_one_sentence(privshare: Command, tmp_path: Path) -> None:
    assert "policy, scenario" in refused_without_a_trace(privshare, tmp_path, "schema", "polciy")


def test_the_doctor_finds_this_machine_healthy(privshare: Command, tmp_path: Path) -> None:
    facts = privshare("doctor", "--json").document()
    assert facts["healthy"] is True
    assert all(check["passed"] for check in facts["checks"])
    assert set(facts["versions"]) == set(make.PACKAGES)
    assert all(pace["each_seconds"] > 0 and pace["why"] for pace in facts["paces"])
    said = privshare("doctor")
    assert (said.code, said.err) == (0, "")
    assert "FAILED" not in said.out
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("as_json", [False, True], ids=["", "json"])
def test_a_wrong_vector_ends_the_doctor_in_2(
    privshare: Command, monkeypatch: pytest.MonkeyPatch, as_json: bool
) -> None:
    """What was measured is still printed, for it is what somebody needs to find out why."""
    monkeypatch.setattr(selftest, "derive", lambda *_, **__: b"\x00" * 42)
    said = privshare("doctor", *(["--json"] if as_json else []))
    assert said.code == 2
    assert said.err.startswith("privshare: ")
    assert said.err.count("\n") == 1
    if as_json:
        facts = json.loads(said.out)
        assert facts["healthy"] is False
        assert [check["standard"] for check in facts["checks"] if not check["passed"]] == ["RFC 5869 HKDF"]
    else:
        assert "FAILED  RFC 5869 HKDF" in said.out
