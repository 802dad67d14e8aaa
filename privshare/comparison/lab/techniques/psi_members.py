"""PSI members: both holders learn whom both know, by a real private set intersection; then the values of these.

The suite is the one that `secure/psi/members` chooses for sets of these sizes
(psi-oprf/1 or psi-ot-sh/1), played whole: greeting, protocol, both told. Then
the bank sends the platform one byte a match, in the order that both number the
matches by: whether the person defaulted. The platform counts, and publishes the
exact table.
No third party and no identifier on the wire. What it does not stop: the
platform learns the sensitive value of each person whom both know; a party that
brings identifiers of its own making learns which of them the other side has
(no suite stops that); and the public has exact tables.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from privshare.comparison.lab.techniques.published import rows_of
from privshare.comparison.lab.techniques.series import OpenSeries
from privshare.comparison.lab.techniques.technique import IDENTIFYING, Protected, Setting, Technique
from privshare.comparison.lab.techniques.third_party import BYTES_A_CELL, answered
from privshare.comparison.lab.world import LabWorld, file_of
from privshare.exchange.channel import Endpoint, run_together
from privshare.exchange.payload import Payload
from privshare.exchange.transcript import Transcript
from privshare.model.entropy import Entropy
from privshare.model.party import PartyId
from privshare.model.surface import Codes, Flags, Surface, Values
from privshare.secure.psi.item_set import ItemSet, items_of
from privshare.secure.psi.members import choose

Role = Callable[[Endpoint], Codes]

PLATFORM, BANK = PartyId("platform"), PartyId("bank")
MATCH_BYTES = 4


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Side:
    """One holder's file as it enters a run. handles: of its rows. items: their identifiers, hashed."""

    handles: Codes
    items: ItemSet

    def people(self, indices: Codes) -> Codes:
        """Return the handles of these items, of which each is one row."""
        return self.handles[self.items.row_numbers[self.items.starts[indices]]]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Run:
    """What a finished run gave. platform, bank: handles of the matches as each side numbers them. told: the values."""

    platform: Codes
    bank: Codes
    told: Codes
    transcript: Transcript

    @property
    def tags(self) -> tuple[bytes, ...]:
        """What stood on the wire in the place of each matched identifier, in the order of the matches."""
        bodies = {message.payload.kind: message.payload for message in self.transcript.messages}
        tags, matches = bodies["tags"], bodies["matches"]
        size = len(tags.body) // tags.items
        places = np.frombuffer(matches.body[: MATCH_BYTES * matches.items], "<u4").tolist()
        return tuple(tags.body[size * place : size * place + size] for place in places)


def side_of(world: LabWorld, holder: Flags) -> Side:
    """Return a holder's side: everybody in its file, one row a person."""
    handles, _ = file_of(world, holder, ())
    return Side(handles, items_of([world.people.identifiers[handle] for handle in handles]))


def roles_of(platform: ItemSet, bank: ItemSet, entropy: Entropy) -> tuple[Role, Role]:
    """Return the platform's and the bank's role; each returns the indices of its matches, numbered alike."""
    suite = choose(len(platform), len(bank)).suite
    receiving = suite.receiver(platform, sender=BANK, told=True, entropy=entropy)

    def received(endpoint: Endpoint) -> Codes:
        learned = receiving(endpoint)
        return learned[0] if isinstance(learned, tuple) else learned

    return received, suite.sender(bank, receiver=PLATFORM, told=True, entropy=entropy)


def run(platform: Side, bank: Side, secret: Codes, entropy: Entropy) -> Run:
    """Run the protocol between two holders, and then the sending of values. secret: by handle, the bank's to tell."""
    receiving, sending = roles_of(platform.items, bank.items, entropy)

    def asking(endpoint: Endpoint) -> tuple[Codes, Codes]:
        matched = platform.people(receiving(endpoint))
        told = endpoint.receive(BANK, "values", most=len(matched))
        return matched, np.frombuffer(told.body, np.uint8).astype(np.int64)

    def telling(endpoint: Endpoint) -> tuple[Codes, Codes]:
        matched = bank.people(sending(endpoint))
        values = secret[matched]
        endpoint.send(PLATFORM, Payload("values", values.astype(np.uint8).tobytes(), len(values)))
        return matched, values

    results, transcript = run_together({PLATFORM: asking, BANK: telling})
    return Run(results[PLATFORM][0], results[BANK][0], results[PLATFORM][1], transcript)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class MembersProbe:
    """The platform's end in the hands of somebody with a set of their own making; every run is a real one."""

    bank: Side
    entropy: Entropy

    def members(self, identifiers: Sequence[str]) -> Flags:
        """Return which of these the bank has too."""
        own = items_of(identifiers)
        receiving, sending = roles_of(own, self.bank.items, self.entropy)
        results, _ = run_together({PLATFORM: receiving, BANK: sending})
        found = np.zeros(len(identifiers), np.bool_)
        found[own.matched(results[PLATFORM]).rows] = True
        return found

    def size(self, identifiers: Sequence[str]) -> None:
        """Return None: this linkage tells who, not how many."""
        del identifiers


def _protect(world: LabWorld, setting: Setting) -> Protected:
    platform, bank = side_of(world, world.people.platform), side_of(world, world.people.bank)
    ran = run(platform, bank, world.people.secret, setting.entropy)
    names = tuple(world.people.identifiers[handle].encode() for handle in ran.platform)
    people, secret = answered(world, ran.platform, ran.bank)
    rows = rows_of(world, ran.platform, (*IDENTIFYING, "band"), names=names, seen_by="the platform")
    return Protected(
        Surface(
            records=replace(rows, secret=ran.told),
            tables=lambda: OpenSeries(world),
            values=Values("whoever reads the wire between the holders", ran.tags, None),
            probe=lambda: MembersProbe(bank, setting.entropy),
        ),
        people=people,
        secret=secret,
        owners=ran.platform,
        value_owners=ran.bank,
        linked=np.stack([ran.platform, ran.bank], axis=1),
        bytes_sent=sum(size for _, size in ran.transcript.bytes_sent())
        + BYTES_A_CELL * (people.counts.size + secret.counts.size),
    )


PSI_MEMBERS = Technique(
    name="psi-members",
    title="joint table after private set intersection (members)",
    trust="no third party; the other holder, with who is known to both, and the platform with their sensitive values; "
    "and everybody who sees its exact tables",
    promise="against the other holder, if it follows the protocol: nothing about whom it does not have itself; against "
    "the public, no rows, but exact numbers",
    budgeted=False,
    protect=_protect,
)
