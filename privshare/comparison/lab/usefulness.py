"""What the answers are worth: error by group, the worst group, whether districts keep their order, and the linkage."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from privshare.comparison.lab.techniques.series import counted
from privshare.comparison.lab.techniques.technique import QUESTION, Protected
from privshare.comparison.lab.world import LabWorld
from privshare.model.surface import Codes, CountTable

_Rates = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Linked:
    """How well the people of two files were paired; all three in [0, 1]."""

    precision: float
    recall: float
    f1: float


@dataclass(frozen=True, slots=True)
class Usefulness:
    """How far the answers to QUESTION lie from the truth.

    people_error, secret_error: mean absolute error of a cell, in people, over all cells; a withheld number counts
    with the whole of the true one. worst: the largest error of a cell, and its group. withheld: cells without number.
    order_kept: share of pairs of districts whose order by rate of the sensitive value is the true one, among pairs
    that differ in truth; a coin keeps half of them, and a withheld rate none. All of one draw of the noise.
    linked: None where nothing is linked by identifiers.
    """

    people_error: float
    secret_error: float
    worst_error: int
    worst_group: tuple[int, ...]
    withheld: int
    order_kept: float
    linked: Linked | None


def usefulness_of(world: LabWorld, protected: Protected) -> Usefulness:
    """Return the usefulness of what a technique answered."""
    truth = {of: counted(world, QUESTION, of).counts for of in ("people", "secret")}
    people, secret = _numbers(protected.people), _numbers(protected.secret)
    errors = np.abs(secret - truth["secret"])
    worst = np.unravel_index(int(np.argmax(errors)), errors.shape)
    return Usefulness(
        people_error=float(np.abs(people - truth["people"]).mean()),
        secret_error=float(errors.mean()),
        worst_error=int(errors[worst]),
        worst_group=tuple(int(part) for part in worst),
        withheld=int((~protected.people.shown).sum() + (~protected.secret.shown).sum()),
        order_kept=_order_kept(_rates(people, secret), _rates(truth["people"], truth["secret"])),
        linked=_linked(world, protected.linked),
    )


def _numbers(table: CountTable) -> Codes:
    return np.where(table.shown, table.counts, 0)


def _rates(people: Codes, secret: Codes) -> _Rates:
    return np.asarray(secret.sum(axis=1) / np.maximum(1, people.sum(axis=1)))


def _order_kept(answer: _Rates, truth: _Rates) -> float:
    one, other = np.triu_indices(len(truth), 1)
    differ = truth[one] != truth[other]
    same = np.sign(answer[one] - answer[other]) == np.sign(truth[one] - truth[other])
    return float(same[differ].mean()) if differ.any() else 1.0


def _linked(world: LabWorld, pairs: Codes | None) -> Linked | None:
    if pairs is None:
        return None
    right = int((pairs[:, 0] == pairs[:, 1]).sum()) if len(pairs) else 0
    precision = right / len(pairs) if len(pairs) else 1.0
    recall = right / max(1, int(world.joint.sum()))
    return Linked(precision, recall, 2 * precision * recall / (precision + recall) if right else 0.0)
