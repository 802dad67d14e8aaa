"""The ledger: what was promised to a person, what has been spent of it, and the bytes that were released for it.

It belongs to the holder and outlives every run. In a simulation one file keeps
the accounts of several holders apart; real holders would each keep their own.
"""

from __future__ import annotations

from privshare.use.ledger.ledger import Ledger, open_existing_ledger, open_ledger
from privshare.use.ledger.request import RequestState, Spend, request_id
from privshare.use.ledger.statement import (
    AccountLine,
    EntryLine,
    LedgerStatement,
    RefusalLine,
    entries_since,
    statement_document,
    statement_from_document,
)

__all__ = [
    "AccountLine",
    "EntryLine",
    "Ledger",
    "LedgerStatement",
    "RefusalLine",
    "RequestState",
    "Spend",
    "entries_since",
    "open_existing_ledger",
    "open_ledger",
    "request_id",
    "statement_document",
    "statement_from_document",
]
