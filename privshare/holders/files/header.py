"""What the first line of a table must be, whatever the format: a name for every column, and no name twice."""

from __future__ import annotations

import re
from collections.abc import Sequence

COLUMNS_MAX = 10_000
NAME_MAX = 200

_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]")


def header_fault(names: Sequence[str]) -> str | None:
    """Return what is wrong with these column names, or None.

    Names that differ only in case are refused: SQL engines take them for one column, a policy for two.

    >>> header_fault(["id", "town", "ID"])
    "column 3 has the name 'ID', which column 1 has already (upper and lower case are not told apart)"
    """
    if len(names) > COLUMNS_MAX:
        return f"it has {len(names)} columns; accepted are {COLUMNS_MAX} at most"
    if len(names) == 1 and (other := next((mark for mark in ";\t|" if mark in names[0]), None)):
        return f"the columns seem to be separated by {other!r}; save the file with commas"
    first: dict[str, int] = {}
    for number, name in enumerate(names, start=1):
        if not name.strip():
            return f"column {number} has no name; give every column one"
        if _UNPRINTABLE.search(name) or len(name) > NAME_MAX:
            return f"the name of column {number} has unprintable characters or is longer than {NAME_MAX}; rename it"
        if name != name.strip():
            return f"the name of column {number}, {name.strip()!r}, begins or ends with a blank; remove it"
        earlier = first.setdefault(name.casefold(), number)
        if earlier != number:
            return (
                f"column {number} has the name {name!r}, which column {earlier} has already "
                "(upper and lower case are not told apart)"
            )
    return None
