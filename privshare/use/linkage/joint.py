"""Counts and sums by group over the people two holders both know, as a Release: suite `totals-3/1` under a Permit.

Promises: the three roles run here, on threads that share a queue for each
direction and nothing else; the linkage unit is told the number of groups, not
their names. Leaves to others: the protocol (`secure/psi/totals`), the ledger,
and a unit that in earnest colludes with neither holder.
"""

from __future__ import annotations

from privshare.errors import ParameterRefused
from privshare.exchange.channel import run_together
from privshare.exchange.transcript import Transcript
from privshare.model.entropy import Entropy
from privshare.model.leakage import LeakageStatement
from privshare.model.party import PartyId
from privshare.model.question import Permit
from privshare.model.release import Release
from privshare.secure.psi import totals
from privshare.use.linkage.admission import admit
from privshare.use.linkage.published import COUNT_MEASURE, release_of


def joint_table(
    permit: Permit,
    *,
    request: str,
    terms: totals.TotalsTerms,
    by: tuple[str, ...],
    measure: str,
    grouping: tuple[PartyId, totals.Grouped],
    valuing: tuple[PartyId, totals.Valued],
    unit: PartyId,
    entropy: Entropy,
) -> tuple[Release, Transcript, LeakageStatement]:
    """Run `totals-3/1`; return the release, every message, and what each party learned.

    request: request id in the ledger, hex. by: names of the key columns of terms.groups. measure: name of the
    sum. grouping, valuing: each holder and its people; values are clamped to 0..terms.value_max. The release has a
    cell a group in the order of the terms, with the measures "people" and `measure`. Raises NoiseRefused or
    ParameterRefused before anything runs (see `admit`), ProtocolError if a role refuses a message.
    """
    (grouper, grouped), (valuer, valued) = grouping, valuing
    who = {"grouping_holder": grouper, "value_holder": valuer}
    admit(permit, cost=totals.price(terms), holders=(grouper, valuer), others=(unit,), entropy=entropy)
    if measure == COUNT_MEASURE or any(len(key) != len(by) for key in terms.groups):
        raise ParameterRefused(
            "measure and by",
            f"{measure!r} and {len(by)} columns",
            f"a measure not called {COUNT_MEASURE!r}, and one column for every text of a key",
        )
    parts = totals.noise_parts(terms, **who, unit=unit, count_measure=COUNT_MEASURE, sum_measure=measure)
    results, transcript = run_together(
        {
            grouper: totals.grouping_holder(grouped, terms, value_holder=valuer, unit=unit, entropy=entropy),
            valuer: totals.value_holder(valued, terms, grouping_holder=grouper, unit=unit, entropy=entropy),
            unit: totals.linkage_unit(totals.unit_terms(terms), **who, entropy=entropy),
        }
    )
    release = release_of(
        permit,
        request=request,
        suite=totals.SUITE,
        by=by,
        measures=(COUNT_MEASURE, measure),
        answers=list(zip(terms.groups, results[grouper], strict=True)),
        parts=parts,
        bounds=(
            ("identifiers of one person at each holder", f"{terms.identifiers_max}"),
            ("groups of one person", f"{terms.identifiers_max}"),
            (f"{measure} of one person", f"0 to {terms.identifiers_max * terms.value_max}"),
        ),
    )
    told = totals.leakage(terms, transcript, grouping_holder=grouper, value_holder=valuer, unit=unit)
    return release, transcript, told
