"""One run of one party, from its gate to what it learned. The other party runs the same, at its own machine.

Order: the gate says yes, the table is read, the connection is made, the gate
says yes on that day too, both sides propose, the price is debited, both greet
and agree (`secure/psi/session.py`), the suite runs, both sign for everything.
Only then is there a result; what is made of it on the disk is the business of
the caller.
Promises: what differs between two proposals is named before anything of the
table is told, debited, or any key used; the debit stands before the first
message that tells a number of items with noise, the greeting.
Leaves to others: writing the output (`report/party.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from privshare.errors import ParameterRefused, ProtocolError
from privshare.exchange.network import NetworkEndpoint
from privshare.exchange.payload import Payload
from privshare.exchange.tls import Credentials
from privshare.model.entropy import Entropy, SystemEntropy
from privshare.model.loss import NO_LOSS, PrivacyLoss
from privshare.model.party import PartyId
from privshare.scenario.adhoc.flags import PURPOSE
from privshare.scenario.few_keys import few_keys_hint
from privshare.scenario.party.holder import allowed, own_policy
from privshare.scenario.party.keys import load_keys
from privshare.scenario.party.proposal import PROPOSAL_MOST, Proposal, read_proposal
from privshare.scenario.party.registry import verb_of
from privshare.scenario.party.request import PartyRequest
from privshare.scenario.party.verbs import Found, Meeting, Verb
from privshare.secure.canonical import canonical
from privshare.secure.psi import members

_ITEMS: Mapping[str, type] = {"items": int}
Connect = Callable[[Credentials], NetworkEndpoint]


@dataclass(frozen=True, slots=True, repr=False)
class PartyRun:
    """What one party has of a finished run. rows, missing, items: of its own table. session: facts, both signatures."""

    party: PartyId
    peer: PartyId
    asked: PartyRequest
    rows: int
    missing: int
    items: int
    loss: PrivacyLoss
    clauses: tuple[str, ...]
    found: Found
    session: Mapping[str, object]


def run_party(
    asked: PartyRequest,
    connect: Connect,
    *,
    calls: bool,
    began: Callable[[str], None],
    passed: Callable[[int, int], None],
    hinted: Callable[[str], None] = lambda _sentence: None,
    entropy: Entropy | None = None,
) -> PartyRun:
    """Play one party; return what it learned, once the other side has signed for all messages too.

    connect: makes the connection with this party's keys. calls: True on the side that calls, which is the first
    of a suite. began: told the title of each step. passed: told how far a step is. hinted: told, before anybody is
    called, what is odd about the own table. Raises InputRefused, NotPermitted, NoConnection, or ProtocolError; the
    peer has then been told one of seven reasons, and nothing is left of the run but what the ledger counts.
    """
    verb, source = verb_of(asked), entropy or SystemEntropy()
    own = load_keys(asked.keys)
    if own.party == asked.peer:
        raise ParameterRefused("--peer", asked.peer, f"another party than {own.party}, whose keys these are")
    policy = own_policy(asked)
    if policy is not None:
        asked = verb.settled(asked, own.party, policy)
    loss = verb.loss(asked)
    with allowed(asked, own.party, loss, source, policy=policy) as granted:
        began(f"Reading {asked.table.name}")
        held = verb.read(asked, passed)
        hint = few_keys_hint(asked.key, held.items, noised=loss != NO_LOSS)
        if hint and asked.fuzzy is None:  # which refuses keys that do not tell people apart
            hinted(hint)
        if verb.most(asked, held) > asked.items_max:
            # Not once dummies are drawn: whether the run then stops would tell the peer of the size, for nothing.
            most = f"at most --items-max {asked.items_max}, with the most dummies that may be drawn"
            raise ParameterRefused("different keys in the table", len(held.items), most)
        began(f"Waiting for {asked.peer}")
        with connect(own) as line:
            granted.ask_again()
            began(f"Linking with {asked.peer}")
            meeting = _propose(line, asked, own.party, verb, verb.announced(held), calls=calls)
            role = verb.role(asked, held, own.party, meeting, source)
            whole = verb.predicted(meeting)
            line.watch(lambda done: passed(min(done, whole), whole) if whole else None)

            def as_proposed(items: int) -> None:
                if any(meeting.sizes) and items != sum(meeting.sizes):
                    raise ProtocolError("E_CAP", f"{line.peer} brings another number of items than it proposed")

            line.agree_on(
                _agreed(asked), items_max=asked.items_max, telling=lambda _: granted.debit(), then=as_proposed
            )
            result = role(line)
            found = verb.found(asked, held, meeting, result, line.transcript)
            (session,) = line.sessions
        if found.people is not None:
            found = granted.judged(found, found.people)
    return PartyRun(
        party=own.party,
        peer=line.peer,
        asked=asked,
        rows=held.rows,
        missing=held.missing,
        items=len(held.items),
        loss=loss,
        clauses=granted.permit.clauses,
        found=found,
        session=session,
    )


def _agreed(asked: PartyRequest) -> Mapping[str, object]:
    return {"columns": len(asked.key), "purpose": asked.purpose or PURPOSE, "reveal": asked.reveal}


def _propose(
    line: NetworkEndpoint, asked: PartyRequest, own: PartyId, verb: Verb, items: int, *, calls: bool
) -> Meeting:
    """Exchange what each side wants to do; return what both will do, or raise ProtocolError that says what differs.

    Two rounds: what for and under which terms, and only if that fits, with how many items.
    """
    terms = {**verb.terms(asked), "--items-max": asked.items_max}
    proposal = Proposal(_agreed(asked), asked.suite or "", terms)
    proposal.send(line)
    theirs = proposal.check(line)
    line.send(line.peer, Payload("items", canonical({"items": items}), 1))
    told = read_proposal(line.receive(line.peer, "items", most=PROPOSAL_MOST), line.peer, _ITEMS)
    sizes = (items, int(told["items"]))
    if max(sizes) > asked.items_max:
        raise ProtocolError("E_CAP", f"{line.peer} brings {max(sizes)} items; this side accepts {asked.items_max}")
    sizes = sizes if calls else sizes[::-1]
    return Meeting(
        first=own if calls else line.peer,
        second=line.peer if calls else own,
        sizes=sizes,
        suite=_suite(line.peer, asked.suite or "", str(theirs["suite"]), sizes),
    )


def _suite(peer: PartyId, own: str, other: str, sizes: tuple[int, int]) -> str | None:
    """Return the suite that both ask for, None where the sizes decide; raise ProtocolError where that differs.

    A suite says what the other side can do to this one, so neither moves the other to one that it would not take.
    """
    if other and other not in members.SUITES:
        raise ProtocolError("E_SUITE", f"{peer} asks for a suite that this side does not have")
    if own and own == other:
        return own
    rule = members.choose(*sizes).suite.id
    if (own or rule) != (other or rule):
        told = f"{peer} would run {other or rule}, this side {own or rule}"
        raise ProtocolError("E_SUITE", f"{told}; for the first, say --suite {other or rule} at this side too")
    return None
