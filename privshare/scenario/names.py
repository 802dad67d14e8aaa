"""Names that a scenario uses and nothing declares, and names that it gives twice.

Reads the raw document where it can, so that these faults are told together
with every other one. Leaves types and unknown keys to the models.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from privshare.categorize.contradictions import entries, used_twice
from privshare.holders.population import WORLDS
from privshare.model.policy import Policy
from privshare.scenario.spec import StepFrame
from privshare.scenario.steps.kind import Mention, StepKind

NumberedStep = tuple[int, StepKind, StepFrame]
Fault = tuple[str, str]


def undeclared(document: Mapping[str, Any], policy: Policy | None, steps: Sequence[NumberedStep]) -> list[Fault]:
    """Return (place, what is wrong and what would be accepted). policy: None where it could not be read."""
    faults: list[Fault] = []
    world = document.get("world")
    kind = world.get("kind") if isinstance(world, dict) else None
    if isinstance(kind, str) and kind not in WORLDS:
        faults.append(("world.kind", f"no world {kind!r}; accepted are {', '.join(WORLDS)}"))
    parties = entries(document, "parties")
    if used_twice([party.get("id") for party in parties]):
        faults.append(("parties", "an id is used twice; give each party its own"))
    known = {str(party.get("id")) for party in parties}
    faults += _of_steps(known, {str(party.get("id")) for party in parties if party.get("tables")}, policy, steps)
    return faults + (_of_policy(known, policy) if policy else [])


def _of_steps(
    parties: set[str], holders: set[str], policy: Policy | None, steps: Sequence[NumberedStep]
) -> list[Fault]:
    faults: list[Fault] = []
    ids: list[object] = []
    declared: dict[str, set[str]] = {"party": parties, "holder": holders}
    declared |= {what: set() for what in ("release", "joint measure", "earlier step")}
    if policy:
        declared["purpose"] = set(map(str, policy.purposes))
        declared["licence"] = {licence.id for licence in policy.licences.values()}
    for number, kind, step in steps:
        for mention in _mentions(kind, step):
            known = declared.get(mention.what)
            if known is not None and isinstance(mention.name, str) and mention.name not in known:
                listed = ", ".join(sorted(known)) or "none at this point"
                told = f"no {mention.what} {mention.name!r}; there are: {listed}"
                faults.append((f"steps[{number}].{mention.place}", told))
        asked = getattr(step, "id", None)
        if asked in ids:
            faults.append((f"steps[{number}].id", f"{asked!r} is used twice; give each step its own id"))
        ids += [asked] if isinstance(asked, str) else []
        if step.expect_refusal and "id" not in kind.model.model_fields:
            told = "a step of this kind asks nothing, so nothing can be refused; remove it"
            faults.append((f"steps[{number}].expect_refusal", told))
        for what, name in () if step.expect_refusal else _offers(kind, step):
            declared[what].add(name)
        declared["earlier step"].add(step.kind)
    return faults


def _mentions(kind: StepKind, step: StepFrame) -> tuple[Mention, ...]:
    try:
        return kind.mentions(step)
    except (AttributeError, TypeError):  # a part is missing or of another type, which the model has told
        return ()


def _offers(kind: StepKind, step: StepFrame) -> tuple[tuple[str, str], ...]:
    try:
        return tuple((what, name) for what, name in kind.offers(step) if isinstance(name, str))
    except AttributeError:
        return ()


def _of_policy(parties: set[str], policy: Policy) -> list[Fault]:
    named = [(f"clause {clause.id}", clause.holder) for clause in policy.clauses.values()]
    named += [(f"licence {licence.id}", licence.holder) for licence in policy.licences.values()]
    return [
        ("policy", f"{what} names the holder {holder!r}; parties are: {', '.join(sorted(parties))}")
        for what, holder in named
        if holder not in parties
    ]
