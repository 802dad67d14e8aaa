"""Suite `fuzzy/1`: a receiver pairs its records with a sender's by the keys on which they agree, and tells the pairs.

It runs one suite of members over the keys of all kinds together. Each item of
the sender carries a handle, random for the session and the same for all keys
of one entity, readable only with a key that matches. So the receiver sees
which of its keys agree with which handle, makes the pairs (`assignment.py`),
and tells the sender one agreeing key a pair, which it proves to have. Which one
is drawn: by a rule that the sender knows, an earlier key would not agree.
Promises: the plan is among the parameters of the session; who announces more keys
than the plan allows for its declared records is refused before any key is used;
the sender is told accepted pairs only, and refuses two for one of its entities
or an item that it has not got. Leaves to others: exactness and secrecy, which
are the suite's below; a receiver that lies about its own records, which it can.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from privshare.errors import ParameterRefused, ProtocolError
from privshare.exchange.channel import Endpoint
from privshare.model.entropy import Entropy, permutation
from privshare.model.matches import MatchedRows
from privshare.model.party import PartyId
from privshare.secure.psi.fuzzy.assignment import assign, edges_of
from privshare.secure.psi.fuzzy.plan import FuzzyPlan
from privshare.secure.psi.fuzzy.records import KeyedRecords
from privshare.secure.psi.members.handles import HANDLE_BYTES

SUITE = "fuzzy/1"


class Below(Protocol):
    """A suite of members whose items carry handles (`members/handles.py`)."""

    @property
    def receiver(self) -> Callable[..., Callable[[Endpoint], Any]]:
        """Its receiver's role, which takes `choosing` and `agreed`."""
        ...

    @property
    def sender(self) -> Callable[..., Callable[[Endpoint], Any]]:
        """Its sender's role, which takes `handles` and `agreed`."""
        ...


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Open:
    """Own entities that stay open: a tie at one end. weight: of the heaviest open pair; candidates: of that weight."""

    entities: NDArray[np.int64]
    weight: NDArray[np.int64]
    candidates: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Pairs:
    """What a receiver gets. entities, weight: by match, in the order that both sides share."""

    entities: NDArray[np.int64]
    weight: NDArray[np.int64]
    open: Open

    def open_rows(self, rows: MatchedRows) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """Return own rows that stay open, ascending, each with weight and candidates. rows: by entity."""
        held = rows.chosen(self.open.entities)
        again, order = np.diff(held.starts), np.argsort(held.rows)
        weight, candidates = (np.repeat(told, again)[order] for told in (self.open.weight, self.open.candidates))
        return held.rows[order], weight, candidates

    def __repr__(self) -> str:
        return f"<{len(self.entities)} pairs, {len(self.open.entities)} open, not shown>"


@dataclass(slots=True, repr=False)
class _Pairing:
    """The receiver's choice, made while the session runs and read when it has ended well."""

    records: KeyedRecords
    plan: FuzzyPlan
    entropy: Entropy
    made: list[Pairs] = field(default_factory=list)

    def choose(self, indices: NDArray[np.int64], handles: NDArray[np.uint64]) -> NDArray[np.int64]:
        """Pair the records; return the places of one agreeing key a pair, uniform among those that agree."""
        ranks = permutation(self.entropy, len(indices))
        edges = edges_of(self.records.entity_of[indices], handles, ranks)
        found = assign(edges, weight_min=self.plan.weight_min)
        accepted = np.flatnonzero(found.accepted)
        accepted = accepted[np.argsort(edges.first[accepted])]
        left = np.flatnonzero(found.open)
        self.made.append(Pairs(edges.own[accepted], edges.weight[accepted], _open(edges.own[left], edges.weight[left])))
        return edges.first[accepted]


def receiver(
    records: KeyedRecords, plan: FuzzyPlan, *, suite: Below, sender: PartyId, entropy: Entropy
) -> Callable[[Endpoint], Pairs]:
    """Return the receiver's role. Raises ParameterRefused for more keys than the plan allows."""
    _check(records, plan)
    pairing = _Pairing(records, plan, entropy)
    compare = suite.receiver(
        records.items, sender=sender, told=True, entropy=entropy, choosing=pairing.choose, agreed=agreed(plan)
    )

    def role(endpoint: Endpoint) -> Pairs:
        compare(endpoint)
        return pairing.made.pop()

    return role


def sender(
    records: KeyedRecords, plan: FuzzyPlan, *, suite: Below, receiver: PartyId, entropy: Entropy
) -> Callable[[Endpoint], NDArray[np.int64]]:
    """Return the sender's role; run, it returns its entities by match. Raises ParameterRefused as `receiver` does."""
    _check(records, plan)

    def role(endpoint: Endpoint) -> NDArray[np.int64]:
        handles = _handles(records.entities, entropy)[records.entity_of]  # drawn here: no two runs may share them
        serve = suite.sender(
            records.items, receiver=receiver, told=True, entropy=entropy, handles=handles, agreed=agreed(plan)
        )
        entities: NDArray[np.int64] = records.entity_of[serve(endpoint)]
        if len(np.unique(entities)) != len(entities):
            raise ProtocolError("E_REPEATED", f"{receiver} told two pairs with one record")
        return entities

    return role


def agreed(plan: FuzzyPlan) -> Mapping[str, object]:
    """Return what the plan adds to the parameters of the suite below."""
    return {"over": SUITE, "plan": plan.facts(), "items_max": plan.items_max}


def _check(records: KeyedRecords, plan: FuzzyPlan) -> None:
    if records.entities > plan.records_max:
        raise ParameterRefused("different records", records.entities, f"at most {plan.records_max}, as agreed")


def _handles(count: int, entropy: Entropy) -> NDArray[np.uint64]:
    """Return random handles, all different: two entities with one handle would be one to the receiver."""
    while True:
        handles = np.frombuffer(entropy.token(HANDLE_BYTES * count), dtype="<u8").astype(np.uint64)
        if len(np.unique(handles)) == count:
            return handles


def _open(own: NDArray[np.int64], weight: NDArray[np.int64]) -> Open:
    entities, number = np.unique(own, return_inverse=True)
    heaviest = np.zeros(len(entities), dtype=np.int64)
    np.maximum.at(heaviest, number, weight)
    candidates = np.bincount(number[weight == heaviest[number]], minlength=len(entities)).astype(np.int64)
    return Open(entities, heaviest, candidates)
