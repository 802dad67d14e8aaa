"""Record and replay around the one door to noise: what a release hands to OpenDP, on a table and on its neighbour.

OpenDP's constructors are replaced by ones that keep what they are called with. On
the first table they give back numbers that the real ones could; on the neighbour
they give back the same numbers again, so that everything a release decides after
a draw (a bound, which groups are published) is the same on both, and all that is
left to differ is what the noise is there to hide. Any other constructor of
OpenDP raises, so noise by another way is seen as well.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import opendp.prelude as dp
import pytest

from privshare.model.bounding import Norm
from privshare.model.entropy import seeded_generator
from privshare.use.release import printed

dp.enable_features("contrib")
REAL = {name: getattr(dp.m, name) for name in ("make_laplace", "make_laplace_threshold", "make_gaussian")}
"""A mechanism more is a line here, and one in `_norm`."""
CONVERT = dp.c.make_zCDP_to_approxDP
Values = tuple[int, ...] | dict[str, int]


@dataclass(frozen=True)
class Draw:
    """One call. noise: the constructor, with all numbers it was given. exact: what came in. drawn: what went out."""

    noise: tuple[Any, ...]
    exact: Values
    drawn: Values

    @property
    def scale(self) -> float:
        return float(self.noise[1])

    @property
    def shape(self) -> tuple[Any, ...]:
        """What may not depend on the data: the noise and how many numbers get it; of found groups only the noise."""
        return self.noise if isinstance(self.exact, dict) else (*self.noise, len(self.exact))

    def moved(self, other: Draw) -> int:
        """How far the exact numbers are apart, in the norm that the noise goes with."""
        return distance(_keyed(self.exact), _keyed(other.exact), _norm(self.noise[0]))


def distance(one: Mapping[Any, int], other: Mapping[Any, int], norm: Norm) -> int:
    """How far two answers are apart; a length is rounded up, what is in one only counts as 0 in the other."""
    apart = [one.get(key, 0) - other.get(key, 0) for key in {*one, *other}]
    if norm is Norm.L1:
        return sum(map(abs, apart))
    squares = sum(number**2 for number in apart)
    return math.isqrt(squares) + (math.isqrt(squares) ** 2 < squares)


def _norm(constructor: str) -> Norm:
    return {"make_laplace": Norm.L1, "make_laplace_threshold": Norm.L1, "make_gaussian": Norm.L2}[constructor]


def _keyed(values: Values) -> Mapping[Any, int]:
    return values if isinstance(values, dict) else dict(enumerate(values))


class Door:
    """What stands in OpenDP's place. draws: those of the release that runs, or of the last one."""

    def __init__(self, seed: int) -> None:
        self.draws: list[Draw] = []
        self._forced: list[Draw] | None = None
        self._chance = seeded_generator(seed)

    def record(self) -> None:
        """Give out fresh numbers from now on."""
        self.draws, self._forced = [], None

    def replay(self, draws: list[Draw]) -> None:
        """Give out these draws' numbers, one after the other, whatever comes in."""
        self.draws, self._forced = [], list(draws)

    def drawn(self, noise: tuple[Any, ...], exact: Values) -> Values:
        place = len(self.draws)
        if self._forced is not None and place < len(self._forced):
            out = self._forced[place].drawn
            if isinstance(exact, dict):
                out = {name: number for name, number in _keyed(out).items() if name in exact}
        elif isinstance(exact, dict):
            # Every group can reach the threshold, since noise has no end; here about half of them do.
            floor = noise[2]
            out = {name: max(floor, count) + self._some(3) for name, count in exact.items() if self._some(2)}
        else:
            # Far out every third time, so that bounds of all sizes are chosen from histograms.
            reach = 3 + (0 if self._some(3) else math.ceil(20 * noise[1]))
            out = tuple(number + self._some(2 * reach + 1) - reach for number in exact)
        self.draws.append(Draw(noise, exact, out))
        return out

    def _some(self, below: int) -> int:
        return int(self._chance.integers(0, below))


@dataclass(frozen=True)
class Measurement:
    """Looks like OpenDP's to whoever asks for its map or calls it."""

    door: Door
    noise: tuple[Any, ...]

    def map(self, distance: Any) -> Any:
        return _mapped(self.noise, distance)

    def __call__(self, exact: Any) -> Any:
        kept = dict(exact) if isinstance(exact, dict) else tuple(exact)
        out = self.door.drawn(self.noise, kept)
        return dict(out) if isinstance(out, dict) else list(out)


@lru_cache(maxsize=10_000)
def _real(noise: tuple[Any, ...]) -> Any:
    name, scale, *threshold = noise
    atoms, vector = dp.atom_domain(T="i64"), dp.vector_domain(dp.atom_domain(T="i64"))
    if name == "make_laplace_threshold":
        domain = dp.map_domain(dp.atom_domain(T="String"), atoms)
        metric = dp.l01inf_distance(dp.absolute_distance(T="i64"))
        return REAL[name](domain, metric, scale=scale, threshold=threshold[0])
    distance = dp.l1_distance if _norm(name) is Norm.L1 else dp.l2_distance
    return REAL[name](vector, distance(T="i64"), scale=scale)


@lru_cache(maxsize=100_000)
def _mapped(noise: tuple[Any, ...], distance: Any) -> Any:
    measurement: Any = _real(noise)
    return measurement.map(distance)


@dataclass(frozen=True)
class Profile:
    """The conversion of a rho, remembered: it is most of a Gaussian release's time."""

    noise: tuple[Any, ...]

    def map(self, distance: Any) -> Profile:
        assert distance == 1
        return self

    def epsilon(self, delta: float) -> float:
        return _converted(self.noise, delta)


@lru_cache(maxsize=10_000)
def _converted(noise: tuple[Any, ...], delta: float) -> float:
    return float(CONVERT(_real(noise)).map(1).epsilon(delta))


def open_door(monkeypatch: pytest.MonkeyPatch, seed: int) -> Door:
    """Put a Door in OpenDP's place until the test ends."""
    door = Door(seed)

    looked_at: set[str] = set()

    def stand_in(name: str) -> Callable[..., Measurement]:
        def make(domain: Any, metric: Any, **given: Any) -> Measurement:
            noise = (name, *given.values())
            if name not in looked_at:  # the comparison is slow
                assert (domain, metric) == (_real(noise).input_domain, _real(noise).input_metric)
                looked_at.add(name)
            return Measurement(door, noise)

        return make

    def other(*_: Any, **__: Any) -> None:
        raise AssertionError("noise by another way")

    for name in dir(dp.m):
        if name.startswith(("make_", "then_")):
            monkeypatch.setattr(dp.m, name, stand_in(name) if name in REAL else other)
    monkeypatch.setattr(dp.c, "make_zCDP_to_approxDP", lambda measurement: Profile(measurement.noise))
    # Nothing of these depends on a table; only their time is saved.
    for name in ("atom_domain", "vector_domain", "map_domain", "l1_distance", "l2_distance", "l01inf_distance"):
        monkeypatch.setattr(dp, name, lru_cache(getattr(dp, name)))
    monkeypatch.setattr(printed, "evidence_of", _remembered(printed.evidence_of))
    return door


def _remembered(function: Callable[..., Any]) -> Callable[..., Any]:
    cached = lru_cache(lambda first, second, more: function(first, second, **dict(more)))
    return lambda first, second, **more: cached(tuple(first), tuple(second), tuple(more.items()))
