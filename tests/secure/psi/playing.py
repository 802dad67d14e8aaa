"""Running roles in tests: ready-made terms, a quiet noise source, and parties that change what they send."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import pytest

from privshare.exchange.channel import Endpoint, run_together
from privshare.exchange.frames import BODY_MOST
from privshare.exchange.payload import Payload
from privshare.exchange.setting import Setting
from privshare.exchange.transcript import Transcript
from privshare.model.entropy import Entropy, SeededEntropy
from privshare.model.party import PartyId
from privshare.secure import noise
from privshare.secure.psi import members, size, totals
from privshare.secure.psi.identifiers import item_hash
from privshare.secure.psi.item_set import ItemSet, items_of

T = TypeVar("T")
A, B, U = PartyId("a"), PartyId("b"), PartyId("unit")
# few dummies, so that a run takes milliseconds: epsilon 2, delta 0.02 asks for 2 each way
SIZE = size.SizeTerms(pad_micro=2_000_000, count_micro=2_000_000, delta_e15=2 * 10**13)


def totals_terms(groups: int = 2, *, value_max: int = 10) -> totals.TotalsTerms:
    return totals.TotalsTerms(
        groups=tuple((f"group {number}",) for number in range(groups)),
        pad_micro=2_000_000,
        count_micro=2_000_000,
        sum_micro=2_000_000,
        delta_e15=2 * 10**13,
        value_max=value_max,
    )


def silence(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put noise that is always 0 in the place of the one door to noise, so that results can be compared exactly."""
    monkeypatch.setattr(noise, "add_laplace", lambda values, mechanism: tuple(values))
    monkeypatch.setattr(noise, "truncated_laplace", lambda count, mechanism, *, radius: (0,) * count)


def play_size(
    a: ItemSet, b: ItemSet, terms: size.SizeTerms = SIZE, *, seed: int = 1
) -> tuple[dict[PartyId, int], Transcript]:
    return run_together(size_roles(a, b, terms, seed=seed))


def size_roles(
    a: ItemSet, b: ItemSet, terms: size.SizeTerms = SIZE, *, seed: int = 1
) -> dict[PartyId, Callable[[Endpoint], int]]:
    first, second = streams(seed)
    return {
        A: size.holder_a(a, terms, peer=B, entropy=first),
        B: size.holder_b(b, terms, peer=A, entropy=second),
    }


def totals_roles(
    groups: Mapping[bytes, int], values: Mapping[bytes, int], terms: totals.TotalsTerms, *, seed: int = 1
) -> dict[PartyId, Callable[[Endpoint], tuple[tuple[int, int], ...]]]:
    first, second = streams(seed)
    third = SeededEntropy(1_000_000 + seed)
    return {
        A: totals.grouping_holder(grouped(groups), terms, value_holder=B, unit=U, entropy=first),
        B: totals.value_holder(valued(values), terms, grouping_holder=A, unit=U, entropy=second),
        U: totals.linkage_unit(totals.unit_terms(terms), grouping_holder=A, value_holder=B, entropy=third),
    }


def grouped(groups: Mapping[bytes, int]) -> totals.Grouped:
    """Item -> group, as the grouping holder brings it."""
    return totals.Grouped(*arrays(groups))


def valued(values: Mapping[bytes, int]) -> totals.Valued:
    """Item -> value, as the value holder brings it."""
    return totals.Valued(*arrays(values))


def arrays(numbers: Mapping[bytes, int]) -> tuple[np.ndarray, np.ndarray]:
    """Items, ascending, and their numbers."""
    items = sorted(numbers)
    hashes = np.frombuffer(b"".join(items), dtype=np.uint8).reshape(len(items), -1 if items else 32)
    return hashes, np.array([numbers[item] for item in items], dtype=np.int64)


def members_roles(
    a: ItemSet, b: ItemSet, *, suite: str = members.OPRF, told: bool = False, seed: int = 1
) -> dict[PartyId, Callable[[Endpoint], np.ndarray]]:
    """A suite of members; told: the form in which the receiver tells the sender."""
    first, second = streams(seed)
    chosen = members.suite_of(suite)
    return {
        A: chosen.receiver(a, sender=B, told=told, entropy=first),
        B: chosen.sender(b, receiver=A, told=told, entropy=second),
    }


def shared_roles(
    a: ItemSet, b: ItemSet, *, suite: str = members.OPRF, seed: int = 1
) -> dict[PartyId, Callable[[Endpoint], np.ndarray]]:
    return members_roles(a, b, suite=suite, told=True, seed=seed)


def streams(seed: int) -> tuple[Entropy, Entropy]:
    """One stream a party: threads that shared one would draw in an order that changes from run to run."""
    return SeededEntropy(2 * seed), SeededEntropy(2 * seed + 1)


def people(*numbers: Iterable[int]) -> ItemSet:
    return items_of(f"person {number}" for run in numbers for number in run)


def item(number: int) -> bytes:
    return item_hash(f"person {number}")


@dataclass
class Passing:
    """An endpoint that passes everything on; what a test changes or notes, it does in a class of its own."""

    honest: Endpoint

    @property
    def party(self) -> PartyId:
        return self.honest.party

    @property
    def setting(self) -> Setting:
        return self.honest.setting

    def send(self, receiver: PartyId, payload: Payload) -> None:
        self.honest.send(receiver, payload)

    def receive(self, sender: PartyId, kind: str, *, most: int = BODY_MOST) -> Payload:
        return self.honest.receive(sender, kind, most=most)


@dataclass
class Changing(Passing):
    """An endpoint whose owner sends something else in the place of one kind of message."""

    kind: str
    change: Callable[[bytes], bytes]

    def send(self, receiver: PartyId, payload: Payload) -> None:
        if payload.kind == self.kind:
            payload = Payload(payload.kind, self.change(bytes(payload.body)), payload.items)
        super().send(receiver, payload)


def lying(
    roles: Mapping[PartyId, Callable[[Endpoint], T]], liar: PartyId, kind: str, change: Callable[[bytes], bytes]
) -> dict[PartyId, Callable[[Endpoint], T]]:
    """Return the roles with one in which the liar changes the body of every message of this kind."""
    honest = roles[liar]
    return {**roles, liar: lambda endpoint: honest(Changing(endpoint, kind, change))}


SESSION = frozenset({"commit", "hello", "seal", "done"})
"""Kinds of messages that every suite has, from its session."""


def shape(transcript: Transcript) -> list[tuple[str, str, str, int]]:
    """What an observer of an encrypted wire sees, party by party: who sends what to whom, and how long it is."""
    return sorted((m.sender, m.receiver, m.payload.kind, len(m.payload.body)) for m in transcript.messages)
