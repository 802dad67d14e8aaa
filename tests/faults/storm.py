"""A program whose writers spend from one ledger while one of them is killed, again and again. Run by test_ledger_storm.

    storm.py FOLDER KILLS WRITERS [forgetful]

Every KILLS_A_ROUND kills all are killed, the ledger is opened, and all that the
writers said is compared with it; the next round has a new ledger. Prints one
JSON line a round: what was killed, said and found, and the promises broken.
"forgetful" is a writer that says a spend before it is debited, with nothing
left to spend, to show that the comparison would see it.

A writer goes on with the request at which the one before it in its place died,
as a client that asks again does. What it says is one line in a pipe, so
whatever it said before it was killed is read.
"""

from __future__ import annotations

import json
import os
import select
import signal
import sqlite3
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from privshare.errors import BudgetExhausted, LedgerFault
from privshare.model.loss import PrivacyLoss
from privshare.model.party import PartyId, PurposeId
from privshare.use.ledger import Ledger, RequestState, Spend, open_ledger, schema

HOLDERS, PURPOSE = (PartyId("bank"), PartyId("city")), PurposeId("research")
KILLS_A_ROUND, PATIENCE_MICROSECONDS, PRICE_MAX = 50, 40_000, 7


def chance(below: int) -> int:
    """A whole number from 0, below a limit."""
    return int.from_bytes(os.urandom(8), "big") % below


def price(number: int) -> PrivacyLoss:
    """A request's price: always the same for the same request."""
    return PrivacyLoss(1 + number % PRICE_MAX, number % 3)


def spend_on(path: Path, place: int, number: int, say: int, forgetful: bool) -> None:
    """Spend until killed. Lines: `start N`, `reserved ID`, `released ID HEX`, `refused`."""
    with open_ledger(path) as ledger:
        while True:
            attempt = 0
            early = f"reserved {place:016x}{number:032x}{attempt:016x}\n" if forgetful else ""
            os.write(say, f"{early}start {number}\n".encode())
            while ledger.state(request := f"{place:016x}{number:032x}{attempt:016x}") is RequestState.DRAWING:
                attempt += 1
            if (stored := ledger.stored(request)) is None:
                spends = [Spend(request, holder, PURPOSE, price(number)) for holder in HOLDERS]
                try:
                    ledger.reserve(spends, question_ids={request: "q"})
                except BudgetExhausted:
                    os.write(say, b"refused\n")
                    number += 1
                    continue
                os.write(say, f"reserved {request}\n".encode())
                ledger.begin(request)
                ledger.complete(request, stored := os.urandom(8))
            os.write(say, f"released {request} {stored.hex()}\n".encode())
            number += 1


class Writer:
    """One place, in which writers follow each other."""

    def __init__(self, path: Path, place: int, forgetful: bool) -> None:
        self.path, self.place, self.forgetful, self.number = path, place, forgetful, 0
        self.said: list[str] = []
        self.begin()

    def begin(self) -> None:
        """Start the next writer, where the last one died."""
        self.reader, say = os.pipe()
        self.child = os.fork()
        if self.child == 0:
            os.close(self.reader)
            with suppress(BaseException):
                spend_on(self.path, self.place, self.number, say, self.forgetful)
            os._exit(1)  # a writer only ends by a kill
        os.close(say)
        self.open = os.fdopen(self.reader)

    def kill(self) -> bool:
        """Kill the writer and read all that it had said; return whether it was still alive to be killed."""
        os.kill(self.child, signal.SIGKILL)
        alive = os.waitstatus_to_exitcode(os.waitpid(self.child, 0)[1]) == -signal.SIGKILL
        lines = self.open.read().splitlines()
        self.open.close()
        self.said += lines
        starts = [line for line in lines if line.startswith("start ")]
        self.number = int(starts[-1].split()[1]) if starts else self.number
        return alive


