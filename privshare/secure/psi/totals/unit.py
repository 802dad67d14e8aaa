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
from privshare.model.entropy import Entropy
from privshare.model.party import PartyId
from privshare.secure import noise
from privshare.secure.psi.session import DIGEST_BYTES, exactly, open_session
from privshare.secure.psi.totals.joining import NONE, in_order, partners
from privshare.secure.psi.totals.terms import UnitTerms, matched_noise, sum_noise, unit_parameters
from privshare.secure.psi.totals.wire import (
    LABELLED,
    LABELLED_BYTES,
    MASKED,
    MASKED_BYTES,
    NOTHING,
    RESULT_BYTES,
    Cells,
    read_labelled,
    read_masked,
    read_result,
    sums_by_label,
    write_positions,
    write_sums,
)


def linkage_unit(
    terms: UnitTerms, *, grouping_holder: PartyId, value_holder: PartyId, entropy: Entropy
) -> Callable[[Endpoint], Cells]:
    """Return the role; run, it returns the published (noised count, noised sum) pairs that it is told at the end.

    entropy: for the nonces and keys of its sessions; all its other chance is noise. Raises NoiseRefused here, before
    anything runs, for noise that cannot be drawn.
    """
    s = matched_noise(terms).radius
    summing = sum_noise(terms)
    count = terms.groups

    def role(endpoint: Endpoint) -> Cells:
        who = {"grouping_holder": grouping_holder, "value_holder": value_holder, "unit": endpoint.party}
        agreed = unit_parameters(terms, **who)
        grouping, valuing = sessions = [
            open_session(endpoint, peer=holder, leads=False, parameters=agreed, items=0, entropy=entropy)
            for holder in (grouping_holder, value_holder)
        ]
        one, other = (exactly(session.receive("session", most=DIGEST_BYTES), DIGEST_BYTES) for session in sessions)
        if one != other:
            raise ProtocolError("E_SESSION", "the two holders announced different sessions")

        least = 2 * s * count
        upload = grouping.receive(LABELLED, most=grouping.peer_items * LABELLED_BYTES)
        labelled, labels = read_labelled(upload, count=grouping.peer_items, at_least=least, groups=count)
        upload = valuing.receive(MASKED, most=valuing.peer_items * MASKED_BYTES)
        valued, masked = read_masked(upload, count=valuing.peer_items, at_least=least)
        orders = in_order(valued, MASKED), in_order(labelled, LABELLED)
        for session in sessions:
            session.check_seal()
        places = partners(valued, labelled, orders=orders)
        positions = np.where(places == NONE, np.uint8(NOTHING), labels[places])
        z = np.array(noise.add_laplace((0,) * count, summing), dtype=np.int64).view(np.uint64)
        for session in sessions:
            session.seal()
        for answer in (write_positions(positions), write_sums(sums_by_label(positions, masked, count) + z)):
            grouping.send(answer.kind, answer.body, answer.items)
        largest = terms.largest(min(grouping.peer_items, valuing.peer_items))
        cells = read_result(grouping.receive("result", most=count * RESULT_BYTES), groups=count, largest=largest)
        for session in sessions:
            session.finish()
        return cells

    return role
