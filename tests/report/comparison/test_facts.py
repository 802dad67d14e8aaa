"""The document: what is in it, that it follows from counts, and its schema."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from privshare.report.comparison.document import comparison_facts
from privshare.report.comparison.facts import (
    ComparisonFacts,
    EmptyCell,
    MeasuredCell,
    as_document,
    schema,
)
from privshare.report.comparison.panels import findings, lines_of
from privshare.report.comparison.tables import all_tables, cell_table
from privshare.report.sentences import english
from privshare.report.tables import csv_bytes
from tests.report.comparison.made_up import comparison, facts, without_attacks

READER = TypeAdapter(ComparisonFacts)


def read(document: Any) -> ComparisonFacts:
    return READER.validate_json(json.dumps(document), strict=True)


def test_cells_are_measured_or_have_a_reason() -> None:
    document = as_document(facts())
    assert len(document["cells"]) == 5 * 3
    for cell in document["cells"]:
        assert {"technique", "attack", "epsilon", "success", "seed", "seconds"} <= cell.keys()
        if cell["success"] == "n/a":
            assert cell["reason"]
            assert "interval" not in cell
        else:
            assert cell["interval"][0] <= cell["success"] <= cell["interval"][1]
            assert (cell["ceiling"] is None) == (cell["epsilon"] is None)


def test_each_word_stands_where_it_belongs() -> None:
    words = {
        (cell.technique, cell.epsilon, cell.attack): cell.word.value
        for cell in facts(alarm=True).cells
        if isinstance(cell, MeasuredCell)
    }
    assert words[("raw-release", None, "dictionary")] == "nearly all"
    assert words[("raw-release", None, "differencing")] == "most"
    assert words[("small-tables", None, "differencing")] == "no attempts"
    assert words[("central-dp", 0.1, "membership")] == "guessing"
    assert words[("central-dp", 1.0, "differencing")] == "some"
    assert words[("central-dp", 1.0, "membership")] == "above the ceiling"


def test_what_is_told_of_a_technique() -> None:
    raw, tables, *noised = facts().techniques
    assert raw.utility.linkage is not None
    assert (raw.utility.linkage.f1, raw.worst_attack, raw.worst_gain) == (0.947, "dictionary", 1.0)
    assert (tables.worst_attack, tables.worst_gain, tables.on_frontier) == (None, None, False)
    assert tables.utility.worst_group == ("Mill Quarter", "2 fair")
    assert [one.epsilon for one in noised] == [0.1, 1.0, 10.0]
    assert facts().epsilon_shown == 1.0
    assert without_attacks().epsilon_shown == 0.1


def test_what_a_technique_does_not_hide_neither_beats_it_nor_is_its_worst_attack() -> None:
    """Planted beside it: the same cell without the mark does both."""
    made, say = comparison(), english()
    for mark in (True, False):
        raw = made.matrix.rows[0]
        cells = (replace(raw.cells[0], not_hidden=mark), *raw.cells[1:2])
        row = replace(raw, cells=cells)
        told = comparison_facts(
            replace(made, matrix=replace(made.matrix, rows=(row,), attacks=made.matrix.attacks[:2]))
        )
        beaten = [found for found in findings(told, lines_of(told, say), say) if raw.technique.title in found.names]
        assert bool(beaten) is not mark
        assert told.techniques[0].worst_attack == ("differencing" if mark else "dictionary")


def test_growth_ends_with_the_size_that_was_compared() -> None:
    assert [(one.technique, one.people) for one in facts().growth] == [
        ("raw-release", 500), ("central-dp", 500), ("raw-release", 2_000), ("small-tables", 2_000),
        ("central-dp", 2_000),
    ]  # fmt: skip


def test_the_document_reads_back_and_the_schema_is_closed() -> None:
    made = facts(alarm=True)
    assert read(as_document(made)) == made
    wrong = as_document(made)
    wrong["cells"][0]["verdict"] = "fine"
    with pytest.raises(ValidationError):
        read(wrong)
    told = schema()
    assert {"cells", "techniques", "attacks", "growth", "world_seed", "noise"} <= set(told["required"])
    assert all(part.get("additionalProperties") is False for part in told["$defs"].values() if "properties" in part)


def test_tables_have_a_row_a_cell_and_no_formula() -> None:
    made = facts()
    cells = cell_table(made)
    assert len(cells.rows) == len(made.cells)
    assert all(len(row) == len(cells.columns) for row in cells.rows)
    empty = [row for row, cell in zip(cells.rows, made.cells, strict=True) if isinstance(cell, EmptyCell)]
    assert all(row[cells.columns.index("reason")] and row[cells.columns.index("success")] is None for row in empty)
    for table in all_tables(made):
        text = csv_bytes(table).decode()
        assert "\x1b" not in text
        assert "\u202e" not in text


def test_a_comparison_is_not_changed_by_being_told() -> None:
    assert comparison_facts(comparison()) == comparison_facts(comparison())
