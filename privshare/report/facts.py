"""A run as one JSON document: what was decided, published, refused, tried and spent.

Promises: no record of a person, no message body and no exact total of the
simulated world is in it; exact totals stand in tables named `truth-...` only.
What a release says is its signed document; here it is named by its digest.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from privshare.model.loss import PrivacyLoss, loss_document
from privshare.report.answer import Rate, finding
from privshare.report.choice import choice_facts
from privshare.report.matches import link_facts
from privshare.report.remeasured import remeasured_facts
from privshare.scenario.outcome import ProtocolRecord, PublishedRelease, Run

if TYPE_CHECKING:
    from privshare.attacks.adversary import AttackResult

FORMAT = "privshare/run/1"


def run_facts(run: Run) -> dict[str, Any]:
    """Return the facts of a run as texts, numbers, lists and objects."""
    return {
        "format": FORMAT,
        "scenario": run.scenario,
        "title": run.title,
        "question": run.question,
        "people": run.people,
        "seed": run.seed,
        "started": run.started,
        "milliseconds": round(1000 * run.seconds),
        "finding": _finding(run),
        "policy": {"title": run.policy.title, "sha256": run.policy.digest},
        "scenario_sha256": run.scenario_digest or None,
        "world_sha256": run.world_digest or None,
        "parties": [
            {"id": party.id, "name": party.name, "role": party.role, "holds_records": party.holds_records}
            for party in run.parties
        ],
        "decisions": [
            {
                "holder": decision.holder,
                "column": decision.column,
                "clause": decision.clause,
                "category": decision.category.value if decision.category else None,
                "grade": decision.grade,
                "reason": decision.reason,
                "ladder": {purpose: str(rung) for purpose, rung in decision.rungs},
                "gdpr9": decision.gdpr9,
                "pipl28": decision.pipl28,
                "dpv": decision.dpv,
            }
            for decision in run.decisions
        ],
        "seals": [
            {"holder": seal.holder, "root": seal.root, "leaf": seal.leaf_index}
            for seal in run.seals
        ],
        "open_records": [
            {"id": record.id, "holder": record.holder, "title": record.title, "rows": len(record.rows),
             "sha256": hashlib.sha256(record.document).hexdigest(), "leaf": record.leaf_index}
            for record in run.open_records
        ],
        "releases": [_release(published) for published in run.releases],
        "remeasured": [remeasured_facts(pair) for pair in run.remeasured],
        "refusals": [
            {"question": refusal.question.id, "sentence": refusal.question.sentence, "kind": refusal.kind,
             "clause": refusal.clause, "refused": refusal.refused, "accepted": refusal.accepted}
            for refusal in run.refusals
        ],
        "protocols": [_protocol(record) for record in run.protocols],
        "links": [link_facts(link) for link in run.links],
        "frauds": [
            {"planted": fraud.planted, "by": fraud.by, "caught_by": fraud.caught_by, "evidence": fraud.evidence,
             "lesson": fraud.lesson}
            for fraud in run.frauds
        ],
        "attacks": [
            {"attack": result.attack, "against": result.against, "goal": result.adversary.goal,
             "view": result.adversary.view, "background": result.adversary.background,
             "attempts": result.attempts, "successes": result.successes,
             "interval": [round(end, 6) for end in _interval(result)],
             "baseline": round(result.baseline, 6),
             "ceiling": None if result.ceiling is None else round(result.ceiling, 6), "note": result.note}
            for result in run.attacks
        ],
        "budgets": [
            {"holder": line.holder, "purpose": line.purpose, "licence": line.licence,
             "cap": loss_document(PrivacyLoss(line.cap_micro, line.cap_delta_e15)),
             "spent": loss_document(PrivacyLoss(line.spent_micro, line.spent_delta_e15))}
            for line in run.budgets
        ],
        "ledger_kept": run.ledger_kept,
        "log_entries": len(run.log.leaves),
        "components": [
            {"name": part.name, "reality": part.reality.value, "reason": part.reason} for part in run.components
        ],
    }  # fmt: skip


def _interval(result: AttackResult) -> tuple[float, float]:
    from privshare.attacks.adversary import wilson_interval  # only a run with attacks loads them

    return wilson_interval(result.successes, result.attempts)


def _release(published: PublishedRelease) -> dict[str, Any]:
    release = published.release
    return {
        "id": release.id,
        "sentence": release.sentence,
        "purpose": release.purpose,
        "holders": list(release.holders),
        "suite": release.suite,
        "loss": loss_document(release.loss),
        "cells": len(release.cells),
        "sha256": hashlib.sha256(published.document).hexdigest(),
        "leaf": published.leaf_index,
        "from_store": published.from_store,
        "utility": [
            {"measure": utility.measure, "mean_error": round(utility.mean_error, 6),
             "worst_error": utility.worst_error, "suppressed": utility.suppressed, "bias": round(utility.bias, 6)}
            for utility in published.utility
        ],
    }  # fmt: skip


def _protocol(record: ProtocolRecord) -> dict[str, Any]:
    return {
        "question": record.for_question,
        "suite": record.leakage.suite,
        "messages": len(record.transcript.messages),
        "bytes": sum(size for _, size in record.transcript.bytes_sent()),
        "rounds": record.transcript.rounds(),
        "milliseconds": round(1000 * record.seconds),
        **({"choice": choice_facts(record.choice)} if record.choice else {}),
    }


def _finding(run: Run) -> dict[str, Any] | None:
    found = finding(run)
    if found is None:
        return None

    def told(rate: Rate) -> dict[str, Any]:
        return {"key": list(rate.key), "per_100": round(rate.rate, 3),
                "interval": [round(rate.low, 3), round(rate.high, 3)]}  # fmt: skip

    return {
        "release": found.release,
        "along": found.along,
        "across": found.across,
        "people": found.people,
        "total": found.total,
        "direction": found.direction.value,
        "bands": [told(rate) for rate in found.bands],
        "directions": [[value, direction.value] for value, direction in found.directions],
        "hidden": found.hidden,
    }
