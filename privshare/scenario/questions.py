"""Every question of a scenario, and what the gate says to each, budget apart, before anything is computed.

Promises: nothing is debited and nothing is computed; a question that the gate
would refuse, and a refusal that the story plans and that would not come, are
told before the first debit. A step whose next question depends on its first
answer is asked about at the most that it may cost in all.
Leaves to others: the budget (`prices.py`), a preview of both (`preview.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from privshare.errors import BudgetExhausted, InputRefused, NotPermitted
from privshare.model.loss import DELTA_UNIT, EPSILON_MAX, MICRO, PrivacyLoss
from privshare.model.party import PartyId, PurposeId
from privshare.model.question import Question
from privshare.model.release import Release
from privshare.scenario.asking import not_refused
from privshare.scenario.loader import Scenario
from privshare.scenario.spec import StepFrame
from privshare.scenario.stage import Stage
from privshare.scenario.steps import StepKind
from privshare.use.gate import permit


@dataclass(frozen=True, slots=True)
class Planned:
    """A question of the story, and the refusal that the story plans for it ("" for none).

    withdrawn: licences that have ended by then. most: for a step that goes on from its first answer, the question
    at the most that it may cost in all; None for every other step.
    """

    question: Question
    expect_refusal: str
    kind: StepKind
    step: StepFrame
    withdrawn: frozenset[str]
    most: Question | None = None

    def next(self, stage: Stage, first: Release) -> Question | None:
        """Return the question that follows from the first answer, or None."""
        return self.kind.follows(self.step, stage, first)


def questions_of(scenario: Scenario, stage: Stage) -> Iterator[Planned]:
    """Yield every question of the scenario in order, unchecked. Raises InputRefused for terms that contradict."""
    withdrawn: frozenset[str] = frozenset()
    seen: set[str] = set()
    for kind, step in scenario.steps:
        questions = kind.ask(step, stage)
        most = kind.most(step, stage)
        withdrawn |= set(kind.withdraws(step))
        for question in questions:
            named = {question.id} if most is None else {question.id, most.id}
            if named & seen:
                raise InputRefused(f"two questions are called {min(named & seen)!r}; give each step its own id.")
            seen |= named
            yield Planned(question, step.expect_refusal, kind, step, withdrawn, most)


def plan_questions(scenario: Scenario, stage: Stage) -> tuple[Planned, ...]:
    """Return every question of the scenario, once the gate has been asked about each, budget apart.

    Raises NotPermitted for a refusal that is not planned and InputRefused for a planned one that would not
    come. No ledger is needed: what it decides is left to `reserve`.
    """
    planned = tuple(questions_of(scenario, stage))
    for plan in planned:
        refusal = gate_refusal(plan, stage)
        if refusal is not None and type(refusal).__name__ != plan.expect_refusal:
            raise refusal
        if refusal is None and plan.expect_refusal not in ("", BudgetExhausted.__name__):
            raise not_refused(plan.question, plan.expect_refusal)
    return planned


def gate_refusal(plan: Planned, stage: Stage) -> NotPermitted | None:
    """Return what the gate says against a question, were there budget enough; None if nothing."""
    for question in (plan.question,) if plan.most is None else (plan.most, plan.question):
        try:
            permit(question, policy=stage.policy, withdrawn=plan.withdrawn, today=stage.today, left=_enough)
        except NotPermitted as refusal:
            return refusal
    return None


def _enough(_holder: PartyId, _purpose: PurposeId) -> PrivacyLoss:
    return PrivacyLoss(int(EPSILON_MAX) * MICRO, DELTA_UNIT)
