"""What two parties propose is told apart option by option, and what cannot be compared is refused all the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from privshare.errors import ProtocolError
from privshare.exchange.payload import Payload
from privshare.model.party import PartyId
from privshare.model.role import Role
from privshare.scenario.party.proposal import TEXT_MOST, Proposal
from privshare.scenario.party.totals.request import TotalsRequest
from privshare.scenario.party.totals.run import _terms
from privshare.secure.canonical import canonical, parse_canonical

OFFICE = PartyId("office")
AGREED = {"columns": 1, "purpose": "p", "reveal": "size"}
TERMS: dict[str, object] = {"--epsilon": 10**6, "--delta": 10**9, "--items-max": 2**24}


@dataclass
class Line:
    """A connection whose other end has said one thing."""

    body: bytes = b""
    peer: PartyId = OFFICE

    def send(self, _receiver: PartyId, payload: Payload) -> None:
        self.body = payload.body

    def receive(self, _sender: PartyId, _kind: str, *, most: int) -> Payload:
        assert len(self.body) <= most
        return Payload("propose", self.body, 1)


def refusal(ours: Mapping[str, object], theirs: Mapping[str, object], **said: Any) -> str:
    """Return what this side says of the other's proposal; `said` changes what the other sends."""
    line: Any = Line()
    Proposal(AGREED, "", theirs).send(line)
    line.body = canonical({**_object(line.body), **said})
    with pytest.raises(ProtocolError, match="E_PARAMETERS") as refused:
        Proposal(AGREED, "", ours).check(line)
    return str(refused.value)


def _object(body: bytes) -> dict[str, Any]:
    told = parse_canonical(body, file="propose")
    assert isinstance(told, dict)
    return told


@pytest.mark.parametrize("name", TERMS)
def test_the_option_that_differs_is_named_alone(name: str) -> None:
    assert f"office asks for another {name} than this side" in refusal(TERMS, {**TERMS, name: 7})


def test_two_that_differ_are_both_named() -> None:
    told = refusal(TERMS, {**TERMS, "--epsilon": 7, "--items-max": 7})
    assert "another --epsilon and --items-max than" in told


@pytest.mark.parametrize("terms", ["0" * 64, "", " ", "0" * 16])
def test_terms_of_another_version_are_refused_with_all_that_could_differ(terms: str) -> None:
    assert "--epsilon or --delta or --items-max" in refusal(TERMS, TERMS, terms=terms)


TOTALS = TotalsRequest(
    role=Role.GROUPING, keys=Path("k"), names={Role.GROUPING: "a", Role.VALUING: "b", Role.UNIT: "u"}, value_max=5,
    epsilon="1", groups=("N", "S"), table=Path("t"), key=("who",), column="town",
)  # fmt: skip


def test_the_unit_is_told_how_many_groups_there_are_and_knows_its_own_option() -> None:
    with_unit, between = (_terms(TOTALS, with_unit=unit) for unit in (True, False))
    assert with_unit["--groups or --group-count"] == 2
    assert between["--groups"] == ["N", "S"]
    for terms in (with_unit, between):
        assert {"--value-max", "--epsilon", "--delta", "--identifiers-max", "--items-max", "--unit"} <= terms.keys()
        assert len(Proposal(AGREED, "", terms)._document["terms"]) <= TEXT_MOST
