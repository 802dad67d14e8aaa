"""Matched rows as files, and the check that a folder's three files of a link say the same.

    PARTY/ID.csv   `match_id,own_row`: what this party got, a row of its own table from 0, by match and row
    ID.csv         `ONE_row,OTHER_row`: all pairs, for whoever holds both tables

Row numbers only: who stands in a row is known to whoever has the table. Leaves
to others: that the rows do match, which nobody can re-check without the keys.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import product
from typing import Any

import numpy as np

from privshare.errors import VerificationFailed
from privshare.report.paired import check_paired, paired_facts
from privshare.report.sealed import SealedFolder
from privshare.report.shape import part, parts
from privshare.scenario.outcome import LinkRecord, LinkSide

FACTS = "run.json"
OWN_HEADER = "match_id,own_row"
_LINE = re.compile("(0|[1-9][0-9]{0,15}),(0|[1-9][0-9]{0,15})", re.ASCII)
Numbers = list[tuple[int, int]]


def own_path(party: str, link: str) -> str:
    """Return the path of what one party got."""
    return f"{party}/{link}.csv"


def pairs_path(link: str) -> str:
    """Return the path of all pairs."""
    return f"{link}.csv"


def own_bytes(side: LinkSide) -> bytes:
    """Return one party's matches as CSV."""
    matches = side.matches
    numbers = np.repeat(np.arange(len(matches)), np.diff(matches.starts))
    return _csv(OWN_HEADER, list(zip(numbers.tolist(), matches.rows.tolist(), strict=True)))


def pairs_bytes(record: LinkRecord) -> bytes:
    """Return all pairs of matching rows as CSV, ascending."""
    one, other = record.sides
    pairs = [pair for n in range(len(one.matches)) for pair in product(one.matches.of(n), other.matches.of(n))]
    return _csv(_pairs_header([one.party, other.party]), sorted(pairs))


def link_facts(record: LinkRecord) -> dict[str, Any]:
    """Return a link as facts: sizes and names, no row."""
    return {
        "question": record.question.id,
        "sentence": record.question.sentence,
        "purpose": record.question.purpose,
        "suite": record.suite,
        "clauses": list(record.clauses),
        "matches": len(record.sides[0].matches),
        "pairs": record.pairs,
        "leaf": record.leaf_index,
        "sides": [
            {
                "party": side.party,
                "columns": list(side.columns),
                "rows": side.rows,
                "missing": side.missing,
                "items": side.items,
                "matched_rows": len(side.matches.rows),
            }
            for side in record.sides
        ],
        **({"fuzzy": paired_facts(record.fuzzy)} if record.fuzzy else {}),
    }


def check_links(sealed: SealedFolder, logged: Sequence[dict[str, Any]]) -> int:
    """Check each link's files against each other and against the facts; return how many links there are.

    logged: documents of the log's entries of domain "link". Raises VerificationFailed(file, reason).
    """
    stated = parts(sealed.document(FACTS), "links", dict, file=FACTS)
    if [_signed_part(link) for link in stated] != [
        {name: document.get(name) for name in ("id", "purpose", "suite", "clauses", "columns", "plan")}
        for document in logged
    ]:
        raise VerificationFailed(FACTS, "its links are not those of the log")
    for link in stated:
        _check_link(sealed, link)
    return len(stated)


def _signed_part(link: dict[str, Any]) -> dict[str, Any]:
    """Return of a stated link what both its parties signed."""
    sides = parts(link, "sides", dict, file=FACTS)
    return {
        "id": part(link, "question", str, file=FACTS),
        **{name: link.get(name) for name in ("purpose", "suite", "clauses")},
        "columns": {part(side, "party", str, file=FACTS): side.get("columns") for side in sides},
        "plan": part(link, "fuzzy", dict, file=FACTS).get("plan") if "fuzzy" in link else None,
    }


def _check_link(sealed: SealedFolder, link: dict[str, Any]) -> None:
    name, sides = part(link, "question", str, file=FACTS), parts(link, "sides", dict, file=FACTS)
    if len(sides) != 2:
        raise VerificationFailed(FACTS, "a link has not two sides")
    names = [part(side, "party", str, file=FACTS) for side in sides]
    rows_by_match: list[dict[int, list[int]]] = []
    for side, party in zip(sides, names, strict=True):
        path = own_path(party, name)
        numbers = _read(sealed, path, OWN_HEADER)
        _check_own(path, numbers, rows=part(side, "rows", int, file=FACTS))
        rows_by_match.append({})
        for match, row in numbers:
            rows_by_match[-1].setdefault(match, []).append(row)
    one, other = rows_by_match
    count = part(link, "matches", int, file=FACTS)
    if not list(one) == list(other) == list(range(len(one))) or count != len(one):
        raise VerificationFailed(own_path(names[1], name), f"its matches are not those of {names[0]}, numbered from 0")
    check_paired(sealed, link, one, file=FACTS)
    path = pairs_path(name)
    found = _read(sealed, path, _pairs_header(names))
    # Counted before they are made: two short lists of one match could ask for more pairs than fit in memory.
    due = sum(len(one[match]) * len(other[match]) for match in one)
    if not len(found) == due == part(link, "pairs", int, file=FACTS) or found != sorted(
        pair for match in one for pair in product(one[match], other[match])
    ):
        raise VerificationFailed(path, "its pairs are not those of the two parties' matches")


def _check_own(path: str, numbers: Numbers, *, rows: int) -> None:
    if numbers != sorted(numbers) or len({row for _, row in numbers}) != len(numbers):
        raise VerificationFailed(path, "its lines are not in order of match and row, or a row stands in it twice")
    if any(row >= rows for _, row in numbers):
        raise VerificationFailed(path, "it names a row that the table has not")


def _read(sealed: SealedFolder, path: str, header: str) -> Numbers:
    first, *lines = sealed.read(path).decode("utf-8", "replace").split("\n")
    if first != header or not lines or lines.pop() != "":
        raise VerificationFailed(path, f"it is not a table with the header {header!r}")
    found = [_LINE.fullmatch(line) for line in lines]
    if not all(found):
        raise VerificationFailed(path, "a line is not two row numbers")
    return [(int(line[1]), int(line[2])) for line in found if line]


def _pairs_header(parties: Sequence[str]) -> str:
    return ",".join(f"{party}_row" for party in parties)


def _csv(header: str, rows: Sequence[tuple[int, ...]]) -> bytes:
    return "".join([f"{header}\n", *(f"{one},{other}\n" for one, other in rows)]).encode()
