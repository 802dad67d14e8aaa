"""What the types of a policy file cannot see: names used twice, names that were never declared.

Promises: the raw document is read, so that these faults are told together with
its others, whatever is wrong with them. Leaves to others: types (`policy.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def entries(document: Mapping[str, Any], part: str) -> list[Mapping[str, Any]]:
    """Return the tables of one part of a document that may be faulty; what is no table counts as an empty one."""
    listed = document.get(part)
    return [entry if isinstance(entry, dict) else {} for entry in listed] if isinstance(listed, list) else []


def used_twice(names: Sequence[object]) -> bool:
    """Whether a text occurs twice among the names; what is missing or no text is another fault's to tell."""
    texts = [name for name in names if isinstance(name, str)]
    return len(set(texts)) < len(texts)


def contradictions(document: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return (path inside the file, what is wrong and what would be accepted) for every contradiction."""
    faults: list[tuple[str, str]] = []
    ids = [purpose.get("id") for purpose in entries(document, "purposes")]
    purposes = {name for name in ids if isinstance(name, str)}
    if used_twice(ids):
        faults.append(("purposes", "an id is used twice; give each purpose its own"))
    declared = f"declared are: {', '.join(sorted(purposes))}"
    seen: set[tuple[object, object]] = set()
    for number, column in enumerate(entries(document, "columns")):
        named = (str(column.get("holder")), str(column.get("column")))
        if named in seen and "column" in column:
            faults.append((f"columns[{number}]", f"{named[0]}.{named[1]} already has a clause; keep one"))
        seen.add(named)
        ladder = column.get("ladder")
        faults += [
            (f"columns[{number}].ladder.{purpose}", f"no purpose of that name; {declared}")
            for purpose in (ladder if isinstance(ladder, dict) else {})
            if purpose not in purposes
        ]
    granted: set[tuple[str, str]] = set()
    licences = entries(document, "licences")
    for number, licence in enumerate(licences):
        purpose = licence.get("purpose")
        if isinstance(purpose, str) and purpose not in purposes:
            faults.append((f"licences[{number}].purpose", f"no purpose {purpose!r}; {declared}"))
        named = (str(licence.get("holder")), str(purpose))
        if named in granted and "purpose" in licence:
            faults.append((f"licences[{number}]", "this holder already has a licence for this purpose; keep one"))
        granted.add(named)
    if used_twice([licence.get("id") for licence in licences]):
        faults.append(("licences", "an id is used twice; give each licence its own"))
    paired: set[object] = set()
    for number, pairing in enumerate(entries(document, "pairings")):
        purpose, where = pairing.get("purpose"), f"pairings[{number}]"
        if isinstance(purpose, str) and purpose not in purposes:
            faults.append((f"{where}.purpose", f"no purpose {purpose!r}; {declared}"))
        if isinstance(purpose, str) and purpose in paired:
            faults.append((where, "this purpose already has a pairing; keep one"))
        paired.add(purpose if isinstance(purpose, str) else None)
        faults += _unpaired(pairing, where, seen)
    return faults


def _unpaired(pairing: Mapping[str, Any], where: str, clauses: set[tuple[object, object]]) -> list[tuple[str, str]]:
    """Return what is wrong inside one pairing. clauses: (holder, column) that the policy classifies."""
    faults: list[tuple[str, str]] = []
    fields = entries(pairing, "fields")
    names = [field["name"] for field in fields if isinstance(field.get("name"), str)]
    if used_twice(names):
        faults.append((f"{where}.fields", "a name is used twice; give each field its own"))
    for number, field in enumerate(fields):
        columns = field.get("columns")
        for holder, column in (columns if isinstance(columns, dict) else {}).items():
            place, named = f"{where}.fields[{number}].columns.{holder}", (str(holder), str(column))
            if named not in clauses:
                faults.append((place, f"no clause classifies {holder}.{column}; give it one"))
    keys = pairing.get("keys")
    listed = [key for key in keys if isinstance(key, list)] if isinstance(keys, list) else []
    for number, key in enumerate(listed):
        unknown = [name for name in key if name not in names]
        if unknown:
            told = f"no field {unknown[0]!r}; fields are: {', '.join(names)}"
            faults.append((f"{where}.keys[{number}]", told))
        elif len(set(key)) != len(key) or any(sorted(key) == sorted(map(str, other)) for other in listed[:number]):
            faults.append((f"{where}.keys[{number}]", "a field or a key is there twice; keep one"))
    least = pairing.get("weight_min")
    if type(least) is int and listed and least > len(listed):
        faults.append((f"{where}.weight_min", f"above the number of keys, {len(listed)}"))
    return faults
