"""One run of one party, from its gate to what it learned. The other party runs the same, at its own machine.

Order: the gate says yes, the table is read, the connection is made, both sides
propose, both greet and agree (`secure/psi/session.py`), the price is debited,
the suite runs, both sign for everything. Only then is there a result; what is
made of it on the disk is the business of the caller.
Promises: what differs between two proposals is named before any key is used.
Leaves to others: writing the output (`report/party.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from privshare.errors import ParameterRefused, ProtocolError, VerificationFailed
from privshare.exchange.network import NetworkEndpoint
from privshare.exchange.payload import Payload
from privshare.exchange.tls import Credentials
from privshare.model.entropy import Entropy, SystemEntropy
from privshare.model.loss import PrivacyLoss
from privshare.model.party import PartyId
from privshare.scenario.adhoc.flags import PURPOSE
from privshare.scenario.party.holder import allowed
from privshare.scenario.party.keys import load_keys
from privshare.scenario.party.registry import verb_of
from privshare.scenario.party.request import PartyRequest
from privshare.scenario.party.verbs import Found, Meeting
from privshare.secure.canonical import canonical, parse_canonical
from privshare.secure.psi.hello import ITEMS_MAX

PROPOSAL_MOST = 1024
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
    entropy: Entropy | None = None,
) -> PartyRun:
    """Play one party; return what it learned, once the other side has signed for all messages too.

    connect: makes the connection with this party's keys. calls: True on the side that calls, which is the first
    of a suite. began: told the title of each step. passed: told how far a step is. Raises InputRefused,
    NotPermitted, NoConnection, or ProtocolError; the peer has then been told one of seven reasons, and nothing
    is left of the run but what the ledger counts.
    """
    verb, source = verb_of(asked), entropy or SystemEntropy()
    own = load_keys(asked.keys)
    if own.party == asked.peer:
        raise ParameterRefused("--peer", asked.peer, f"another party than {own.party}, whose keys these are")
    loss = verb.loss(asked)
    with allowed(asked, own.party, loss, source) as granted:
        began(f"Reading {asked.table.name}")
        held = verb.read(asked, passed)
        began(f"Waiting for {asked.peer}")
        with connect(own) as line:
            began(f"Linking with {asked.peer}")
            meeting = _propose(line, asked, own.party, verb.announced(held), calls=calls)
            role = verb.role(asked, held, own.party, meeting, source)
            whole = verb.predicted(meeting)
            line.watch(lambda done: passed(min(done, whole), whole) if whole else None)

            def agreed(items: int) -> None:
                if any(meeting.sizes) and items != sum(meeting.sizes):
                    raise ProtocolError("E_CAP", f"{line.peer} brings another number of items than it proposed")
                granted.debit()

            line.agree_on(_agreed(asked), agreed)
            result = role(line)
            found = verb.found(asked, held, meeting, result, line.transcript)
            (session,) = line.sessions
        if found.people is not None:
            granted.complete(found.people, found.suite)
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


def _propose(line: NetworkEndpoint, asked: PartyRequest, own: PartyId, items: int, *, calls: bool) -> Meeting:
    """Exchange what each side wants to do; return what both will do, or raise ProtocolError that says what differs.

    Nothing rests on this exchange: whatever it leads to is in the greeting again, and signed there.
    """
    ours = {**_agreed(asked), "items": items, "suite": asked.suite or ""}
    line.send(line.peer, Payload("propose", canonical(ours), 1))
    theirs = _read(line.receive(line.peer, "propose", most=PROPOSAL_MOST).body, line.peer)
    for name, code, what in (
        ("purpose", "E_PURPOSE", "another purpose"),
        ("reveal", "E_SUITE", "another --reveal"),
        ("columns", "E_PARAMETERS", "a key of another number of columns"),
    ):
        if theirs[name] != ours[name]:
            raise ProtocolError(code, f"{line.peer} asks for {what} ({theirs[name]}) than this side ({ours[name]})")
    wishes = {wish for wish in (asked.suite, str(theirs["suite"])) if wish}
    if len(wishes) > 1:
        raise ProtocolError("E_SUITE", f"{line.peer} asks for the suite {theirs['suite']}, this side for {asked.suite}")
    sizes = (items, int(str(theirs["items"])))
    return Meeting(
        first=own if calls else line.peer,
        second=line.peer if calls else own,
        sizes=sizes if calls else sizes[::-1],
        suite=wishes.pop() if wishes else None,
    )


def _read(body: bytes, peer: PartyId) -> dict[str, object]:
    fault = ProtocolError("E_PROTOCOL", f"what {peer} proposes cannot be read")
    try:
        document = parse_canonical(body, file="propose")
    except VerificationFailed:
        raise fault from None
    if not isinstance(document, dict) or document.keys() != {"columns", "items", "purpose", "reveal", "suite"}:
        raise fault
    if not all(
        isinstance(document[name], str) and len(document[name]) <= 200 for name in ("purpose", "reveal", "suite")
    ):
        raise fault
    if not all(type(document[name]) is int and 0 <= document[name] <= ITEMS_MAX for name in ("columns", "items")):
        raise fault
    return document
