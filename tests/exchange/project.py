"""Two parties of a project on this machine's loopback: keys, a connection, and roles that talk over it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from privshare.exchange.channel import Endpoint
from privshare.exchange.connecting import Listener, connect
from privshare.exchange.network import NetworkEndpoint
from privshare.exchange.tls import Credentials
from privshare.model.entropy import SeededEntropy
from privshare.model.party import PartyId
from privshare.scenario.party.keys import load_keys, make_keys

BANK, OFFICE = PartyId("bank"), PartyId("office")
HOST = "127.0.0.1"
PATIENCE_SECONDS = 30  # reached only when parties wait for ever


def project(folder: Path, seed: int = 1, names: tuple[str, ...] = (BANK, OFFICE)) -> dict[PartyId, Credentials]:
    make_keys(folder, names, days=1, entropy=SeededEntropy(seed))
    return {PartyId(name): load_keys(folder / name) for name in names}


class Side(threading.Thread):
    """Something done on a thread of its own; `result` gives what it returned, or raises what it raised."""

    def __init__(self, work: Callable[[], Any]) -> None:
        super().__init__(daemon=True)
        self._work, self._returned, self._raised = work, None, None
        self.start()

    def run(self) -> None:
        try:
            self._returned = self._work()
        except BaseException as raised:
            self._raised = raised

    def result(self) -> Any:
        self.join(PATIENCE_SECONDS)
        assert not self.is_alive(), "a side waits for ever"
        if self._raised is not None:
            raise self._raised
        return self._returned


def joined(
    keys: dict[PartyId, Credentials], *, patience: float = PATIENCE_SECONDS
) -> tuple[NetworkEndpoint, NetworkEndpoint]:
    """The listening end (bank) and the calling end (office) of a connection."""
    with Listener(HOST, 0) as listener:
        bank = Side(lambda: listener.accept(keys[BANK], peer=OFFICE, within=PATIENCE_SECONDS, patience=patience))
        office = connect(
            HOST, listener.port, keys[OFFICE], peer=BANK, within=PATIENCE_SECONDS, patience=patience
        )
        return bank.result(), office


def over_network(
    keys: dict[PartyId, Credentials],
    roles: dict[PartyId, Callable[[Endpoint], Any]],
    *,
    patience: float = PATIENCE_SECONDS,
    wrapped: Callable[[Endpoint], Endpoint] = lambda end: end,
    wrap: PartyId | None = None,
) -> tuple[dict[PartyId, Any], dict[PartyId, BaseException], dict[PartyId, NetworkEndpoint]]:
    """Play both roles over a connection; return outputs, errors and ends by party. wrap: whose end is `wrapped`."""
    ends = dict(zip((BANK, OFFICE), joined(keys, patience=patience), strict=True))
    outputs: dict[PartyId, Any] = {}
    faults: dict[PartyId, BaseException] = {}

    def play(party: PartyId) -> None:
        try:
            with ends[party] as end:
                outputs[party] = roles[party](wrapped(end) if party == wrap else end)
        except BaseException as raised:
            faults[party] = raised

    sides = [Side(lambda party=party: play(party)) for party in ends]
    for side in sides:
        side.result()
    return outputs, faults, ends
