"""Every suite, whatever the sizes, against Python's own sets: repeats, blanks, equal sets, other spellings."""

from __future__ import annotations

import numpy as np
import pytest

from privshare.exchange.channel import run_together
from privshare.model.entropy import SystemEntropy, WorldGenerator, seeded_generator
from privshare.secure.psi import members
from privshare.secure.psi.identifiers import normalise
from privshare.secure.psi.item_set import ItemSet, items_of
from tests.secure.psi.members.standing_in import stand_in
from tests.secure.psi.playing import A, B, members_roles

SIZES_MOST = 500
SPELLINGS = (
    lambda name: name,
    lambda name: name.upper(),
    lambda name: f"  {name}\u00a0",
    lambda name: name.replace("p", "ｐ"),
    lambda name: name.replace("é", "e\u0301"),
    lambda name: name.replace(" ", "\t \u3000"),
    lambda name: "\u200b".join(name),
)
SUITES = pytest.mark.parametrize("suite", members.SUITES)


def column(draw: WorldGenerator, size: int, pool: int) -> list[str | None]:
    """Names out of a pool, so that some repeat, some in other spellings, some rows without one."""
    values: list[str | None] = []
    for number in draw.integers(0, pool, size):
        spelled = SPELLINGS[int(draw.integers(len(SPELLINGS)))](f"rené p {number}")
        values.append([spelled, None, " \u200b"][int(draw.choice(3, p=[0.94, 0.03, 0.03]))])
    return values


def some_size(draw: WorldGenerator) -> int:
    """0 to 500, small ones as often as large ones."""
    return int(np.exp(draw.uniform(0, np.log(SIZES_MOST + 1)))) if draw.uniform() > 0.05 else 0


def rows_by_name(values: list[str | None]) -> dict[str, list[int]]:
    rows: dict[str, list[int]] = {}
    for row, value in enumerate(values):
        if value is not None and (name := normalise(value)) is not None:
            rows.setdefault(name, []).append(row)
    return rows


def matched_rows(items: ItemSet, indices: np.ndarray) -> list[list[int]]:
    return [list(items.rows_of(index)) for index in indices.tolist()]


def compare_with_sets(suite: str, seed: int) -> None:
    draw = seeded_generator(seed)
    left = column(draw, some_size(draw), int(draw.integers(1, 600)))
    right = list(left) if draw.uniform() < 0.1 else column(draw, some_size(draw), int(draw.integers(1, 600)))
    a, b = items_of(left), items_of(right)
    results, _ = run_together(members_roles(a, b, suite=suite, told=True, seed=seed))
    ours, theirs = rows_by_name(left), rows_by_name(right)
    wanted = sorted((ours[name], theirs[name]) for name in ours.keys() & theirs.keys())
    pairs = zip(matched_rows(a, results[A]), matched_rows(b, results[B]), strict=True)
    assert sorted(pairs) == wanted, f"seed {seed}"


@SUITES
def test_random_pairs_of_sets(suite: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for seed in range(495, 500):
        compare_with_sets(suite, seed)
    stand_in(monkeypatch)
    for seed in range(495):
        compare_with_sets(suite, seed)


@pytest.mark.slow
@SUITES
def test_ten_thousand_random_pairs_of_sets(suite: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for seed in range(10_000, 10_500):
        compare_with_sets(suite, seed)
    stand_in(monkeypatch)
    for seed in range(10_500, 20_000):
        compare_with_sets(suite, seed)


@pytest.mark.parametrize(("left", "right"), [(0, 0), (0, 3), (3, 0), (1, 1), (7, 3), (300, 300)])
@SUITES
def test_sizes_that_need_no_special_case(suite: str, left: int, right: int) -> None:
    a, b = (items_of(f"p {number}" for number in range(size)) for size in (left, right))
    results, _ = run_together(members_roles(a, b, suite=suite, told=True))
    common = {item.tobytes() for item in a.hashes} & {item.tobytes() for item in b.hashes}
    for party, items in ((A, a), (B, b)):
        assert {items.hashes[index].tobytes() for index in results[party]} == common
    assert (a.hashes[results[A]] == b.hashes[results[B]]).all()


def large_set(first: int, count: int) -> ItemSet:
    """Items that need no text: distinct, and as good as random."""
    numbers = np.arange(first, first + count, dtype=np.uint64)
    hashes = np.zeros((count, 4), np.uint64)
    hashes[:, 0] = numbers * np.uint64(0x9E3779B97F4A7C15)
    hashes[:, 1] = numbers
    order = np.argsort(hashes[:, 0].byteswap())
    return ItemSet(hashes[order].view(np.uint8), np.arange(count + 1), np.arange(count), count, 0)


@pytest.mark.parametrize("suite", members.SUITES[1:])
@pytest.mark.parametrize("size", [pytest.param(2**20, marks=pytest.mark.slow), 20_000])
def test_half_of_many_items(suite: str, size: int) -> None:
    a, b = large_set(0, size), large_set(size // 2, size)
    chosen, entropy = members.suite_of(suite), SystemEntropy()
    results, _ = run_together(
        {
            A: chosen.receiver(a, sender=B, told=True, entropy=entropy),
            B: chosen.sender(b, receiver=A, told=True, entropy=entropy),
        }
    )
    numbers = a.hashes.view(np.uint64)[results[A], 1]
    assert (numbers == b.hashes.view(np.uint64)[results[B], 1]).all()
    assert sorted(numbers.tolist()) == list(range(size // 2, size))
