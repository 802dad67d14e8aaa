"""`privshare link --fuzzy`: which records of two tables are probably one person's, as a scenario of one step.

A field is written COLUMN or COLUMN:RULE; without a rule the public name of the
column decides, never what is in it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from privshare.errors import ParameterRefused
from privshare.holders.files.key_columns import read_key_columns
from privshare.holders.files.read import Progress
from privshare.model.category import Category, RungKind
from privshare.model.loss import NO_LOSS
from privshare.model.party import ColumnName, PartyId, PurposeId
from privshare.model.policy import Policy
from privshare.model.table import KeyTable
from privshare.scenario.adhoc.flags import PURPOSE, clause, policy_of
from privshare.scenario.adhoc.fuzzy_rules import check_count, named_rule, plan_by_flags, written_field
from privshare.scenario.adhoc.given import Given
from privshare.scenario.adhoc.link import LEFT, MEMBERS, RIGHT
from privshare.scenario.adhoc.pairing import Terms, asked_pairing, terms_of
from privshare.scenario.loader import Scenario
from privshare.scenario.spec import PartySpec
from privshare.scenario.steps.fuzzy import FUZZY, FuzzyStep
from privshare.secure.psi.fuzzy import FuzzyPlan, Rule
from privshare.secure.psi.fuzzy.plan import plan_of
from privshare.use.keys import pairing_for

SENTENCE = "Which records of the two tables are probably about the same person?"


@dataclass(frozen=True, slots=True)
class FuzzyRequest:
    """What was asked on the command line.

    fields: of each table, COLUMN or COLUMN:RULE, in the order in which they correspond. keys: which fields together
    are a key, by the names of the left table; None for every three. weight_min: keys on which a pair must agree.
    given: a policy file, whose pairing fills rules, keys and weight_min where they are not said. flags: as in
    `LinkRequest`.
    """

    left: Path
    right: Path
    fields: tuple[tuple[str, ...], tuple[str, ...]]
    keys: tuple[tuple[str, ...], ...] | None = None
    weight_min: int | None = None
    suite: str | None = None
    given: Given | None = None
    flags: tuple[str, str] = field(default=("--on", "--on"), repr=False)

    @property
    def parties(self) -> tuple[PartyId, PartyId]:
        """Who holds the left and the right table."""
        return self.given.holders if self.given else (LEFT, RIGHT)


@dataclass(frozen=True, slots=True)
class _Written:
    """One field as written: its column in either table, and its rule, where one is written out."""

    columns: tuple[str, str]
    rule: Rule | None


def fuzzy_scenario(asked: FuzzyRequest, *, progress: Progress | None = None) -> Scenario:
    """Read the files and return the scenario; raise InputRefused for what is wrong with the request or a table.

    progress: called with how much of a file is read, and all of it, one file after the other.
    """
    policy = asked.given.read() if asked.given else None
    paths = dict(zip(asked.parties, (asked.left, asked.right), strict=True))
    written = _written(asked)
    columns = {party: tuple(field.columns[side] for field in written) for side, party in enumerate(paths)}
    for flag, names in zip(asked.flags, columns.values(), strict=True):
        if len(set(names)) != len(names):
            raise ParameterRefused(flag, ",".join(names), "each column once")
    terms = _terms(asked, written, columns, policy)
    plan = _plan(asked, terms, written, records_max=None)
    tables = {
        party: KeyTable(
            party,
            party,
            tuple(map(ColumnName, columns[party])),
            read_key_columns(path, columns[party], progress=progress),
        )
        for party, path in paths.items()
    }
    largest = max(len(table.cells[0]) for table in tables.values())
    step = _step(asked, terms, written, columns, records_max=_told(largest, plan.records_max))
    clauses = [
        clause(
            party,
            name,
            category=Category.QUASI_IDENTIFIER,
            form=RungKind.AFTER_LINK,
            limit=None,
            flag=f"{flag} with --fuzzy",
        )
        for flag, (party, names) in zip(asked.flags, columns.items(), strict=True)
        for name in names
    ]
    return Scenario(
        name="link",
        title=f"{asked.left.name} paired with {asked.right.name}",
        question=SENTENCE,
        world={str(party): table for party, table in tables.items()},
        parties=tuple(
            PartySpec(id=party, name=f"Holder of the {party} table", role="links", tables=[party]) for party in paths
        ),
        policy=policy or policy_of(clauses, NO_LOSS, command=repr(asked), pairing=asked_pairing(plan, columns)),
        story="",
        steps=((FUZZY, step),),
    )


def _terms(
    asked: FuzzyRequest,
    written: Sequence[_Written],
    columns: Mapping[PartyId, tuple[str, ...]],
    policy: Policy | None,
) -> Terms:
    """Return what the run is asked with: from the policy's pairing, or by the names of the columns."""
    rules = [field.rule for field in written]
    if policy is None or asked.given is None:
        named = tuple(field.rule or _by_name(*field.columns) for field in written)
        return Terms(named, asked.keys, 1 if asked.weight_min is None else asked.weight_min)
    clause = pairing_for(MEMBERS, PurposeId(asked.given.purpose), policy)
    return terms_of(clause, columns, rules=rules, keys=asked.keys, weight_min=asked.weight_min, question=MEMBERS)


