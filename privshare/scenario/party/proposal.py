"""What two parties say to each other before a session: what each wants, so that a difference is named for nothing.

Promises: nothing of a table is told, nothing is debited and no key is used
before both proposals fit. Nothing rests on the exchange: whatever it leads to is
in the greeting again, and signed there. Leaves to others: which terms there are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from privshare.errors import ProtocolError, VerificationFailed
from privshare.exchange.network import NetworkEndpoint
from privshare.exchange.payload import Payload
from privshare.model.party import PartyId
from privshare.secure.canonical import canonical, parse_canonical
from privshare.secure.psi.hello import ITEMS_MAX, PROTOCOL
from privshare.secure.psi.identifiers import NORMALISER

PROPOSAL_MOST, TEXT_MOST, DIGITS = 1024, 200, 16
_PROPOSAL: Mapping[str, type] = {
    "columns": int, "normaliser": str, "protocol": str, "purpose": str, "reveal": str, "suite": str, "terms": str,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Proposal:
    """What one side wants.

    agreed: purpose, reveal and columns of the key. suite: that this side asks for, or "". terms: what both must say
    alike, by option; only a short digest of each is sent, enough to name what differs: the greeting has all of them.
    """

    agreed: Mapping[str, object]
    suite: str
    terms: Mapping[str, object]

    def send(self, line: NetworkEndpoint) -> None:
        """Say it to the peer."""
        line.send(line.peer, Payload("propose", canonical(self._document), 1))

    def check(self, line: NetworkEndpoint) -> dict[str, Any]:
        """Wait for the peer's and return it, or raise ProtocolError that says what differs."""
        ours = self._document
        theirs = read_proposal(line.receive(line.peer, "propose", most=PROPOSAL_MOST), line.peer, _PROPOSAL)
        for name, code, what in (
            ("protocol", "E_VERSION", "another version of the protocol"),
            ("purpose", "E_PURPOSE", "another purpose"),
            ("reveal", "E_SUITE", "another --reveal"),
            ("normaliser", "E_NORMALISER", "another spelling of identifiers"),
            ("columns", "E_PARAMETERS", "a key of another number of columns"),
        ):
            if theirs[name] != ours[name]:
                raise ProtocolError(code, f"{line.peer} asks for {what} ({theirs[name]}) than this side ({ours[name]})")
        if theirs["terms"] != ours["terms"]:
            told = self._differing(theirs["terms"], ours["terms"])
            raise ProtocolError("E_PARAMETERS", f"{line.peer} asks for another {told} than this side")
        return theirs

    def _differing(self, theirs: str, ours: str) -> str:
        """Return which terms differ; all that could, where the peer's do not stand against ours one by one."""
        pairs = zip(self.terms, theirs.split(" "), ours.split(" "), strict=False)
        named = [name for name, one, other in pairs if one != other]
        return " and ".join(named) if named and len(theirs) == len(ours) else " or ".join(self.terms)

    @property
    def _document(self) -> dict[str, Any]:
        return {
            **self.agreed,
            "normaliser": NORMALISER,
            "protocol": PROTOCOL,
            "suite": self.suite,
            "terms": " ".join(map(_digest, self.terms.items())),
        }


def _digest(term: tuple[str, object]) -> str:
    return hashlib.sha256(canonical(list(term))).hexdigest()[:DIGITS]


def read_proposal(payload: Payload, peer: PartyId, wanted: Mapping[str, type]) -> dict[str, Any]:
    """Return a document with exactly these fields, texts short and numbers within what a run accepts."""
    fault = ProtocolError("E_PROTOCOL", f"what {peer} proposes cannot be read")
    try:
        document = parse_canonical(payload.body, file="propose")
    except VerificationFailed:
        raise fault from None
    if payload.items != 1 or not isinstance(document, dict) or document.keys() != wanted.keys():
        raise fault
    for name, value in document.items():
        if type(value) is not wanted[name]:
            raise fault
        if isinstance(value, str) and len(value) > TEXT_MOST:
            raise fault
        if isinstance(value, int) and not 0 <= value <= ITEMS_MAX:
            raise fault
    return document
