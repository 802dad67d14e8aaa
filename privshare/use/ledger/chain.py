"""The ledger's history as a hash chain, and the books that follow from it.

Every change is one entry: canonical JSON that names its number, the SHA-256 of
the entry before it, and the run that wrote it. `replay` reads a chain from the
start and re-does all of it: every sum against the cap of its time, every step
of every request. It knows nothing of the tables in the file, so the two check
each other; and anybody who has an extract can run it.

Leaves to others: who vouches for the newest entry (the anchor beside the file,
the signed extract and the log of a run). A chain alone shows changes in the
middle; it cannot show that its end was cut off.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from privshare.errors import ParameterRefused, VerificationFailed
from privshare.model.loss import PrivacyLoss
from privshare.model.party import PartyId, PurposeId
from privshare.secure.canonical import canonical, parse_canonical
from privshare.use.ledger.request import RequestState, Spend, left_of

GENESIS = "0" * 64
Account = tuple[PartyId, PurposeId]


@dataclass(slots=True)
class Filed:
    """One request as the chain tells it. run: who began it, or "". document_sha256: of the released bytes, or ""."""

    question: str
    spends: tuple[Spend, ...]
    state: RequestState = RequestState.RESERVED
    run: str = ""
    document_sha256: str = ""


@dataclass(slots=True)
class Books:
    """What a chain adds up to. spent: (micro-epsilon, delta times 10^15), exact. refusals: (question, kind, clause).

    seen: the latest time that was written, whole seconds of UTC since 1970; 0 for none.
    """

    caps: dict[Account, PrivacyLoss] = field(default_factory=dict)
    spent: dict[Account, tuple[int, int]] = field(default_factory=dict)
    key_digests: dict[PartyId, str] = field(default_factory=dict)
    requests: dict[str, Filed] = field(default_factory=dict)
    refusals: list[tuple[str, str, str]] = field(default_factory=list)
    seen: int = 0
    count: int = 0
    head: str = GENESIS


def entry_text(*, number: int, previous: str, run: str, kind: str, facts: Mapping[str, Any]) -> str:
    """Return one entry as canonical JSON text. Raises ParameterRefused for what canonical JSON cannot keep."""
    return canonical({"entry": number, "previous": previous, "run": run, "kind": kind, **facts}).decode()


def entry_hash(text: str) -> str:
    """Return the SHA-256 of an entry, hex: what the next entry names as `previous`."""
    return hashlib.sha256(text.encode()).hexdigest()


def replay(texts: Sequence[str], *, file: str) -> Books:
    """Return the books of a chain; raise VerificationFailed(file, reason) at the first entry that does not follow.

    texts: entries from the first, each as `entry_text` made it.
    """
    books = Books()
    for number, text in enumerate(texts, start=1):
        entry = parse_canonical(text.encode(), file=file)
        try:
            _follow(books, number, entry)
        except _Broken as broken:
            raise VerificationFailed(file, f"entry {number} {broken}") from None
        except (KeyError, TypeError, ValueError, AttributeError, ParameterRefused):
            raise VerificationFailed(file, f"entry {number} is not a ledger entry of this version") from None
        books.count, books.head = number, entry_hash(text)
    return books


class _Broken(Exception):
    """Why an entry does not follow; never leaves this file."""


def _follow(books: Books, number: int, entry: Any) -> None:
    if entry["entry"] != number or entry["previous"] != books.head:
        raise _Broken("does not follow the one before it")
    fields, apply = _KINDS[entry["kind"]]
    if set(entry) != fields | {"entry", "previous", "run", "kind"}:
        raise ParameterRefused("entry", entry["kind"], "exactly its own parts")
    _text(entry["run"])
    apply(books, entry)


def _declare(books: Books, entry: Mapping[str, Any]) -> None:
    account = (PartyId(_text(entry["holder"])), PurposeId(_text(entry["purpose"])))
    digest = _text(entry["snapshot_key_sha256"])
    if books.key_digests.setdefault(account[0], digest) != digest:
        raise _Broken("gives a holder a second snapshot key")
    books.caps[account] = PrivacyLoss(entry["cap_micro"], entry["cap_delta_e15"])
    books.spent.setdefault(account, (0, 0))


def _reserve(books: Books, entry: Mapping[str, Any]) -> None:
    for item in entry["requests"]:
        request, question = _text(item["request"]), _text(item["question"])
        spends = tuple(_spend(request, spend) for spend in item["spends"])
        if set(item) != {"request", "question", "spends"}:
            raise TypeError
        if request in books.requests or not spends or len({spend.holder for spend in spends}) != len(spends):
            raise _Broken("debits a request twice, or nobody")
        books.requests[request] = Filed(question, spends)
        for spend in spends:
            account = (spend.holder, spend.purpose)
            micro, delta = books.spent[account]
            if not spend.loss.fits(left_of(books.caps[account], micro, delta)):
                raise _Broken("spends more than its cap allowed at that time")
            books.spent[account] = (micro + spend.loss.micro_epsilon, delta + spend.loss.delta_e15)


def _spend(request: str, item: Mapping[str, Any]) -> Spend:
    if set(item) != {"holder", "purpose", "micro_epsilon", "delta_e15"}:
        raise TypeError
    loss = PrivacyLoss(item["micro_epsilon"], item["delta_e15"])
    return Spend(request, PartyId(_text(item["holder"])), PurposeId(_text(item["purpose"])), loss)


def _begin(books: Books, entry: Mapping[str, Any]) -> None:
    filed = books.requests[entry["request"]]
    if filed.state is not RequestState.RESERVED:
        raise _Broken("draws noise twice for one request")
    filed.state, filed.run = RequestState.DRAWING, entry["run"]


def _complete(books: Books, entry: Mapping[str, Any]) -> None:
    filed = books.requests[entry["request"]]
    if filed.state is not RequestState.DRAWING or filed.run != entry["run"]:
        raise _Broken("releases what its run had not begun to draw")
    filed.state, filed.document_sha256 = RequestState.RELEASED, _text(entry["document_sha256"])


def _refuse(books: Books, entry: Mapping[str, Any]) -> None:
    books.refusals.append((_text(entry["question"]), _text(entry["refused"]), _text(entry["clause"])))


def _see(books: Books, entry: Mapping[str, Any]) -> None:
    if type(entry["seen"]) is not int:
        raise TypeError
    if entry["seen"] <= books.seen:
        raise _Broken("goes back in time")
    books.seen = entry["seen"]


_KINDS: Mapping[str, tuple[frozenset[str], Callable[[Books, Mapping[str, Any]], None]]] = {
    "declare": (frozenset({"holder", "purpose", "cap_micro", "cap_delta_e15", "snapshot_key_sha256"}), _declare),
    "reserve": (frozenset({"requests"}), _reserve),
    "begin": (frozenset({"request"}), _begin),
    "complete": (frozenset({"request", "document_sha256"}), _complete),
    "refusal": (frozenset({"question", "refused", "clause"}), _refuse),
    "clock": (frozenset({"seen"}), _see),
}


def _text(value: Any) -> str:
    if type(value) is not str:
        raise TypeError
    return value
