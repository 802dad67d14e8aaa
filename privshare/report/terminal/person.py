"""One person's exposure in sentences for a terminal, and as a document.

Promises: every line that no real world could know is marked TRUTH, and so is
that part of the document. Leaves to others: what is true (`comparison/exposure`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from privshare.comparison.exposure import Exposure, Spread
from privshare.model.loss import PrivacyLoss, loss_document
from privshare.model.party import PartyId
from privshare.report.figures import count, delta, epsilon, label, listing
from privshare.report.layout import aligned, section, wrapped
from privshare.report.person import Judged
from privshare.report.sentences import Sentences, english


def person_lines(judged: Judged, found: Exposure, *, sentences: Sentences | None = None) -> list[str]:
    """Return who has the person, what touched them, what they lost, and where holders overspent them together."""
    language = sentences or english()
    say = language.say
    lines = [*wrapped([say("person.who", person=found.person)], indent=""), ""]
    lines += section(say("person.holders"), _true(_holdings(judged, found, language), language))
    lines += section(say("person.uses"), _true(_uses(judged, found, language), language))
    refused = [
        (one.question.id, say("person.refusal", kind=one.kind, clause=one.clause, sentence=one.question.sentence))
        for one in found.refused
    ]
    lines += section(say("person.refused"), _true(refused, language))
    budgets = [
        (
            say("person.budget", holder=_names(judged, [account.holder]), purpose=label(account.purpose)),
            say(
                "person.spent",
                spent=epsilon(account.spent.micro_epsilon),
                cap=epsilon(account.cap.micro_epsilon),
                delta=delta(account.spent.delta_e15),
                cap_delta=delta(account.cap.delta_e15),
            ),
        )
        for account in found.accounts
    ]
    kept = wrapped([say("person.kept")]) if judged.ledger_kept and budgets else []
    lines += section(say("person.budgets"), [*aligned(budgets), *kept])
    lines += section(say("person.sums"), _sums(found, language))
    lines += section(say("person.overspent"), _true(_overspends(judged, found, language), language))
    return lines[:-1]


def spread_lines(spread: Spread, *, sentences: Sentences | None = None) -> list[str]:
    """Return how many people lost how much, the most exposed first."""
    language = sentences or english()
    say = language.say
    rows = [(say("person.people", number=count(number)), _loss(lost, language)) for lost, number in spread.groups]
    lines = section(say("person.spread"), _true(rows, language))
    return [*lines, *wrapped([say("person.most", number=count(spread.groups[0][1]))], indent=""), ""]


def person_facts(judged: Judged, found: Exposure, spread: Spread | None = None) -> dict[str, Any]:
    """Return an exposure as a document. What no real world could know stands under "truth_simulated"."""
    truth: dict[str, Any] = {
        "person": found.person,
        "holders": [{"holder": one.holder, "table": one.table, "rows": one.rows} for one in found.holdings],
        "uses": [
            {
                "question": use.question,
                "sentence": use.sentence,
                "purpose": use.purpose,
                "holders": list(use.holders),
                "clauses": list(use.clauses),
                "forms": [form.value for form in use.forms],
                "loss": None if use.loss is None else loss_document(use.loss),
            }
            for use in found.uses
        ],
        "refused": [{"question": one.question.id, "kind": one.kind, "clause": one.clause} for one in found.refused],
        "charged": [
            {"holder": account.holder, "purpose": account.purpose, "loss": loss_document(account.lost)}
            for account in found.accounts
        ],
        "lost": loss_document(found.lost),
        "jointly_overspent": [
            {
                "purpose": one.purpose,
                "holders": list(one.holders),
                "lost": loss_document(one.lost),
                "largest_budget": loss_document(one.cap),
            }
            for one in found.overspends
        ],
    }
    if spread is not None:
        truth["spread"] = [{"people": number, "lost": loss_document(lost)} for lost, number in spread.groups]
    return {
        "truth_simulated": truth,
        "budgets": [
            {
                "holder": account.holder,
                "purpose": account.purpose,
                "spent": loss_document(account.spent),
                "cap": loss_document(account.cap),
            }
            for account in found.accounts
        ],
        "ledger_kept": judged.ledger_kept,
        "anybody_lost_at_most": loss_document(found.worst),
        "gate_permits_at_most": loss_document(found.permitted),
    }


def _true(rows: Sequence[tuple[str, ...]], language: Sentences) -> list[str]:
    return aligned([(language.say("person.truth"), *row) for row in rows])


def _holdings(judged: Judged, found: Exposure, language: Sentences) -> list[tuple[str, ...]]:
    say = language.say
    if not found.holdings:
        return [(say("person.nobody"),)]
    return [
        (
            _names(judged, [one.holder]),
            say("person.one_row", table=one.table)
            if one.rows == 1
            else say("person.rows", table=one.table, number=count(one.rows)),
        )
        for one in found.holdings
    ]


def _uses(judged: Judged, found: Exposure, language: Sentences) -> list[tuple[str, ...]]:
    if not found.uses:
        return [(language.say("person.no_uses"),)]
    return [
        (
            use.question,
            language.say(
                "person.use",
                loss=language.say("person.no_epsilon") if use.loss is None else _loss(use.loss, language),
                sentence=use.sentence,
                holders=_names(judged, use.holders),
                purpose=label(use.purpose),
                forms=listing([form.value for form in use.forms]),
                clauses=listing(use.clauses),
            ),
        )
        for use in found.uses
    ]


def _sums(found: Exposure, language: Sentences) -> list[str]:
    say = language.say
    truth, bound = say("person.truth"), say("person.bound")
    rows = [(truth, say("person.lost", loss=_loss(found.lost, language)))]
    unbounded = sum(use.loss is None for use in found.uses)
    if unbounded:
        rows.append((truth, say("person.unbounded", number=count(unbounded))))
    rows.append((bound, say("person.worst", loss=_loss(found.worst, language))))
    rows.append((bound, say("person.permitted", loss=_loss(found.permitted, language))))
    return aligned(rows)


def _overspends(judged: Judged, found: Exposure, language: Sentences) -> list[tuple[str, ...]]:
    say = language.say
    if not found.overspends:
        return [(say("person.not_over"),)]
    return [
        (
            say(
                "person.over",
                purpose=say("person.every_purpose") if one.purpose is None else label(one.purpose),
                holders=_names(judged, one.holders),
                loss=_loss(one.lost, language),
                cap=_loss(one.cap, language),
            ),
        )
        for one in found.overspends
    ]


def _names(judged: Judged, holders: Sequence[PartyId]) -> str:
    return listing([judged.names.get(holder, holder) for holder in holders])


def _loss(loss: PrivacyLoss, language: Sentences) -> str:
    return language.say("person.loss", epsilon=epsilon(loss.micro_epsilon), delta=delta(loss.delta_e15))
