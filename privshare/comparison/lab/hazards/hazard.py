"""A hazard: one safeguard that can be switched off, the attack that then succeeds, and the game that shows it.

Both games are played on the same people with the same attack; only the named
safeguard differs. NIST SP 800-226 (2025) calls such pitfalls privacy hazards
(summaries read, not the guide); each hazard names its own source.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from privshare.attacks.adversary import AttackResult, wilson_interval
from privshare.attacks.attack import Guesses, NotApplicable, Targets
from privshare.comparison.lab.cell import beyond_chance
from privshare.comparison.lab.world import LabWorld
from privshare.model.entropy import Entropy, WorldGenerator
from privshare.model.surface import Codes, Surface


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Staged:
    """One game. truth: the right guess of each target, shape (targets,). baseline: of guessing without the surface.

    ceiling: largest success rate that the promise of the guarded technique allows, or None where it is no such promise.
    """

    surface: Surface
    targets: Targets
    truth: Codes
    baseline: float
    ceiling: float | None


@dataclass(frozen=True, slots=True)
class Hazard:
    """An entry of the registry.

    attack: name in ATTACKS. safeguard: what holds while it is on. switched_off: what is done instead. lesson: what
    the pair of figures shows. source: where the mistake is described. stage: (world, guarded, entropy) -> the game.
    guess: the attack's function where the hazard shows itself elsewhere than in what the attack usually looks at.
    """

    name: str
    attack: str
    safeguard: str
    switched_off: str
    lesson: str
    source: str
    stage: Callable[[LabWorld, bool, Entropy], Staged]
    guess: Callable[[Surface, Targets, WorldGenerator], Guesses | NotApplicable] | None = None


@dataclass(frozen=True, slots=True)
class Played:
    """What came of it. guarded, unguarded: the attack with the safeguard on and off. seed: of people and choices."""

    hazard: Hazard
    guarded: AttackResult
    unguarded: AttackResult
    people: int
    seed: int
    seconds: float

    @property
    def shows(self) -> bool:
        """Whether the attack clearly succeeds without the safeguard, and finds no more than is promised with it.

        Clearly: the interval without it lies wholly above the one with it, and where there is a ceiling, the figure
        passes it beyond chance.
        """
        on, off = (wilson_interval(result.successes, result.attempts) for result in (self.guarded, self.unguarded))
        passes = self.unguarded.ceiling is None or beyond_chance(self.unguarded)
        return off[0] > on[1] and passes and not beyond_chance(self.guarded)
