"""The policy that the flags of one command amount to, when no policy file is given.

Only the columns that were named are classified, in the form that was asked for;
the report shows the clauses like any others, with the reason that they came
from the command line.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date
from types import MappingProxyType

from privshare.model.category import Category, Rung, RungKind
from privshare.model.loss import NO_LOSS, PrivacyLoss
from privshare.model.party import ColumnName, PartyId, PurposeId
from privshare.model.policy import ColumnClause, Licence, PairingClause, Policy, Purpose

OWNER = PartyId("owner")
PURPOSE = PurposeId("as-asked")
NEVER_EXPIRES = date(9999, 12, 31)
ASKED = Purpose(PURPOSE, "What the command line asked for", "https://w3id.org/dpv#Purpose")


def clause(
    holder: PartyId,
    column: str,
    *,
    category: Category,
    form: RungKind,
    limit: int | None,
    flag: str,
    values_max: int | None = None,
) -> ColumnClause:
    """Return the clause that naming a column with a flag amounts to. values_max: as in a clause of a policy."""
    return ColumnClause(
        id=f"{holder}.{column}",
        holder=holder,
        column=ColumnName(column),
        category=category,
        grade="important",
        reason=f"named by {flag} on the command line; no policy file was given",
        ladder={PURPOSE: Rung(form, limit)},
        gdpr9=False,
        pipl28=False,
        dpv="",
        values_max=values_max,
    )


def policy_of(
    clauses: Iterable[ColumnClause],
    cap: PrivacyLoss,
    *,
    command: str,
    spent: Mapping[PartyId, PrivacyLoss] = MappingProxyType({}),
    pairing: PairingClause | None = None,
) -> Policy:
    """Return the policy of these clauses, with a licence for each holder and no smallest group.

    A licence has the cap `cap` and what the holder has already spent, where that is given. pairing: how records
    without an identifier pair, where they are asked to.
    """
    named = tuple(clauses)
    holders = dict.fromkeys(item.holder for item in named)
    return Policy(
        title="The flags of one command, taken as the owner's policy",
        purposes={PURPOSE: ASKED},
        clauses={(item.holder, item.column): item for item in named},
        licences={
            (holder, PURPOSE): Licence(
                f"{holder}/as-asked", holder, PURPOSE, cap + spent.get(holder, NO_LOSS), 0, NEVER_EXPIRES
            )
            for holder in holders
        },
        digest=hashlib.sha256(command.encode()).hexdigest(),
        pairings={} if pairing is None else {PURPOSE: pairing},
    )


def states_no_cap(policy: Policy) -> bool:
    """Tell whether a policy is made of flags: its licences grow with what is asked, so nothing is capped by them.

    >>> states_no_cap(policy_of([], NO_LOSS, command="release"))
    True
    """
    return policy.purposes == {PURPOSE: ASKED}
