"""A comparison one step at a time: for a notebook, where somebody protects, attacks and looks in between.

Promises: the same world, techniques, attacks and judge as `comparing.py`, on simulated people only. What `protect`
returns is everything, the truth too, as a student's bench needs it; an adversary gets `surface` and no more.
"""

from __future__ import annotations

from dataclasses import dataclass

from privshare.attacks import ATTACKS
from privshare.comparison.lab.cell import Cell
from privshare.comparison.lab.hazards.hazard import Played
from privshare.comparison.lab.judging import judged
from privshare.comparison.lab.matrix import setting_of
from privshare.comparison.lab.techniques import TECHNIQUES
from privshare.comparison.lab.techniques.technique import Protected, Technique
from privshare.comparison.lab.world import LabWorld
from privshare.errors import ParameterRefused
from privshare.model.entropy import SystemEntropy
from privshare.model.loss import PrivacyLoss, micro_epsilon
from privshare.model.surface import Surface
from privshare.scenario.lab.comparing import MICRO_MIN, chosen
from privshare.scenario.lab.hazards import hazard_named, play_hazard
from privshare.scenario.lab.people import lab_of
from privshare.scenario.loader import load_scenario

PEOPLE_MIN = 1_000
"""Of fewer, too few would be targets for an interval to say anything."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class OnDesk:
    """People under one technique. protected: what came of it, truth included."""

    world: LabWorld
    technique: Technique
    protected: Protected

    @property
    def surface(self) -> Surface:
        """All that an adversary gets."""
        return self.protected.surface

    def __repr__(self) -> str:
        return f"<{self.technique.title}, on {len(self.world.people)} simulated people>"


def lab_people(people: int, *, seed: int, scenario: str = "demo") -> LabWorld:
    """Simulate the people of a shipped scenario for the lab; the same for the same number and seed.

    Raises ParameterRefused for fewer than PEOPLE_MIN, and for a seed that is none.

    >>> lab_people(1_000, seed=7).people
    <1000 simulated people, not shown>
    """
    if people < PEOPLE_MIN:
        raise ParameterRefused("people", people, f"{PEOPLE_MIN} or more")
    return lab_of(load_scenario(scenario), people, seed)


def protect(world: LabWorld, technique: str, *, epsilon: str = "1") -> OnDesk:
    """Put the people under a technique. epsilon: its whole budget, as a decimal text, where it has one.

    Raises ParameterRefused for a name that is no technique (with the nearest one), and for an epsilon below 0.001.
    """
    entry = chosen("technique", [technique], TECHNIQUES)[0]
    micro = micro_epsilon(epsilon)
    if micro < MICRO_MIN:
        raise ParameterRefused("epsilon", epsilon, "0.001 or more")
    return OnDesk(world, entry, entry.protect(world, setting_of(world, PrivacyLoss(micro), SystemEntropy())))


def attack(desk: OnDesk, name: str) -> Cell:
    """Run one attack of the lab and have it judged. Raises ParameterRefused for a name that is no attack."""
    entry = chosen("attack", [name], ATTACKS)[0]
    return judged(desk.world, desk.technique, desk.protected, entry)


def without_safeguard(name: str, attack_name: str, *, people: int, seed: int) -> Played:
    """Play a hazard on the people of the demo: the attack with one safeguard on and off."""
    return play_hazard(hazard_named(name, attack=attack_name), load_scenario("demo"), people=people, seed=seed)
