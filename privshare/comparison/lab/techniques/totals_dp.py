"""Three-party totals: counts and sums by group over the people both know, noised before anybody sees them.

The protocol is `totals-3/1` (`secure/psi/totals`), played whole once: the
platform brings groups (district x band), the bank brings who defaulted, a
linkage unit joins keyed pseudonyms with masked values; nobody learns who is
known to both, and each number carries noise of two parties. The budget is split
as in the demo: a fifth hides list lengths, three tenths are for the number of
people, half for that of defaults, and each truncated draw costs a delta of
1e-9. This is computational differential privacy against each party alone; the
unit, which sees both list lengths, may learn one padding more; the unit and a
holder together break it (`secure/psi/totals/leakage`).

Two facets are games of their own, with a budget of their own and the noise from
the same door, since a run costs a tenth of a second and an attack asks a thousand times:
- tables: as one of the parties sees them, which knows its own noise and takes
  it off, so with the other's alone; and with the whole budget on what is asked.
- probe: a platform that brings a set of its own making to `size/1` (no suite
  can see that), and knows its own noise. The budget covers four runs.
What the unit sees in the place of identifiers is of the real run.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np

from privshare.comparison.lab.techniques.psi_members import BANK, PLATFORM, Side, side_of
from privshare.comparison.lab.techniques.series import NoisedSeries
from privshare.comparison.lab.techniques.technique import QUESTION, Protected, Setting, Technique
from privshare.comparison.lab.techniques.third_party import BYTES_A_CELL
from privshare.comparison.lab.world import LabWorld
from privshare.errors import ParameterRefused
from privshare.exchange.channel import run_together
from privshare.exchange.transcript import Transcript
from privshare.model.entropy import Entropy
from privshare.model.loss import MICRO, PrivacyLoss
from privshare.model.party import PartyId
from privshare.model.surface import Codes, CountTable, Surface, Values
from privshare.secure.psi import size, totals
from privshare.secure.psi.item_set import items_of
from privshare.secure.psi.padding import DummyNoise, draw_dummies
from privshare.secure.psi.pseudonyms import pseudonyms_of
from privshare.secure.psi.size.terms import matched_noise
from privshare.secure.psi.totals.keys import keys_from

Cells = tuple[tuple[int, int], ...]
Sides = tuple[Side, Side]

UNIT = PartyId("unit")
DELTA_E15 = 10**6
MICRO_LEAST = 1_000
PAD_TENTHS, COUNT_TENTHS = 2, 3
RUNS = 4
"""Runs of `size/1` that a budget covers, each at its part of it."""


def terms_of(world: LabWorld, loss: PrivacyLoss) -> totals.TotalsTerms:
    """Return terms that cost this loss: a fifth for padding, three tenths for counts, the rest for sums.

    Raises ParameterRefused for an epsilon so small that the dummies of a run would be millions.
    """
    if loss.micro_epsilon < MICRO_LEAST:
        raise ParameterRefused("epsilon", loss.epsilon, f"at least {MICRO_LEAST / MICRO} where totals-dp is compared")
    pad, count = (loss.micro_epsilon * tenths // 10 for tenths in (PAD_TENTHS, COUNT_TENTHS))
    groups = product(*(range(world.people.domains[name]) for name in QUESTION))
    return totals.TotalsTerms(
        groups=tuple(tuple(str(code) for code in group) for group in groups),
        pad_micro=pad,
        count_micro=count,
        sum_micro=loss.micro_epsilon - pad - count,
        delta_e15=DELTA_E15,
        value_max=1,
    )


def sizes_of(loss: PrivacyLoss) -> size.SizeTerms:
    """Return terms of one run of `size/1`, RUNS of which cost this loss, and the deltas of the table's two draws."""
    each = loss.micro_epsilon // RUNS
    pad = each * PAD_TENTHS // 10
    return size.SizeTerms(pad_micro=pad, count_micro=each - pad, delta_e15=DELTA_E15 // RUNS)


def run(world: LabWorld, sides: Sides, terms: totals.TotalsTerms, entropy: Entropy) -> tuple[Cells, Transcript]:
    """Run the protocol; return (noised people, noised defaults) by group, and all messages."""
    platform, bank = sides
    groups, values = (side.people(np.arange(len(side.items))) for side in sides)
    shape = tuple(world.people.domains[name] for name in QUESTION)
    cells = np.ravel_multi_index([world.people.codes[name][groups] for name in QUESTION], shape).astype(np.int64)
    grouped = totals.Grouped(platform.items.hashes, cells)
    valued = totals.Valued(bank.items.hashes, world.people.secret[values])
    who = {"grouping_holder": PLATFORM, "value_holder": BANK}
    results, transcript = run_together(
        {
            PLATFORM: totals.grouping_holder(grouped, terms, value_holder=BANK, unit=UNIT, entropy=entropy),
            BANK: totals.value_holder(valued, terms, grouping_holder=PLATFORM, unit=UNIT, entropy=entropy),
            UNIT: totals.linkage_unit(totals.unit_terms(terms), **who, entropy=entropy),
        }
    )
    return results[PLATFORM], transcript


def pseudonyms_at_unit(platform: Side, transcript: Transcript) -> tuple[tuple[bytes, ...], Codes]:
    """Return what stands at the unit in the place of the platform's people, without the dummies, and their handles.

    The unit cannot tell dummies from people, so this is more than it knows. The judge can, from the key that went
    between the holders.
    """
    bodies = {(sent.sender, sent.receiver, sent.payload.kind): sent.payload.body for sent in transcript.messages}
    shares = bodies[PLATFORM, BANK, "key-share"] + bodies[BANK, PLATFORM, "key-share"]
    key, _ = keys_from(shares, sid=bodies[PLATFORM, UNIT, "session"])
    made = pseudonyms_of(key, platform.items.hashes)
    return tuple(row.tobytes() for row in made), platform.people(np.arange(len(made)))


class SizeProbe:
    """The platform's end of `size/1` in the hands of somebody with a set of their own making. A class: it spends.

    The bank's noise is drawn as the bank would draw it; the platform knows its own.
    """

    def __init__(self, bank: frozenset[bytes], dummies: DummyNoise) -> None:
        self._bank, self._dummies, self._left = bank, dummies, RUNS

    def members(self, identifiers: Sequence[str]) -> None:
        """Return None: nobody learns who is known to both."""
        del identifiers

    def size(self, identifiers: Sequence[str]) -> int | None:
        """Return how many of these the bank has, with its noise, or None once the budget is spent."""
        if not self._left:
            return None
        self._left -= 1
        (drawn,) = draw_dummies(self._dummies, 1)
        return sum(item in self._bank for item in items_of(identifiers).items) + drawn - self._dummies.radius


def _protect(world: LabWorld, setting: Setting) -> Protected:
    terms, dummies = terms_of(world, setting.loss), matched_noise(sizes_of(setting.loss))
    platform, bank = sides = (side_of(world, world.people.platform), side_of(world, world.people.bank))
    cells, transcript = run(world, sides, terms, setting.entropy)
    shape = tuple(world.people.domains[name] for name in QUESTION)
    people, secret = (np.array(column, np.int64).reshape(shape) for column in zip(*cells, strict=True))
    shown = np.ones(shape, np.bool_)
    observed, owners = pseudonyms_at_unit(platform, transcript)
    members = frozenset(bank.items.items)
    return Protected(
        Surface(
            tables=lambda: NoisedSeries(world, setting.loss),
            values=Values("the linkage unit", observed, None),
            probe=lambda: SizeProbe(members, dummies),
        ),
        people=CountTable(QUESTION, people, shown),
        secret=CountTable(QUESTION, secret, shown),
        value_owners=owners,
        bytes_sent=sum(sent for _, sent in transcript.bytes_sent()) + BYTES_A_CELL * 2 * people.size,
        loss=totals.price(terms),
    )


TOTALS_DP = Technique(
    name="totals-dp",
    title="three-party totals with differential privacy",
    trust="that the linkage unit colludes with neither holder and all three follow the protocol; nobody with whom both "
    "know",
    promise="computational (epsilon, delta)-DP under add-or-remove of one person, against each holder alone and the "
    "public; against the unit one padding (a fifth of epsilon) more; none if the unit colludes",
    budgeted=True,
    protect=_protect,
)