def play(path: Path, kills: int, writers: int, forgetful: bool) -> dict[str, Any]:
    """One round: a new ledger, so many kills, the comparison."""
    cap = PrivacyLoss(0) if forgetful else PrivacyLoss(100 + chance(3000), 50 + chance(800))
    with open_ledger(path) as ledger:
        for holder in HOLDERS:
            ledger.declare(holder, PURPOSE, cap)
    places = [Writer(path, place, forgetful) for place in range(writers)]
    for place in places:
        select.select([place.reader], [], [])  # it has said something, or has ended
    dead, journals = 0, 0
    for kill in range(kills):
        victim = places[chance(writers)]
        # Wait a while of random length; a writer that ends by itself is noticed by the kill.
        select.select([], [], [], chance(PATIENCE_MICROSECONDS) / 1_000_000)
        dead += not victim.kill()
        journals += path.with_name(path.name + "-journal").exists()
        if kill + 1 < kills:
            victim.begin()
        else:
            for other in places:
                if other is not victim:
                    other.kill()
    said = [line for place in places for line in place.said]
    told = compared(path, said, cap)
    return {"kills": kills, "ended by themselves": dead, "journals": journals, **told}


def compared(path: Path, said: list[str], cap: PrivacyLoss) -> dict[str, Any]:
    """What the ledger holds beside what was said of it, and the promises that this breaks."""
    broken: list[str] = []
    reserved = {line.split()[1] for line in said if line.startswith("reserved ")}
    released = [tuple(line.split()[1:]) for line in said if line.startswith("released ")]
    try:
        ledger = open_ledger(path)
    except LedgerFault as fault:
        return {"broken": [f"it does not open: {fault}"]}
    with ledger:
        states, debits = books(ledger)
        stored = {request: document.hex() for request in states if (document := ledger.stored(request)) is not None}
    broken += ["a debit that was said is gone" for request in reserved if request not in states]
    broken += ["released bytes that were said are gone" for pair in released if stored.get(pair[0]) != pair[1]]
    broken += ["two documents for one request"] * (len(set(released)) - len({request for request, _ in released}))
    broken += ["released and not debited" for request in stored if len(debits.get(request, ())) != len(HOLDERS)]
    for holder in HOLDERS:
        losses = [loss for request in debits for who, loss in debits[request] if who == holder]
        total = PrivacyLoss(sum(loss.micro_epsilon for loss in losses), sum(loss.delta_e15 for loss in losses))
        broken += [] if total.fits(cap) else ["a cap was passed"]
        full = cap.micro_epsilon - total.micro_epsilon < PRICE_MAX or cap.delta_e15 - total.delta_e15 < 2
    raw = sqlite3.connect(path)
    broken += [] if raw.execute("PRAGMA integrity_check").fetchall() == [("ok",)] else ["the file is damaged"]
    raw.close()
    return {
        "broken": broken,
        "debited": len(states),
        "said": len(reserved),
        "released": len(stored),
        "unsaid": len(set(states) - reserved),
        "refused": said.count("refused"),
        "full": full,
    }


def books(ledger: Ledger) -> tuple[dict[str, str], dict[str, list[tuple[PartyId, PrivacyLoss]]]]:
    """Return each request's state and debits."""
    states: dict[str, str] = {}
    debits: dict[str, list[tuple[PartyId, PrivacyLoss]]] = {}
    for line in ledger.statement().entries:
        states[line.request] = line.state.value
        debits.setdefault(line.request, []).append((line.holder, line.loss))
    return states, debits


def main() -> None:
    """Play rounds until so many were killed. This process has one thread, so a fork is safe."""
    folder, left, writers = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    schema._expected()  # computed before the forks, once
    turn = 0
    while left > 0:
        turn += 1
        kills = min(left, KILLS_A_ROUND)
        print(json.dumps(play(folder / f"{turn}.ledger", kills, writers, "forgetful" in sys.argv)), flush=True)
        left -= kills
        for file in folder.glob(f"{turn}.ledger*"):
            file.unlink()


if __name__ == "__main__":
    main()
