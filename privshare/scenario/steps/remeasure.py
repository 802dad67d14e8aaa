"""Step `remeasure`: a count by public groups, first a cheap look, then as much more as a wanted error needs.

Order: the gate is asked about the whole at its most; the look's price is
reserved with all others, and the most must fit beside them, or nothing is
debited; the look is released; from its noised numbers alone comes the second
price, which is reserved then and released in turn. Both are debited, both
are signed; the table they make together is post-processing. A crash between
leaves the look debited and stored, and the same step goes on from there.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import Field

from privshare.categorize.faults import accepting
from privshare.categorize.policy import NAME_TOLD, Column, MicroEpsilon, Sentence, StrictModel
from privshare.categorize.policy import Identifier as AnyIdentifier
from privshare.errors import InputRefused
from privshare.model.loss import PrivacyLoss
from privshare.model.question import Question
from privshare.model.release import Release
from privshare.scenario.asking import granted_or_noted
from privshare.scenario.debits import reserve_next
from privshare.scenario.outcome import RemeasureRecord
from privshare.scenario.spec import StepFrame
from privshare.scenario.stage import Stage
from privshare.scenario.steps.kind import Mention, StepKind
from privshare.scenario.steps.statistic import BOUND_MAX, STATISTIC, Name, StatisticStep, Whole
from privshare.use.release.remeasure import check_share, choose, combine, look_micro

Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,33}$"), accepting(NAME_TOLD.format(most=34))]
"""Short enough that the look's id, which is made of it, is one as well."""


class CountSpec(StrictModel):
    """The one measure. bound: rows, or groups, that one person may add in all."""

    name: Name
    amount: Literal["rows", "people"] = "rows"
    bound: Annotated[int, Field(ge=1, le=BOUND_MAX)]


class RemeasureStep(StepFrame):
    """What to count by which public groups, how exactly, and what it may cost at most.

    by, bins, keys, groups: as in a step of kind statistic. target_error: half the interval of each promised group,
    as a share of its size. epsilon: the most that look and second measurement may cost together.
    """

    kind: Literal["remeasure"]
    id: Identifier
    sentence: Sentence
    holder: AnyIdentifier
    purpose: AnyIdentifier
    by: Annotated[list[Column], Field(max_length=4)]
    bins: dict[Column, Annotated[list[Whole], Field(min_length=1)]] = Field(default_factory=dict)
    keys: dict[Column, Annotated[list[Sentence | str], Field(min_length=1)]] | None = None
    groups: Annotated[list[list[str]], Field(min_length=1)] | None = None
    measure: CountSpec
    target_error: Annotated[
        str, Field(pattern=r"^0\.[0-9]{1,6}$"), accepting('a share in quotes, 0 and at most six decimals, as "0.05"')
    ]
    epsilon: MicroEpsilon

    @property
    def target(self) -> Fraction:
        """The wanted error as a share."""
        return Fraction(self.target_error)

    @property
    def look_id(self) -> str:
        """The id of the look's release; the second one has the step's own."""
        return f"{self.id}-look"


def _statistic(step: RemeasureStep, *, id: str, sentence: str, micro: int) -> StatisticStep:
    """Return one of the two measurements as a step of kind statistic, at its price."""
    measure: dict[str, Any] = {"name": step.measure.name, "amount": step.measure.amount, "bound": step.measure.bound}
    return StatisticStep.model_validate(
        {
            "kind": "statistic",
            "id": id,
            "sentence": sentence,
            "holder": step.holder,
            "purpose": step.purpose,
            "by": step.by,
            "bins": step.bins,
            "keys": step.keys,
            "groups": step.groups,
            "measures": [{**measure, "epsilon": f"{micro // 10**6}.{micro % 10**6:06d}"}],
        }
    )


def _look(step: RemeasureStep) -> StatisticStep:
    sentence = f"{step.sentence} (a first look)"
    return _statistic(step, id=step.look_id, sentence=sentence, micro=look_micro(step.epsilon))


def _second(step: RemeasureStep, look: Release) -> StatisticStep | None:
    """Return the second measurement that a look calls for, or None."""
    micro = choose(look, step.target, step.epsilon - look_micro(step.epsilon)).micro
    return _statistic(step, id=step.id, sentence=step.sentence, micro=micro) if micro else None


def _ask(step: RemeasureStep, stage: Stage) -> tuple[Question, ...]:
    check_share(step.target)
    if step.keys is None and step.groups is None and any(column not in step.bins for column in step.by):
        raise InputRefused(
            f"step {step.id}: groups that are to be found cannot be measured twice; give keys or groups."
        )
    if step.epsilon < 2:
        raise InputRefused(f"step {step.id}: epsilon is too small for a look and a second measurement.")
    asked = STATISTIC.ask(_look(step), stage)
    # The second one's largest price must be one that noise can be drawn for, before the look is paid.
    STATISTIC.ask(_statistic(step, id=step.id, sentence=step.sentence, micro=step.epsilon), stage)
    return (_whole(step, stage),) if step.expect_refusal else asked


def _whole(step: RemeasureStep, stage: Stage) -> Question:
    """Return the whole request as one question at the most that it may cost; only the gate ever sees it."""
    most = _statistic(step, id=step.id, sentence=step.sentence, micro=step.epsilon)
    return STATISTIC.ask(most, stage)[0]


def _most(step: RemeasureStep, stage: Stage) -> Question | None:
    return None if step.expect_refusal else _whole(step, stage)


def _follows(step: RemeasureStep, stage: Stage, look: Release) -> Question | None:
    second = _second(step, look)
    return None if second is None else STATISTIC.ask(second, stage)[0]


def _perform(step: RemeasureStep, stage: Stage) -> None:
    if step.expect_refusal:
        granted_or_noted(stage, _whole(step, stage), step.expect_refusal)
        return
    STATISTIC.perform(_look(step), stage)
    look = stage.release(step.look_id).release
    again = _second(step, look)
    second = None
    if again is not None:
        reserve_next(STATISTIC.ask(again, stage)[0], stage)
        STATISTIC.perform(again, stage)
        second = stage.release(step.id).release
    losses = [look.loss] if second is None else [look.loss, second.loss]
    stage.remeasured.append(
        RemeasureRecord(
            id=step.id,
            look=look.id,
            second="" if second is None else second.id,
            share=step.target,
            most_micro=step.epsilon,
            spent=sum(losses, PrivacyLoss(0)),
            by=look.by,
            measure=step.measure.name,
            choice=choose(look, step.target, step.epsilon - look.loss.micro_epsilon),
            rows=combine(look, second, step.target),
        )
    )


def _mentions(step: RemeasureStep) -> tuple[Mention, ...]:
    return (Mention("holder", "holder", step.holder), Mention("purpose", "purpose", step.purpose))


def _offers(step: RemeasureStep) -> tuple[tuple[str, str], ...]:
    return (("release", step.look_id),)


REMEASURE = StepKind(
    model=RemeasureStep,
    title="Looking, then measuring again",
    mentions=_mentions,
    ask=_ask,
    most=_most,
    follows=_follows,
    offers=_offers,
    perform=_perform,
    components=STATISTIC.components,
)
