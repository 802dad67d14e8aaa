"""A program that lives one run of a release and can be killed at any of its steps. Run by the tests of this folder.

    spender.py kill FOLDER ORDER    lives a run again and again, killed at step 1, 2, 3, ... until one ends by itself;
                                    after each kill a second run recovers. Prints one JSON line a kill.
    spender.py open FOLDER          copies the ledger of the folder and opens the copy, killed at step 1, 2, ... until
                                    one opening ends by itself; prints the copies' names, one a line
    spender.py live FOLDER          lives one run (for a tracer of system calls to kill)
    spender.py recover FOLDER       looks at what a killed run left, lives a second run, prints one JSON line
    spender.py race LEDGER          reads "REQUEST MICRO" lines, answers "won" or "lost"
    spender.py drain LEDGER WRITER  spends one micro-epsilon after the other until nothing is left, prints how many
    spender.py contend FOLDER WRITER  reads "LEDGER ATTEMPTS" lines, tries that often, answers with JSON: which were won

A step is every SQL statement before it starts and every call that makes the
anchor durable. ORDER "right" is the ledger's; "careless" draws and publishes
first and debits afterwards, to show that the test would see it.
"""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from privshare.errors import BudgetExhausted
from privshare.model.loss import PrivacyLoss
from privshare.model.party import PartyId, PurposeId
from privshare.use.ledger import Ledger, RequestState, Spend, open_ledger, schema

HOLDERS = (PartyId("bank"), PartyId("city"))
PURPOSE = PurposeId("research")
CAP, PRICE = PrivacyLoss(1000), PrivacyLoss(300)


def live(folder: Path, order: str, say: Callable[[str], None]) -> None:
    """One run: open, declare, reserve, begin, draw, complete, publish. What returned is said at once."""
    with open_ledger(folder / "ledger") as ledger:
        say("opened")
        for holder in HOLDERS:
            ledger.declare(holder, PURPOSE, CAP)
        say("declared")
        attempt = 0
        while ledger.state(request := f"{attempt:064x}") is RequestState.DRAWING:
            attempt += 1
        stored = ledger.stored(request)
        if stored is None:
            if order == "careless":
                publish(folder, request, os.urandom(16))
            spends = [Spend(request, holder, PURPOSE, PRICE) for holder in HOLDERS]
            ledger.reserve(spends, question_ids={request: "q"})
            say(f"reserved {request}")
            ledger.begin(request)
            say(f"begun {request}")
            stored = os.urandom(16)
            say(f"drawn {request}")
            ledger.complete(request, stored)
            say(f"released {request} {stored.hex()}")
        if order != "careless":
            publish(folder, request, stored)
        say(f"published {request}")


def publish(folder: Path, request: str, document: bytes) -> None:
    """Append to what the world has seen."""
    with (folder / "world").open("a") as world:
        world.write(f"{request} {document.hex()}\n")


def found(ledger: Ledger, folder: Path) -> dict[str, Any]:
    """What a ledger and the world say."""
    world = folder / "world"
    statement = ledger.statement()
    return {
        "states": {line.request: line.state.value for line in statement.entries},
        "debits": [[line.request, line.holder, line.loss.micro_epsilon] for line in statement.entries],
        "spent": {line.holder: line.spent.micro_epsilon for line in statement.accounts},
        "stored": {
            line.request: stored.hex()
            for line in statement.entries
            if (stored := ledger.stored(line.request)) is not None
        },
        "world": [line.split() for line in world.read_text().splitlines()] if world.exists() else [],
    }


def recover(folder: Path) -> dict[str, Any]:
    """Look, then live a second run, then look again."""
    with open_ledger(folder / "ledger") as ledger:
        before = found(ledger, folder)
    said: list[str] = []
    live(folder, "right", said.append)
    with open_ledger(folder / "ledger") as ledger:
        after = found(ledger, folder)
    return {"before": before, "then": said, "after": after}


