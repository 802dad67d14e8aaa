"""Series of published tables: open ones, or noised within one budget. Other techniques build on `counted`.

An open series answers whatever it is asked, as a table service without a
budget does. A noised one has one budget for all its tables: one that leaves a
person out is about all the others, so it costs as much. It answers a question
that it has answered before with the same table, at no cost, and stops when a
question costs more than is left.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np

from privshare.comparison.lab.world import LabWorld
from privshare.errors import ParameterRefused
from privshare.model.loss import PrivacyLoss
from privshare.model.surface import Codes, CountTable, Flags
from privshare.secure.noise import LaplaceMechanism, add_laplace, laplace_mechanism

OF = ("people", "secret")


def counted(
    world: LabWorld, by: tuple[str, ...], of: str, *, without: int | None = None, blocks: tuple[int, ...] | None = None
) -> CountTable:
    """Return the exact table over the people known to both holders, or over all of them but one.

    of: "people" counts everybody, "secret" who has the sensitive value. blocks: only these, the cells of "block".
    """
    domains = world.people.domains
    if of not in OF or not set(by) <= set(domains):
        raise ParameterRefused("table", f"{of} by {', '.join(by)}", f"{' or '.join(OF)} by {', '.join(domains)}")
    counts, people, cells = _counted(world, by, of, blocks)
    counts = counts.copy()
    if without is not None and people[without]:
        counts[tuple(part[without] for part in cells)] -= 1
    return CountTable(by, counts, np.ones(counts.shape, np.bool_))


# An attack asks a thousand times for the same table, each time without another person.
@lru_cache(maxsize=32)
def _counted(
    world: LabWorld, by: tuple[str, ...], of: str, blocks: tuple[int, ...] | None
) -> tuple[Codes, Flags, tuple[Codes, ...]]:
    """Return the counts, who is counted, and per attribute the place of each person on its axis."""
    codes, domains = world.people.codes, world.people.domains
    who = world.joint if of == "people" else world.joint & (world.people.secret == 1)
    if blocks is not None:
        place = np.full(domains["block"], -1)
        place[list(blocks)] = np.arange(len(blocks))
        block = place[codes["block"]]
        who, domains = who & (block >= 0), {**domains, "block": len(blocks)}
        codes = {**codes, "block": np.maximum(block, 0)}
    shape = tuple(domains[name] for name in by)
    places = tuple(codes[name] for name in by)
    cells = np.ravel_multi_index(places, shape) if by else np.zeros(len(who), np.int64)
    counts = np.bincount(cells[who], minlength=int(np.prod(shape, dtype=np.int64))).astype(np.int64)
    return counts.reshape(shape), who, places


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class OpenSeries:
    """Answers every question, as often as it is asked. publish: what it makes of the exact table; None: prints it."""

    world: LabWorld
    publish: Callable[[CountTable], CountTable] | None = None

    @property
    def domains(self) -> Mapping[str, int]:
        """Attributes and their numbers of codes."""
        return self.world.people.domains

    def ask(
        self, by: tuple[str, ...], of: str, *,
        without: int | None = None, share: float = 1.0, wording: int = 0, blocks: tuple[int, ...] | None = None,
    ) -> CountTable:  # fmt: skip
        """Return what is published of the exact table; a share of no budget is nothing."""
        del share, wording
        exact = counted(self.world, by, of, without=without, blocks=blocks)
        return exact if self.publish is None else self.publish(exact)


class NoisedSeries:
    """Answers with two-sided geometric noise until its one budget is spent. A class because it spends."""

    def __init__(self, world: LabWorld, loss: PrivacyLoss) -> None:
        self._world, self._loss = world, loss
        self._left = loss.micro_epsilon
        self._answered: dict[tuple[object, ...], CountTable] = {}

    @property
    def domains(self) -> Mapping[str, int]:
        """Attributes and their numbers of codes."""
        return self._world.people.domains

    def ask(
        self, by: tuple[str, ...], of: str, *,
        without: int | None = None, share: float = 1.0, wording: int = 0, blocks: tuple[int, ...] | None = None,
    ) -> CountTable | None:  # fmt: skip
        """Return the noised table, the stored one if it was asked before in whatever words, or None: budget spent."""
        del wording
        question = (by, of, without, blocks)
        if question in self._answered:
            return self._answered[question]
        price = int(self._loss.micro_epsilon * share)
        if not 1 <= price <= self._left:
            return None
        self._left -= price
        exact = counted(self._world, by, of, without=without, blocks=blocks)
        self._answered[question] = noised = with_noise(exact, PrivacyLoss(price))
        return noised


def with_noise(table: CountTable, loss: PrivacyLoss) -> CountTable:
    """Return the table with noise for one person in or out, who is in one cell at most."""
    noised = np.array(add_laplace(table.counts.ravel().tolist(), _mechanism(loss)), np.int64)
    return CountTable(table.by, noised.reshape(table.counts.shape), table.shown)


@cache
def _mechanism(loss: PrivacyLoss) -> LaplaceMechanism:
    """Return the checked mechanism, made once: an attack opens a thousand series of the same loss."""
    return laplace_mechanism(sensitivity=1, loss=loss)
