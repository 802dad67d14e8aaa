"""Step `attack-dictionary`: unkeyed hashes beside the keyed protocol, on a small world of its own.

The people of this panel exist for it alone, so that identifiers can be named
on a projector without naming anybody of the scenario's world.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import Field

from privshare.attacks.dictionary import adversary, dictionary, unkeyed_hash
from privshare.comparison.risk import judge
from privshare.exchange.channel import run_together
from privshare.exchange.transcript import Transcript
from privshare.holders.identifiers import DISTRICT_CODES, YEARS, every_identifier, identifier
from privshare.model.entropy import seeded_generator
from privshare.model.party import PartyId
from privshare.scenario.outcome import Component, Reality
from privshare.scenario.spec import StepFrame
from privshare.scenario.stage import Stage
from privshare.scenario.steps.kind import Mention, StepKind
from privshare.secure.psi.identifiers import item_hash, normalise
from privshare.secure.psi.item_set import items_of
from privshare.secure.psi.members.oprf import receiver, sender
from privshare.secure.psi.oprf import GROUP_DST
from privshare.secure.psi.ristretto import hash_to_group

SERIALS = 500
ATTACK = "dictionary"


class DictionaryStep(StepFrame):
    """people: how many on each side of the panel; half of them on both."""

    kind: Literal["attack-dictionary"]
    people: Annotated[int, Field(ge=20, le=2_000)]


def _mentions(_step: DictionaryStep) -> tuple[Mention, ...]:
    return ()


def _perform(step: DictionaryStep, stage: Stage) -> None:
    chance = seeded_generator(stage.simulated[1] + 1)
    space = DISTRICT_CODES * YEARS * SERIALS
    numbers = chance.choice(space, 2 * step.people, replace=False)
    drawn = [identifier(int(number), serials=SERIALS) for number in numbers]
    left, right = drawn[: step.people], drawn[step.people // 2 : step.people // 2 + step.people]

    sent = {unkeyed_hash(name): name for name in left}
    named = dictionary(sent, every_identifier(serials=SERIALS), lambda name: (unkeyed_hash(name),))
    stage.attacks.append(
        judge(
            attack=ATTACK,
            against="unkeyed SHA-256 of the identifiers",
            adversary=adversary(f"the {len(sent)} hashes that one side sends"),
            right=[named.get(value) == name for value, name in sent.items()],
            baseline=1 / space,
            ceiling=None,
            note=f"all {space:,} identifiers of the format were hashed; own small world, not the scenario's people",
        )
    )

    wire = _wire(left, right, stage)
    short_list = sorted(set(left) | set(right))
    found = dictionary(wire, short_list, lambda name: _public_values(name, {len(value) for value in wire}))
    stage.attacks.append(
        judge(
            attack=ATTACK,
            against="keyed protocol (psi-oprf/1), seen from the wire",
            adversary=adversary(f"the {len(wire)} different values that crossed the wire in both directions"),
            right=[value in found for value in wire],
            baseline=1 / len(short_list),
            ceiling=None,
            note=f"the adversary was even handed a list of just the {len(short_list)} true identifiers; a party of the "
            "protocol can still test identifiers by putting them into its own set",
        )
    )


def _wire(left: list[str], right: list[str], stage: Stage) -> set[bytes]:
    """Run the protocol and return every value on the wire, cut at its element size."""
    one, other = PartyId("left"), PartyId("right")
    _, transcript = run_together(
        {
            one: receiver(items_of(left), sender=other, told=False, entropy=stage.entropy),
            other: sender(items_of(right), receiver=one, told=False, entropy=stage.entropy),
        }
    )
    return set(_elements(transcript))


def _elements(transcript: Transcript) -> Iterable[bytes]:
    for message in transcript.messages:
        body, items = message.payload.body, message.payload.items
        size = len(body) // items if items else 0
        yield from (body[at : at + size] for at in range(0, len(body), size) if size)


def _public_values(name: str, sizes: set[int]) -> Iterable[bytes]:
    """Return everything one can compute of a candidate without a key, cut to the sizes seen on the wire."""
    item = item_hash(normalise(name) or "")
    for value in (unkeyed_hash(name), unkeyed_hash(normalise(name) or ""), item, hash_to_group(item, GROUP_DST)):
        yield from (value[:size] for size in sizes)


DICTIONARY = StepKind(
    model=DictionaryStep,
    title="Attack: dictionary on hashed identifiers",
    mentions=_mentions,
    perform=_perform,
    components=(Component("attacks", Reality.REAL, "run live, on what an adversary of the stated frame would have"),),
)
