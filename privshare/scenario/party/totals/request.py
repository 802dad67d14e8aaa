"""What one of the three parties of `totals-3/1` asks for, and the terms that it has to have alike with the others.

The unit is told how many groups there are and not what they are called, so it
has terms of its own; both holders derive the same from theirs.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from privshare.errors import InputRefused, ParameterRefused
from privshare.model.loss import PrivacyLoss
from privshare.model.party import PartyId
from privshare.model.role import Role
from privshare.scenario.adhoc.prices import DELTA_DEFAULT, totals_parts, totals_price
from privshare.scenario.party.request import PartyRequest
from privshare.scenario.party.verbs import check_key
from privshare.secure.psi.totals import TotalsTerms, UnitTerms, unit_terms

REVEAL = "totals"


@dataclass(frozen=True, slots=True)
class TotalsRequest:
    """One run at one of three parties.

    role: which of them this one is. keys: the folder of this party. names: of all three by role; the own one may be
    missing. groups: the public groups, at a holder; group_count: how many there are, at the unit. value_max: a
    person's sum is clamped to 0..value_max. epsilon, delta: the whole price at each holder, as decimals. table, key: a
    holder's file, and the columns that together are the key. column: the holder's that names a group, or has whole
    numbers. ledger, policy: a holder's own. purpose: what for; with a policy, one of its purposes. items_max: that
    either holder may bring, dummies included.
    """

    role: Role
    keys: Path
    names: dict[Role, str]
    value_max: int
    epsilon: str
    delta: str = DELTA_DEFAULT
    identifiers_max: int = 1
    groups: tuple[str, ...] = ()
    group_count: int = 0
    table: Path | None = None
    key: tuple[str, ...] = ()
    column: str = ""
    ledger: Path | None = None
    policy: Path | None = None
    purpose: str | None = None
    items_max: int = 2**24

    def checked(self, own: PartyId) -> TotalsRequest:
        """Return the request with the own name; raise InputRefused or ParameterRefused for what does not fit a role."""
        names = {**self.names, self.role: self.names.get(self.role) or own}
        missing = [role for role in Role if not names.get(role)]
        if missing:
            raise InputRefused(f"--{missing[0]} is missing: the name of that party, as in its certificate.")
        if names[self.role] != own:
            raise ParameterRefused(f"--{self.role}", names[self.role], f"{own}, whose keys these are")
        if len(set(names.values())) != len(names):
            raise ParameterRefused("parties", ", ".join(names.values()), "three different ones")
        holds = self.table is not None or self.key or self.column or self.ledger is not None or self.policy is not None
        if self.role is Role.UNIT:
            if holds or self.groups:
                raise InputRefused(
                    "a unit brings no table, knows no group's name and has no ledger; it takes --group-count and the "
                    "public terms only."
                )
        elif self.table is None or not self.key or not self.column or not self.groups or self.group_count:
            what = "--by, the column of groups" if self.role is Role.GROUPING else "--sum, the column of values"
            told = f"--role {self.role} needs a table, --on, --groups and {what}"
            raise InputRefused(f"{told}; --group-count is for the unit.")
        else:
            check_key(self.key)
            if self.column in self.key:
                raise ParameterRefused("--by or --sum", self.column, "another column than the key's")
        return replace(self, names=names)

    @property
    def who(self) -> dict[str, PartyId]:
        """All three by role, as the roles of the suite take them."""
        named = {role: PartyId(name) for role, name in self.names.items()}
        return {
            "grouping_holder": named[Role.GROUPING],
            "value_holder": named[Role.VALUING],
            "unit": named[Role.UNIT],
        }

    @property
    def loss(self) -> PrivacyLoss:
        """The price at each holder; raises ParameterRefused for one that no noise can be drawn for."""
        return totals_price(self.epsilon, self.delta)

    @property
    def terms(self) -> TotalsTerms:
        """The terms; at the unit its groups are called by their numbers. Raises ParameterRefused."""
        groups = tuple((name,) for name in self.groups)
        pad, count, total, delta = totals_parts(self.loss)
        return TotalsTerms(
            groups=groups or tuple((str(number),) for number in range(1, self.group_count + 1)),
            pad_micro=pad,
            count_micro=count,
            sum_micro=total,
            delta_e15=delta,
            value_max=self.value_max,
            identifiers_max=self.identifiers_max,
        )

    @property
    def unit_terms(self) -> UnitTerms:
        """What the unit is told of them."""
        return unit_terms(self.terms)

    def as_holder(self) -> PartyRequest:
        """Return what the holder's own gate and ledger are asked."""
        if self.table is None:
            raise TypeError("a unit asks no gate")
        others = " and ".join(name for role, name in self.names.items() if role is not self.role)
        return PartyRequest(
            table=self.table,
            key=self.key,
            keys=self.keys,
            peer=others,
            reveal=REVEAL,
            ledger=self.ledger,
            policy=self.policy,
            purpose=self.purpose,
            items_max=self.items_max,
        )
