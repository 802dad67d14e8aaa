"""What two holders agree on before they count their common people, and what it costs a person.

One person is at most `identifiers_max` identifiers at each holder, added or
removed together. Against either holder a person loses the padding that hides
the other list's size and one noised count; basic composition adds them up.
Promises: `price` is the largest of `views`, the same for both holders' people,
and an upper bound for everybody who sees the published size as well. It is computational differential
privacy (Mironov, Pandey, Reingold and Vadhan 2009): the protocol hides the rest
only from a bounded adversary. Leaves to others: debiting it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from privshare.errors import ParameterRefused
from privshare.model.leakage import ViewLoss
from privshare.model.loss import DELTA_UNIT, EPSILON_MAX, MICRO, PrivacyLoss
from privshare.model.party import PartyId
from privshare.model.release import NoisePart
from privshare.secure import noise
from privshare.secure.psi.identifiers import NORMALISER
from privshare.secure.psi.noise_part import dummy_part, laplace_part, reach
from privshare.secure.psi.padding import IDENTIFIERS_MAX, DummyNoise, dummy_noise
from privshare.secure.psi.session import ITEMS_MAX

SUITE = "size/1"


@dataclass(frozen=True, slots=True)
class SizeTerms:
    """The privacy parameters of one run.

    pad_micro: micro-epsilon of the dummies that hide a list's size. count_micro: micro-epsilon of the noise
    that each holder adds to the count. delta_e15: delta of one truncated draw, times 10^15; at least 1.
    identifiers_max: most identifiers that one person has at one holder; nobody can check it from hashes.
    """

    pad_micro: int
    count_micro: int
    delta_e15: int
    identifiers_max: int = 1

    def __post_init__(self) -> None:
        for name, value, top in (
            ("pad_micro", self.pad_micro, int(EPSILON_MAX * MICRO)),
            ("count_micro", self.count_micro, int(EPSILON_MAX * MICRO)),
            ("delta_e15", self.delta_e15, DELTA_UNIT - 1),
            ("identifiers_max", self.identifiers_max, IDENTIFIERS_MAX),
        ):
            if type(value) is not int or not 1 <= value <= top:
                raise ParameterRefused(name, value, f"a whole number from 1 to {top}")

    def largest(self, items: int) -> int:
        """Return how far from 0 the size can be when the shorter list has `items` points: one draw's `reach` more."""
        return items + reach(self.identifiers_max, self.count_micro)


def views(terms: SizeTerms, *, a: PartyId, b: PartyId) -> tuple[ViewLoss, ...]:
    """Return what a person loses to each holder; `a` counts, `b` shuffles.

    The count that A sees has B's truncated noise, the one that B is told has A's, which has no end and so no delta.
    """
    pad = PrivacyLoss(terms.pad_micro, terms.delta_e15)
    return (
        ViewLoss(a, b, pad + PrivacyLoss(terms.count_micro, terms.delta_e15)),
        ViewLoss(b, a, pad + PrivacyLoss(terms.count_micro)),
    )


def price(terms: SizeTerms) -> PrivacyLoss:
    """Return what one person loses at each holder: padding plus count, and the deltas of two truncated draws.

    >>> price(SizeTerms(pad_micro=250_000, count_micro=500_000, delta_e15=10**6))
    PrivacyLoss(micro_epsilon=750000, delta_e15=2000000)
    """
    pad = PrivacyLoss(terms.pad_micro, terms.delta_e15)
    return pad + PrivacyLoss(terms.count_micro, terms.delta_e15)


def noise_parts(terms: SizeTerms, *, a: PartyId, b: PartyId, measure: str) -> tuple[NoisePart, ...]:
    """Return every draw of a run. Those that go into the published `measure` are B's dummies, then A's noise.

    The parts do not add up to the price: each protects one holder's people against the other holder.
    """
    pad, count = padding_noise(terms), matched_noise(terms)
    return (
        dummy_part("", a, pad, terms.delta_e15),
        dummy_part("", b, pad, terms.delta_e15),
        dummy_part(measure, b, count, terms.delta_e15),
        laplace_part(measure, a, result_noise(terms)),
    )


def padding_noise(terms: SizeTerms) -> DummyNoise:
    """Return the checked noise of each holder's padding."""
    return dummy_noise(terms.pad_micro, terms.delta_e15, terms.identifiers_max)


def matched_noise(terms: SizeTerms) -> DummyNoise:
    """Return the checked noise of B's matched dummies; the pool has twice its radius."""
    return dummy_noise(terms.count_micro, terms.delta_e15, terms.identifiers_max)


def result_noise(terms: SizeTerms) -> noise.LaplaceMechanism:
    """Return the checked mechanism that A adds to the count before B or anybody else sees it."""
    return noise.laplace_mechanism(sensitivity=terms.identifiers_max, loss=PrivacyLoss(terms.count_micro))


def parameters(terms: SizeTerms, *, a: PartyId, b: PartyId) -> Mapping[str, object]:
    """Return all that both sides must agree on, for the session id."""
    return {
        "suite": SUITE,
        "a": a,
        "b": b,
        "normaliser": NORMALISER,
        "items_max": ITEMS_MAX,
        "pad_micro": terms.pad_micro,
        "count_micro": terms.count_micro,
        "delta_e15": terms.delta_e15,
        "identifiers_max": terms.identifiers_max,
    }
