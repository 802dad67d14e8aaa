"""Why a linkage ran by the suite it ran by, and what each suite was predicted to cost, as facts and as sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from privshare.report.figures import decimal, listing, size
from privshare.report.sentences import Sentences

if TYPE_CHECKING:
    from privshare.secure.psi.members import Choice


def choice_facts(choice: Choice) -> dict[str, Any]:
    """Return the choice for `run.json`: bytes exact, seconds to the millisecond."""
    return {
        "suite": choice.suite.id,
        "reason": choice.reason,
        "predicted": {
            suite: {"cpu_seconds": round(cost.cpu_seconds, 3), "bytes": cost.bytes} for suite, cost in choice.costs
        },
    }


def choice_told(choice: Choice, say: Sentences) -> list[str]:
    """Return two sentences: which suite and why, and the predictions that stood beside each other."""
    predicted = [
        say.say("told.suite_cost", suite=suite, seconds=decimal(cost.cpu_seconds, 2), size=size(cost.bytes))
        for suite, cost in choice.costs
    ]
    return [
        say.say("told.suite_chosen", suite=choice.suite.id, reason=choice.reason),
        say.say("told.suite_predicted", costs=listing(predicted)),
    ]
