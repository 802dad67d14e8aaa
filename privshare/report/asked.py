"""What a request asked, as far as the answer that a ledger keeps of it tells: the ledger's own rows have its id only.

Promises: no value of an answer, noised or not, and nothing that is not in the stored bytes: a table's file name is in
none, and of a request whose noise was never stored nothing is known.
Leaves to others: the wording (`terminal/ledger.py`), whether the bytes are those that the chain names (`use/ledger`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from privshare.errors import VerificationFailed
from privshare.secure.canonical import parse_canonical
from privshare.use.release.documents import DOCUMENT_MAX, release_from_document


@dataclass(frozen=True, slots=True)
class Asked:
    """What one request asked; all but the suite is empty where only a party's answer is kept.

    suite: the technique that answered. sentence: the question in words. measures: numbers of a row, those that follow
    from others too. columns: which the gate let through, each as HOLDER.COLUMN.
    """

    suite: str
    sentence: str = ""
    measures: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()


def asked_of(stored: bytes | None) -> Asked | None:
    """Return what the stored bytes say was asked, or None where there are none or they are no answer known here."""
    try:
        document = parse_canonical(stored or b"", file="answer", most=DOCUMENT_MAX)
        if isinstance(document, Mapping) and type(suite := document.get("suite")) is str and "format" not in document:
            return Asked(suite)  # of a run between two machines, whose question is each party's own
        release = release_from_document(document)
    except VerificationFailed:
        return None
    column = tuple(f"{holder}." for holder in release.holders)  # the other clauses are licences
    return Asked(
        release.suite,
        release.sentence,
        (*release.measures, *(name for table in release.derived for name in table.measures)),
        release.by,
        tuple(clause for clause in release.clauses if clause.startswith(column)),
    )


def asked_document(asked: Mapping[str, Asked]) -> list[dict[str, Any]]:
    """Return what each request asked as a list of objects of texts."""
    return [{"request": request, **asdict(told)} for request, told in asked.items()]
