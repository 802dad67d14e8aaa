"""The role in `totals-3/1` of the linkage unit: it joins pseudonyms, adds up masked values and adds its noise.

    A, B -> U  session, then labelled-pseudonyms from A and masked-values from B
    U -> A     positions, masked-sums
    A -> U     result

Promises: it is told how many groups there are but not their names, and it has
neither key, so a pseudonym is a random text to it and a masked value a random
number. Its noise goes into every sum before any sum can be unmasked.
Leaves to others: not colluding. With either holder's keys the unit reads what
the other uploaded; no cryptography here prevents that (`leakage`).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from privshare.errors import ProtocolError
from privshare.exchange.channel import Endpoint
from privshare.model.party import PartyId
from privshare.secure import noise
from privshare.secure.psi.padding import dummy_noise
from privshare.secure.psi.session import DIGEST_BYTES, exactly, parameters_digest
from privshare.secure.psi.totals.terms import UnitTerms, sum_noise, unit_parameters
from privshare.secure.psi.totals.wire import (
    NOTHING,
    read_labelled,
    read_masked,
    read_result,
    sums_by_label,
    write_positions,
    write_sums,
)

Cells = tuple[tuple[int, int], ...]


def linkage_unit(
    terms: UnitTerms, *, grouping_holder: PartyId, value_holder: PartyId
) -> Callable[[Endpoint], Cells]:
    """Return the role; run, it returns the published (noised count, noised sum) pairs that it is told at the end.

    It takes no Entropy: all its chance is noise. Raises NoiseRefused here, before anything runs, for noise that
    cannot be drawn.
    """
    s = dummy_noise(terms.count_micro, terms.delta_e15).radius
    summing = sum_noise(terms)
    count = terms.groups

    def role(endpoint: Endpoint) -> Cells:
        who = {"grouping_holder": grouping_holder, "value_holder": value_holder, "unit": endpoint.party}
        digest = parameters_digest(unit_parameters(terms, **who))
        sessions = [
            exactly(endpoint.receive(holder, "session"), 2 * DIGEST_BYTES) for holder in (grouping_holder, value_holder)
        ]
        if sessions[0] != sessions[1]:
            raise ProtocolError("E_SESSION", "the two holders announced different sessions")
        if sessions[0][DIGEST_BYTES:] != digest:
            raise ProtocolError("E_PARAMETERS", "the holders announced other parameters than the unit was told")

        least = 2 * s * count
        labelled, labels = read_labelled(
            endpoint.receive(grouping_holder, "labelled-pseudonyms"), at_least=least, groups=count
        )
        valued, masked = read_masked(endpoint.receive(value_holder, "masked-values"), at_least=least)
        label_of = dict(zip(labelled, labels.tolist(), strict=True))
        positions = np.array([label_of.get(pseudonym, NOTHING) for pseudonym in valued], dtype=np.uint8)
        z = np.array(noise.add_laplace((0,) * count, summing), dtype=np.int64).view(np.uint64)
        endpoint.send(grouping_holder, write_positions(positions))
        endpoint.send(grouping_holder, write_sums(sums_by_label(positions, masked, count) + z))
        return read_result(endpoint.receive(grouping_holder, "result"), groups=count)

    return role
