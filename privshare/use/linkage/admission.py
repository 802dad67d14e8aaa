"""What is checked before a protocol runs under a Permit, and how its answer becomes a Release.

Promises: the price of the terms is the permitted loss to the last unit, or
nothing runs; small groups are left out by their noised count, never by a true
one, since a suppression that follows the truth would reveal it.
Leaves to others: whether it is permitted at all (`use/gate.py`), and debiting
the loss before this room is entered (`use/ledger`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from privshare.errors import NoiseRefused, ParameterRefused
from privshare.model.entropy import Entropy
from privshare.model.loss import PrivacyLoss
from privshare.model.party import PartyId
from privshare.model.question import Permit
from privshare.model.release import Cell, NoisePart, Release
from privshare.use.release.evidence import evidence_of

COUNT_MEASURE = "people"
"""Name of the count among a release's measures."""


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
    if cost != permit.question.loss:
        raise NoiseRefused(
            f"the terms cost epsilon {cost.epsilon:g} and delta {cost.delta:g}, the permit is for epsilon "
            f"{permit.question.loss.epsilon:g} and delta {permit.question.loss.delta:g}"
        )
    if set(holders) != set(permit.question.holders):
        raise NoiseRefused(f"the permit is for {', '.join(permit.question.holders)}, not for {', '.join(holders)}")
    if len({*holders, *others}) != len(holders) + len(others):
        raise ParameterRefused("parties", ", ".join((*holders, *others)), "a party of its own for every role")
    if not entropy.private:
        raise ParameterRefused("entropy", "a stream that can be replayed", "the operating system's generator")


def release_of(
    permit: Permit,
    *,
    request: str,
    suite: str,
    by: tuple[str, ...],
    measures: tuple[str, ...],
    answers: Sequence[tuple[tuple[str, ...], tuple[int, ...]]],
    parts: tuple[NoisePart, ...],
    bounds: tuple[tuple[str, str], ...],
) -> Release:
    """Return the Release of (key, noised values) answers, whose first value is the noised count.

    Every value of a cell is None where that count is below the permit's minimum group.
    """
    nothing = (None,) * len(measures)
    noise = tuple((measure, tuple(part.scale for part in parts if part.measure == measure)) for measure in measures)
    smallest = permit.minimum_group or -math.inf  # 0 prints every cell, counts below zero too
    return Release(
        id=permit.question.id,
        request=request,
        sentence=permit.question.sentence,
        purpose=permit.question.purpose,
        holders=permit.question.holders,
        by=by,
        measures=measures,
        cells=tuple(Cell(key, values if values[0] >= smallest else nothing) for key, values in answers),
        parts=parts,
        public_noise=noise,
        loss=permit.question.loss,
        bounds=bounds,
        clauses=permit.clauses,
        minimum_group=permit.minimum_group,
        suite=suite,
        evidence=evidence_of(noise, parts, suite=suite, cells=len(answers), loss=permit.question.loss),
    )
