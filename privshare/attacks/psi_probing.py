"""Probing a linkage with an invented set: no protocol sees that a party brings identifiers of people it never met.

Goal: whether named people are in the other side's file. View: one party's own
output. Background: the identifiers of these people. Where the linkage tells who is in
both files, one run answers for everybody in the set; no suite of private set
intersection stops that, since the output is what it was made to give. Where it
tells how many, the set holds one real identifier, and numbers that nobody has so that it
does not look like a set of one: the size is then 0 or 1, and noise averages
out over runs until somebody counts them (Guo, Han, Liu, Wang, Jia and Li 2022,
"Birds of a Feather Flock Together", USENIX Security, infer members from
revealed intersection sizes; abstract read).
What stops it: budgets over runs, and agreements on who may bring what.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from privshare.attacks.adversary import Adversary
from privshare.attacks.attack import Attack, Goal, Guesses, NotApplicable, Targets
from privshare.model.entropy import WorldGenerator
from privshare.model.surface import Probe, Surface

INVENTED = tuple(f"hc99-1899-{number:04d}-a" for number in range(4))
"""Of a district and a year that do not exist, so nobody has them."""
RUNS_MAX = 32
_NO_LINKAGE = NotApplicable("there is no linkage that a party could bring a set to")


def mean_size(probe: Probe, identifiers: Sequence[str]) -> float | None:
    """Return the mean of the sizes told for this set, run until refused, or None if none is told.

    Every run is the same, so what is added each time by chance averages out; RUNS_MAX is enough where nobody counts.
    """
    told: list[int] = []
    while len(told) < RUNS_MAX and (size := probe.size(identifiers)) is not None:
        told.append(size)
    return sum(told) / len(told) if told else None


def _guess_members(surface: Surface, targets: Targets, _chance: WorldGenerator) -> Guesses | NotApplicable:
    """Bring everybody at once."""
    if surface.probe is None:
        return _NO_LINKAGE
    found = surface.probe().members(targets.identifiers)
    if found is None:
        return NotApplicable("this linkage does not tell who is in both files")
    return found.astype(np.int64)


def _guess_by_size(surface: Surface, targets: Targets, chance: WorldGenerator) -> Guesses | NotApplicable:
    """Bring one target at a time, among invented numbers, in runs of its own."""
    if surface.probe is None:
        return _NO_LINKAGE
    if surface.probe().size(INVENTED) is None:
        return NotApplicable("this linkage does not tell how many are in both files")
    guesses = chance.integers(2, size=len(targets))
    for number, identifier in enumerate(targets.identifiers):
        size = mean_size(surface.probe(), (identifier, *INVENTED))
        if size is not None and size != 1 / 2:
            guesses[number] = size > 1 / 2
    return np.asarray(guesses)


PSI_PROBING = Attack(
    name="psi-probing",
    title="linkage with an invented set",
    goal=Goal.MEMBER,
    adversary=Adversary(
        "learn which named people are in the other side's file", "one party's output of one run", "their identifiers"
    ),
    knows=("identifier",),
    guess=_guess_members,
)
PSI_REPEATED_RUNS = Attack(
    name="psi-repeated-runs",
    title="linkage run again and again",
    goal=Goal.MEMBER,
    adversary=Adversary(
        "learn whether one named person is in the other side's file",
        "the sizes that runs with a set of one real identifier tell, until somebody refuses",
        "the person's identifier",
    ),
    knows=("identifier",),
    guess=_guess_by_size,
)
