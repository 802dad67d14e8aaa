"""The verb `fuzzy`: records without an identifier, paired with another party's over a network (`fuzzy/1`).

The columns of the two tables may have other names, so the fields of the plan
are numbered in the order of --on; rules, keys, least weight and declared
records must be the same at both sides, or the session does not begin.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from privshare.errors import DataRefused, InputRefused
from privshare.exchange.transcript import Transcript
from privshare.holders.files.key_columns import read_key_columns
from privshare.model.entropy import Entropy
from privshare.model.loss import NO_LOSS, PrivacyLoss
from privshare.model.party import PartyId, PurposeId
from privshare.model.policy import PairingClause, Policy
from privshare.model.question import PairingAsked
from privshare.scenario.adhoc.flags import PURPOSE
from privshare.scenario.adhoc.fuzzy_rules import check_count, named_rule, plan_by_flags
from privshare.scenario.adhoc.pairing import asked_pairing, terms_of
from privshare.scenario.paired import unread_of
from privshare.scenario.party.request import QUESTION, PartyRequest
from privshare.scenario.party.verbs import (
    Found,
    Held,
    Meeting,
    Progress,
    Role,
    Verb,
    check_suite,
    chosen,
    exact_most,
    exact_size,
)
from privshare.secure.psi import fuzzy, members
from privshare.use.keys import pairing_for
from privshare.use.linkage.fuzzy import pairing_of


@dataclass(frozen=True, slots=True, repr=False)
class HeldRecords(Held):
    """A holder's own side: its records as keys, under the agreed plan."""

    records: fuzzy.KeyedRecords
    plan: fuzzy.FuzzyPlan

    @property
    def rows(self) -> int:
        """Rows of the table."""
        return self.records.row_count

    @property
    def missing(self) -> int:
        """Rows of which no key could be made."""
        return self.records.missing


def settled(asked: PartyRequest, party: PartyId, policy: Policy) -> PartyRequest:
    """Return the request with rules, keys and least weight filled in from the policy's pairing, where it leaves them.

    Raises KeyNotAllowed where the policy pairs nothing for the purpose, or not by these columns.
    """
    terms = asked.fuzzy
    if terms is None:
        return asked
    clause = pairing_for(QUESTION, PurposeId(asked.purpose or PURPOSE), policy)
    found = terms_of(
        clause, {party: asked.key}, rules=terms.rules, keys=terms.keys, weight_min=terms.weight_min, question=QUESTION
    )
    return replace(asked, fuzzy=replace(terms, rules=found.rules, keys=found.keys, weight_min=found.weight_min))


def pairing(asked: PartyRequest, party: PartyId) -> PairingAsked:
    """Return what the gate is asked of the plan."""
    return pairing_of(_plan(asked, numbered=True), {party: asked.key})


def own_pairing(asked: PartyRequest, party: PartyId) -> PairingClause:
    """Return the clause that a request without a policy file amounts to."""
    return asked_pairing(_plan(asked, numbered=False), {party: asked.key})


def _loss(asked: PartyRequest) -> PrivacyLoss:
    """Return the price, which is none; raise InputRefused for flags that would set one."""
    if asked.epsilon is not None or asked.delta is not None or asked.ledger is not None:
        raise InputRefused(
            "--epsilon, --delta and --ledger go with --reveal size; --reveal fuzzy says which records pair, which no "
            "noise covers, no epsilon bounds and no ledger counts."
        )
    check_suite(asked)
    _plan(asked, numbered=False)  # what is wrong with it is told in the names of the own columns
    return NO_LOSS


def _said(asked: PartyRequest) -> Mapping[str, object]:
    plan = _plan(asked, numbered=True)
    return {
        "rule in --on": [str(field.rule) for field in plan.fields],
        "--fuzzy-keys": [list(key) for key in plan.keys],
        "--weight-min": plan.weight_min,
        "--records-max": plan.records_max,
    }


def _read(asked: PartyRequest, progress: Progress | None) -> HeldRecords:
    """Read the fields; refuse a table in which most rows have no key, and a key that does not tell people apart."""
    plan = _plan(asked, numbered=True)
    columns = read_key_columns(asked.table, asked.key, progress=progress)
    records = fuzzy.keyed_records(columns, plan)
    if 2 * records.missing > records.row_count:
        told = f"in most rows {fuzzy.too_few_read(_plan(asked, numbered=False))}"
        raise DataRefused(str(asked.table), None, f"{told}; accepted is a table of which half of the rows have one")
    fuzzy.refuse_ambiguous(records, _plan(asked, numbered=False), whose="this table")
    return HeldRecords(records.items, records, plan)


def _role(_asked: PartyRequest, held: Held, own: PartyId, meeting: Meeting, entropy: Entropy) -> Role:
    """Return the own role: the side that calls makes the pairs."""
    side, suite = _records(held), _choice(meeting).suite
    if own == meeting.first:
        return fuzzy.receiver(side.records, side.plan, suite=suite, sender=meeting.second, entropy=entropy)
    return fuzzy.sender(side.records, side.plan, suite=suite, receiver=meeting.first, entropy=entropy)


def _found(asked: PartyRequest, held: Held, meeting: Meeting, result: Any, transcript: Transcript) -> Found:
    """Return what the own role gave: pairs, and at the side that made them also weights and what stays open."""
    side, choice = _records(held), _choice(meeting)
    below = members.leakage(transcript, receiver=meeting.first, sender=meeting.second)
    told = fuzzy.leakage(below, transcript, side.plan, receiver=meeting.first, sender=meeting.second)
    unread = unread_of(side.records, side.plan, asked.key)
    if not isinstance(result, fuzzy.Pairs):
        return Found(told.suite, told, choice, matches=side.records.rows.chosen(result), unread=unread)
    return Found(
        told.suite,
        told,
        choice,
        matches=side.records.rows.chosen(result.entities),
        weight=result.weight,
        open_rows=result.open_rows(side.records.rows),
        unread=unread,
    )


def _choice(meeting: Meeting) -> members.Choice:
    return chosen(meeting, handled=True)


def _bytes(meeting: Meeting) -> int:
    choice = _choice(meeting)
    return dict(choice.costs)[choice.suite.id].bytes


def _records(held: Held) -> HeldRecords:
    if not isinstance(held, HeldRecords):
        raise TypeError("a fuzzy run holds records")
    return held


def _plan(asked: PartyRequest, *, numbered: bool) -> fuzzy.FuzzyPlan:
    """Return the plan with its fields numbered, as both sides have it, or named by the own columns."""
    terms = asked.fuzzy
    if terms is None:
        raise InputRefused("--reveal fuzzy needs the fields of --on with their rules.")
    check_count(asked.key, flag="--on with --reveal fuzzy")
    rules = [rule or named_rule(name) for name, rule in zip(asked.key, terms.rules, strict=True)]
    names = [f"field {number}" for number in range(1, len(rules) + 1)] if numbered else list(asked.key)
    keys = terms.keys
    if keys is not None and numbered:
        named = dict(zip(asked.key, names, strict=True))
        keys = tuple(tuple(named.get(column, column) for column in key) for key in keys)
    least = 1 if terms.weight_min is None else terms.weight_min
    fields = list(zip(names, rules, strict=True))
    if asked.policy is not None:  # which may have said keys and least weight
        return fuzzy.plan_of(fields, keys=keys, weight_min=least, records_max=terms.records_max)
    return plan_by_flags(
        fields, keys=keys, weight_min=least, records_max=terms.records_max, records_flag="--records-max"
    )


FUZZY = Verb(settled, _loss, _said, _read, exact_size, exact_most, _bytes, _role, _found)
