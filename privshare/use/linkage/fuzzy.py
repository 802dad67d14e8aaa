"""Which records of two holders are probably one person's, told to both: suite `fuzzy/1` under a Permit.

Promises: a key that does not tell a holder's people apart is refused before
anything is sent; both roles run here, on threads that share two queues and
nothing else; both number the pairs alike. Leaves to others: the protocol
(`secure/psi/fuzzy`), the rules and the least weight, which are fixed before,
and what a party does with its rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray

from privshare.exchange.channel import run_together
from privshare.exchange.transcript import Transcript
from privshare.model.entropy import Entropy
from privshare.model.leakage import LeakageStatement
from privshare.model.loss import NO_LOSS
from privshare.model.matches import MatchedRows
from privshare.model.party import ColumnName, PartyId
from privshare.model.question import PairingAsked, Permit
from privshare.secure.psi import fuzzy, members
from privshare.use.linkage.admission import admit


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Pairing:
    """Pairs and what stays open. rows: of the receiver and of the sender, by match. weight: by match, the receiver's.

    open_rows: rows of the receiver whose best candidates tie, ascending. open_weight: on how many keys they agree.
    open_candidates: how many records of the sender do, to the receiver's row.
    """

    rows: tuple[MatchedRows, MatchedRows]
    weight: NDArray[np.int64]
    open_rows: NDArray[np.int64]
    open_weight: NDArray[np.int64]
    open_candidates: NDArray[np.int64]


def pairing_of(plan: fuzzy.FuzzyPlan, columns: Mapping[PartyId, tuple[str, ...]]) -> PairingAsked:
    """Return what the gate is asked of a plan. columns: of each holder, one a field of the plan."""
    return PairingAsked(
        columns={holder: tuple(map(ColumnName, names)) for holder, names in columns.items()},
        rules=tuple(str(field.rule) for field in plan.fields),
        domains=tuple(field.rule.domain for field in plan.fields),
        keys=plan.keys,
        weight_min=plan.weight_min,
    )


def paired_records(
    permit: Permit,
    *,
    receiver: tuple[PartyId, fuzzy.KeyedRecords],
    sender: tuple[PartyId, fuzzy.KeyedRecords],
    plan: fuzzy.FuzzyPlan,
    suite: fuzzy.Below,
    entropy: Entropy,
) -> tuple[Pairing, Transcript, LeakageStatement]:
    """Run `fuzzy/1` over a suite of members; return the pairs, every message, and what each party learned.

    Raises InputRefused, NoiseRefused or ParameterRefused before anything runs (see `admit` and
    `refuse_ambiguous`), ProtocolError if a role refuses a message.
    """
    (first, own), (second, other) = receiver, sender
    admit(permit, cost=NO_LOSS, holders=(first, second), entropy=entropy)
    for party, records in (receiver, sender):
        fuzzy.refuse_ambiguous(records, plan, whose=party)
    results, transcript = run_together(
        {
            first: fuzzy.receiver(own, plan, suite=suite, sender=second, entropy=entropy),
            second: fuzzy.sender(other, plan, suite=suite, receiver=first, entropy=entropy),
        }
    )
    pairs, told = cast("fuzzy.Pairs", results[first]), cast("NDArray[np.int64]", results[second])
    below = members.leakage(transcript, receiver=first, sender=second)
    open_rows, open_weight, open_candidates = pairs.open_rows(own.rows)
    found = Pairing(
        rows=(own.rows.chosen(pairs.entities), other.rows.chosen(told)),
        weight=pairs.weight,
        open_rows=open_rows,
        open_weight=open_weight,
        open_candidates=open_candidates,
    )
    return found, transcript, fuzzy.leakage(below, transcript, plan, receiver=first, sender=second)
