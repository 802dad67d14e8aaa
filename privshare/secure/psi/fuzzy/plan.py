"""Which fields together are a key of `fuzzy/1`, and everything else that both holders fix before a run.

Two records are compared by composite keys: texts of several fields joined.
By default a key is every three of the fields, so that a slip in some fields
leaves other keys whole. Each key has an index from 1, its kid, which goes into
the hash: equal text under two keys is never equal. The number of keys on which
two records agree is the weight of their pair; `weight_min` is fixed here,
before anybody sees a match.
Promises: a key whose publicly declared domain is below 2^20 values is refused
(who can try all values of a key would learn from it what the other holds); by
default such keys are not among the keys. Nobody may announce more keys than
the declared records have together. Two plans are equal exactly if their facts
are, and the facts are part of what both sides agree on.
Leaves to others: hashing and comparing; and how many keys a receiver tests
beyond those it announced, if it deviates: over psi-oprf/1 none, over
psi-ot-mr/1 up to a bound, over psi-ot-sh/1 any number.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from privshare.errors import InputRefused, ParameterRefused
from privshare.model.question import KEY_VALUES_MIN
from privshare.secure.psi.fuzzy.fields import Rule, rule_of
from privshare.secure.psi.session import ITEMS_MAX

FIELDS_MIN, FIELDS_MAX = 2, 8
KEY_SIZE = 3
KEYS_MAX = 255
DOMAIN_MIN = KEY_VALUES_MIN


@dataclass(frozen=True, slots=True)
class Field:
    """One field of both holders' records. name: what both call it, whatever their columns are called."""

    name: str
    rule: Rule


@dataclass(frozen=True, slots=True)
class FuzzyPlan:
    """What is compared. keys: indices into fields, ascending; key number n has kid n + 1.

    weight_min: on how many keys a pair must agree at least. records_max: different records that a side may bring.
    """

    fields: tuple[Field, ...]
    keys: tuple[tuple[int, ...], ...]
    weight_min: int
    records_max: int

    @property
    def items_max(self) -> int:
        """How many keys a side may bring: as many for each declared record as there are."""
        return len(self.keys) * self.records_max

    def named(self, kid: int) -> str:
        """Return a key by the names of its fields."""
        return "+".join(self.fields[index].name for index in self.keys[kid - 1])

    def facts(self) -> dict[str, object]:
        """Return the plan as plain values; part of the parameters that both sides must have alike."""
        return {
            "fields": [{"name": field.name, "rule": str(field.rule)} for field in self.fields],
            "keys": [list(key) for key in self.keys],
            "weight_min": self.weight_min,
            "records_max": self.records_max,
        }


def plan_of(
    fields: Sequence[tuple[str, str | Rule]],
    *,
    keys: Sequence[Sequence[str]] | None = None,
    weight_min: int = 1,
    records_max: int | None = None,
) -> FuzzyPlan:
    """Return a checked plan. fields: (name, rule). keys: names of fields; default: every three, of large domain.

    records_max: default as many as fit into a session.

    Raises InputRefused or ParameterRefused for what cannot be agreed on: names twice, an unknown rule, a key twice,
    a key of a domain below 2^20 values, a weight that no pair can have, or more records than fit into a session.

    >>> plan = plan_of([("first", "letters4"), ("last", "letters4"), ("born", "date"), ("sex", "letters1/4")])
    >>> [plan.named(kid + 1) for kid in range(len(plan.keys))]
    ['first+last+born', 'first+last+sex', 'first+born+sex', 'last+born+sex']
    """
    named = tuple(Field(name, rule_of(rule) if isinstance(rule, str) else rule) for name, rule in fields)
    names = [field.name for field in named]
    if len(set(names)) != len(names):
        raise ParameterRefused("fields", ", ".join(names), "each name once")
    if not FIELDS_MIN <= len(names) <= FIELDS_MAX:
        raise ParameterRefused("fields", f"{len(names)} names", f"{FIELDS_MIN} to {FIELDS_MAX}")
    chosen = _all_keys(named) if keys is None else tuple(_key(key, names) for key in keys)
    if not 1 <= len(chosen) <= KEYS_MAX or len(set(chosen)) != len(chosen):
        raise ParameterRefused("keys", f"{len(chosen)} of them", f"1 to {KEYS_MAX} different ones")
    if not 1 <= weight_min <= len(chosen):
        raise ParameterRefused("least weight", weight_min, f"1 to {len(chosen)}, the number of keys")
    fitting = ITEMS_MAX // len(chosen)
    declared = fitting if records_max is None else records_max
    if not 1 <= declared <= fitting:
        raise ParameterRefused("records", declared, f"1 to {fitting:,}, with {len(chosen)} keys each")
    plan = FuzzyPlan(named, chosen, weight_min, declared)
    advice = "Add a field to it, or leave it out."
    if keys is None:
        more = ", or name keys of more fields than three with --fuzzy-keys" if len(names) > KEY_SIZE else ""
        advice = f"Add a field to it{more}."
    for kid, key in enumerate(chosen, start=1):
        if _domain(named, key) < DOMAIN_MIN:
            raise InputRefused(
                f"the key {plan.named(kid)} has {_domain(named, key):,} values, by its declared domains; accepted are "
                f"keys of {DOMAIN_MIN:,} at least, for who can try every value learns what the other holds. {advice}"
            )
    return plan


def _all_keys(fields: tuple[Field, ...]) -> tuple[tuple[int, ...], ...]:
    """Return every three fields whose domain is large enough; all fields where there are only two or three."""
    every = tuple(combinations(range(len(fields)), min(KEY_SIZE, len(fields))))
    return tuple(key for key in every if _domain(fields, key) >= DOMAIN_MIN) or every


def _key(key: Sequence[str], names: list[str]) -> tuple[int, ...]:
    unknown = [name for name in key if name not in names]
    if unknown:
        raise ParameterRefused("keys", repr(unknown[0]), f"names of fields: {', '.join(names)}")
    if not key or len(set(key)) != len(key):
        raise ParameterRefused("keys", "+".join(key) or "nothing", "at least one field, each once")
    return tuple(sorted(names.index(name) for name in key))


def _domain(fields: tuple[Field, ...], key: tuple[int, ...]) -> int:
    return math.prod(fields[index].rule.domain for index in key)
