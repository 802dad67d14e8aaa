"""The folder of a comparison, all of it or none.

    comparison.json   the document, canonical JSON
    cells.csv, techniques.csv, growth.csv   its tables
    report.html       the page
    MANIFEST          digest and size of each, signed by a key made for this folder

Leaves to others: how a folder appears whole or not at all (`staging.py`), and re-checking it (`recheck.py`).
"""

from __future__ import annotations

from privshare.report.comparison.facts import ComparisonFacts, as_document
from privshare.report.comparison.page import render
from privshare.report.comparison.tables import all_tables
from privshare.report.manifest import NAME, write_manifest
from privshare.report.staging import Stage, publish
from privshare.report.tables import csv_bytes
from privshare.secure.canonical import canonical
from privshare.secure.signing import SigningKey, fingerprint

DOCUMENT, PAGE = "comparison.json", "report.html"


def write_comparison(facts: ComparisonFacts, stage: Stage, *, key: SigningKey) -> None:
    """Write the folder and let it appear at `stage.out`. Raises StorageFault, OutputInUse."""
    files = {
        DOCUMENT: canonical(as_document(facts)),
        PAGE: render(facts, fingerprint=fingerprint(key.public)).encode(),
        **{f"{table.name}.csv": csv_bytes(table) for table in all_tables(facts)},
    }
    files[NAME] = write_manifest(files, key)
    publish(files, stage)
