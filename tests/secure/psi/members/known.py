"""Known answers of the suites of members; `python -m tests.secure.psi.members.known` writes them anew.

They change only together with the wire, which is then another version of a suite.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from privshare.exchange.channel import run_together
from privshare.secure.psi import members
from privshare.secure.psi.members import terms
from privshare.secure.psi.tags import tag_length
from tests.secure.psi.playing import A, B, people, shared_roles

FILE = Path(__file__).with_name("known_answers.json")
SIZES = (5, 300, 3000)


def answers(suite: str, n: int) -> dict[str, Any]:
    """One run with replayed entropy: n items a side, every second one in common, both told."""
    sids: set[str] = set()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(terms, "NORMALISER", "norm/1/14.0.0")  # its name says which Unicode tables Python has
        opened = terms.open_session

        def open_session(*given: Any, **named: Any) -> Any:
            session = opened(*given, **named)
            sids.add(session.sid.hex())
            return session

        patch.setattr(terms, "open_session", open_session)
        results, transcript = run_together(
            shared_roles(people(range(n)), people(range(n // 2, n // 2 + n)), suite=suite, seed=n)
        )
    (sid,) = sids
    times: Counter[str] = Counter()
    messages = {}
    for message in transcript.messages:
        name = f"{message.sender}>{message.receiver} {message.payload.kind}"
        times[name] += 1
        messages[f"{name} {times[name]}"] = hashlib.sha256(message.payload.body).hexdigest()
    tags = next(m.payload.body for m in transcript.messages if m.payload.kind == "tags")
    width = 16 if suite == members.MALICIOUS_RECEIVER else tag_length(n, n)
    return {
        "sid": sid,
        "messages": dict(sorted(messages.items())),
        "tags": [tags[at : at + width].hex() for at in range(0, min(8, n) * width, width)],
        "matches": len(results[A]),
        "result": {party: hashlib.sha256(results[party].astype("<i8").tobytes()).hexdigest() for party in (A, B)},
    }


def main() -> None:
    every = {suite: {str(n): answers(suite, n) for n in SIZES} for suite in members.SUITES}
    FILE.write_text(json.dumps(every, indent=1) + "\n")


if __name__ == "__main__":
    main()
