"""JSON Schemas of the policy file and the scenario file: the contract between organisations, for editors too."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import Any

from pydantic import TypeAdapter

from privshare.categorize.policy import PolicyFile
from privshare.scenario.spec import ScenarioFile
from privshare.scenario.steps import STEPS

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schemas() -> dict[str, dict[str, Any]]:
    """Return "policy" and "scenario" -> JSON Schema (2020-12), ready to be written.

    The scenario's steps are one of the models that the kinds of step bring.

    >>> sorted(schemas())
    ['policy', 'scenario']
    """
    scenario = ScenarioFile.model_json_schema()
    models: Any = reduce(or_, (kind.model for kind in STEPS.values()))
    steps = TypeAdapter(models).json_schema()
    scenario["$defs"] = {**scenario.get("$defs", {}), **steps.pop("$defs", {})}
    scenario["properties"]["steps"]["items"] = {"oneOf": steps["anyOf"]}
    found = {"policy": PolicyFile.model_json_schema(), "scenario": scenario}
    return {
        name: {"$schema": DIALECT, **_closed(schema), "title": f"privshare {name}, version 1"}
        for name, schema in found.items()
    }


def _closed(schema: Any) -> Any:
    """Return the schema with every table whose names have a pattern closed to other names, as the reader does."""
    if isinstance(schema, list):
        return [_closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {name: _closed(part) for name, part in schema.items()}
    return {**closed, "additionalProperties": False} if "patternProperties" in schema else closed
