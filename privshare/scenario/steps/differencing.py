"""Step `attack-differencing`: two exact joint tables one person apart, beside two noisy ones.

The noisy pair is a laboratory repeat: the release's own mechanism with fresh
noise that is thrown away, so that a success rate can be measured. The public
gets one table only; a second one would be debited, or be the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from privshare.attacks.differencing import adversary, differencing
from privshare.categorize.policy import Column, Identifier
from privshare.comparison.risk import ceiling_at_even_odds, judge
from privshare.errors import InputRefused
from privshare.holders.holder import check_whole, table_with
from privshare.holders.truth import exact_joint, matched_people
from privshare.model.entropy import WorldGenerator, seeded_generator
from privshare.model.loss import PrivacyLoss
from privshare.model.release import Release
from privshare.scenario.spec import StepFrame
from privshare.scenario.stage import Stage
from privshare.scenario.steps.kind import Mention, StepKind
from privshare.secure.noise import LaplaceMechanism, add_laplace, laplace_mechanism

ATTACK = "differencing"
Key = tuple[str, ...]


class DifferencingStep(StepFrame):
    """Which joint release is attacked, in which columns, on how many people."""

    kind: Literal["attack-differencing"]
    release: Identifier
    measure: Column
    grouping_holder: Identifier
    value_holder: Identifier
    value_column: Column
    targets: Annotated[int, Field(ge=20, le=20_000)]


def _mentions(step: DifferencingStep) -> tuple[Mention, ...]:
    return (
        Mention("release", "release", step.release),
        Mention("measure", "joint measure", f"{step.release}.{step.measure}"),
        Mention("grouping_holder", "holder", step.grouping_holder),
        Mention("value_holder", "holder", step.value_holder),
    )


def _prepare(step: DifferencingStep, stage: Stage) -> None:
    """Check what the attack will read of the truth, while nothing is debited yet."""
    check_whole(table_with(stage.holder(step.value_holder), [step.value_column]), step.value_column)


class _Publications:
    """A TableOracle over totals that are exact, or noised anew at each publication."""

    def __init__(
        self,
        totals: Mapping[Key, int],
        people: list[tuple[Key, int]],
        mechanisms: tuple[LaplaceMechanism, ...],
    ) -> None:
        self._totals, self._people, self._mechanisms = totals, people, mechanisms

    @property
    def targets(self) -> int:
        return len(self._people)

    def cell(self, target: int) -> Key:
        return self._people[target][0]

    def table(self, *, without: int | None) -> Mapping[Key, int]:
        totals = dict(self._totals)
        if without is not None:
            key, value = self._people[without]
            totals[key] -= value
        values = tuple(totals.values())
        for mechanism in self._mechanisms:
            values = add_laplace(values, mechanism)
        return dict(zip(totals, values, strict=True))


def _perform(step: DifferencingStep, stage: Stage) -> None:
    truth, seed = stage.simulated
    release = stage.release(step.release).release
    left = table_with(stage.holder(step.grouping_holder), list(release.by))
    right = table_with(stage.holder(step.value_holder), [step.value_column])
    people = matched_people(truth, left.name, release.by, right.name, step.value_column, 1)
    keys = [cell.key for cell in release.cells]
    totals = {key: total for key, (_, total) in zip(keys, exact_joint(people, release.by, keys), strict=True)}
    rows = list(people.astype(dict.fromkeys(release.by, str)).itertuples(index=False, name=None))
    inside = [(key, int(row[-1])) for row in rows if (key := tuple(row[:-1])) in totals]
    chosen = _balanced(inside, step.targets, seed)
    secrets = [bool(value) for _, value in chosen]
    parts = [part for part in release.parts if part.measure == step.measure]
    if not parts:
        raise InputRefused(f"release {step.release} has no measure {step.measure!r}.")
    mechanisms = tuple(laplace_mechanism(sensitivity=part.sensitivity, loss=part.loss) for part in parts)
    for against, view, drawn, ceiling, note in (
        ("two exact tables", "exact totals with and without the target", (), None, "this pair is never released"),
        (
            "two tables with the release's noise",
            "noisy totals with and without the target",
            mechanisms,
            ceiling_at_even_odds(_outsider_loss(release, step.measure)),
            "laboratory repeat of the release's mechanism with fresh noise, thrown away afterwards",
        ),
    ):
        guesses = differencing(_Publications(totals, chosen, drawn))
        stage.attacks.append(
            judge(
                attack=ATTACK,
                against=against,
                adversary=adversary(view),
                right=[guess == secret for guess, secret in zip(guesses, secrets, strict=True)],
                baseline=max(sum(secrets), len(secrets) - sum(secrets)) / len(secrets) if secrets else 0.0,
                ceiling=ceiling,
                note=note,
            )
        )


def _outsider_loss(release: Release, measure: str) -> PrivacyLoss:
    """Return what one publication tells an outsider about one value.

    Either party's noise alone keeps the stated loss, so the smallest of the parts is the bound; the table
    without the target does not depend on the target.
    """
    return min((part.loss for part in release.parts if part.measure == measure), key=lambda loss: loss.micro_epsilon)


def _balanced(people: list[tuple[Key, int]], targets: int, seed: int) -> list[tuple[Key, int]]:
    """Return up to `targets` people, half of them with value 1, so that guessing gets one half."""
    chance: WorldGenerator = seeded_generator(seed + 2)
    ones = [person for person in people if person[1] == 1]
    zeros = [person for person in people if person[1] == 0]
    half = min(targets // 2, len(ones), len(zeros))
    picked = [group[int(n)] for group in (ones, zeros) for n in chance.choice(len(group), half, replace=False)]
    return [picked[int(n)] for n in chance.permutation(len(picked))]


DIFFERENCING = StepKind(
    model=DifferencingStep,
    title="Attack: differencing two tables",
    mentions=_mentions,
    prepare=_prepare,
    perform=_perform,
)
