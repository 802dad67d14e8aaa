"""The tables of a run folder as a Frictionless Data Package (version 1): its files, and what their columns hold.

Promises: a type is said only where every cell of the column has it; an empty cell is a missing value.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from privshare.report.tables import Data, Value
from privshare.scenario.outcome import Run


def data_package(run: Run, tables: Iterable[Data]) -> dict[str, Any]:
    """Return the descriptor `datapackage.json`. tables: all of `tables.all_tables`."""
    return {
        "profile": "tabular-data-package",
        "name": f"privshare-{run.scenario}",
        "title": run.title,
        "description": run.question,
        "created": run.started,
        "resources": [_resource(data) for data in tables],
    }


def _resource(data: Data) -> dict[str, Any]:
    return {
        "name": data.name.lower(),
        "path": f"tables/{data.name}.csv",
        "profile": "tabular-data-resource",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": {
            "fields": [
                {"name": column, "type": type_of(row[place] for row in data.rows)}
                for place, column in enumerate(data.columns)
            ],
            "missingValues": [""],
        },
    }


def type_of(values: Iterable[Value]) -> str:
    """Return the type of a column in Table Schema's words.

    >>> type_of([1, None, -2]), type_of([1, 0.5]), type_of(["a", 1]), type_of([None])
    ('integer', 'number', 'string', 'string')
    """
    kinds = {type(value) for value in values if value is not None}
    if kinds == {int}:
        return "integer"
    return "number" if kinds and kinds <= {int, float} else "string"
