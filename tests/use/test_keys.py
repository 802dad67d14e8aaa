"""What may link: keys of too few public values and pairings the policy does not describe are refused by clause."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from privshare.errors import KeyNotAllowed
from privshare.model.category import Category, Rung, RungKind
from privshare.model.loss import NO_LOSS
from privshare.model.party import ColumnName, PartyId, PurposeId
from privshare.model.policy import ColumnClause, Licence, PairingClause, PairingField, Policy, Purpose
from privshare.model.question import KEY_VALUES_MIN, ColumnUse, PairingAsked, Permit, Question
from privshare.use.gate import permit

A, B, CARE = PartyId("a"), PartyId("b"), PurposeId("care")
COLUMNS = ("name", "born", "zip", "sex")
RULES, DOMAINS = ("letters4/4096", "date/36525", "stem4/4096", "letters1/4"), (4096, 36_525, 4096, 4)
KEYS = ((0, 1), (1, 2))


def clause(holder: PartyId, column: str, category: Category, values_max: int | None = None) -> ColumnClause:
    ladder = {CARE: Rung(RungKind.AFTER_LINK)}
    return ColumnClause(
        f"{holder}.{column}", holder, ColumnName(column), category, "general", "a test", ladder,
        gdpr9=False, pipl28=False, dpv="", values_max=values_max,
    )  # fmt: skip


def policy(*clauses: ColumnClause, pairing: PairingClause | None = None) -> Policy:
    return Policy(
        title="a test",
        purposes={CARE: Purpose(CARE, "For care.", "")},
        clauses={(c.holder, c.column): c for c in clauses},
        licences={(h, CARE): Licence(f"{h}/care", h, CARE, NO_LOSS, 0, date(2999, 1, 1)) for h in (A, B)},
        digest="",
        pairings={} if pairing is None else {CARE: pairing},
    )


def ask(held: Policy, uses: list[tuple[PartyId, str]], pairing: PairingAsked | None = None) -> Permit:
    named = tuple(ColumnUse(holder, ColumnName(column), RungKind.AFTER_LINK) for holder, column in uses)
    question = Question("q", "Who?", CARE, named, NO_LOSS, pairing=pairing)
    return permit(question, policy=held, withdrawn=(), today=date(2026, 1, 1), left=lambda *_: NO_LOSS)


DIRECT, QUASI = Category.DIRECT_IDENTIFIER, Category.QUASI_IDENTIFIER


@pytest.mark.parametrize(
    ("categories", "allowed"),
    [
        ([(DIRECT, None)], True),
        ([(QUASI, None)], False),  # nothing says that it has more than one value
        ([(Category.INSENSITIVE, None)], False),
        ([(DIRECT, None), (QUASI, None)], True),
        ([(QUASI, None), (QUASI, None)], False),
        ([(DIRECT, 2)], False),  # a yes or no is few, whatever it is called
        ([(QUASI, KEY_VALUES_MIN)], True),
        ([(QUASI, KEY_VALUES_MIN - 1)], False),
        ([(QUASI, 36_525), (QUASI, 29)], True),
        ([(QUASI, 36_525), (QUASI, 28)], False),
        ([(QUASI, 36_525), (QUASI, None)], False),
    ],
)
def test_a_key_needs_enough_values_in_public(categories: list[tuple[Category, int | None]], allowed: bool) -> None:
    own = [clause(A, column, *said) for column, said in zip(COLUMNS, categories, strict=False)]
    other = [clause(B, "id", DIRECT)]
    uses = [(A, str(item.column)) for item in own] + [(B, "id")]
    if allowed:
        assert ask(policy(*own, *other), uses).clauses[0] == "a.name"
        return
    with pytest.raises(KeyNotAllowed) as refused:
        ask(policy(*own, *other), uses)
    assert refused.value.clause.startswith("a.")
    assert "1,048,576" in refused.value.accepted


def test_each_holder_needs_a_key_of_its_own() -> None:
    """Columns of two holders do not multiply: each could be tried by the other."""
    held = policy(clause(A, "born", QUASI, 36_525), clause(B, "born", QUASI, 36_525))
    with pytest.raises(KeyNotAllowed) as refused:
        ask(held, [(A, "born"), (B, "born")])
    assert refused.value.clause == "a.born"
    assert "36,525 values" in str(refused.value)


PAIRING = PairingClause(
    id="pairing/care",
    purpose=CARE,
    fields=tuple(
        PairingField(f"the {column}", rule, {A: ColumnName(column), B: ColumnName(f"{column}_b")})
        for column, rule in zip(COLUMNS, ("letters4", "date", "stem4", "letters1/4"), strict=True)
    ),
    keys=(frozenset({"the name", "the born"}), frozenset({"the zip", "the born"}), frozenset({"the sex", "the born"})),
    weight_min=2,
)
CLAUSES = [clause(A, column, QUASI) for column in COLUMNS] + [clause(B, f"{column}_b", QUASI) for column in COLUMNS]
ASKED = PairingAsked(
    columns={A: tuple(map(ColumnName, COLUMNS)), B: tuple(ColumnName(f"{column}_b") for column in COLUMNS)},
    rules=RULES,
    domains=DOMAINS,
    keys=KEYS,
    weight_min=2,
)
USES = [(item.holder, str(item.column)) for item in CLAUSES]


def test_a_pairing_that_the_policy_describes_is_permitted_by_its_clause() -> None:
    granted = ask(policy(*CLAUSES, pairing=PAIRING), USES, ASKED)
    assert granted.clauses[-3:] == ("pairing/care", "a/care", "b/care")
    ask(policy(*CLAUSES, pairing=PAIRING), USES, replace(ASKED, keys=KEYS[:1], weight_min=3))
    own = replace(ASKED, columns={A: ASKED.columns[A]})
    ask(policy(*CLAUSES, pairing=PAIRING), USES[:4], own)  # a party knows its own columns only


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"weight_min": 1}, "agree on 2 keys at least; asked was 1"),
        ({"keys": ((0, 1), (0, 2))}, "the name+the zip is no key"),
        ({"keys": ((1, 3),)}, "the born+the sex can have 146,100 values"),  # in the list, and too few all the same
        ({"rules": ("letters3/4096", *RULES[1:])}, "another part of 'name' of a and 'name_b' of b"),
        ({"rules": ("letters4/4097", *RULES[1:])}, "letters4/4097"),  # a larger claim is another rule
        ({"rules": ("nonsense", *RULES[1:])}, "nonsense"),
        ({"columns": {**ASKED.columns, A: ASKED.columns[A][1:] + ASKED.columns[A][:1]}}, "no field of the pairing has"),
        ({"columns": {A: tuple(map(ColumnName, ("name", "born", "zip", "shoe"))), B: ASKED.columns[B]}}, "'shoe' of a"),
    ],
)
def test_what_the_pairing_does_not_allow_is_refused_by_clause(changed: dict[str, object], told: str) -> None:
    asked = replace(ASKED, **changed)  # type: ignore[arg-type]
    with pytest.raises(KeyNotAllowed) as refused:
        ask(policy(*CLAUSES, pairing=PAIRING), USES, asked)
    assert refused.value.clause == "pairing/care"
    assert told in str(refused.value)


def test_a_policy_without_a_pairing_pairs_nothing() -> None:
    with pytest.raises(KeyNotAllowed) as refused:
        ask(policy(*CLAUSES), USES, ASKED)
    assert refused.value.clause == "no-pairing:care"


def test_a_column_that_has_fewer_values_than_its_rule_claims_counts_as_it_is() -> None:
    few = [replace(item, values_max=200) if item.column == "name" else item for item in CLAUSES]
    ask(policy(*few, pairing=PAIRING), USES, ASKED)  # 200 names times 36,525 days
    few = [replace(item, values_max=20) if item.column == "name" else item for item in CLAUSES]
    with pytest.raises(KeyNotAllowed, match="730,500 values"):
        ask(policy(*few, pairing=PAIRING), USES, ASKED)


def test_two_rules_on_one_column_cannot_count_it_twice() -> None:
    """Year and whole date of one column: a clause that says how many dates there are bounds both together."""
    fields = tuple(
        PairingField(name, rule, {A: ColumnName("born")}) for name, rule in (("year", "year"), ("day", "date"))
    )
    pairing = PairingClause("pairing/care", CARE, fields, (frozenset({"year", "day"}),), 1)
    born = ColumnName("born")
    asked = PairingAsked({A: (born, born)}, ("year/100", "date/36525"), (100, 36_525), ((0, 1),), 1)
    ask(policy(clause(A, "born", QUASI), pairing=pairing), [(A, "born")], asked)
    with pytest.raises(KeyNotAllowed, match="36,525 values"):
        ask(policy(clause(A, "born", QUASI, 36_525), pairing=pairing), [(A, "born")], asked)
