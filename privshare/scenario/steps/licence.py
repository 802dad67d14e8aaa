"""Step `withdraw-licence`: a holder takes its leave back in the middle of a run. It works forward only."""

from __future__ import annotations

from typing import Literal

from privshare.categorize.policy import Sentence
from privshare.scenario.spec import StepFrame
from privshare.scenario.stage import Stage
from privshare.scenario.steps.kind import Mention, StepKind


class WithdrawStep(StepFrame):
    """Which licence ends, and why."""

    kind: Literal["withdraw-licence"]
    licence: str
    reason: Sentence


def _mentions(step: WithdrawStep) -> tuple[Mention, ...]:
    return (Mention("licence", "licence", step.licence),)


def _withdraws(step: WithdrawStep) -> tuple[str, ...]:
    return (step.licence,)


def _perform(step: WithdrawStep, stage: Stage) -> None:
    stage.withdrawn.add(step.licence)


WITHDRAW = StepKind(
    model=WithdrawStep,
    title="Withdrawing a licence",
    mentions=_mentions,
    withdraws=_withdraws,
    perform=_perform,
)
