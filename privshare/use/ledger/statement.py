"""The ledger's statement: a read-only extract that a run folder keeps and anybody can re-check.

It carries the whole chain, so `statement_from_document` re-does every sum and
compares; a changed line, a dropped refusal, a cap raised afterwards do not
survive it. It holds no snapshot key and no released bytes, only digests.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from privshare.errors import LedgerFault, ParameterRefused, VerificationFailed
from privshare.model.loss import PrivacyLoss, loss_document
from privshare.model.party import PartyId, PurposeId
from privshare.secure.canonical import canonical, parse_canonical
from privshare.use.ledger.chain import Books, replay
from privshare.use.ledger.request import RequestState, left_of

FORMAT = "privshare/ledger-extract/1"


@dataclass(frozen=True, slots=True)
class AccountLine:
    """One holder's account for one purpose. left: never negative; 0 when the cap was lowered below what is spent."""

    holder: PartyId
    purpose: PurposeId
    cap: PrivacyLoss
    spent: PrivacyLoss
    left: PrivacyLoss


@dataclass(frozen=True, slots=True)
class EntryLine:
    """One debit, in the order of the chain. document_sha256: of the released bytes, or "" before that."""

    request: str
    question: str
    holder: PartyId
    purpose: PurposeId
    loss: PrivacyLoss
    state: RequestState
    document_sha256: str


@dataclass(frozen=True, slots=True)
class RefusalLine:
    """One refusal, which cost nothing. kind: error class name. clause: what refused."""

    question: str
    kind: str
    clause: str


@dataclass(frozen=True, slots=True)
class LedgerStatement:
    """Everything the ledger says. head: SHA-256 of the last of `count` chain entries, hex. chain: their texts."""

    accounts: tuple[AccountLine, ...]
    entries: tuple[EntryLine, ...]
    refusals: tuple[RefusalLine, ...]
    head: str
    count: int
    chain: tuple[str, ...]


def statement_of(books: Books, chain: Sequence[str]) -> LedgerStatement:
    """Return the statement of replayed books."""
    return LedgerStatement(
        accounts=tuple(
            AccountLine(*account, cap, PrivacyLoss(*books.spent[account]), left_of(cap, *books.spent[account]))
            for account, cap in books.caps.items()
        ),
        entries=tuple(
            EntryLine(
                request, filed.question, spend.holder, spend.purpose, spend.loss, filed.state, filed.document_sha256
            )
            for request, filed in books.requests.items()
            for spend in filed.spends
        ),
        refusals=tuple(RefusalLine(*refusal) for refusal in books.refusals),
        head=books.head,
        count=books.count,
        chain=tuple(chain),
    )


def statement_document(statement: LedgerStatement) -> dict[str, Any]:
    """Return the statement as a document of texts and whole numbers."""
    return {
        "format": FORMAT,
        "accounts": [
            {
                "holder": line.holder,
                "purpose": line.purpose,
                "cap": loss_document(line.cap),
                "spent": loss_document(line.spent),
                "left": loss_document(line.left),
            }
            for line in statement.accounts
        ],
        "entries": [
            {
                "request": line.request,
                "question": line.question,
                "holder": line.holder,
                "purpose": line.purpose,
                "loss": loss_document(line.loss),
                "state": line.state.value,
                "document_sha256": line.document_sha256,
            }
            for line in statement.entries
        ],
        "refusals": [
            {"question": line.question, "kind": line.kind, "clause": line.clause} for line in statement.refusals
        ],
        "head": statement.head,
        "count": statement.count,
        "chain": [parse_canonical(text.encode(), file="ledger") for text in statement.chain],
    }


def statement_from_document(document: Mapping[str, Any], *, file: str = "ledger extract") -> LedgerStatement:
    """Return a document's statement after re-doing its whole chain; raise VerificationFailed if anything differs."""
    if not isinstance(document, Mapping) or document.get("format") != FORMAT:
        raise VerificationFailed(file, f"it is not a document of format {FORMAT}")
    chain = document.get("chain")
    if type(chain) is not list:
        raise VerificationFailed(file, "it has no chain")
    try:
        texts = [canonical(entry).decode() for entry in chain]
        statement = statement_of(replay(texts, file=file), texts)
        same = canonical(statement_document(statement)) == canonical(dict(document))
    except ParameterRefused:
        raise VerificationFailed(file, "it holds what canonical JSON cannot") from None
    if not same:
        raise VerificationFailed(file, "its accounts, entries or head are not what its chain adds up to")
    return statement


def entries_since(now: LedgerStatement, earlier: LedgerStatement, *, file: str, seen_in: str) -> int:
    """Return how many entries a ledger has grown by since an extract of it.

    file: the ledger. seen_in: where the extract stands. Raises LedgerFault where the extract is not the beginning of
    the ledger's chain: it lacks what was seen, or is another ledger, or was altered. Each entry names the hash of the
    one before it, so the newest entry that both have speaks for all before it.
    """
    same = next(
        (place for place, (a, b) in enumerate(zip(now.chain, earlier.chain, strict=False)) if a != b),
        min(now.count, earlier.count),
    )
    if same == earlier.count:
        return now.count - same
    if same == now.count:
        lacks = f"it ends at entry {now.count}, and {earlier.count} were seen in {seen_in}"
        raise LedgerFault(file, f"{lacks}: it is an older copy, which forgets what was spent since")
    if same == 0:
        raise LedgerFault(file, f"its entry 1 is not the one in {seen_in}: that run spent from another ledger")
    differs = f"its entry {same + 1} is not the one in {seen_in}, though the {same} before it are"
    raise LedgerFault(file, f"{differs}: one of the two went on from an older copy, or was altered")
