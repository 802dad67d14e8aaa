"""The tables of docs/explanation/planted-faults.md, made from the registry: `python -m tests.faults.planted.page`."""

from __future__ import annotations

import re

from tests.faults.planted.planting import Check, Fault
from tests.faults.planted.registry import GROUPS
from tests.house.repository import ROOT

PAGE = ROOT / "docs" / "explanation" / "planted-faults.md"
COLUMNS = ("fault", "what goes wrong", "where it would live", "what catches it", "known from")


def table(faults: tuple[Fault, ...]) -> str:
    """Return the rows of one group."""
    rows = [COLUMNS, ("---",) * len(COLUMNS)]
    for fault in faults:
        rows.append(
            (fault.name, fault.what, f"`{fault.lives}`", "; ".join(map(told, fault.caught_by)), fault.source)
        )
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def told(check: Check) -> str:
    """Return a test as its own sentence and its file."""
    file, _, test = check.name.partition("::")
    return f"{test.removeprefix('test_').replace('_', ' ')} (`{file.removeprefix('tests/')}`)"


def filled(text: str) -> str:
    """Return the page with the table of each group under its heading."""
    for heading, faults in GROUPS.items():
        parts = re.split(rf"(?<=^## {heading}\n\n)(?:^\|.*\n)*", text, maxsplit=1, flags=re.M)
        assert len(parts) == 2, f"the page has no heading {heading!r}"
        text = table(faults).join(parts)
    return text


if __name__ == "__main__":
    PAGE.write_text(filled(PAGE.read_text("utf-8")), "utf-8")
