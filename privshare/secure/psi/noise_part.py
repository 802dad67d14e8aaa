"""One draw of protocol noise as it is printed in a release.

Promises: scale and map are the ones of the very mechanism that the role
builds, since both come from the same terms through `secure/noise/`.
Leaves to others: which draws a suite makes, and what they add up to.
"""

from __future__ import annotations

from collections.abc import Iterable

from privshare.model.loss import MICRO, PrivacyLoss, delta_told, epsilon_told
from privshare.model.party import PartyId
from privshare.model.release import NoisePart
from privshare.secure.noise import LaplaceMechanism
from privshare.secure.psi.padding import DummyNoise

TWO_SIDED = "two-sided geometric"
TRUNCATED = "two-sided geometric, truncated by drawing anew"
_TAIL = 50  # scales


def laplace_part(measure: str, drawn_by: PartyId, mechanism: LaplaceMechanism, grain: int = 1) -> NoisePart:
    """Return the part for a two-sided geometric draw added to `measure`, in units of 1/grain."""
    return _part(measure, TWO_SIDED, drawn_by, mechanism, mechanism.loss, grain)


def dummy_part(measure: str, drawn_by: PartyId, dummies: DummyNoise, delta_e15: int) -> NoisePart:
    """Return the part for a truncated draw; `measure` is "" when it hides a size only. delta_e15: its debit."""
    loss = PrivacyLoss(dummies.mechanism.loss.micro_epsilon, delta_e15)
    return _part(measure, TRUNCATED, drawn_by, dummies.mechanism, loss)


def reach(sensitivity: int, micro_epsilon: int) -> int:
    """Return how far from 0 a two-sided geometric draw goes but with a chance below e^-50: 50 scales and 1.

    What is further away in a public number comes of a party that deviates.

    >>> reach(1, 500_000)
    101
    """
    return _TAIL * sensitivity * MICRO // micro_epsilon + 1


def loss_in_both(price: PrivacyLoss, parts: Iterable[NoisePart]) -> PrivacyLoss:
    """Return what a run costs a person who is in every table, at most. price: what each holder debits.

    All holders pad their lists and everybody may see the lengths, so such a person loses one padding more for each
    further list.
    """
    pads = [part.loss for part in parts if not part.measure]
    return sum(pads[1:], price)


def told(loss: PrivacyLoss) -> str:
    """Return a loss in words, for one sentence.

    >>> told(PrivacyLoss(250_000, 10**6))
    'epsilon 0.25, delta 10⁻⁹'
    """
    delta = f", delta {delta_told(loss.delta_e15)}" if loss.delta_e15 else ""
    return f"epsilon {epsilon_told(loss.micro_epsilon)}{delta}"


def _part(
    measure: str, kind: str, drawn_by: PartyId, mechanism: LaplaceMechanism, loss: PrivacyLoss, grain: int = 1
) -> NoisePart:
    return NoisePart(
        measure=measure,
        mechanism=kind,
        drawn_by=drawn_by,
        sensitivity=mechanism.sensitivity,
        scale=str(mechanism.scale),
        loss=loss,
        map_epsilon=str(mechanism.map_epsilon),
        grain=grain,
    )
