"""Several processes spend one budget at the same moment: the cap is reached exactly and never passed."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from privshare.model.loss import PrivacyLoss
from privshare.model.party import PartyId, PurposeId
from privshare.use.ledger import Spend, open_ledger
from privshare.use.ledger.transaction import LedgerFile

SPENDER = Path(__file__).with_name("spender.py")
BANK, RESEARCH = PartyId("bank"), PurposeId("research")


def start(*arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, str(SPENDER), *map(str, arguments)]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1, cwd=SPENDER.parents[2]
    )
    assert ask(process, "") == "ready"
    return process


def ask(process: subprocess.Popen[str], line: str) -> str:
    assert process.stdin is not None
    assert process.stdout is not None
    if line:
        process.stdin.write(line + "\n")
        process.stdin.flush()
    return process.stdout.readline().strip()


def stop(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.close()
    process.stdout.close()
    assert process.wait(timeout=60) == 0


def test_of_two_who_spend_the_last_budget_exactly_one_wins(memory_folder: Path) -> None:
    path = memory_folder / "ledger"
    with open_ledger(path) as ledger:
        ledger.declare(BANK, RESEARCH, PrivacyLoss(1))
        racers = [start("race", path) for _ in range(2)]
        for turn in range(20):
            ledger.declare(BANK, RESEARCH, PrivacyLoss(5 * (turn + 1)))
            # Each takes more than half of what is left: 3 of 5 micro-epsilon, then what remains is taken away.
            for number, racer in enumerate(racers):
                assert racer.stdin is not None
                racer.stdin.write(f"{number:032x}{turn:032x} 3\n")
            for racer in racers:
                assert racer.stdin is not None
                racer.stdin.flush()
            told = sorted(ask(racer, "") for racer in racers)
            assert told == ["lost", "won"], f"turn {turn}"
            left = ledger.left(BANK, RESEARCH).micro_epsilon
            assert left == 2
            assert ask(racers[turn % 2], f"{9:032x}{turn:032x} {left}") == "won"
        for racer in racers:
            stop(racer)
        assert ledger.left(BANK, RESEARCH).micro_epsilon == 0
        assert ledger.statement().accounts[0].spent.micro_epsilon == 100


def test_eight_writers_spend_the_cap_exactly(memory_folder: Path) -> None:
    path, cap = memory_folder / "ledger", 150
    with open_ledger(path) as ledger:
        ledger.declare(BANK, RESEARCH, PrivacyLoss(cap))
    writers = [start("drain", path, number) for number in range(8)]
    won = [0] * len(writers)

    def run(number: int) -> None:
        won[number] = int(ask(writers[number], "go"))

    waiting = [threading.Thread(target=run, args=(number,)) for number in range(len(writers))]
    for thread in waiting:
        thread.start()
    for thread in waiting:
        thread.join()
    for writer in writers:
        stop(writer)
    assert sum(won) == cap
    with open_ledger(path) as ledger:
        statement = ledger.statement()
    assert statement.accounts[0].spent == PrivacyLoss(cap)
    assert len(statement.entries) == cap
    assert statement.count == cap + 1


WRITERS = 8


def contended(folder: Path, ledgers: int, attempts: int) -> int:
    """Let eight processes try on one ledger after the other; assert each one's history; return how many tries."""
    writers = [start("contend", folder, number) for number in range(WRITERS)]
    for turn in range(ledgers):
        # Prices of one alone could fill the cap, so whatever the order, at the end nothing of it is left.
        cap = 1 + int.from_bytes(os.urandom(4), "big") % (WRITERS * (attempts // 3))
        path = folder / f"{turn}.ledger"
        with open_ledger(path) as ledger:
            ledger.declare(BANK, RESEARCH, PrivacyLoss(cap))
        for writer in writers:
            assert writer.stdin is not None
            writer.stdin.write(f"{path.name} {attempts}\n")
            writer.stdin.flush()
        won = [json.loads(ask(writer, "")) for writer in writers]
        with open_ledger(path) as ledger:
            history = [json.loads(text) for text in ledger.statement().chain]
        assert broken_history(history, cap, won, attempts) == ""
        for file in folder.glob(f"{path.name}*"):
            file.unlink()
    for writer in writers:
        stop(writer)
    return ledgers * WRITERS * attempts


def broken_history(history: list[dict[str, Any]], cap: int, won: list[list[int]], attempts: int) -> str:
    """How the commits, in their order, differ from one spend after the other by writers that tell the truth; or ""."""
    spent, seen = 0, [list[int]() for _ in won]
    left_at_win = [dict[int, int]() for _ in won]
    for entry in history[1:]:
        (request,) = entry["requests"]
        writer, number = int(request["request"][:32], 16), int(request["request"][32:], 16)
        price = request["spends"][0]["micro_epsilon"]
        if price != 1 + number % 3:
            return "a debit is not its price"
        left_at_win[writer][number] = cap - spent
        spent += price
        if spent > cap:
            return "a cap was passed"
        seen[writer].append(number)
    if seen != won:
        return "the commits are not those that the writers were told of, each in its order"
    for writer, numbers in enumerate(won):
        lost = set(range(attempts)) - set(numbers)
        # What is left only shrinks: whoever was told that a price does not fit never finds as much left again.
        for number, left in left_at_win[writer].items():
            if any(1 + earlier % 3 <= left for earlier in lost if earlier < number):
                return "a spend was refused that would have fitted"
    return "" if spent == cap else "something is left that somebody was refused"


def test_eight_processes_with_thousands_of_attempts_spend_each_cap_exactly(memory_folder: Path) -> None:
    print(f"{contended(memory_folder, 2, 150):,} attempts")


@pytest.mark.slow
def test_eight_processes_with_a_million_attempts_spend_each_cap_exactly(memory_folder: Path) -> None:
    ledgers = int(os.environ.get("PRIVSHARE_RACES", "200"))
    print(f"{contended(memory_folder, ledgers, 625):,} attempts on {ledgers} ledgers")


def test_a_history_that_no_order_explains_is_found() -> None:
    def commit(writer: int, number: int, price: int) -> dict[str, Any]:
        return {"requests": [{"request": f"{writer:032x}{number:032x}", "spends": [{"micro_epsilon": price}]}]}

    declared: dict[str, Any] = {}
    honest = [declared, commit(0, 0, 1), commit(1, 0, 1), commit(0, 3, 1)]
    assert broken_history(honest, 3, [[0, 3], [0]], 4) == ""
    assert "passed" in broken_history(honest, 2, [[0, 3], [0]], 4)
    assert "order" in broken_history(honest, 3, [[3, 0], [0]], 4)
    assert "order" in broken_history(honest[:3], 3, [[0, 3], [0]], 4)
    assert "its price" in broken_history([declared, commit(0, 0, 2)], 2, [[0], []], 4)
    assert "is left" in broken_history([declared, commit(0, 0, 1)], 2, [[0], []], 1)
    early = [declared, commit(0, 2, 3)]
    assert "would have fitted" in broken_history(early, 3, [[2], []], 3)


def test_the_write_lock_is_taken_before_anything_is_read(
    memory_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At every statement of a spend, from the first look at chain and cap on, nobody else can start a change."""
    path = memory_folder / "ledger"
    other = sqlite3.connect(path, isolation_level=None, timeout=0)
    tried: list[str] = []
    real = LedgerFile.execute

    def execute(self: LedgerFile, statement: str, *values: Any) -> Any:
        if not statement.startswith(("BEGIN", "COMMIT", "ROLLBACK", "PRAGMA")) and self._connection.in_transaction:
            tried.append(statement.split()[0])
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                other.execute("BEGIN IMMEDIATE")
        return real(self, statement, *values)

    with open_ledger(path) as ledger:
        ledger.declare(BANK, RESEARCH, PrivacyLoss(1))
        monkeypatch.setattr(LedgerFile, "execute", execute)
        ledger.reserve([Spend("0" * 64, BANK, RESEARCH, PrivacyLoss(1))], question_ids={"0" * 64: "q"})
    assert tried[:3] == ["SELECT", "SELECT", "INSERT"]
    other.close()


def test_checking_before_writing_without_the_lock_would_overspend(tmp_path: Path) -> None:
    """The naive twin, two connections taking turns by hand: both look, both find enough, both spend."""
    path = tmp_path / "naive.db"
    one, other = (sqlite3.connect(path, isolation_level=None) for _ in range(2))
    one.execute("CREATE TABLE spend (micro INTEGER)")
    left = [10 - c.execute("SELECT coalesce(sum(micro), 0) FROM spend").fetchone()[0] for c in (one, other)]
    for connection, enough in zip((one, other), left, strict=True):
        if enough >= 6:
            connection.execute("INSERT INTO spend VALUES (6)")
    assert one.execute("SELECT sum(micro) FROM spend").fetchone()[0] == 12
    one.close()
    other.close()
