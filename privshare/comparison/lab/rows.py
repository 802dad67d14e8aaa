"""How many rebuilt rows are the true ones: block by block, each row as often as it occurs.

A row is right where as many people of the block have it; who is claimed beyond
that counts as a wrong attempt, so that claiming everybody does not pay.
Baseline: a guesser who knows how many people live in a block and, from
everybody who lives elsewhere, how usual each row is, and who names the rows
that are most likely to occur. Control: the same rebuilt rows held against
another block of about the same size, where whatever fits does so by chance.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from privshare.attacks.attack import ROW
from privshare.comparison.lab.cell import Control
from privshare.comparison.lab.world import LabWorld
from privshare.model.entropy import WorldGenerator
from privshare.model.surface import Codes

BLOCKS = 10
"""Blocks that are attacked."""
_Counts = NDArray[np.int64]


def sampled_people(world: LabWorld, chance: WorldGenerator) -> Codes:
    """Return one person of each of the attacked blocks, who is drawn so that no empty block is among them."""
    blocks = world.people.codes["block"]
    order = chance.permutation(np.flatnonzero(world.joint))
    _, first = np.unique(blocks[order], return_index=True)
    return np.sort(order[np.sort(first)[:BLOCKS]])


def right_rows(world: LabWorld, blocks: Codes, rows: Codes) -> NDArray[np.bool_]:
    """Return one entry for each row claimed or missing, block by block, True for those that are right.

    rows: shape (rows, attributes), in the order of ROW. A block has as many attempts as it has people, or rows claimed,
    whichever is more.
    """
    counts = counted_rows(world)
    entries = [np.zeros(0, np.bool_)]
    for block in blocks.tolist():
        claimed, true = _of_rows(world, rows[rows[:, 0] == block]), counts[block]
        entries.append(np.arange(max(claimed.sum(), true.sum())) < np.minimum(claimed, true).sum())
    return np.concatenate(entries)


def usual_rows_rate(world: LabWorld, blocks: Codes) -> float:
    """Return the share of people whose row the guesser of the baseline names; in [0, 1]."""
    counts = counted_rows(world)
    everybody, right = counts.sum(axis=0), 0
    for true in counts[blocks]:
        share = (everybody - true) / max(1, int(everybody.sum() - true.sum()))
        right += int(np.minimum(_most_likely(share, int(true.sum())), true).sum())
    return right / max(1, int(counts[blocks].sum()))


def elsewhere(world: LabWorld, blocks: Codes, rows: Codes) -> Control | None:
    """Return how many of the rebuilt rows of each block fit the people of another one; None where there is no other."""
    counts = counted_rows(world)
    sizes = counts.sum(axis=1)
    inhabited = np.flatnonzero(sizes)
    if len(np.setdiff1d(inhabited, blocks[:1])) == 0:
        return None
    attempts = right = 0
    for block in blocks.tolist():
        others = np.setdiff1d(inhabited, block)
        claimed = _of_rows(world, rows[rows[:, 0] == block])
        other = others[np.argmin(np.abs(sizes[others] - sizes[block]))]
        attempts += int(max(claimed.sum(), sizes[other]))
        right += int(np.minimum(claimed, counts[other]).sum())
    return Control(attempts, right, "rebuilt rows that fit another block of about the same size")


def counted_rows(world: LabWorld) -> _Counts:
    """Return how many people known to both holders have each row, shape (blocks, rows that could be)."""
    codes = [world.people.codes[name] for name in ROW[:-1]]
    rows = np.stack([*codes, world.people.secret], axis=1)[world.joint]
    whole = world.people.domains["block"] * _kinds(world)
    return np.bincount(_numbers(world, rows), minlength=whole).reshape(-1, _kinds(world))


def _kinds(world: LabWorld) -> int:
    return int(np.prod([world.people.domains[name] for name in ROW[1:-1]])) * 2


def _numbers(world: LabWorld, rows: Codes) -> Codes:
    shape = (*(world.people.domains[name] for name in ROW[:-1]), 2)
    return np.asarray(np.ravel_multi_index(tuple(rows.T), shape))


def _of_rows(world: LabWorld, rows: Codes) -> _Counts:
    return np.bincount(_numbers(world, rows) % _kinds(world), minlength=_kinds(world))


def _most_likely(share: NDArray[np.float64], people: int) -> _Counts:
    """Return how often to name each row so that most are right: by how likely at least one, two, three have it."""
    named = np.zeros(len(share), np.int64)
    term = (1 - share) ** people  # binomial: nobody has it
    likely, at_least = [], 1 - term
    for copies in range(1, people + 1):
        if at_least.max(initial=0) < 1 / (people + 1) ** 2:
            break
        likely.append(at_least)
        term = term * (people - copies + 1) / copies * share / np.maximum(1 - share, 1e-12)
        at_least = at_least - term
    if not likely:
        return named
    best = np.argsort(-np.concatenate(likely), kind="stable")[:people]
    np.add.at(named, best % len(share), 1)
    return named
