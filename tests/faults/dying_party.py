"""A real party process that kills itself with SIGKILL just before or after a message; started by the kill tests.

    python -m tests.faults.dying_party WHEN NUMBER ARGUMENTS OF privshare ...

WHEN is "send", "sent" or "received"; NUMBER counts messages of that kind of the whole connection from 0.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

from privshare.cli import main
from privshare.exchange.network import NetworkEndpoint

COUNTS = {"send": 0, "sent": 0, "received": 0}


def pass_by(when: str, wanted: str, number: int) -> None:
    if when == wanted and COUNTS[when] == number:
        os.kill(os.getpid(), signal.SIGKILL)
    COUNTS[when] += 1


def dying(wanted: str, number: int) -> None:
    send, receive = NetworkEndpoint.send, NetworkEndpoint.receive

    def sends(self: NetworkEndpoint, *given: Any) -> None:
        pass_by("send", wanted, number)
        send(self, *given)
        pass_by("sent", wanted, number)

    def receives(self: NetworkEndpoint, *given: Any, **named: Any) -> Any:
        payload = receive(self, *given, **named)
        pass_by("received", wanted, number)
        return payload

    NetworkEndpoint.send, NetworkEndpoint.receive = sends, receives  # type: ignore[method-assign]


if __name__ == "__main__":
    dying(sys.argv[1], int(sys.argv[2]))
    sys.argv = ["privshare", *sys.argv[3:]]
    main()
