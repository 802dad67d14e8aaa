"""What a holder of a joint table could do with a published run folder beside its own state: nothing new.

The linkage unit's mail would name the matched people to whoever knows one holder's shuffle or keys, which is the
collusion that the suite forbids. So no body that only the unit and one holder saw may stand in the folder.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any

import pytest

from privshare import load_scenario, run_scenario
from privshare.errors import SignatureRefused
from privshare.exchange.frames import Chain
from privshare.exchange.transcript import Message
from privshare.report.contents import contents
from privshare.secure.psi import session
from privshare.secure.psi.size import holders
from privshare.secure.signing import verify
from privshare.use.release.accounting import loss_everywhere


def test_no_mail_of_the_unit_is_in_the_folder() -> None:
    run, _ = run_scenario(load_scenario("demo"), people=300)
    files = contents(run)
    (joint,) = [record for record in run.protocols if record.leakage.suite.startswith("totals")]
    with_unit = [m for m in joint.transcript.messages if "unit" in (m.sender, m.receiver)]
    assert {m.payload.kind for m in with_unit} >= {"labelled-pseudonyms", "masked-values", "positions", "masked-sums"}
    kept = set(files.values())
    assert not [m for m in with_unit if m.payload.body in kept]
    results = [m for record in run.protocols for m in record.transcript.messages if m.payload.kind == "result"]
    assert results
    everything = b"".join(files.values())
    assert not [m for m in results if m.payload.body in kept or m.digest.encode() in everything]


def guessed(messages: Sequence[Message], sid: bytes, kept: set[bytes]) -> set[int]:
    """Return the results under which a last signature that was kept holds.

    All else that is signed for stands in the folder: greetings, digests, sizes. The session id follows from them.
    """
    counting = next(m.sender for m in messages if m.payload.kind == "result")
    hellos = {m.sender: json.loads(m.payload.body) for m in messages if m.payload.kind == "hello"}
    found = set()
    for guess in range(-20, 320):
        chains = {party: Chain(0 if party == counting else 1) for party in hellos}
        for m in messages:
            digest = m.payload.digest
            if m.payload.kind == "result":
                digest = hashlib.sha256(guess.to_bytes(8, "little", signed=True)).digest()
            if m.payload.kind != "done":
                chain = chains[m.sender]
                chain.add(chain.next(m.payload.kind, m.payload.items, m.payload.size), digest)
        for m in messages:
            if m.payload.kind != "done" or m.payload.body not in kept:
                continue
            signed, seen = session._COUNTS.unpack_from(m.payload.body)
            ends = session._attested(sid, chains[m.sender], signed, chains[m.receiver], seen)
            try:
                verify(bytes.fromhex(hellos[m.sender]["identity"]), domain="session-done", message=ends,
                       signature=m.payload.body[8:], file="done")  # fmt: skip
            except SignatureRefused:
                continue
            found.add(guess)
    return found


def test_no_signature_in_the_folder_tells_a_withheld_result(monkeypatch: pytest.MonkeyPatch) -> None:
    sids: list[bytes] = []
    honest = holders.open_session

    def noted(*given: Any, **named: Any) -> Any:
        opened = honest(*given, **named)
        sids.append(opened.sid)
        return opened

    monkeypatch.setattr(holders, "open_session", noted)
    run, _ = run_scenario(load_scenario("demo"), people=300)
    (sized,) = [record for record in run.protocols if record.leakage.suite.startswith("size")]
    messages = sized.transcript.messages
    (result,) = [int.from_bytes(m.payload.body, "little", signed=True) for m in messages if m.payload.kind == "result"]
    assert guessed(messages, sids[0], {m.payload.body for m in messages}) == {result}, "with the signature it is told"
    files = contents(run)
    assert guessed(messages, sids[0], set(files.values())) == set()
    index = json.loads(files["transcript/index.json"])
    (told,) = [protocol for protocol in index["protocols"] if protocol["suite"].startswith("size")]
    assert {m["kind"]: m["file"] for m in told["messages"]}.keys() >= {"points", "result", "done"}
    assert [m["kind"] for m in told["messages"] if not m["file"]] == ["result", "done", "done"]


def test_a_person_in_both_tables_pays_for_both_paddings() -> None:
    run, _ = run_scenario(load_scenario("demo"), people=300)
    cost = {p.release.id: loss_everywhere(p.release) for p in run.releases}
    assert (cost["shared-customers"].micro_epsilon, cost["shared-customers"].delta_e15) == (750_000, 3 * 10**6)
    assert (cost["defaults-by-band"].micro_epsilon, cost["defaults-by-band"].delta_e15) == (1_200_000, 3 * 10**6)
    stated = {p.release.id: p.release.loss for p in run.releases}
    assert cost["points-by-district"] == stated["points-by-district"], "one holder pads no list"