def killing(step: int) -> Callable[[], None]:
    """A countdown that kills this process in place of its step-th step."""
    left = step

    def tick() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    connect = sqlite3.connect

    def traced(*given: Any, **named: Any) -> sqlite3.Connection:
        connection = connect(*given, **named)
        connection.set_trace_callback(lambda statement: tick())
        return connection

    schema.sqlite3.connect = traced  # type: ignore[attr-defined, assignment]
    for name in ("fsync", "fdatasync", "replace", "rename", "write", "pwrite"):
        real = getattr(os, name)

        def counted(*given: Any, _real: Any = real, **named: Any) -> Any:
            tick()
            return _real(*given, **named)

        setattr(os, name, counted)
    return tick


def live_until(step: int, folder: Path, order: str, writer: int) -> None:
    """Live a run that is killed at its step-th step, saying through `writer` what returned; never returns."""
    put = os.write
    tick = killing(step)

    def say(line: str) -> None:
        put(writer, f"{line}\n".encode())
        tick()

    with suppress(BaseException):
        live(folder, order, say)
        os._exit(0)
    os._exit(1)


def kill_everywhere(folder: Path, order: str) -> None:
    """Fork a run for each step; this process has one thread, so a fork is safe."""
    schema._expected()  # computed once, so that its statements in memory are not steps
    step = 0
    while True:
        step += 1
        place = folder / str(step)
        place.mkdir()
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            live_until(step, place, order, writer)
        os.close(writer)
        with os.fdopen(reader) as told:
            said = told.read().splitlines()
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        print(json.dumps({"step": step, "status": status, "said": said, **recover(place)}), flush=True)
        if status != -signal.SIGKILL:
            return


def open_everywhere(folder: Path) -> None:
    """Fork an opening for each step, each of its own copy of `ledger` and its anchor."""
    schema._expected()
    step, status = 0, -signal.SIGKILL
    while status == -signal.SIGKILL:
        step += 1
        place = folder / str(step)
        place.mkdir()
        for name in ("ledger", "ledger.head"):
            (place / name).write_bytes((folder / name).read_bytes())
        child = os.fork()
        if child == 0:
            killing(step)
            with suppress(BaseException):
                open_ledger(place / "ledger").close()
                os._exit(0)
            os._exit(1)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        print(place.name, flush=True)
    raise SystemExit(status)


def race(path: Path) -> None:
    """Try each spend as soon as it is named."""
    with open_ledger(path) as ledger:
        print("ready", flush=True)
        for line in sys.stdin:
            request, micro = line.split()
            try:
                spend = Spend(request, HOLDERS[0], PURPOSE, PrivacyLoss(int(micro)))
                ledger.reserve([spend], question_ids={request: "q"})
                print("won", flush=True)
            except BudgetExhausted:
                print("lost", flush=True)


def drain(path: Path, writer: int) -> None:
    """Spend the smallest amount until nothing is left."""
    with open_ledger(path) as ledger:
        print("ready", flush=True)
        sys.stdin.readline()
        won = 0
        with suppress(BudgetExhausted):
            while True:
                request = f"{writer:032x}{won:032x}"
                spend = Spend(request, HOLDERS[0], PURPOSE, PrivacyLoss(1))
                ledger.reserve([spend], question_ids={request: "q"})
                won += 1
        print(won, flush=True)


def contend(folder: Path, writer: int) -> None:
    """Try prices of one, two and three micro-epsilon in turn, whatever the answers are."""
    print("ready", flush=True)
    for line in sys.stdin:
        name, attempts = line.split()
        won = []
        with open_ledger(folder / name) as ledger:
            for number in range(int(attempts)):
                request = f"{writer:032x}{number:032x}"
                spend = Spend(request, HOLDERS[0], PURPOSE, PrivacyLoss(1 + number % 3))
                with suppress(BudgetExhausted):
                    ledger.reserve([spend], question_ids={request: "q"})
                    won.append(number)
        print(json.dumps(won), flush=True)


if __name__ == "__main__":
    verb, target = sys.argv[1], Path(sys.argv[2])
    if verb == "kill":
        kill_everywhere(target, sys.argv[3])
    elif verb == "open":
        open_everywhere(target)
    elif verb == "live":
        live(target, "right", lambda line: print(line, flush=True))
    elif verb == "recover":
        print(json.dumps(recover(target)))
    elif verb == "race":
        race(target)
    elif verb == "contend":
        contend(target, int(sys.argv[3]))
    else:
        drain(target, int(sys.argv[3]))