def _plan(asked: FuzzyRequest, terms: Terms, written: Sequence[_Written], *, records_max: int | None) -> FuzzyPlan:
    """Return the plan, checked; called before a file is read, and again once its size is known."""
    rules = [(field.columns[0], rule) for field, rule in zip(written, terms.rules, strict=True)]
    made = plan_of if asked.given else plan_by_flags
    return made(rules, keys=terms.keys, weight_min=terms.weight_min, records_max=records_max)


def _told(rows: int, most: int) -> int:
    """Return how many records both sides declare: a power of two, since the other side need not know a row count.

    rows: of the larger table. most: that a session has room for.

    >>> _told(100, 838860), _told(800_000, 838860), _told(128, 838860), _told(0, 838860)
    (128, 838860, 128, 1)
    """
    return max(rows, min(1 << max(0, rows - 1).bit_length(), most))


def _step(
    asked: FuzzyRequest,
    terms: Terms,
    written: Sequence[_Written],
    columns: dict[PartyId, tuple[str, ...]],
    *,
    records_max: int,
) -> FuzzyStep:
    """Return the step; raise ParameterRefused for more records than a session has room for."""
    plan = _plan(asked, terms, written, records_max=records_max)
    return FuzzyStep.model_validate(
        {
            "kind": "link-fuzzy",
            "id": MEMBERS,
            "sentence": SENTENCE,
            "purpose": asked.given.purpose if asked.given else PURPOSE,
            "fields": [{"name": field.name, "rule": str(field.rule)} for field in plan.fields],
            "keys": None if terms.keys is None else [list(key) for key in terms.keys],
            "weight_min": plan.weight_min,
            "records_max": records_max,
            "suite": asked.suite,
            "sides": [{"holder": party, "columns": list(names)} for party, names in columns.items()],
        }
    )


def _written(asked: FuzzyRequest) -> tuple[_Written, ...]:
    """Return the fields of both tables, with one rule each at most."""
    left, right = asked.fields
    if len(left) != len(right):
        told = f"{len(left)} and {len(right)} columns"
        raise ParameterRefused("--left-on and --right-on", told, "equally many, in the order in which they correspond")
    check_count(left, flag=f"{asked.flags[0]} with --fuzzy")
    fields = []
    for one, other in zip(left, right, strict=True):
        (first, its), (second, other_rule) = written_field(one), written_field(other)
        fields.append(_Written((first, second), _only({its, other_rule} - {None}, first, second)))
    return tuple(fields)


def _only(rules: Collection[Rule | None], first: str, second: str) -> Rule | None:
    """Return the one rule of two columns, None for none; raise ParameterRefused for two."""
    if len(rules) > 1:
        told = " and ".join(sorted(map(str, rules)))
        raise ParameterRefused("rule", f"{told} for {first!r} and {second!r}", f"one of them: {first}:RULE")
    return next(iter(rules), None)


def _by_name(first: str, second: str) -> Rule:
    """Return the rule that the names stand for; raise ParameterRefused if there is none, or two."""
    rules, refused = set(), None
    for name in (second, first):
        try:
            rules.add(named_rule(name))
        except ParameterRefused as fault:
            refused = fault
    rule = _only(rules, first, second)
    if rule is None:
        raise refused or ParameterRefused("--on", first, f"{first}:RULE")
    return rule
