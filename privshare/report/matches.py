"""Matched rows as files, and the check that a folder's three files of a link say the same.

    PARTY/ID.csv   `match_id,own_row`: what this party got, a row of its own table from 0, by match and row
    ID.csv         `ONE_row,OTHER_row`: all pairs, for whoever holds both tables

Row numbers only: who stands in a row is known to whoever has the table. Leaves
to others: that the rows do match, which nobody can re-check without the keys.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from privshare.errors import VerificationFailed
from privshare.model.matches import MatchedRows
from privshare.report.paired import check_paired, paired_facts
from privshare.report.row_numbers import Numbers, read, written
from privshare.report.sealed import SealedFolder
from privshare.report.shape import part, parts
from privshare.scenario.outcome import LinkRecord, LinkSide

FACTS = "run.json"
OWN_HEADER = "match_id,own_row"


def own_path(party: str, link: str) -> str:
    """Return the path of what one party got."""
    return f"{party}/{link}.csv"


def pairs_path(link: str) -> str:
    """Return the path of all pairs."""
    return f"{link}.csv"


def own_bytes(side: LinkSide) -> bytes:
    """Return one party's matches as CSV."""
    return written(OWN_HEADER, [_match_numbers(side.matches), side.matches.rows])


def pairs_bytes(record: LinkRecord) -> bytes:
    """Return all pairs of matching rows as CSV, ascending."""
    one, other = record.sides
    return written(_pairs_header([one.party, other.party]), _pairs(one.matches, other.matches))


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
    matched: list[MatchedRows] = []
    for side, party in zip(sides, names, strict=True):
        path = own_path(party, name)
        numbers, rows = _read(sealed, path, OWN_HEADER)
        _check_own(path, numbers, rows, of=part(side, "rows", int, file=FACTS))
        matched.append(MatchedRows(np.append(np.flatnonzero(np.diff(numbers, prepend=-1)), len(rows)), rows))
    one, other = matched
    if not len(one) == len(other) == part(link, "matches", int, file=FACTS):
        raise VerificationFailed(own_path(names[1], name), f"its matches are not those of {names[0]}, one for one")
    check_paired(sealed, link, one, file=FACTS)
    path = pairs_path(name)
    found = _read(sealed, path, _pairs_header(names))
    # Counted before they are made: two short lists of one match could ask for more pairs than fit in memory.
    due = int(np.diff(one.starts) @ np.diff(other.starts))
    if not len(found[0]) == due == part(link, "pairs", int, file=FACTS) or not np.array_equal(
        found, _pairs(one, other)
    ):
        raise VerificationFailed(path, "its pairs are not those of the two parties' matches")


def _check_own(path: str, numbers: Numbers, rows: Numbers, *, of: int) -> None:
    steps = np.diff(numbers)
    if (steps < 0).any() or ((steps == 0) & (np.diff(rows) <= 0)).any() or not np.diff(np.sort(rows)).all():
        raise VerificationFailed(path, "its lines are not in order of match and row, or a row stands in it twice")
    if len(numbers) and (numbers[0] != 0 or (steps > 1).any()):
        raise VerificationFailed(path, "its matches are not numbered from 0 without a gap")
    if (rows >= of).any():
        raise VerificationFailed(path, "it names a row that the table has not")


def _match_numbers(matches: MatchedRows) -> Numbers:
    return np.repeat(np.arange(len(matches)), np.diff(matches.starts))


def _pairs(one: MatchedRows, other: MatchedRows) -> tuple[Numbers, Numbers]:
    """Return every pair of a row of one and a row of the other of the same match, ascending."""
    left, right = one.rows, other.rows
    if not len(left) == len(right) == len(one):  # some match has more than a row on a side
        there = np.diff(other.starts)
        counts = np.diff(one.starts) * there
        match = np.repeat(np.arange(len(counts)), counts)
        within = np.arange(len(match)) - np.repeat(np.cumsum(counts) - counts, counts)
        left = one.rows[one.starts[match] + within // there[match]]
        right = other.rows[other.starts[match] + within % there[match]]
    if max(left.max(initial=0), right.max(initial=0)) < 2**31:
        both = np.sort(left << 32 | right)
        return both >> 32, both & 0xFFFFFFFF
    order = np.lexsort((right, left))
    return left[order], right[order]


def _read(sealed: SealedFolder, path: str, header: str) -> tuple[Numbers, Numbers]:
    columns = read(sealed.read(path), header)
    if columns is None:
        raise VerificationFailed(path, f"it is not a table of two row numbers a line with the header {header!r}")
    first, second = columns
    return first, second


def _pairs_header(parties: Sequence[str]) -> str:
    return ",".join(f"{party}_row" for party in parties)
