"""One writer of `privshare bench ledger`, as a program.

`python -m privshare.bench.ledger.writer VERB FILE NUMBER SECONDS`.
Says "ready" when its file is open, waits for a line, writes until the time is over, and says how many commits
returned. VERB spend: the ledger's own spends, three commits each. bare: one row a commit, under the same settings.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from privshare.model.loss import PrivacyLoss
from privshare.model.party import PartyId, PurposeId
from privshare.use.ledger import Spend, open_ledger, schema

HOLDER, PURPOSE = PartyId("bank"), PurposeId("research")
COMMITS_A_SPEND = 3
"""Reserve, begin, complete."""


def prepare(verb: str, place: Path) -> None:
    """Make the file that the writers share."""
    if verb == "spend":
        with open_ledger(place) as ledger:
            ledger.declare(HOLDER, PURPOSE, PrivacyLoss(10**9))
        return
    connection = schema.connect(place, writable=True)
    connection.execute("CREATE TABLE spend (request TEXT NOT NULL PRIMARY KEY, micro INTEGER NOT NULL)")
    connection.close()


def spend(place: Path, writer: int, seconds: float) -> int:
    """Spend until the time is over; return how many commits were durable."""
    with open_ledger(place) as ledger:
        end, number = _begin(seconds), 0
        while time.perf_counter() < end:
            request = f"{writer:032x}{number:032x}"
            ledger.reserve([Spend(request, HOLDER, PURPOSE, PrivacyLoss(1))], question_ids={request: "q"})
            ledger.begin(request)
            ledger.complete(request, b"{}")
            number += 1
    return number * COMMITS_A_SPEND


def bare(place: Path, writer: int, seconds: float) -> int:
    """Commit one row after the other until the time is over; return how many."""
    connection = schema.connect(place, writable=True)
    end, number = _begin(seconds), 0
    while time.perf_counter() < end:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO spend VALUES (?, ?)", (f"{writer:032x}{number:032x}", 1))
        connection.execute("COMMIT")
        number += 1
    connection.close()
    return number


def _begin(seconds: float) -> float:
    """Say that this writer is ready, wait for the word, and return when to end."""
    print("ready", flush=True)
    sys.stdin.readline()
    return time.perf_counter() + seconds


def main() -> None:
    """Write, and tell."""
    verb, place, number, seconds = sys.argv[1:]
    print((spend if verb == "spend" else bare)(Path(place), int(number), float(seconds)), flush=True)


if __name__ == "__main__":
    main()
