"""One run of one of three parties of `totals-3/1`, from its gate to its cells. The others run the same, elsewhere.

The grouping holder calls the value holder, and both call the unit. Order: the
gate says yes, the table is read, connections are made, the gate says yes on that
day too, each pair proposes, the price is debited, each pair greets and agrees, the
roles run, each pair signs for everything, and all say that they are through. Only
then is there a result.
Promises: what differs between two proposals is named before anything of a table
is told, debited, or any key used; the debit stands before the first greeting. A
unit learns no group's name, here neither: its proposal has only their number.
Leaves to others: writing the output (`report/party_totals.py`); a unit that
colludes with neither holder, which no program can see.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from privshare.errors import ParameterRefused, ProtocolError
from privshare.exchange.channel import Endpoint
from privshare.exchange.network import NetworkEndpoint
from privshare.exchange.several import SeveralEndpoints
from privshare.exchange.tls import Credentials
from privshare.model.entropy import Entropy, SystemEntropy
from privshare.model.leakage import LeakageStatement
from privshare.model.loss import NO_LOSS, PrivacyLoss
from privshare.model.party import PartyId
from privshare.model.question import Permit
from privshare.model.role import Role
from privshare.scenario.adhoc.flags import PURPOSE
from privshare.scenario.few_keys import few_keys_hint
from privshare.scenario.party.holder import allowed, own_policy
from privshare.scenario.party.keys import load_keys
from privshare.scenario.party.proposal import Proposal
from privshare.scenario.party.totals.people import people_of
from privshare.scenario.party.totals.request import REVEAL, TotalsRequest
from privshare.secure.psi import totals
from privshare.secure.psi.totals.terms import matched_noise, padding_noise

Connect = Callable[[Credentials, Mapping[str, PartyId]], Sequence[NetworkEndpoint]]
COUNT, SUM = "people", "total"


@dataclass(frozen=True, slots=True, repr=False)
class TotalsRun:
    """What one party has of a finished run.

    cells: group, noised count and noised sum; None for both where the own licence's minimum group is above the count.
    minimum: that minimum, 0 without one. noise: scales of the draws in each. sessions: facts with both signatures.
    """

    party: PartyId
    asked: TotalsRequest
    loss: PrivacyLoss
    clauses: tuple[str, ...]
    rows: int
    cells: tuple[tuple[str, int | None, int | None], ...]
    minimum: int
    noise: Mapping[str, tuple[str, ...]]
    statement: LeakageStatement
    sessions: tuple[Mapping[str, object], ...]


def run_totals(
    asked: TotalsRequest,
    connect: Connect,
    *,
    began: Callable[[str], None],
    passed: Callable[[int, int], None],
    hinted: Callable[[str], None] = lambda _sentence: None,
    entropy: Entropy | None = None,
) -> TotalsRun:
    """Play one of the three; return what it learned, once the other two have signed for all messages too.

    connect: makes the connections to the other two with this party's keys. began: told the title of each step. passed:
    told how much of the table is read. hinted: told, before anybody is called, what is odd about the own table. Raises
    InputRefused, NotPermitted, NoConnection, or ProtocolError; the others have then been told one of seven reasons, and
    nothing is left of the run but what the ledger counts.
    """
    own, source = load_keys(asked.keys), entropy or SystemEntropy()
    asked = asked.checked(own.party)
    terms, who = asked.terms, asked.who
    totals.noise_parts(terms, **who, count_measure=COUNT, sum_measure=SUM)  # refuses what no noise can be drawn for
    with ExitStack() as held:
        granted, rows = None, 0
        if asked.role is Role.UNIT:
            role: Callable[[Endpoint], Any] = totals.linkage_unit(
                asked.unit_terms, grouping_holder=who["grouping_holder"], value_holder=who["value_holder"],
                entropy=source,
            )  # fmt: skip
        else:
            request = asked.as_holder()
            granted = held.enter_context(
                allowed(request, own.party, asked.loss, source, policy=own_policy(request), noised=(asked.column,))
            )
            began(f"Reading {request.table.name}")
            side, people = people_of(asked, own.party, passed)
            if hint := few_keys_hint(asked.key, side.items, noised=True):
                hinted(hint)
            rows, role = side.rows, _holder_role(people, terms, who, source)
            _check_cap(asked, len(people), terms)
        others = {name: party for name, party in who.items() if party != own.party}
        began(f"Waiting for {' and '.join(others.values())}")
        ends = held.enter_context(SeveralEndpoints(connect(own, others)))
        if set(ends.peers) != set(others.values()):
            raise ProtocolError("E_PROTOCOL", f"connections lead to {', '.join(ends.peers)}")
        if granted is not None:
            granted.ask_again()
        began(f"Linking with {' and '.join(others.values())}")
        agreed = {"purpose": asked.purpose or PURPOSE, "reveal": REVEAL}
        _propose(asked, ends, own.party, agreed)
        ends.agree_on(agreed, items_max=asked.items_max, telling=granted.debit if granted else None)
        cells = role(ends)
        ends.settle()
        run = _found(asked, own.party, cells, ends, rows, granted.permit if granted else None)
        if granted is not None:
            told = [[group, *map(str, numbers)] for group, *numbers in run.cells]
            granted.complete({"cells": told, "suite": totals.SUITE})
    return run


def _propose(asked: TotalsRequest, ends: SeveralEndpoints, own: PartyId, agreed: Mapping[str, object]) -> None:
    """Exchange proposals with both others; raise ProtocolError that says what differs.

    The unit answers when it has read both, so no holder greets, and pays, before all three want the same.
    """
    unit = asked.who["unit"]
    proposals = [
        (
            ends.line(peer),
            Proposal(
                {**agreed, "columns": 0 if unit in (peer, own) else len(asked.key)},
                totals.SUITE,
                _terms(asked, with_unit=unit in (peer, own)),
            ),
        )
        for peer in ends.peers
    ]
    if own == unit:
        for line, proposal in proposals:
            proposal.check(line)
    for line, proposal in proposals:
        proposal.send(line)
    if own != unit:
        for line, proposal in proposals:
            proposal.check(line)


def _holder_role(
    people: totals.Grouped | totals.Valued, terms: totals.TotalsTerms, who: Mapping[str, PartyId], entropy: Entropy
) -> Callable[[Endpoint], Any]:
    if isinstance(people, totals.Grouped):
        return totals.grouping_holder(
            people, terms, value_holder=who["value_holder"], unit=who["unit"], entropy=entropy
        )
    return totals.value_holder(people, terms, grouping_holder=who["grouping_holder"], unit=who["unit"], entropy=entropy)


def _check_cap(asked: TotalsRequest, people: int, terms: totals.TotalsTerms) -> None:
    """Raise ParameterRefused where the list might pass the cap: not once dummies are drawn, which would tell a size."""
    lists = len(terms.groups) if asked.role is Role.GROUPING else 1
    pad, matched = padding_noise(terms).radius, matched_noise(asked.unit_terms).radius
    if people + 2 * matched * len(terms.groups) + 2 * pad * lists > asked.items_max:
        most = f"at most --items-max {asked.items_max}, with the most dummies that may be drawn"
        raise ParameterRefused("different keys in the table", people, most)


def _terms(asked: TotalsRequest, *, with_unit: bool) -> dict[str, object]:
    """Return what two of the three must say alike, by option; the names of the groups between the holders only."""
    groups = {"--groups or --group-count": len(asked.terms.groups)} if with_unit else {"--groups": list(asked.groups)}
    return {
        **{f"--{role}": asked.names[role] for role in Role},
        "--value-max": asked.value_max,
        "--epsilon": asked.loss.micro_epsilon,
        "--delta": asked.loss.delta_e15,
        "--identifiers-max": asked.identifiers_max,
        **groups,
        "--items-max": asked.items_max,
    }


def _found(
    asked: TotalsRequest, own: PartyId, cells: Any, ends: SeveralEndpoints, rows: int, permit: Permit | None
) -> TotalsRun:
    terms, who = asked.terms, asked.who
    smallest = permit.minimum_group if permit else 0
    shown = tuple(
        (group, None, None) if smallest and people < smallest else (group, people, total)
        for (group,), (people, total) in zip(terms.groups, cells, strict=True)
    )
    parts = totals.noise_parts(terms, **who, count_measure=COUNT, sum_measure=SUM)
    return TotalsRun(
        party=own,
        asked=asked,
        loss=asked.loss if permit else NO_LOSS,
        clauses=permit.clauses if permit else (),
        rows=rows,
        cells=shown,
        minimum=smallest,
        noise={name: tuple(part.scale for part in parts if part.measure == name) for name in (COUNT, SUM)},
        statement=totals.leakage(terms, ends.transcript, **who, sizes=_sizes(asked, ends.sessions)),
        sessions=tuple(ends.sessions),
    )


def _sizes(asked: TotalsRequest, sessions: Sequence[Mapping[str, Any]]) -> tuple[int, int]:
    """Return how long both holders' lists were, from the greetings of the own sessions."""
    by_peer = {session["peer"]["party"]: session for session in sessions}
    who = asked.who
    if asked.role is Role.UNIT:
        grouped, valued = (by_peer[who[role]]["peer"]["items"] for role in ("grouping_holder", "value_holder"))
        return grouped, valued
    other = "value_holder" if asked.role is Role.GROUPING else "grouping_holder"
    session = by_peer[who[other]]
    pair = session["own"]["items"], session["peer"]["items"]
    return pair if asked.role is Role.GROUPING else pair[::-1]
