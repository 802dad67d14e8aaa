"""A chain is followed entry by entry: a forger who re-hashes everything still has to keep every rule of the ledger."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from privshare.errors import VerificationFailed
from privshare.use.ledger.chain import GENESIS, Books, entry_hash, entry_text, replay
from tests.use.spending import rid

Entry = dict[str, Any]


def declare(holder: str = "bank", cap: Any = 100, delta: Any = 0, key: str = "aa") -> Entry:
    return {
        "kind": "declare",
        "holder": holder,
        "purpose": "research",
        "cap_micro": cap,
        "cap_delta_e15": delta,
        "snapshot_key_sha256": key,
    }


def item(holder: str = "bank", micro: Any = 60, delta: Any = 0) -> Entry:
    return {"holder": holder, "purpose": "research", "micro_epsilon": micro, "delta_e15": delta}


def reserve(number: int, *spends: Entry) -> Entry:
    return {"kind": "reserve", "requests": [{"request": rid(number), "question": "q", "spends": list(spends)}]}


def begin(number: int, run: str = "r") -> Entry:
    return {"kind": "begin", "request": rid(number), "run": run}


def complete(number: int, run: str = "r") -> Entry:
    return {"kind": "complete", "request": rid(number), "document_sha256": "dd", "run": run}


def refusal() -> Entry:
    return {"kind": "refusal", "question": "q", "refused": "BudgetExhausted", "clause": "c"}


def chained(*entries: Entry) -> list[str]:
    """A chain whose numbers and hashes are right, whatever the entries say."""
    texts: list[str] = []
    head = GENESIS
    for number, entry in enumerate(entries, start=1):
        facts = {name: value for name, value in entry.items() if name not in ("kind", "run")}
        run = entry.get("run", "r")
        texts.append(entry_text(number=number, previous=head, run=run, kind=entry["kind"], facts=facts))
        head = entry_hash(texts[-1])
    return texts


WHOLE = (declare(), declare("city", 80, key="bb"), reserve(1, item(), item("city")), begin(1), complete(1), refusal())


def test_an_honest_chain_adds_up() -> None:
    texts = chained(*WHOLE, declare(cap=200), reserve(2, item(micro=140)))
    books = replay(texts, file="x")
    assert books.spent == {("bank", "research"): (200, 0), ("city", "research"): (60, 0)}
    assert [filed.state for filed in books.requests.values()] == ["released", "reserved"]
    assert books.refusals == [("q", "BudgetExhausted", "c")]
    assert (books.count, books.head) == (8, entry_hash(texts[-1]))
    assert replay([], file="x") == Books()


FORGED: list[tuple[str, tuple[Entry, ...]]] = [
    ("cap", (*WHOLE, reserve(2, item(micro=41)))),
    ("cap", (*WHOLE, reserve(2, item(micro=1, delta=1)))),
    ("cap", (declare(), declare(cap=10), reserve(1, item(micro=11)))),
    ("cap", (declare(), reserve(1, item(micro=60)), reserve(2, item(micro=60)))),
    ("twice", (*WHOLE, reserve(1, item(micro=1)))),
    ("nobody", (*WHOLE, reserve(2))),
    ("twice", (*WHOLE, reserve(2, item(micro=1), item(micro=1)))),
    ("not a ledger entry", (declare(), reserve(1, item("city")))),
    ("not a ledger entry", (declare(), reserve(1, item(micro=0)))),
    ("not a ledger entry", (declare(), reserve(1, item(micro=-5)))),
    ("not a ledger entry", (declare(), reserve(1, item(micro=True)))),
    ("not a ledger entry", (declare(), reserve(1, item(micro=0.5)))),
    ("not a ledger entry", (declare(), reserve(1, {**item(), "note": ""}))),
    ("not a ledger entry", (declare(), {**reserve(1, item()), "note": ""})),
    ("not a ledger entry", (declare(), {"kind": "reserve", "requests": [{"request": "1"}]})),
    ("not a ledger entry", (declare(), {"kind": "reserve", "requests": rid(1)})),
    ("noise twice", (*WHOLE[:4], begin(1))),
    ("noise twice", (*WHOLE, begin(1))),
    ("not a ledger entry", (*WHOLE, begin(2))),
    ("not begun", (*WHOLE[:3], complete(1))),
    ("not begun", (*WHOLE[:4], complete(1, run="another"))),
    ("not begun", (*WHOLE, complete(1))),
    ("not a ledger entry", (*WHOLE[:4], {**complete(1), "document_sha256": 7})),
    ("second snapshot key", (declare(), declare(cap=50, key="cc"))),
    ("not a ledger entry", (declare(cap=-1),)),
    ("not a ledger entry", (declare(cap="100"),)),
    ("not a ledger entry", (declare(delta=10**15 + 1),)),
    ("not a ledger entry", ({**declare(), "holder": 7},)),
    ("not a ledger entry", ({"kind": "gift"},)),
    ("not a ledger entry", ({**refusal(), "run": 7},)),
    ("not a ledger entry", ({"kind": "refusal", "question": "q"},)),
]


@pytest.mark.parametrize(("reason", "entries"), FORGED, ids=range(len(FORGED)))
def test_a_rule_that_a_forged_chain_breaks_is_named(reason: str, entries: tuple[Entry, ...]) -> None:
    with pytest.raises(VerificationFailed, match=reason):
        replay(chained(*entries), file="x")


MOVES: list[Callable[[list[str]], list[str]]] = [
    lambda texts: texts[1:],
    lambda texts: texts[:2] + texts[3:],
    lambda texts: [texts[1], texts[0], *texts[2:]],
    lambda texts: [*texts, texts[-1]],
    lambda texts: [texts[0].replace('"cap_micro":100', '"cap_micro":101'), *texts[1:]],
    lambda texts: [texts[0].replace("bank", "Bank"), *texts[1:]],
    lambda texts: [" " + texts[0], *texts[1:]],
    lambda texts: [texts[0][:-1], *texts[1:]],
    lambda texts: ["[]", *texts[1:]],
    lambda texts: ["null"],
    lambda texts: [""],
]


@pytest.mark.parametrize("move", MOVES, ids=range(len(MOVES)))
def test_a_chain_that_was_moved_or_edited_does_not_follow(move: Callable[[list[str]], list[str]]) -> None:
    texts = chained(*WHOLE)
    assert replay(texts, file="x").count == len(WHOLE)
    with pytest.raises(VerificationFailed):
        replay(move(texts), file="x")


def test_an_end_that_was_cut_off_is_what_a_chain_alone_cannot_show() -> None:
    """The stated limit, for which there are an anchor, an extract and a log."""
    assert replay(chained(*WHOLE)[:3], file="x").count == 3


@pytest.mark.parametrize("seen", [99, 100, "101", 101.5, True, None])
def test_time_goes_on_in_whole_seconds(seen: Any) -> None:
    assert replay(chained({"kind": "clock", "seen": 100}, {"kind": "clock", "seen": 101}), file="x").seen == 101
    with pytest.raises(VerificationFailed, match="entry 2"):
        replay(chained({"kind": "clock", "seen": 100}, {"kind": "clock", "seen": seen}), file="x")
