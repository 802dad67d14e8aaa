"""The number of items that a message claims: statements repeat it, so a wrong one ends the run."""

from __future__ import annotations

from typing import Any

import pytest

from privshare.errors import ProtocolError
from privshare.exchange.channel import run_together
from privshare.secure.psi import members, session
from tests.faults.wire import SUITES
from tests.secure.psi.playing import A, B, U

CLAIMS = [
    *(("size/1", A, kind) for kind in ("commit", "hello", "seal", "points", "result", "done")),
    *(("size/1", B, kind) for kind in ("points", "tags")),
    *(("totals-3/1", A, kind) for kind in ("key-share", "session", "labelled-pseudonyms", "result")),
    ("totals-3/1", B, "masked-values"),
    *(("totals-3/1", U, kind) for kind in ("positions", "masked-sums")),
    (members.OPRF, A, "blinded"),
    (members.OPRF, B, "evaluated"),
    *((suite, A, kind) for suite in members.SUITES[1:] for kind in ("base-sender", "columns")),
    *((suite, B, "base-receiver") for suite in members.SUITES[1:]),
    (members.MALICIOUS_RECEIVER, B, "challenge"),
    (members.MALICIOUS_RECEIVER, A, "proof"),
    *((suite, A, "matches") for suite in members.SUITES),
    *((suite, B, "tags") for suite in members.SUITES),
]


@pytest.mark.parametrize(("suite", "liar", "kind"), CLAIMS)
def test_a_number_of_items_that_the_body_does_not_have_ends_the_run(
    monkeypatch: pytest.MonkeyPatch, suite: str, liar: str, kind: str
) -> None:
    """The liar signs for the number that it claims, so no signature finds it."""
    send, lied = session._Frames.send, []

    def claims(frames: Any, sent: str, body: bytes, items: int) -> None:
        if sent == kind and frames._endpoint.party == liar:
            items = 4_000_000_000
            lied.append(sent)
        send(frames, sent, body, items)

    monkeypatch.setattr(session._Frames, "send", claims)
    with pytest.raises(ProtocolError, match="E_LENGTH"):
        run_together(SUITES[suite](1))
    assert lied
