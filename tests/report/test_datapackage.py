"""The descriptor says of every table what its file holds, cell by cell."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

pytestmark = pytest.mark.usefixtures("no_page")
READERS = {"integer": int, "number": float, "string": str}


def test_every_table_is_described_and_every_cell_has_its_columns_type(folder: Path) -> None:
    package = json.loads((folder / "datapackage.json").read_text("utf-8"))
    files = {str(path.relative_to(folder)) for path in (folder / "tables").iterdir()}
    assert {resource["path"] for resource in package["resources"]} == files
    assert len({resource["name"] for resource in package["resources"]}) == len(files)
    typed = set()
    for resource in package["resources"]:
        fields = resource["schema"]["fields"]
        with (folder / resource["path"]).open(newline="", encoding=resource["encoding"]) as file:
            header, *rows = csv.reader(file)
        assert header == [field["name"] for field in fields]
        for row in rows:
            for cell, field in zip(row, fields, strict=True):
                typed.add(field["type"])
                if cell not in resource["schema"]["missingValues"]:
                    READERS[field["type"]](cell)
    assert typed == set(READERS), "the demo has columns of every type"
