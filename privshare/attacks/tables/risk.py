"""What an attack on a pair of tables found: three rates with their intervals, and the risk that remains.

After Giomi, Boenisch, Wehmeyer and Tasnadi 2023, "A Unified Framework for Quantifying Privacy Risk in Synthetic Data"
(PoPETs 2023(2)): the main attack is on people of the original, the control attack on people who are not in it, the
baseline guesses without the release. Risk = (main - control) / (1 - control), of the centres of their Wilson
intervals: of what the control leaves to be won, the share that the release adds. What holds of everybody in the
population (smokers have higher premiums) succeeds in both and is no risk by this measure.
The half width of its interval is propagated from the two rates', as for independent errors.
The paper was not at hand: the formula of the risk and the use of Wilson's interval are as a manual of another tool
repeats them, the propagation is worked out here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from privshare.attacks.adversary import Adversary, wilson_interval


@dataclass(frozen=True, slots=True)
class Rate:
    """How often an attack was right."""

    successes: int
    attempts: int

    @property
    def share(self) -> float:
        """Success rate in [0, 1]; 0 when nothing was attempted."""
        return self.successes / self.attempts if self.attempts else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson interval at 95 %."""
        return wilson_interval(self.successes, self.attempts)


@dataclass(frozen=True, slots=True)
class Risk:
    """The result of one attack on a pair of tables.

    attack: registry name. main, baseline, control: as above; control is None where no table was brought for it.
    notes: what a reader of the figures has to know, in sentences.
    """

    attack: str
    adversary: Adversary
    main: Rate
    baseline: Rate
    control: Rate | None
    notes: tuple[str, ...] = ()

    @property
    def measured_against(self) -> Literal["control", "baseline"]:
        """Which rate the risk is measured against: the baseline only where there is no control."""
        return "baseline" if self.control is None else "control"

    @property
    def value(self) -> float:
        """The risk, cut to [0, 1]; 0 where the attack did no better than what it is measured against."""
        return min(1.0, max(0.0, _propagated(self.main, self.control or self.baseline)[0]))

    @property
    def interval(self) -> tuple[float, float]:
        """Its interval at about 95 %, cut to [0, 1].

        >>> frame = Adversary("goal", "view", "background")
        >>> low, high = Risk("a", frame, Rate(600, 1000), Rate(10, 1000), Rate(200, 1000)).interval
        >>> f"{low:.2f} to {high:.2f}"
        '0.46 to 0.54'
        """
        value, half = _propagated(self.main, self.control or self.baseline)
        return min(1.0, max(0.0, value - half)), min(1.0, max(0.0, value + half))


def _propagated(main: Rate, other: Rate) -> tuple[float, float]:
    """Return (main - other) / (1 - other) and the half width of its interval."""
    (rate, half), (reference, its_half) = _centred(main), _centred(other)
    room = 1.0 - reference
    value = (rate - reference) / room
    return value, math.hypot(half / room, (1.0 - rate) * its_half / room**2)


def _centred(rate: Rate) -> tuple[float, float]:
    """Return centre and half width of the Wilson interval; the centre is below 1 even where everything succeeded."""
    low, high = rate.interval
    return (low + high) / 2, (high - low) / 2
