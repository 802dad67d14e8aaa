"""What is wrong with a file is told in words of our own: over the kinds of fault, and over all models of files."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from privshare.categorize.faults import accepting, faults_of
from privshare.categorize.policy import PolicyFile, StrictModel
from privshare.scenario.spec import ScenarioFile
from privshare.scenario.steps import STEPS


class Hue(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Part(StrictModel):
    one: int


KINDS: dict[str, tuple[Any, Any, str]] = {
    "missing": (Part, {}, "missing; it must be given"),
    "extra_forbidden": (Part, {"one": 1, "two": 2}, "unknown key; remove it or correct its name"),
    "string_type": (str, 5, "accepted is a text in quotes (was 5)"),
    "string_too_short": (Annotated[str, Field(min_length=3)], "ab",
                         "accepted is a text of 3 characters or more (was 'ab')"),
    "string_too_long": (Annotated[str, Field(max_length=1)], "ab",
                        "accepted is a text of 1 characters at most (was 'ab')"),
    "int_type": (int, "5", "accepted is a whole number, without quotes (was '5')"),
    "int_from_float": (Annotated[int, Field(strict=False)], 1.5,
                       "accepted is a whole number, without quotes (was 1.5)"),
    "int_parsing": (Annotated[int, Field(strict=False)], "x", "accepted is a whole number, without quotes (was 'x')"),
    "float_type": (float, "x", "accepted is a number, without quotes (was 'x')"),
    "bool_type": (bool, 1, "accepted is true or false, without quotes (was 1)"),
    "bool_parsing": (Annotated[bool, Field(strict=False)], "x", "accepted is true or false, without quotes (was 'x')"),
    "date_type": (date, "2035-12-31", "accepted is a day such as 2035-12-31, without quotes (was '2035-12-31')"),
    "list_type": (list[int], {}, "accepted is a list, in [ ]"),
    "dict_type": (dict[str, int], [], "accepted is a part with names and values, as [name] or { }"),
    "model_type": (Part, 3, "accepted is a part with names and values, as [name] or { } (was 3)"),
    "too_short": (Annotated[list[int], Field(min_length=2)], [1], "it has 1 entries; accepted are at least 2"),
    "too_long": (Annotated[list[int], Field(max_length=1)], [1, 2], "it has 2 entries; accepted are at most 1"),
    "greater_than": (Annotated[int, Field(gt=5)], 5, "accepted is more than 5 (was 5)"),
    "greater_than_equal": (Annotated[int, Field(ge=5000)], 4, "accepted is 5,000 or more (was 4)"),
    "less_than": (Annotated[int, Field(lt=5)], 5, "accepted is less than 5 (was 5)"),
    "less_than_equal": (Annotated[int, Field(le=10**6)], 10**7, "accepted is 1,000,000 or less (was 10000000)"),
    "literal_error": (Literal["a", "b"], "c", "accepted is 'a' or 'b' (was 'c')"),
    "enum": (Annotated[Hue, Field(strict=False)], "green", "accepted is 'red' or 'blue' (was 'green')"),
    "value_error": (Annotated[str, Field(pattern="^a"), accepting("a text with an a")], "b",
                    "accepted is a text with an a (was 'b')"),
    "multiple_of": (Annotated[int, Field(multiple_of=2)], 3, "it is not what may stand here (was 3)"),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_fault_has_a_sentence(kind: str) -> None:
    model, given, told = KINDS[kind]
    # A model has its own strictness, and takes no other.
    strict = {} if isinstance(model, type) and issubclass(model, BaseModel) else {"config": {"strict": True}}
    with pytest.raises(ValidationError) as refused:
        TypeAdapter(model, **strict).validate_python(given)  # type: ignore[arg-type]
    ((fault),) = refused.value.errors()
    assert fault["type"] == kind, "another kind is what was planted"
    ((_, what),) = faults_of(refused.value)
    assert what == told


def test_a_long_value_is_cut_and_a_sentence_of_our_own_stays() -> None:
    with pytest.raises(ValidationError) as refused:
        TypeAdapter(Annotated[str, accepting("nothing"), Field(max_length=1)]).validate_python("x" * 5_000)
    ((_, what),) = faults_of(refused.value)
    assert len(what) < 200


def test_places_have_no_name_of_a_type() -> None:
    """Of an entry that may be of two types there is one fault, that of the wider; a name that is none says so."""
    short = Annotated[str, Field(max_length=2), accepting("a short text")]
    with pytest.raises(ValidationError) as refused:
        TypeAdapter(dict[short, list[short | str]]).validate_python({"long name": [], "a": ["abc", 3]})
    assert faults_of(refused.value) == [
        ("long name", "the name itself: accepted is a short text (was 'long name')"),
        ("a[1]", "accepted is a text in quotes (was 3)"),
    ]


MODELS = {"policy": PolicyFile, "scenario": ScenarioFile, **{name: STEPS[name].model for name in STEPS}}
TOLD = {
    "str", "int", "bool", "date", "list", "dict", "literal", "enum", "any", "model", "model-fields", "model-field",
}  # fmt: skip
"""Kinds of field whose faults are among those above."""
AROUND = {
    "default", "nullable", "union", "definitions", "definition-ref", "function-wrap", "function-before",
    "function-after", "dataclass", "dataclass-args", "dataclass-field",
}  # fmt: skip
"""Kinds without a fault of their own: a dataclass is what a reader of texts (`policy._reader`) has made."""


def kinds(node: object, around: str = "") -> Iterator[tuple[dict[str, Any], str]]:
    """Every part of a model as the library keeps it, and the kind of the one around it."""
    if isinstance(node, dict):
        kind = node.get("type")
        if isinstance(kind, str) and kind != "no-info":  # which says how a function is called
            yield node, around
        for key, part in node.items():
            if key not in ("metadata", "serialization"):
                yield from kinds(part, kind if isinstance(kind, str) else around)
    elif isinstance(node, list | tuple):
        for part in node:
            yield from kinds(part, around)


@pytest.mark.parametrize("name", MODELS)
def test_every_field_of_a_file_is_of_a_kind_that_is_told_and_every_pattern_has_words(name: str) -> None:
    found = list(kinds(MODELS[name].__pydantic_core_schema__))
    assert len(found) > 4
    assert {part["type"] for part, _ in found} <= TOLD | AROUND
    assert [part["pattern"] for part, around in found if "pattern" in part and around != "function-wrap"] == []
