"""How records pair: what a policy says and a request leaves open, or what the flags of a command amount to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from privshare.errors import ParameterRefused
from privshare.model.party import ColumnName, PartyId
from privshare.model.policy import PairingClause, PairingField
from privshare.scenario.adhoc.flags import PURPOSE
from privshare.secure.psi.fuzzy import FuzzyPlan, Rule, rule_of
from privshare.use.keys import field_for

Keys = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Terms:
    """What a run is asked with. rules: one a column. keys: by the first holder's columns. weight_min: on how many."""

    rules: tuple[Rule, ...]
    keys: Keys | None
    weight_min: int


def terms_of(
    clause: PairingClause,
    columns: Mapping[PartyId, Sequence[str]],
    *,
    rules: Sequence[Rule | None],
    keys: Keys | None,
    weight_min: int | None,
    question: str,
) -> Terms:
    """Return the terms in which a pairing of a policy fills what is None: rules, keys of these columns, least weight.

    What is not None stays, for the gate to judge. columns: of each holder, in the order of the rules. question: whose
    refusal it is. Raises KeyNotAllowed for a column that is no field, ParameterRefused if no key has these columns.
    """
    own = next(iter(columns.values()))
    fields = [
        field_for(
            question,
            clause,
            {holder: ColumnName(names[place]) for holder, names in columns.items()},
            None if rule is None else str(rule),
        )
        for place, rule in enumerate(rules)
    ]
    if keys is None:
        order = {field.name: place for place, field in enumerate(fields)}
        # In the order of the columns, so that two policies that list the same keys otherwise number them alike.
        places = sorted(sorted(order[name] for name in key) for key in clause.keys if key <= order.keys())
        keys = tuple(tuple(own[place] for place in key) for key in places)
        if not keys:
            known = ["+".join(field.name for field in clause.fields if field.name in key) for key in clause.keys]
            raise ParameterRefused("--on", ",".join(own), f"the columns of a key of {clause.id}: {', '.join(known)}")
    return Terms(
        rules=tuple(rule or rule_of(field.rule) for rule, field in zip(rules, fields, strict=True)),
        keys=keys,
        weight_min=clause.weight_min if weight_min is None else weight_min,
    )


def asked_pairing(plan: FuzzyPlan, columns: Mapping[PartyId, Sequence[str]]) -> PairingClause:
    """Return the clause that a request without a policy file amounts to: what is asked, and no more."""
    fields = tuple(
        PairingField(
            field.name, str(field.rule), {holder: ColumnName(names[place]) for holder, names in columns.items()}
        )
        for place, field in enumerate(plan.fields)
    )
    keys = tuple(frozenset(plan.fields[number].name for number in key) for key in plan.keys)
    return PairingClause(f"pairing/{PURPOSE}", PURPOSE, fields, keys, plan.weight_min)
