"""Every sentence that is used exists, every one that exists is used, and the placeholders match."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

import privshare.report
from privshare.report.sentences import Sentences, english, placeholders

ROOM = Path(privshare.report.__file__).parent
Call = tuple[str, str, frozenset[str] | None]


def template_calls() -> Iterator[Call]:
    for path in sorted((ROOM / "templates").glob("*.j2")):
        for call in Environment(autoescape=True).parse(path.read_text("utf-8")).find_all(nodes.Call):
            if isinstance(call.node, nodes.Name) and call.node.name == "say":
                assert len(call.args) == 1, path
                assert isinstance(call.args[0], nodes.Const), f"{path.name}: an id must be written out"
                assert call.dyn_kwargs is None, f"{path.name}: placeholders must be written out"
                yield path.name, call.args[0].value, frozenset(keyword.key for keyword in call.kwargs)


def python_calls() -> Iterator[Call]:
    for path in sorted(ROOM.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            called = isinstance(node, ast.Call) and (
                (isinstance(node.func, ast.Attribute) and node.func.attr == "say")
                or (isinstance(node.func, ast.Name) and node.func.id == "say")
            )
            if called and isinstance(node, ast.Call) and isinstance(node.args[0], ast.Constant):
                names = [keyword.arg for keyword in node.keywords]
                # A call with **values is checked when it runs: test_page and test_text render every branch.
                yield path.name, str(node.args[0].value), None if None in names else frozenset(map(str, names))


def python_texts() -> set[str]:
    return {
        node.value
        for path in ROOM.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def faults(sentences: Sentences) -> list[str]:
    calls = [*template_calls(), *python_calls()]
    found = [f"{file} uses unknown {id}" for file, id, _ in calls if id not in sentences.templates]
    found += [
        f"{file} fills {sorted(names)} of {id}"
        for file, id, names in calls
        if names is not None and id in sentences.templates and names != placeholders(sentences.templates[id])
    ]
    used = {id for _, id, _ in calls} | python_texts()
    return found + [f"nothing uses {id}" for id in sentences.templates if id not in used]


def test_every_id_is_known_used_and_filled() -> None:
    assert faults(english()) == []


def test_the_check_has_teeth() -> None:
    templates = dict(english().templates)
    del templates["stage.use"]
    templates["stage.unused"] = "x"
    templates["limits.heading"] = "How {real} each part is"
    told = faults(Sentences("en", templates))
    assert len(told) == 4, told


def test_there_are_many_calls() -> None:
    assert len(list(template_calls())) > 150
    assert len(list(python_calls())) > 40


def test_templates_hold_no_words_of_their_own() -> None:
    """A word outside a sentence could not be translated. CSS and SVG hold names, not words."""
    for path in sorted((ROOM / "templates").glob("*.html.j2")):
        text = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", " ", path.read_text("utf-8"), flags=re.DOTALL)
        text = re.sub(r"<[^>]*>", " ", text)
        text = re.sub(r"\btables/\s*\.csv\b", " ", text)  # a file of the run folder is called so in every language
        assert re.findall(r"[A-Za-z]{2,}", text) == [], path.name


@pytest.mark.parametrize(("id", "values"), [("no.such", {}), ("stage.use", {"x": "y"}), ("categorize.grade", {})])
def test_a_wrong_call_fails(id: str, values: dict[str, str]) -> None:
    with pytest.raises((KeyError, ValueError)):
        english().say(id, **values)


def test_values_are_not_read_as_templates() -> None:
    assert english().say("categorize.grade", grade="{dpv}") == "GB/T 43697: {dpv}"


def test_nothing_is_called_secure_or_anonymous_without_an_adversary() -> None:
    for id, text in english().templates.items():
        assert not re.search(r"\b(secure|anonymous|anonymi[sz]ed|encrypted|guarantee\w*)\b", text), id
