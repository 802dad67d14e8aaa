"""A ledger as lines for a terminal: accounts, debits and what each paid for, documents, refusals, and the chain.

With a run's folder beside it: whether the ledger, as that run signed and logged it, is the beginning of this one.
Leaves to others: the sums and the comparison (`use/ledger`), the folder's check (`verify.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from privshare.report.asked import Asked, asked_document
from privshare.report.figures import count, delta, epsilon, label, listing
from privshare.report.layout import aligned, section, wrapped
from privshare.report.sentences import Sentences, english
from privshare.report.verify import Verification
from privshare.scenario.adhoc.flags import PURPOSE
from privshare.use.ledger import LedgerStatement, statement_document


@dataclass(frozen=True, slots=True)
class Tie:
    """How a ledger goes on from a run. folder: the run's, as it was named. since: entries after those of the run."""

    folder: str
    checked: Verification
    seen: LedgerStatement
    since: int


def ledger_lines(
    statement: LedgerStatement,
    tie: Tie | None = None,
    *,
    asked: Mapping[str, Asked] = MappingProxyType({}),
    sentences: Sentences | None = None,
) -> list[str]:
    """Return a ledger's accounts, debits, documents and refusals, its chain, and how it goes on from a run.

    asked: what a request asked, for those whose stored answer tells.
    """
    say = (sentences or english()).say
    accounts: list[tuple[str, ...]] = [("", "", "", say("ledger.spent"), say("ledger.left"), say("ledger.cap"))]
    for line in statement.accounts:
        amounts = (line.spent, line.left, line.cap)
        epsilons, deltas = [epsilon(of.micro_epsilon) for of in amounts], [delta(of.delta_e15) for of in amounts]
        accounts.append((line.holder, label(line.purpose), say("ledger.epsilon"), *epsilons))
        accounts.append(("", "", say("ledger.delta_of"), *deltas))
    entries = [
        (
            line.state.value,
            line.holder,
            line.question,
            say("told.loss", epsilon=epsilon(line.loss.micro_epsilon)),
            say("ledger.delta", delta=delta(line.loss.delta_e15)),
        )
        for line in statement.entries
    ]
    # A document that several holders were debited for is one document.
    documents = {line.request: (line.document_sha256, line.question) for line in statement.entries}
    refusals = [(line.question, line.kind, line.clause) for line in statement.refusals]
    lines = section(say("ledger.accounts"), aligned(accounts) if statement.accounts else [])
    if any(line.purpose == PURPOSE and line.cap == line.spent for line in statement.accounts):
        lines += [*wrapped([say("ledger.as_asked", purpose=label(PURPOSE))], indent=""), ""]
    lines += section(say("ledger.entries"), _entry_lines(statement, aligned(entries), asked, say))
    lines += section(say("ledger.documents"), aligned([line for line in documents.values() if line[0]]))
    lines += section(say("ledger.refusals"), aligned(refusals))
    lines.append(say("ledger.head", entries=count(statement.count), head=statement.head))
    return lines if tie is None else [*lines, "", *_tie_lines(tie, say)]


def ledger_document(
    statement: LedgerStatement, tie: Tie | None = None, *, asked: Mapping[str, Asked] = MappingProxyType({})
) -> Mapping[str, Any]:
    """Return a ledger's statement as a document, with a part `asked`, and one `run` where a run was compared."""
    document = {**statement_document(statement), "asked": asked_document(asked)}
    if tie is None:
        return document
    return {
        **document,
        "run": {
            "authenticated": tie.checked.authenticated,
            "entries": tie.seen.count,
            "entries_since": tie.since,
            "fingerprint": tie.checked.fingerprint,
            "folder": tie.folder,
            "head": tie.seen.head,
        },
    }


def _entry_lines(
    statement: LedgerStatement, debits: Sequence[str], asked: Mapping[str, Asked], say: Callable[..., str]
) -> list[str]:
    """Return the debits, and under the last one of each request what it asked."""
    lines: list[str] = []
    requests = [line.request for line in statement.entries]
    for debit, request, following in zip(debits, requests, [*requests, ""][1:], strict=True):
        lines.append(debit)
        if request != following:
            lines += wrapped(_asked_sentences(asked.get(request), say), indent=" " * 6)
    return lines


def _asked_sentences(asked: Asked | None, say: Callable[..., str]) -> list[str]:
    if asked is None:
        return [say("ledger.asked_unknown")]
    if not asked.sentence:
        return [say("ledger.asked_of_party", suite=asked.suite)]
    return [asked.sentence, say("ledger.asked_columns", columns=listing(asked.columns))]


def _tie_lines(tie: Tie, say: Callable[..., str]) -> list[str]:
    known = "ledger.run_authenticated" if tie.checked.authenticated else "ledger.run_consistent"
    since = say("ledger.run_newest") if tie.since == 0 else say("ledger.run_since", entries=count(tie.since))
    return [
        say("ledger.run_head", entries=count(tie.seen.count), head=tie.seen.head),
        *wrapped([say("ledger.run_prefix", folder=tie.folder), since], indent=""),
        *wrapped([say(known)], indent=""),
        say("check.signed_by", fingerprint=tie.checked.fingerprint),
    ]
