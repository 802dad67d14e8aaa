"""Randomised response: one person's answer, replaced by another with a known chance before it leaves the person.

Of n possible values the true one is reported with probability p, and each
other one with (1 - p) / (n - 1): Warner 1965 for two values, Kairouz, Bonawitz
and Ramage 2016 for n (of which the abstract was checked). Any two answers make
any report likely to within a factor p (n - 1) / (1 - p) = e^epsilon of each
other, which is local differential privacy: it needs no party that is trusted
with the answers. That somebody reports at all is not hidden.
Drawn by OpenDP, one answer at a time: a coin of exactly the double p (its bits
are compared with fair coins) and a uniform lie by rejection. Only
`make_randomized_response` is used, which no soundness report known to be open
against OpenDP 0.16 touches. Two traps of it are closed here: p = 1 builds and
tells the truth (only its map says infinity), and a value that is on no list is
answered with a uniform one, so that wrong input would pass for noise.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from privshare.errors import NoiseRefused
from privshare.model.loss import MICRO, PrivacyLoss
from privshare.secure.noise.parameters import pure_epsilon_of, reported

if TYPE_CHECKING:
    from collections.abc import Callable

RESPONSES_MAX = 2**12


@dataclass(frozen=True, slots=True)
class ResponseMechanism:
    """A checked mechanism that has seen no answer yet. There is no other kind: making one runs the checks.

    values: how many answers are possible, 2 to 2^12. loss: what a report is debited for; epsilon in (0, 20], delta 0.
    truth: p above, in (1 / values, 1), as a double. map_epsilon: what OpenDP's map reports for two different answers,
    finite and not above the debit. Raises NoiseRefused for anything else.
    """

    values: int
    loss: PrivacyLoss
    truth: float
    map_epsilon: float = field(init=False)
    _measurement: Callable[[int], int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        _check_values(self.values)
        debit = pure_epsilon_of(self.loss)
        if type(self.truth) is not float or not Fraction(1, self.values) < _exactly(self.truth) < 1:
            raise NoiseRefused("the chance of a true answer must lie between that of each other one and 1")
        measurement = _measurement(self.values, self.truth)
        epsilon = float(reported(measurement, 1))
        if not 0 < Fraction(epsilon) <= debit:
            raise NoiseRefused("the library's own bound on epsilon stays above the debit")
        object.__setattr__(self, "map_epsilon", epsilon)
        object.__setattr__(self, "_measurement", measurement)

    @property
    def chances(self) -> tuple[Fraction, Fraction]:
        """Exact probability of a report of the true answer, and of each other one."""
        truth = Fraction(self.truth)
        return truth, (1 - truth) / (self.values - 1)


def _check_values(values: object) -> None:
    if type(values) is not int or not 2 <= values <= RESPONSES_MAX:
        raise NoiseRefused(f"the number of possible answers must be a whole number from 2 to {RESPONSES_MAX}")


def _exactly(number: float) -> Fraction:
    return Fraction(number) if math.isfinite(number) else Fraction(-1)


def _measurement(values: int, truth: float) -> Any:
    import opendp.prelude as dp

    dp.enable_features("contrib")
    return dp.m.make_randomized_response(list(range(values)), truth, T="i64")


def response_mechanism(*, values: int, loss: PrivacyLoss) -> ResponseMechanism:
    """Return the mechanism for answers 0 to values - 1, or raise NoiseRefused before an answer is touched.

    loss: the debit of one report; epsilon in (0, 20], delta 0. The chance of a true answer is the largest double, found
    downwards from e^epsilon / (e^epsilon + values - 1), at which OpenDP's own map stays within the debit.

    >>> round(response_mechanism(values=2, loss=PrivacyLoss(1_000_000)).truth, 4)
    0.7311
    """
    _check_values(values)
    debit = pure_epsilon_of(loss)
    with localcontext(prec=50):
        grown = (Decimal(loss.micro_epsilon) / MICRO).exp()
        truth = float(grown / (grown + values - 1))
    for _ in range(8):
        # OpenDP's map rounds upwards, so the quotient itself may lie one step above the debit.
        if truth < 1 and Fraction(float(reported(_measurement(values, truth), 1))) <= debit:
            break
        truth = math.nextafter(truth, 0.0)
    return ResponseMechanism(values, loss, truth)


def respond(answers: Sequence[int], mechanism: ResponseMechanism) -> tuple[int, ...]:
    """Return one independent report for each answer, same length and order.

    Each answer is another person's; who answers twice is debited twice. Raises NoiseRefused for an answer that is no
    whole number from 0 to mechanism.values - 1, before anything is drawn: a bug upstream, not a fact about a person.
    """
    if type(mechanism) is not ResponseMechanism:
        raise NoiseRefused("reports come from a checked ResponseMechanism only")
    if any(type(answer) is not int or not 0 <= answer < mechanism.values for answer in answers):
        raise NoiseRefused("an answer must be one of the possible ones")
    return tuple(int(mechanism._measurement(answer)) for answer in answers)
