"""Counts and sums over the people whom two files share, by group, as a scenario of one step: suite `totals-3/1`.

One file says each person's group, the other each person's value; a linkage
unit of its own joins them. Two parts of epsilon hide list sizes and counts, a
half pays the sums. Promises: the same gate, ledger and log as any scenario.
Leaves to others: who would run the unit, and a command that asks for this.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from privshare.categorize.faults import faults_of
from privshare.errors import FileFaults, InputRefused
from privshare.holders.files import find_column, integer_column, person_column, read_table
from privshare.model.category import Category, RungKind
from privshare.model.loss import MICRO, PrivacyLoss
from privshare.model.party import PartyId
from privshare.scenario.adhoc.flags import PURPOSE, clause, policy_of
from privshare.scenario.adhoc.prices import DELTA_DEFAULT, totals_parts, totals_price
from privshare.scenario.loader import Scenario
from privshare.scenario.spec import PartySpec
from privshare.scenario.steps.joint import JOINT, JointStep

if TYPE_CHECKING:
    import pandas as pd

GROUPING, VALUING, UNIT = PartyId("grouping"), PartyId("valuing"), PartyId("unit")
TOTALS = "totals"


@dataclass(frozen=True, slots=True)
class TotalsRequest:
    """What is asked. groups, values: the files. person: the key in both. by: column of the first that names a group.

    keys: the groups that are public. column: whole numbers of the second file. value_max: a person's sum is
    clamped to 0..value_max. epsilon, delta: the whole price, as decimals. identifiers_max: of one person.
    """

    groups: Path
    values: Path
    person: str
    by: str
    keys: tuple[str, ...]
    column: str
    value_max: int
    epsilon: str
    delta: str = DELTA_DEFAULT
    identifiers_max: int = 1


def totals_scenario(asked: TotalsRequest) -> Scenario:
    """Read the files and return the scenario; raise InputRefused for what is wrong with the request or a table."""
    loss = totals_price(asked.epsilon, asked.delta)
    step = _step(asked, loss)
    grouped, valued = _columns(asked.groups, asked.person, asked.by), _columns(asked.values, asked.person, asked.column)
    valued = valued.assign(**{asked.column: integer_column(valued, asked.column, path=asked.values)})
    clauses = [
        clause(party, column, category=category, form=form, limit=limit, flag="the request")
        for party, column, category, form, limit in (
            (GROUPING, asked.person, Category.DIRECT_IDENTIFIER, RungKind.AFTER_LINK, None),
            (GROUPING, asked.by, Category.SENSITIVE_ATTRIBUTE, RungKind.AFTER_DP, loss.micro_epsilon),
            (VALUING, asked.person, Category.DIRECT_IDENTIFIER, RungKind.AFTER_LINK, None),
            (VALUING, asked.column, Category.SENSITIVE_ATTRIBUTE, RungKind.AFTER_DP, loss.micro_epsilon),
        )
    ]
    return Scenario(
        name="totals",
        title=f"{asked.groups.name} by {asked.by} with {asked.values.name}",
        question=step.sentence,
        world={GROUPING: (grouped, None), VALUING: (valued, None)},
        parties=(
            PartySpec(id=GROUPING, name="Holder of the groups", role="groups", tables=[GROUPING]),
            PartySpec(id=VALUING, name="Holder of the values", role="brings values", tables=[VALUING]),
            PartySpec(id=UNIT, name="Linkage unit", role="joins pseudonyms"),
        ),
        policy=policy_of(clauses, loss, command=repr(asked)),
        story="",
        steps=((JOINT, step),),
    )


def _columns(path: Path, person: str, other: str) -> pd.DataFrame:
    """Return two columns of a file; refuse a row that names no person."""
    frame = read_table(path)
    names = [find_column(frame, name, path=path) for name in (person, other)]
    person_column(frame, person, path=path, normalised=True)
    return frame[names]


def _step(asked: TotalsRequest, loss: PrivacyLoss) -> JointStep:
    if asked.person in (asked.by, asked.column):
        raise InputRefused(f"{asked.person!r} names the persons; the group and the value are columns of their own.")
    pad, count, total, delta = totals_parts(loss)
    step = {
        "kind": "joint-table",
        "id": TOTALS,
        "sentence": "How many people do the two tables share in each group, and what do their values add up to?",
        "purpose": PURPOSE,
        "unit": UNIT,
        "grouping_holder": GROUPING,
        "grouping_person": asked.person,
        "by": [asked.by],
        "keys": {asked.by: list(asked.keys)},
        "value_holder": VALUING,
        "value_person": asked.person,
        "value_column": asked.column,
        "value_max": asked.value_max,
        "measure": "total",
        "epsilon_pad": str(Decimal(pad) / MICRO),
        "epsilon_count": str(Decimal(count) / MICRO),
        "epsilon_sum": str(Decimal(total) / MICRO),
        "delta_per_draw": str(Decimal(delta) / 10**15),
        "identifiers_max": asked.identifiers_max,
    }
    try:
        return JointStep.model_validate(step)
    except ValidationError as error:
        raise FileFaults("the request", faults_of(error)) from None
