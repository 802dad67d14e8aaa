"""What both holders agree on: keys of fields, their domains, and facts that differ when the plan does."""

from __future__ import annotations

from itertools import combinations

import pytest

from privshare.errors import InputRefused, ParameterRefused
from privshare.secure.psi.fuzzy.plan import DOMAIN_MIN, plan_of

SIX = [(name, "letters4") for name in "abcdef"]


def test_every_three_of_six_fields_by_default() -> None:
    plan = plan_of(SIX)
    assert plan.keys == tuple(combinations(range(6), 3))
    assert (len(plan.keys), plan.weight_min, plan.named(1), plan.named(20)) == (20, 1, "a+b+c", "d+e+f")


def test_few_fields_make_one_key_of_all() -> None:
    assert plan_of(SIX[:3]).keys == ((0, 1, 2),)
    assert plan_of(SIX[:2]).keys == ((0, 1),)


def test_keys_of_small_domain_are_not_among_the_default_ones() -> None:
    plan = plan_of([*SIX[:3], ("sex", "letters1/4"), ("state", "letters4/64")])
    # 4 * 64 * 4096 is 2^20 exactly and allowed; with a state of 63 values it is not
    assert (3, 4) in {key[1:] for key in plan.keys}
    fewer = plan_of([*SIX[:3], ("sex", "letters1/4"), ("state", "letters4/63")])
    assert [key for key in plan.keys if key not in fewer.keys] == [(0, 3, 4), (1, 3, 4), (2, 3, 4)]
    assert DOMAIN_MIN == 2**20


def test_a_key_of_small_domain_is_refused_where_it_is_named() -> None:
    fields = [*SIX[:3], ("sex", "letters1/4"), ("year", "year")]
    with pytest.raises(InputRefused, match=r"sex\+year has 400 values.*1,048,576"):
        plan_of(fields, keys=[("a", "b", "c"), ("year", "sex")])
    with pytest.raises(InputRefused, match="has 400 values"):
        plan_of(fields[3:])


@pytest.mark.parametrize(
    ("fields", "more"),
    [
        (SIX[:1], {}),
        ([*SIX, ("a", "date")], {}),
        ([(str(number), "letters4") for number in range(9)], {}),
        (SIX, {"keys": []}),
        (SIX, {"keys": [("a", "b", "c"), ("c", "b", "a")]}),
        (SIX, {"keys": [("a", "b", "z")]}),
        (SIX, {"keys": [("a", "a", "b")]}),
        (SIX, {"keys": [()]}),
        (SIX, {"weight_min": 0}),
        (SIX, {"weight_min": 21}),
        ([("a", "letters4"), ("b", "words")], {}),
    ],
)
def test_what_cannot_be_agreed_on_is_refused(fields: list[tuple[str, str]], more: dict[str, object]) -> None:
    with pytest.raises(ParameterRefused):
        plan_of(fields, **more)  # type: ignore[arg-type]


def test_facts_differ_where_plans_differ() -> None:
    plans = [
        plan_of(SIX),
        plan_of(SIX, weight_min=4),
        plan_of(SIX[::-1]),
        plan_of([("a", "letters5"), *SIX[1:]]),
        plan_of([("a", "letters4/4000"), *SIX[1:]]),
        plan_of(SIX, keys=[("a", "b", "c")]),
    ]
    facts = [plan.facts() for plan in plans]
    assert all(one != other for one, other in combinations(facts, 2))
