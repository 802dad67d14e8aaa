"""Numbers of people in cells that nobody published, from sums over them that somebody did.

Exact sums are equations: an integer program finds whole numbers that fulfil
all of them (Garfinkel, Abowd and Martindale 2019, "Understanding Database
Reconstruction Attacks on Public Data", CACM 62(3), who encode the same for a
SAT solver). Noised sums contradict each other: a linear program finds the
numbers of at least zero whose sums lie nearest in L1 ("LP decoding": Dinur and
Nissim 2003 for few-error answers; in L1 Dwork, McSherry and Talwar 2007; the
papers were not at hand, only the first named article was).
Promises: one thread, no clock, so the same sums give the same numbers. Leaves
to the attacks which sums to ask for, and what a number means.
Solver: HiGHS, a well-kept one under MIT licence that is one wheel.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from privshare.model.surface import Codes, Flags

_NODES_MAX = 200  # of the search tree; exact sums of a block need one, contradicting ones may never end
Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Sums:
    """Sums over an array of unknown numbers.

    kept: the axes that they are by, in this order. counts, shown: shaped like these axes; what is not shown is left
    out. only: axis -> the one place on it that counts.
    """

    kept: tuple[int, ...]
    counts: Codes
    shown: Flags
    only: Mapping[int, int] = field(default_factory=dict)


def decoded(shape: Sequence[int], sums: Sequence[Sums]) -> Numbers:
    """Return numbers of at least zero whose sums are these: whole ones where the sums agree, else the nearest.

    >>> one, other = Sums((0,), np.array([2, 0]), np.ones(2, bool)), Sums((1,), np.array([1, 1]), np.ones(2, bool))
    >>> decoded((2, 2), [one, other]).tolist()
    [[1.0, 1.0], [0.0, 0.0]]
    """
    size = int(np.prod(shape))
    starts, places, wanted = _equations(shape, sums)
    if (wanted >= 0).all():
        whole = _solved(np.zeros(size), starts, places, np.ones(len(places)), wanted, whole=True)
        if whole is not None:
            return np.rint(whole).clip(0).reshape(shape)
    # Each sum may miss its number on either side, at a cost of one for each person that it misses by.
    count = len(wanted)
    ends = np.repeat(starts[1:], 2)
    above_and_below = size + np.arange(2 * count)
    signs = np.tile([1.0, -1.0], count)
    nearest = _solved(
        np.concatenate([np.zeros(size), np.ones(2 * count)]),
        starts + 2 * np.arange(count + 1),
        np.insert(places, ends, above_and_below),
        np.insert(np.ones(len(places)), ends, signs),
        wanted,
        whole=False,
    )
    return np.zeros(shape) if nearest is None else nearest[:size].clip(0).reshape(shape)


def whole_rows(numbers: Numbers, rows: int | None = None) -> Codes:
    """Return places of an array, each about as often as its number says, shape (rows, axes).

    rows: how many, by default what the numbers sum up to. Where numbers are not whole, the largest remainders are
    filled up first.

    >>> whole_rows(np.array([[0.6, 0.5], [0.0, 1.9]])).tolist()
    [[0, 0], [1, 1], [1, 1]]
    >>> whole_rows(np.array([[0.6, 0.5], [0.0, 1.9]]), 1).tolist()
    [[1, 1]]
    """
    flat = numbers.ravel()
    copies = np.ceil(flat).astype(np.int64)
    place = np.repeat(np.arange(len(flat)), copies)
    before = np.arange(len(place)) - np.repeat(np.cumsum(copies) - copies, copies)
    part = np.minimum(flat[place] - before, 1)  # 1 for a whole row, less for the last one of a number
    rows = round(float(flat.sum())) if rows is None else rows
    taken = np.sort(np.argsort(-part, kind="stable")[: max(0, rows)])
    return np.stack(np.unravel_index(place[taken], numbers.shape), axis=1)


def _equations(shape: Sequence[int], sums: Sequence[Sums]) -> tuple[Codes, Codes, Numbers]:
    """Return one equation a shown number, row by row: where each begins, the cells in it, and what they sum up to."""
    grid = np.indices(tuple(shape)).reshape(len(shape), -1)
    sizes, places, wanted = [np.zeros(1, np.int64)], [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for table in sums:
        lengths = tuple(shape[axis] for axis in table.kept)
        counted = np.ones(grid.shape[1], np.bool_)
        for axis, place in table.only.items():
            counted &= grid[axis] == place
        cells = np.flatnonzero(counted)
        number = np.zeros(len(cells), np.int64)
        for axis, length in zip(table.kept, lengths, strict=True):
            number = number * length + grid[axis][cells]
        cells, number = (part[table.shown.ravel()[number]] for part in (cells, number))
        order = np.argsort(number, kind="stable")
        there, each = np.unique(number, return_counts=True)
        sizes.append(each)
        places.append(cells[order])
        wanted.append(table.counts.ravel()[there])
    return np.cumsum(np.concatenate(sizes)), np.concatenate(places), np.concatenate(wanted).astype(np.float64)


def _solved(
    cost: Numbers, starts: Codes, places: Codes, factors: Numbers, wanted: Numbers, *, whole: bool
) -> Numbers | None:
    """Return the cheapest numbers of at least zero that fulfil the equations, or None where the solver found none."""
    import highspy

    # highspy.Highs greets on standard output before it can be told to be quiet; the class that it extends does not.
    (bare,) = highspy.Highs.__bases__
    solver: Any = bare()
    options: dict[str, object] = {"output_flag": False, "threads": 1, "mip_max_nodes": _NODES_MAX}
    if not whole:
        # Many numbers are equally near. An interior point lies between them, a corner takes sides: at epsilon 10 the
        # first guesses 80 of 100 secrets in the lab, the second 71.
        options |= {"solver": "ipm", "run_crossover": "off"}
    for name, value in options.items():
        solver.setOptionValue(name, value)
    program = highspy.HighsLp()
    program.num_col_, program.num_row_ = len(cost), len(wanted)
    program.col_cost_, program.col_lower_ = cost, np.zeros(len(cost))
    program.col_upper_ = np.full(len(cost), highspy.kHighsInf)
    program.row_lower_ = program.row_upper_ = wanted
    program.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    program.a_matrix_.start_, program.a_matrix_.index_, program.a_matrix_.value_ = starts, places, factors
    if whole:
        program.integrality_ = [highspy.HighsVarType.kInteger] * len(cost)
    solver.passModel(program)
    solver.run()
    solved = solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
    return np.asarray(solver.getSolution().col_value) if solved else None
