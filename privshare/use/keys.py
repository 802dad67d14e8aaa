"""What may link records: a key of enough values in public, or a pairing that the policy describes.

Who can try every value of a key learns from a run what the other side holds, so
a date, a district or a yes/no column alone links nothing. How many values a
column can have is public knowledge: the policy says it (`values_max`), and
where it does not, a direct identifier has enough, and any other column has one.
Records without an identifier pair by keys of several coarse fields; which
fields, rules and keys, and on how many keys a pair agrees at least, is the
policy's too (`[[pairings]]`).
Promises: a refusal depends on the question and the policy only, never on a row.
Leaves to others: every other check (`gate.py`), and columns whose values are in
truth fewer than the policy says (a holder's own ingest).
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence

from privshare.errors import KeyNotAllowed, ParameterRefused
from privshare.model.category import Category, RungKind
from privshare.model.party import ColumnName, PartyId, PurposeId
from privshare.model.policy import ColumnClause, PairingClause, PairingField, Policy
from privshare.model.question import KEY_VALUES_MIN, PairingAsked, Question


def check_keys(question: Question, policy: Policy) -> tuple[str, ...]:
    """Return the ids of further clauses that allow the keys of a question; raise KeyNotAllowed where none does.

    Every column of the question must have its clause.
    """
    if question.pairing is not None:
        return (_check_pairing(question, question.pairing, policy),)
    for holder in question.holders:
        columns = [use.column for use in question.uses if use.holder == holder and use.form is RungKind.AFTER_LINK]
        clauses = [policy.clauses[holder, column] for column in columns]
        if clauses and _values(clauses) < KEY_VALUES_MIN:
            raise KeyNotAllowed(
                question=question.id,
                clause=min(clauses, key=values_of).id,
                refused=f"the key {'+'.join(columns)} of {holder} {_few(clauses)}; who can try every value of a key "
                "learns what the other side holds",
                accepted=f"a key of {KEY_VALUES_MIN:,} values at least: more columns, a direct identifier, or a "
                "values_max of its clauses, if it can have more",
            )
    return ()


def values_of(clause: ColumnClause) -> float:
    """Return how many values a column can have at most in public; infinity for a direct identifier that says nothing.

    What is not said of another column is one value, so that it adds nothing to a key.
    """
    if clause.values_max is not None:
        return clause.values_max
    return math.inf if clause.category is Category.DIRECT_IDENTIFIER else 1


def _values(clauses: Sequence[ColumnClause]) -> float:
    return math.prod(map(values_of, clauses))


def _few(clauses: Sequence[ColumnClause]) -> str:
    silent = [clause.column for clause in clauses if values_of(clause) == 1 and clause.values_max is None]
    if silent:
        return f"is no direct identifier, and no clause says how many values {' and '.join(silent)} can have"
    return f"can have {_values(clauses):,} values in public"


def pairing_for(question: str, purpose: PurposeId, policy: Policy) -> PairingClause:
    """Return how records may pair for a purpose; raise KeyNotAllowed where they may not. question: its id."""
    clause = policy.pairings.get(purpose)
    if clause is None:
        raise KeyNotAllowed(
            question=question,
            clause=f"no-pairing:{purpose}",
            refused=f"the policy pairs no records for the purpose {purpose!r}",
            accepted=f"a purpose with a pairing, which are {_listed(policy.pairings)}",
        )
    return clause


def field_for(
    question: str, clause: PairingClause, columns: Mapping[PartyId, ColumnName], rule: str | None = None
) -> PairingField:
    """Return the field of a pairing that has these columns, one a holder, and that rule where one is given.

    Raises KeyNotAllowed, for the question of that id, where no field has the columns, or the rule is another.
    """
    found = [one for one in clause.fields if columns.items() <= one.columns.items()]
    if not found:
        known = [_told({h: c for h, c in one.columns.items() if h in columns}) for one in clause.fields]
        raise KeyNotAllowed(
            question=question,
            clause=clause.id,
            refused=f"no field of the pairing has {_told(columns)}",
            accepted=f"one of its fields, which have {'; '.join(filter(None, known)) or 'no such holder'}",
        )
    fitting = found if rule is None else [one for one in found if _whole(one.rule) == _whole(rule)]
    if not fitting:
        raise KeyNotAllowed(
            question=question,
            clause=clause.id,
            refused=f"another part of {_told(columns)} counts than the pairing allows ({rule})",
            accepted=" or ".join(one.rule for one in found),
        )
    return fitting[0]


def _check_pairing(question: Question, asked: PairingAsked, policy: Policy) -> str:
    """Return the id of the clause that lets records pair as asked."""
    clause = pairing_for(question.id, question.purpose, policy)
    fault = _fault(question.id, asked, clause, policy)
    if fault is not None:
        raise KeyNotAllowed(question=question.id, clause=clause.id, refused=fault[0], accepted=fault[1])
    return clause.id


def _fault(question: str, asked: PairingAsked, clause: PairingClause, policy: Policy) -> tuple[str, str] | None:
    """Return what a pairing does not allow and what it would, or None."""
    fields = [field_for(question, clause, _columns(asked, place), rule) for place, rule in enumerate(asked.rules)]
    for key in asked.keys:
        named = "+".join(fields[place].name for place in key)
        if frozenset(fields[place].name for place in key) not in clause.keys:
            known = ["+".join(field.name for field in clause.fields if field.name in one) for one in clause.keys]
            return f"{named} is no key of the pairing", f"one of its keys, which are {_listed(known)}"
        values = _claimed(asked, key, policy)
        if values < KEY_VALUES_MIN:
            return f"the key {named} can have {values:,} values in public", f"a key of {KEY_VALUES_MIN:,} at least"
    if asked.weight_min < clause.weight_min:
        told = f"a pair has to agree on {clause.weight_min} keys at least; asked was {asked.weight_min}"
        return told, f"{clause.weight_min} or more"
    return None


def _columns(asked: PairingAsked, place: int) -> dict[PartyId, ColumnName]:
    return {holder: columns[place] for holder, columns in asked.columns.items()}


def _claimed(asked: PairingAsked, key: Sequence[int], policy: Policy) -> int:
    """Return how many values a key can have: what its rules claim, or less, where a clause says less of a column."""
    rules: dict[tuple[tuple[PartyId, ColumnName], ...], int] = {}
    for place in key:
        columns = tuple(_columns(asked, place).items())
        rules[columns] = rules.get(columns, 1) * asked.domains[place]  # two rules may look at one column
    said = {columns: [policy.clauses[column].values_max for column in columns] for columns in rules}
    return math.prod(min([most, *filter(None, said[columns])]) for columns, most in rules.items())


def _told(columns: Mapping[PartyId, ColumnName]) -> str:
    return " and ".join(f"{column!r} of {holder}" for holder, column in columns.items())


def _whole(rule: str) -> str:
    """Return a rule with its number of values; what is no rule as it is, so that it equals nothing else."""
    from privshare.secure.psi.fuzzy.fields import rule_of

    try:
        return str(rule_of(rule))
    except ParameterRefused:
        return rule


def _listed(names: Collection[str]) -> str:
    return ", ".join(names) or "none"
