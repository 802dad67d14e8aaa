"""How good a privately chosen contribution bound is: `python tests/benchmarks/bounds.py [--draws 40]`.

For each shape of table and each number of people, over epsilon 0.1, 0.5, 1 and 3 and 1, 10 and 50 groups: the mean
error in percent of all rows (rows cut from heavy people plus the mean noise in every group), for the best bound in
hindsight, for the chosen one, for a floor alone (the rule before) and, beside it, how much larger the chosen error is.
Errors above 100 % count as 100 %: such a number is of no use, however wrong. Seeded, so the table can be made again.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))
from privshare.model.entropy import WorldGenerator, seeded_generator
from privshare.use.release.bounds import SHARE_PERCENT, choose_bound, ladder_up_to

TOP = 1_000
LADDER = ladder_up_to(TOP)
PEOPLE = (0, 1, 100, 300, 1_000, 10_000, 100_000)
EPSILONS, GROUPS = (0.1, 0.5, 1.0, 3.0), (1, 10, 50)
Rows = np.ndarray[tuple[int, ...], np.dtype[Any]]


def shapes(people: int, chance: WorldGenerator) -> Iterator[tuple[str, Rows]]:
    """Yield name and rows of each person; an empty table and one of one row have one shape each."""
    if people < 2:
        yield ("empty", "one row")[people], np.ones(people, dtype=np.int64)
        return
    yield "light", 1 + chance.poisson(0.5, people)
    yield "skewed", np.minimum(TOP, np.maximum(1, np.exp(chance.normal(1.0, 1.0, people)).astype(np.int64)))
    yield "sparse (nine in ten have one row)", np.where(chance.random(people) < 0.9, 1, chance.integers(2, 30, people))
    heavy = 1 + chance.poisson(2, people)
    heavy[0] = TOP
    yield "one heavy person", heavy
    yield "all equal", np.full(people, 5)


def floor_alone(noised: Sequence[int], scale: float, epsilon: float, groups: int) -> int:
    """Return the bound by the former rule: a step that does not stand out of the noise holds nobody."""
    floor = scale * math.log(len(LADDER) / 0.1)
    people = np.array([number if number > floor else 0 for number in noised])
    middles = np.sqrt(np.array([1, *LADDER[:-1]]) * np.array(LADDER))
    errors = [people @ np.maximum(0, middles - bound) + groups * bound / epsilon for bound in LADDER]
    return LADDER[int(np.argmin(errors))]


def errors_of(rows: Rows, epsilon: float, groups: int) -> dict[int, float]:
    """Return for each bound the share of all rows that is wrong, at most 1; of no rows the noise is all wrong."""
    total = max(1, int(rows.sum()))
    return {
        bound: min(1.0, float(np.maximum(0, rows - bound).sum() + groups * bound / epsilon) / total) for bound in LADDER
    }


def main() -> None:
    """Print one row a shape and number of people."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=40)
    asked = parser.parse_args()
    chance = seeded_generator(20261125)
    print("| people | shape | best, % | chosen, % | floor alone, % | chosen bound, median (groups 10, epsilon 1) |")
    print("| ---: | --- | ---: | ---: | ---: | ---: |")
    for people in PEOPLE:
        for name, rows in shapes(people, chance):
            steps = np.minimum(np.searchsorted(LADDER, rows), len(LADDER) - 1)
            exact = np.bincount(steps, minlength=len(LADDER))
            seen: dict[str, list[float]] = {"best": [], "chosen": [], "floor": []}
            middle = 0.0
            for epsilon in EPSILONS:
                scale, left = 100 / SHARE_PERCENT / epsilon, epsilon * (1 - SHARE_PERCENT / 100)
                draws = np.rint(exact + chance.laplace(0, scale, (asked.draws, len(LADDER)))).astype(int).tolist()
                for groups in GROUPS:
                    errors = errors_of(rows, left, groups)
                    bounds = [
                        choose_bound(noised, LADDER, histogram_scale=scale, epsilon=left, groups=groups)
                        for noised in draws
                    ]
                    seen["best"].append(min(errors.values()))
                    seen["chosen"].append(float(np.mean([errors[bound] for bound in bounds])))
                    floors = [errors[floor_alone(noised, scale, left, groups)] for noised in draws]
                    seen["floor"].append(float(np.mean(floors)))
                    if (epsilon, groups) == (1.0, 10):
                        middle = float(np.median(bounds))
            best, chosen, floor = (f"{100 * np.mean(seen[rule]):.1f}" for rule in ("best", "chosen", "floor"))
            print(f"| {people:,} | {name} | {best} | {chosen} | {floor} | {middle:.0f} |", flush=True)


if __name__ == "__main__":
    main()
