"""A preview of a run's prices in lines for a terminal, and as a document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from privshare.model.loss import PrivacyLoss, loss_document
from privshare.report.figures import delta, epsilon, label, listing
from privshare.report.layout import aligned, section, wrapped
from privshare.report.sentences import Sentences, english
from privshare.scenario.preview import Balance, Preview, Verdict

FORMAT = "privshare/preview/1"


def preview_lines(preview: Preview, *, sentences: Sentences | None = None) -> list[str]:
    """Return what each question would cost each holder, what would be left, and what would be refused and why."""
    say = sentences or english()
    questions = [
        (line.question, listing(line.holders), _price(line.loss, say), say.say(_VERDICTS[line.verdict]))
        for line in preview.lines
    ]
    balances = [
        (balance.holder, label(balance.purpose), told)
        for balance in preview.balances
        for told in _balance(balance, say)
    ]
    refusals = [
        (line.question, line.refusal.removeprefix(f"{line.question}: ")) for line in preview.lines if line.refusal
    ]
    lines = section(say.say("preview.questions"), aligned(questions))
    lines += section(say.say("preview.balances"), aligned(balances))
    lines += section(say.say("preview.refusals"), aligned(refusals))
    told = [say.say("preview.runs" if preview.runs else "preview.stops")]
    if not preview.ledger:
        told.append(say.say("preview.no_ledger"))
    return [*lines, *wrapped([*told, say.say("preview.nothing")], indent="")]


def preview_facts(preview: Preview) -> dict[str, Any]:
    """Return the preview as a document of texts and whole numbers; null where no cap is stated."""
    return {
        "format": FORMAT,
        "runs": preview.runs,
        "ledger_read": preview.ledger,
        "questions": [
            {
                "id": line.question,
                "sentence": line.sentence,
                "purpose": line.purpose,
                "holders": list(line.holders),
                "loss": _loss(line.loss),
                "verdict": line.verdict.value,
                "refusal": {"kind": line.kind, "sentence": line.refusal} if line.refusal else None,
            }
            for line in preview.lines
        ],
        "balances": [
            {
                "holder": balance.holder,
                "purpose": balance.purpose,
                "licence": balance.licence,
                "spent": _loss(balance.spent),
                "cost": _loss(balance.cost),
                "cap": _loss(balance.cap),
                "left": _loss(balance.left),
                "left_after": _loss(balance.after),
            }
            for balance in preview.balances
        ],
    }


_VERDICTS: Mapping[Verdict, str] = {
    Verdict.DEBITED: "preview.debited",
    Verdict.AT_MOST: "preview.at_most",
    Verdict.ANSWERED: "preview.answered",
    Verdict.PAID: "preview.paid",
    Verdict.FREE: "preview.free",
    Verdict.EXPECTED: "preview.expected",
    Verdict.REFUSED: "preview.refused",
}


def _price(loss: PrivacyLoss, say: Sentences) -> str:
    if loss.delta_e15 == 0:
        return say.say("told.loss", epsilon=epsilon(loss.micro_epsilon))
    return say.say("preview.price", epsilon=epsilon(loss.micro_epsilon), delta=delta(loss.delta_e15))


def _balance(balance: Balance, say: Sentences) -> list[str]:
    """Return one account's line for epsilon, and one for delta where there is any."""
    cap, left, after, cost = balance.cap, balance.left, balance.after, balance.cost
    if cap is None or left is None or after is None:
        return [say.say("preview.uncapped", spent=_price(balance.spent, say), cost=_price(cost, say))]
    lines = [
        say.say(
            "preview.capped",
            left=epsilon(left.micro_epsilon),
            cap=epsilon(cap.micro_epsilon),
            cost=epsilon(cost.micro_epsilon),
            after=epsilon(after.micro_epsilon),
        )
    ]
    if cap.delta_e15:
        told = {"left": delta(left.delta_e15), "cap": delta(cap.delta_e15), "cost": delta(cost.delta_e15)}
        lines.append(say.say("preview.capped_delta", after=delta(after.delta_e15), **told))
    return lines


def _loss(loss: PrivacyLoss | None) -> dict[str, int] | None:
    return None if loss is None else loss_document(loss)
