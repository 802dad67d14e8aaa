"""Record and replay of the suites with noise: what two neighbouring worlds drew, handed to the noise, and sent.

The one door to noise is replaced by one that keeps what it is asked and gives the same draws in both worlds. One
person, with up to `identifiers_max` identifiers, is then there or not, at one holder or at both: the same draws must
be asked for, at the sensitivity that the terms declare, whatever a draw hides may move by no more than that, and every
message must be as long as so many dummies more would have made it. No chance of a false alarm.
"""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from privshare.exchange.channel import run_together
from privshare.exchange.transcript import Transcript
from privshare.model.entropy import SeededEntropy, WorldGenerator, below, seeded_generator
from privshare.secure import noise
from privshare.secure.psi import size, totals
from privshare.secure.psi.totals.wire import NOTHING
from tests.secure.psi.playing import A, B, U, item, people, silence, size_roles, totals_roles

DELTA_E15 = 2 * 10**13
WIDTHS = {"points": 32, "labelled-pseudonyms": 17, "masked-values": 24, "positions": 1}
"""Bytes an item, of the messages that carry a list."""


@dataclass
class Door:
    """Stands in the place of `secure/noise`. asked: (party, draw, sensitivity, scale, radius, numbers) of every call.

    exact: what each party handed in, call by call. upwards: all draws are above 0, so that no two cancel. None is
    further from 0 than 50 scales, which a role of `totals-3/1` would take for a lie.
    """

    seed: int
    upwards: bool = False
    asked: list[tuple[Any, ...]] = field(default_factory=list)
    exact: dict[str, list[tuple[int, ...]]] = field(default_factory=dict)

    def add_laplace(self, values: Sequence[int], mechanism: noise.LaplaceMechanism) -> tuple[int, ...]:
        party = threading.current_thread().name
        calls = self.exact.setdefault(party, [])
        calls.append(tuple(values))
        self.asked.append((party, "two-sided", mechanism.sensitivity, mechanism.scale, None, len(values)))
        return tuple(value + self._some(party, len(calls), at, 25) for at, value in enumerate(values))

    def truncated_laplace(self, count: int, mechanism: noise.LaplaceMechanism, *, radius: int) -> tuple[int, ...]:
        party = threading.current_thread().name
        self.asked.append((party, "truncated", mechanism.sensitivity, mechanism.scale, radius, count))
        place = 1_000 + sum(call[:2] == (party, "truncated") for call in self.asked)
        return tuple(self._some(party, place, at, radius) for at in range(count))

    def _some(self, party: str, call: int, at: int, reach: int) -> int:
        stream = SeededEntropy(hash((self.seed, sum(party.encode()), call, at)))
        return 1 + below(stream, reach) if self.upwards else below(stream, 2 * reach + 1) - reach


def behind(door: Door, roles: Callable[[], Mapping[str, Any]]) -> tuple[dict[str, Any], Transcript]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(noise, "add_laplace", door.add_laplace)
        patch.setattr(noise, "truncated_laplace", door.truncated_laplace)
        return run_together(roles())


def moved(one: Sequence[Sequence[int]], other: Sequence[Sequence[int]]) -> int:
    return sum(abs(a - b) for left, right in zip(one, other, strict=True) for a, b in zip(left, right, strict=True))


def lists(transcript: Transcript) -> dict[tuple[str, str], int]:
    """How long every list of a run is, as anybody on the wire can tell, by who sent it."""
    return {
        (m.sender, m.payload.kind): len(m.payload.body) // WIDTHS[m.payload.kind]
        for m in transcript.messages
        if m.payload.kind in WIDTHS
    }


def others(transcript: Transcript) -> Counter[tuple[str, str, str, int]]:
    """Every other message, with its length; greetings count without the digits of their number of items."""
    return Counter(
        (m.sender, m.receiver, m.payload.kind, 0 if m.payload.kind in ("hello", "tags") else len(m.payload.body))
        for m in transcript.messages
        if m.payload.kind not in WIDTHS
    )


def chosen(chance: WorldGenerator, count: int, most: int) -> set[int]:
    return set(chance.choice(count, size=int(chance.integers(0, most + 1)), replace=False).tolist())


