"""Which suite of members for sets of these sizes, and what each of them would cost.

The bytes of a cost are exact: the bodies of all messages of the suite but for
those that every session has (greeting and signatures, about 1.4 kB) and for
matches that are told (4 bytes each, 32 in all). The seconds are a straight line through
measured runs, both parties together; another machine has another slope.
Promises: nothing is compiled to choose, or to predict. Leaves to others:
whether the suite's adversary is the one that is feared (`leakage.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from privshare.errors import ParameterRefused
from privshare.exchange.channel import Endpoint
from privshare.secure.psi.members import oprf
from privshare.secure.psi.members.handles import HANDLE_BYTES
from privshare.secure.psi.members.marks import Learned
from privshare.secure.psi.tags import tag_length

OPRF, SEMI_HONEST, MALICIOUS_RECEIVER = oprf.SUITE, "psi-ot-sh/1", "psi-ot-mr/1"
SUITES = (OPRF, SEMI_HONEST, MALICIOUS_RECEIVER)
FEW = 2000
"""Where neither side has so many items, the function is evaluated item by item."""


@dataclass(frozen=True, slots=True)
class Cost:
    """cpu_seconds: predicted, both parties. bytes: exact, both ways, without greeting, signatures and matches."""

    cpu_seconds: float
    bytes: int


@dataclass(frozen=True, slots=True)
class Suite:
    """One suite. receiver, sender: its roles, see `oprf.receiver` and `oprf.sender`. predict: its cost by set sizes."""

    id: str
    receiver: Callable[..., Callable[[Endpoint], Learned]]
    sender: Callable[..., Callable[[Endpoint], NDArray[np.int64]]]
    predict: Callable[[int, int], Cost]


@dataclass(frozen=True, slots=True)
class Choice:
    """suite: the chosen one. reason: why this one. costs: of every suite by its id, the chosen one among them."""

    suite: Suite
    reason: str
    costs: tuple[tuple[str, Cost], ...]


@dataclass(frozen=True, slots=True)
class _Slope:
    """Seconds of a run, of an item of the receiver and of one of the sender."""

    run: float
    receiver: float
    sender: float

    def seconds(self, receiver: int, sender: int) -> float:
        return self.run + self.receiver * receiver + self.sender * sender


@dataclass(frozen=True, slots=True)
class _Columns:
    """Sizes of a suite on oblivious transfer.

    columns: N. extra: rows of a table that are read by nobody. checked:
    bytes of challenge and answer. tag: bytes, or 0 where the set sizes say it.
    """

    columns: int
    extra: int
    checked: int
    tag: int

    def bytes(self, receiver: int, sender: int) -> int:
        words = -(-(table_rows(receiver) + self.extra) // 64)
        blocks = -(-self.columns // 64)
        tags = sender * (self.tag or tag_length(receiver, sender))
        return 64 * self.columns + 32 + 8 * blocks + 8 * words * self.columns + self.checked + tags


_COLUMNS = {SEMI_HONEST: _Columns(495, 0, 0, 0), MALICIOUS_RECEIVER: _Columns(638, 40, 32 + 4040, 16)}
_SLOPES = {
    OPRF: _Slope(0.004, 220e-6, 73e-6),
    SEMI_HONEST: _Slope(0.16, 0.75e-6, 0.33e-6),
    MALICIOUS_RECEIVER: _Slope(0.20, 1.0e-6, 0.5e-6),
}
"""Fitted to runs of 10 to 2,000 items (psi-oprf/1) and of 10 to 2^20 on two cores of an AMD EPYC (Zen 5)."""


def table_rows(n: int) -> int:
    """Return the rows of a receiver's table for n items, as `transfer.okvs.shape_for` does, with nothing compiled."""
    return 3 * max(8, -(-(130 if n < 2**14 else 125) * n // 300)) + 64


def predict(suite: str, n_receiver: int, n_sender: int, *, handled: bool = False) -> Cost:
    """Return what a suite would cost for sets of these sizes; an empty set counts as one item.

    handled: whether a handle is sent with each tag.
    """
    receiver, sender = max(1, n_receiver), max(1, n_sender)
    seconds, handles = _SLOPES[suite].seconds(receiver, sender), HANDLE_BYTES * sender if handled else 0
    if suite == OPRF:
        return Cost(seconds, 64 * receiver + sender * tag_length(receiver, sender) + handles)
    return Cost(seconds, _COLUMNS[suite].bytes(receiver, sender) + handles)


def choose(n_receiver: int, n_sender: int, *, wish: str | None = None, handled: bool = False) -> Choice:
    """Return the suite for sets of these sizes; raise ParameterRefused for a wish that is no suite.

    wish: the id of a suite that is taken in any case. handled: as in `predict`.

    >>> choose(1500, 400).suite.id, choose(2000, 1).suite.id
    ('psi-oprf/1', 'psi-ot-sh/1')
    """
    costs = tuple((suite, predict(suite, n_receiver, n_sender, handled=handled)) for suite in SUITES)
    if wish is not None:
        return Choice(suite_of(wish), "it was asked for", costs)
    largest = max(n_receiver, n_sender)
    if largest < FEW:
        return Choice(
            suite_of(OPRF), f"neither side has {FEW:,} items, and its cap on what can be tested is exact", costs
        )
    reason = (
        f"a side has {FEW:,} items or more, and it is the quickest between parties that both follow the protocol; "
        f"where the receiver might not, ask for {MALICIOUS_RECEIVER}"
    )
    return Choice(suite_of(SEMI_HONEST), reason, costs)


def checked(suite: str) -> str:
    """Return the name of a suite; raise ParameterRefused for another."""
    if suite not in SUITES:
        raise ParameterRefused("suite", suite, ", ".join(SUITES))
    return suite


def suite_of(suite: str) -> Suite:
    """Return a suite by its id; raise ParameterRefused for another. Those on oblivious transfer load the kernels."""
    price = partial(predict, checked(suite))
    if suite == OPRF:
        return Suite(suite, oprf.receiver, oprf.sender, price)
    from privshare.secure.psi.members import ot

    kind = ot.MALICIOUS_RECEIVER if suite == MALICIOUS_RECEIVER else ot.SEMI_HONEST
    return Suite(suite, partial(ot.receiver, kind), partial(ot.sender, kind), price)
