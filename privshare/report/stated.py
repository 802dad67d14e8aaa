"""What run.json states, held against what the holders signed: parties, seals, open records, releases, budgets.

The run's key alone vouches for run.json, and the page and the labels are made
of the same facts. So whatever in it also stands in a document that a holder
signed must be the same there, and nothing may be added, left out or said twice.
Leaves to others: what only the run says, which is its story (decisions,
refusals, frauds, attacks, utility), times and the policy's digest.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from privshare.errors import ParameterRefused, VerificationFailed
from privshare.model.loss import NO_LOSS, PrivacyLoss
from privshare.model.release import Release
from privshare.report.checks import LOG_SIGNER, CheckedLog
from privshare.report.sealed import SealedFolder
from privshare.report.shape import part, parts
from privshare.use.ledger import LedgerStatement

FACTS, KEYS = "run.json", "keys.json"
Account = tuple[str, str]


def record_holders(sealed: SealedFolder, keys: Mapping[str, bytes]) -> tuple[str, ...]:
    """Return who must sign for the whole run: the parties that hold records, in the run's order.

    keys: of everybody but the run. Raises VerificationFailed when they are not those of the log and of each
    party, once; a party without a key could not be held to anything, a key without a party is nobody's.
    """
    stated = parts(sealed.document(FACTS), "parties", dict, file=FACTS)
    names = [part(party, "id", str, file=FACTS) for party in stated]
    if sorted([*names, LOG_SIGNER]) != sorted(keys):
        raise VerificationFailed(KEYS, "its keys are not those of the run's parties, the log and the run")
    holders = tuple(
        name for name, party in zip(names, stated, strict=True) if part(party, "holds_records", bool, file=FACTS)
    )
    if not holders:
        raise VerificationFailed(FACTS, "none of its parties holds records")
    return holders


def check_seals(sealed: SealedFolder, log: CheckedLog) -> int:
    """Check that the run's facts state exactly the sealed roots of the log; return how many."""
    stated = _in_the_log(parts(sealed.document(FACTS), "seals", dict, file=FACTS), log)
    logged = log.of("seal")
    if [data for _, data in stated] != [data for _, data in logged]:
        raise VerificationFailed(FACTS, "its seals are not those of the log")
    for (seal, _), (document, _) in zip(stated, logged, strict=True):
        if any(seal.get(name) != document.get(name) for name in ("holder", "root")):
            raise VerificationFailed(FACTS, "its seals are not those of the log")
    return len(logged)


def check_stated_open_records(sealed: SealedFolder, log: CheckedLog) -> None:
    """Check that the facts name each signed open record of the log, as its holder signed it."""
    stated = _in_the_log(parts(sealed.document(FACTS), "open_records", dict, file=FACTS), log)
    logged = {data: document for document, data in log.of("open")}
    if {data for _, data in stated} != logged.keys() or len(stated) != len(logged):
        raise VerificationFailed(FACTS, "its open records are not those that are signed")
    for record, data in stated:
        document = logged[data]
        rows = len(parts(document, "rows", list, file=FACTS))
        signed = {**{name: document.get(name) for name in ("id", "holder", "title")}, "rows": rows, **_digest(data)}
        if any(record.get(name) != value for name, value in signed.items()):
            raise VerificationFailed(FACTS, "an open record in it is not the one that is signed")


def check_stated_releases(sealed: SealedFolder, log: CheckedLog, releases: Mapping[str, Release]) -> None:
    """Check that the facts name each signed release, with its loss; releases: by path, already checked."""
    stated = _in_the_log(parts(sealed.document(FACTS), "releases", dict, file=FACTS), log)
    signed = {sealed.read(path): release for path, release in releases.items()}
    if {data for _, data in stated} != signed.keys() or len(stated) != len(signed):
        raise VerificationFailed(FACTS, "its releases are not those that are signed")
    for item, data in stated:
        release = signed[data]
        told: dict[str, Any] = {
            "id": release.id, "sentence": release.sentence, "purpose": release.purpose, "suite": release.suite,
            "holders": list(release.holders), "cells": len(release.cells), **_digest(data),
        }  # fmt: skip
        loss = stated_loss(part(item, "loss", dict, file=FACTS))
        if loss != release.loss or any(item.get(name) != value for name, value in told.items()):
            raise VerificationFailed(FACTS, "a release in it is not the one that is signed")


def check_budgets(sealed: SealedFolder, statement: LedgerStatement, releases: Mapping[str, Release]) -> None:
    """Check the budgets against the signed accounts, and that none which this run's releases used is left out.

    In a ledger that this run alone used, every account that has anything to spend must be there; a ledger that
    is kept may also have accounts of other runs.
    """
    facts = sealed.document(FACTS)
    accounts: dict[Account, tuple[PrivacyLoss, PrivacyLoss]] = {
        (line.holder, line.purpose): (line.cap, line.left) for line in statement.accounts
    }
    due: set[Account] = {(holder, release.purpose) for release in releases.values() for holder in release.holders}
    if not part(facts, "ledger_kept", bool, file=FACTS):
        due |= {account for account, (cap, _) in accounts.items() if cap != NO_LOSS}
    for budget in parts(facts, "budgets", dict, file=FACTS):
        account = part(budget, "holder", str, file=FACTS), part(budget, "purpose", str, file=FACTS)
        cap, spent = (stated_loss(part(budget, name, dict, file=FACTS)) for name in ("cap", "spent"))
        if account not in accounts:
            raise VerificationFailed(FACTS, "a budget in it is not one of the ledger, or stands in it twice")
        stated, left = accounts.pop(account)
        if cap != stated or spent != _minus(cap, left):
            raise VerificationFailed(FACTS, "a budget in it is not the one of the ledger")
        due.discard(account)
    if due:
        raise VerificationFailed(FACTS, "it leaves out a budget that the ledger has")


def _in_the_log(stated: list[dict[str, Any]], log: CheckedLog) -> list[tuple[dict[str, Any], bytes]]:
    """Return each stated thing with the log entry that it names."""
    found = []
    for item in stated:
        leaf = part(item, "leaf", int, file=FACTS)
        if not 0 <= leaf < len(log.leaves):
            raise VerificationFailed(FACTS, "it names an entry that the log has not")
        found.append((item, log.leaves[leaf][2]))
    return found


def _digest(data: bytes) -> dict[str, str]:
    return {"sha256": hashlib.sha256(data).hexdigest()}


def stated_loss(document: dict[str, Any]) -> PrivacyLoss:
    """Return a loss as run.json writes it; raise VerificationFailed for one out of range."""
    names = ("micro_epsilon", "delta_e15")
    try:
        return PrivacyLoss(*(part(document, name, int, file=FACTS) for name in names))
    except ParameterRefused:
        raise VerificationFailed(FACTS, "a loss in it is out of range") from None


def _minus(cap: PrivacyLoss, left: PrivacyLoss) -> PrivacyLoss:
    return PrivacyLoss(cap.micro_epsilon - left.micro_epsilon, cap.delta_e15 - left.delta_e15)
