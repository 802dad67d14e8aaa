"""The connections of a run of three: the grouping holder calls the value holder, and both call the unit.

Promises: all of a party's connections, or none: what was made before one fails is
closed. Leaves to others: who is believed (`exchange/tls.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass

from privshare.errors import InputRefused
from privshare.exchange.connecting import Listener, connect
from privshare.exchange.network import NetworkEndpoint
from privshare.exchange.tls import Credentials
from privshare.model.party import PartyId
from privshare.model.role import Role

Address = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Places:
    """Where the parties are. own: where this one listens. valuing, unit: where they listen. wait, patience: seconds."""

    own: Address | None = None
    valuing: Address | None = None
    unit: Address | None = None
    wait: float = 600
    patience: float = 60

    def checked(self, role: Role) -> Places:
        """Return the places; raise InputRefused unless they are those that a role needs."""
        given = {"--at": self.own, "--valuing-at": self.valuing, "--unit-at": self.unit}
        needed = {
            Role.GROUPING: {"--valuing-at", "--unit-at"},
            Role.VALUING: {"--at", "--unit-at"},
            Role.UNIT: {"--at"},
        }[role]
        if {name for name, place in given.items() if place is not None} != needed:
            told = " and ".join(sorted(needed))
            raise InputRefused(f"--role {role} takes {told}, HOST:PORT each, and no other address.")
        return self


def lines_to(
    others: Mapping[str, PartyId],
    places: Places,
    own: Credentials,
    *,
    listening: Callable[[Listener], None],
    refused: Callable[[str], None],
) -> tuple[NetworkEndpoint, ...]:
    """Return the connections to both others. others: by their role in the suite.

    listening: told where this party listens, once it does. refused: told of every caller that is neither. Raises
    NoConnection, and ProtocolError where one of them hangs up while the other is waited for.
    """
    with ExitStack() as made:
        lines: list[NetworkEndpoint] = []

        def keep(*new: NetworkEndpoint) -> None:
            for line in new:
                made.callback(line.close)
            lines.extend(new)

        if places.own is not None:
            callers = tuple(others[name] for name in ("grouping_holder", "value_holder") if name in others)
            with Listener(*places.own) as listener:
                listening(listener)
                keep(
                    *listener.accept_peers(
                        own, peers=callers, within=places.wait, patience=places.patience, refused=refused
                    )
                )
        for name, place in (("value_holder", places.valuing), ("unit", places.unit)):
            if place is not None:
                line = connect(*place, own, peer=others[name], within=places.wait, patience=places.patience, here=lines)
                keep(line)
        made.pop_all()  # kept: they belong to the run from here on
        return tuple(lines)
