"""Elements of the base transfers that are bad end a run of either suite on oblivious transfer."""

from __future__ import annotations

import pytest

from privshare.errors import ProtocolError
from privshare.exchange.channel import run_together
from privshare.secure.psi import members
from tests.secure.psi import lies
from tests.secure.psi.playing import A, B, lying, people, shared_roles

SOME = ["identity", "all ones", "a byte short", "a byte long", "empty"]  # every encoding is in transfer/test_base.py
POINTS = [
    ("base-receiver", "equal elements"),
    *((kind, name) for kind in ("base-receiver", "base-sender") for name in SOME),
]


@pytest.mark.parametrize("suite", [members.SEMI_HONEST, members.MALICIOUS_RECEIVER])
@pytest.mark.parametrize(("kind", "name"), POINTS, ids=[f"{kind} {name}" for kind, name in POINTS])
def test_a_bad_element_stops_the_run(suite: str, kind: str, name: str) -> None:
    liar = B if kind == "base-receiver" else A
    with pytest.raises(ProtocolError, match=lies.POINT_CODES):
        run_together(
            lying(shared_roles(people(range(4)), people(range(4)), suite=suite), liar, kind, lies.POINTS[name])
        )