def size_violation(seed: int, identifiers: int) -> str:
    """What one pair of worlds shows that it must not, or nothing."""
    chance = seeded_generator(seed)
    terms = size.SizeTerms(2_000_000, 2_000_000, DELTA_E15, identifiers)
    sides = [chosen(chance, 12, 9), chosen(chance, 12, 9)]
    held = [set(range(100, 100 + int(chance.integers(identifiers + 1)))) for _ in sides]
    doors, runs = [Door(seed), Door(seed)], []
    for door, there in zip(doors, (False, True), strict=True):
        a, b = (people(sorted(side | (own if there else set()))) for side, own in zip(sides, held, strict=True))
        runs.append(behind(door, lambda a=a, b=b: size_roles(a, b, terms, seed=seed)))
    (one, seen), (other, seen_too) = runs
    if sorted(map(repr, doors[0].asked)) != sorted(map(repr, doors[1].asked)):
        return "other draws for the neighbour"
    if any(call[2] != identifiers for call in doors[0].asked):
        return "noise for another sensitivity than agreed"
    if moved(doors[0].exact[A], doors[1].exact[A]) > identifiers or abs(one[A] - other[A]) > identifiers:
        return "moves further than agreed"
    if others(seen) != others(seen_too):
        return "other messages for the neighbour"
    more = {party: len(own) for party, own in zip((A, B), held, strict=True)}
    if any(count + more[key[0]] != lists(seen_too)[key] for key, count in lists(seen).items()):
        return "a list is not as long as its padding says"
    return ""


def totals_violation(seed: int, identifiers: int) -> str:
    """The same for `totals-3/1`; what the unit counts, label by label, is looked at as well."""
    chance = seeded_generator(seed)
    count, top = int(chance.integers(1, 5)), int(chance.integers(1, 1_000))
    terms = totals.TotalsTerms(
        tuple((str(g),) for g in range(count)), 2_000_000, 2_000_000, 2_000_000, DELTA_E15, top, identifiers
    )
    names = [item(100 + n) for n in range(identifiers)]
    groups = {item(n): int(chance.integers(count)) for n in chosen(chance, 12, 9)}
    values = {item(n): int(chance.integers(-5, 2 * top)) for n in chosen(chance, 12, 9)}
    own_groups = {name: int(chance.integers(count)) for name in names if chance.integers(3)}
    own_values = {name: int(chance.integers(-5, 2 * top + 5)) for name in names if chance.integers(3)}
    doors, runs = [Door(seed), Door(seed)], []
    for door, there in zip(doors, (False, True), strict=True):
        brought = ({**groups, **own_groups}, {**values, **own_values}) if there else (groups, values)
        runs.append(behind(door, lambda brought=brought: totals_roles(*brought, terms, seed=seed)))
    (one, seen), (other, seen_too) = runs
    if sorted(map(repr, doors[0].asked)) != sorted(map(repr, doors[1].asked)):
        return "other draws for the neighbour"
    declared = {
        (A, "truncated"): {identifiers},
        (B, "truncated"): {identifiers},
        (U, "two-sided"): {identifiers * top},
        (A, "two-sided"): {identifiers, identifiers * top},
    }
    asked: dict[tuple[str, str], set[int]] = {}
    for call in doors[0].asked:
        asked.setdefault(call[:2], set()).add(call[2])
    if asked != declared:
        return "noise for another sensitivity than agreed"
    cells = [list(zip(*run[U], strict=True)) for run in (one, other)]
    if moved(cells[0][:1], cells[1][:1]) > identifiers or moved(cells[0][1:], cells[1][1:]) > identifiers * top:
        return "moves further than agreed"
    for kind in ("labelled-pseudonyms", "positions"):
        if moved([histogram(seen, kind)], [histogram(seen_too, kind)]) > identifiers:
            return "a label moves further than agreed"
    if others(seen) != others(seen_too):
        return "other messages for the neighbour"
    more = {A: len(own_groups), B: len(own_values), U: len(own_values)}
    if any(number + more[key[0]] != lists(seen_too)[key] for key, number in lists(seen).items()):
        return "a list is not as long as its padding says"
    return ""


