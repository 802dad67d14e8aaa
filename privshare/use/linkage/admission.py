"""What is checked before a protocol runs under a Permit.

Promises: the price of the terms is the permitted loss to the last unit, or
nothing runs. Leaves to others: whether it is permitted at all (`use/gate.py`),
debiting the loss before this room is entered (`use/ledger`), and what becomes
of the answer (`published.py`).
"""

from __future__ import annotations

from collections.abc import Sequence

from privshare.errors import NoiseRefused, ParameterRefused
from privshare.model.entropy import Entropy
from privshare.model.loss import PrivacyLoss, delta_told, epsilon_told
from privshare.model.party import PartyId
from privshare.model.question import Permit


def admit(
    permit: Permit,
    *,
    cost: PrivacyLoss,
    holders: Sequence[PartyId],
    others: Sequence[PartyId] = (),
    entropy: Entropy,
) -> None:
    """Return if the permit covers exactly this run; raise before anything runs if it does not.

    cost: price of the terms. holders: whose records are used. others: parties without records, e.g. a unit.
    Raises NoiseRefused when cost or holders differ from the permitted question's, ParameterRefused when one
    party has two roles or when the entropy can be replayed: keys that someone else can make again protect nobody.
    """
    permitted = permit.question.loss
    if cost != permitted:
        raise NoiseRefused(
            f"the terms cost epsilon {epsilon_told(cost.micro_epsilon)} and delta {delta_told(cost.delta_e15)}, the "
            f"permit is for epsilon {epsilon_told(permitted.micro_epsilon)} and delta {delta_told(permitted.delta_e15)}"
        )
    if set(holders) != set(permit.question.holders):
        raise NoiseRefused(f"the permit is for {', '.join(permit.question.holders)}, not for {', '.join(holders)}")
    if len({*holders, *others}) != len(holders) + len(others):
        raise ParameterRefused("parties", ", ".join((*holders, *others)), "a party of its own for every role")
    if not entropy.private:
        raise ParameterRefused("entropy", "a stream that can be replayed", "the operating system's generator")
