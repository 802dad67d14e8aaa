"""Whoever is in the space is named, nobody else is, and a shared fingerprint is no evidence."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from privshare.attacks import ATTACKS, enumeration
from privshare.attacks.attack import Targets
from privshare.attacks.dictionary import unkeyed_hash
from privshare.attacks.enumeration import fingerprints, named_among, named_numbers, wanted
from privshare.comparison.lab.techniques.unkeyed_hash import hashed_rows
from privshare.holders.people import identifier_space
from privshare.model.entropy import SystemEntropy, seeded_generator
from privshare.model.surface import Surface, Values


def same(rows: np.ndarray) -> np.ndarray:
    return rows


@given(st.sets(st.integers(0, 9_999), max_size=40), st.integers(1, 4))
def test_all_numbers_of_so_many_digits_are_tried_and_no_others(numbers: set[int], digits: int) -> None:
    texts = {str(number).zfill(4)[-digits:] for number in numbers} | {"12345", "x" * digits}
    named = named_numbers([text.encode() for text in texts], digits, same)
    assert set(named.values()) == {text for text in texts if text.isdigit() and len(text) == digits}
    assert all(value.decode() == text for value, text in named.items())


def test_blocks_of_a_larger_space_are_put_together() -> None:
    texts = ["0000000", "0999999", "1000000", "4711000", "9999999"]
    named = named_numbers([unkeyed_hash(text) for text in texts], 7, hashed_rows)
    assert named == {unkeyed_hash(text): text for text in texts}


def test_every_byte_counts_in_a_fingerprint() -> None:
    for width in (1, 8, 16, 17, 32):
        rows = np.zeros((width + 1, width), np.uint8)
        rows[np.arange(width), np.arange(width)] = 1
        assert len(set(fingerprints(rows).tolist())) == width + 1


def test_a_shared_fingerprint_is_no_evidence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(enumeration, "fingerprints", lambda rows: np.full(len(rows), 7, np.uint64))
    candidates = np.frombuffer(b"aabbcc", np.uint8).reshape(3, 2)
    sought = wanted([b"bb", b"zz"], 2)
    assert named_among(candidates, np.full(3, 7, np.uint64), same, sought) == {b"bb": "bb"}


def test_values_that_share_their_first_bytes_are_told_apart() -> None:
    """Identifiers in clear begin alike; the look-up must not take all of a year for a hit."""
    block = next(identifier_space())
    sought = wanted([block[5].tobytes(), block[9_000].tobytes()], block.shape[1])
    prints = fingerprints(block)
    assert np.isin(prints, sought.prints).sum() == 2
    assert set(named_among(block, prints, same, sought).values()) == {
        block[place].tobytes().decode() for place in (5, 9_000)
    }


def test_nothing_observed_is_nothing_named() -> None:
    assert named_numbers([], 3, same) == {}
    found = ATTACKS["dictionary"].guess(
        Surface(values=Values("nobody", (), same)), Targets(np.zeros(0, np.int64), space=identifier_space),
        seeded_generator(1),
    )  # fmt: skip
    assert found == ()


def test_in_the_lab_everybody_in_the_space_is_named_and_random_values_are_not() -> None:
    block = next(identifier_space())
    names = [row.tobytes().decode() for row in block[::50_000]]
    observed = (*(unkeyed_hash(name) for name in names), SystemEntropy().token(32), b"short")
    found = ATTACKS["dictionary"].guess(
        Surface(values=Values("the public", observed, hashed_rows)),
        Targets(np.zeros(0, np.int64), space=identifier_space), seeded_generator(1),
    )  # fmt: skip
    assert found == (*names, None, None)


@pytest.mark.slow
def test_eight_digits_are_named_in_seconds(capsys: pytest.CaptureFixture[str]) -> None:
    """100,000 of the 10^8 numbers, hashed. What it takes is printed, not judged; the benchmarks have a figure."""
    chance = seeded_generator(5)
    texts = [f"{number:08d}" for number in np.unique(chance.integers(10**8, size=100_000)).tolist()]
    observed = {unkeyed_hash(text): text for text in texts}
    wall, cpu = time.perf_counter(), time.process_time()
    named = named_numbers(observed, 8, hashed_rows)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    with capsys.disabled():
        print(f"\n10^8 candidates, {len(named)} of {len(texts)} named: {wall:.1f} s wall, {cpu:.1f} CPU-s")
    assert named == observed