def histogram(transcript: Transcript, kind: str) -> list[int]:
    """How often each label occurs in an upload or in the unit's answer; what matched nothing is left out."""
    body = next(m.payload.body for m in transcript.messages if m.payload.kind == kind)
    labels = np.frombuffer(body, dtype=np.uint8)[WIDTHS[kind] - 1 :: WIDTHS[kind]]
    return np.bincount(labels, minlength=NOTHING + 1)[:NOTHING].tolist()


@pytest.mark.parametrize("identifiers", [1, 3])
@pytest.mark.parametrize("violation", [size_violation, totals_violation])
def test_a_person_moves_what_the_noise_hides_by_no_more_than_agreed(
    violation: Callable[[int, int], str], identifiers: int
) -> None:
    assert [told for seed in range(30) if (told := violation(seed, identifiers))] == []


@pytest.mark.slow
@pytest.mark.parametrize("identifiers", [1, 2, 3, 5])
@pytest.mark.parametrize("violation", [size_violation, totals_violation])
def test_a_thousand_pairs_move_by_no_more_than_agreed(violation: Callable[[int, int], str], identifiers: int) -> None:
    assert [told for seed in range(1_000, 2_000) if (told := violation(seed, identifiers))] == []


def numbers_told(transcript: Transcript) -> set[int]:
    """Every number that a message tells by its length, its items, or in so many words."""
    told: set[int] = set()
    for message in transcript.messages:
        kind, body = message.payload.kind, message.payload.body
        told |= {message.payload.items, len(body)}
        if kind in WIDTHS:
            told |= {len(body) // WIDTHS[kind]}
        if kind in ("labelled-pseudonyms", "positions"):
            told |= set(histogram(transcript, kind))
        if kind == "hello":
            told |= {value for value in json.loads(body).values() if type(value) is int}
        if kind in ("masked-sums", "result"):
            told |= set(np.frombuffer(body, dtype="<i8").tolist())
    return told


def exact_totals(terms: totals.TotalsTerms) -> tuple[dict[bytes, int], dict[bytes, int], set[int]]:
    """People in three groups, and every number that may not be told, too far apart for noise to make one another."""
    groups = {item(n): (n >= 50) + (n >= 300) for n in range(411)}
    values = {item(n): 9 * n for n in range(40, 620, 2)}
    common = [[values[name] for name, group in groups.items() if group == g and name in values] for g in range(3)]
    in_groups = [sum(group == g for group in groups.values()) for g in range(3)]
    assert max(map(max, common)) <= terms.value_max
    sizes = [len(groups), len(values), sum(map(len, common)), *in_groups]
    return groups, values, {*sizes, *map(len, common), *map(sum, common)}


def test_no_message_of_totals_tells_an_exact_number() -> None:
    """With draws above 0 only, so that no two of them cancel. Without noise the counts and sums are told."""
    terms = totals.TotalsTerms((("x",), ("y",), ("z",)), 10**6, 10**6, 10**6, DELTA_E15, 10_000)
    groups, values, exact = exact_totals(terms)
    for seed in range(1, 6):
        _, transcript = behind(
            Door(seed, upwards=True), lambda seed=seed: totals_roles(groups, values, terms, seed=seed)
        )
        assert not exact & numbers_told(transcript)
    with pytest.MonkeyPatch.context() as patch:
        silence(patch)
        results, transcript = run_together(totals_roles(groups, values, terms))
    assert {number for cell in results[U] for number in cell} <= exact & numbers_told(transcript)


def test_no_message_of_size_tells_an_exact_number() -> None:
    terms = size.SizeTerms(10**6, 10**6, DELTA_E15)
    sides = people(range(41)), people(range(10, 63))
    for seed in range(1, 6):
        door = Door(seed, upwards=True)
        results, transcript = behind(door, lambda seed=seed: size_roles(*sides, terms, seed=seed))
        assert not {41, 53, 31} & (numbers_told(transcript) | {results[A], results[B]})
        ((counted,),) = door.exact[A]
        assert counted != 31  # what A sees before its own noise has B's
