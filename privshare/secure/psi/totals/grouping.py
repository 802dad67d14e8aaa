"""The role in `totals-3/1` of the holder that knows each person's group.

    A <-> B  key-share
    A -> U   session, labelled-pseudonyms   its people, 2s pool dummies and padding in every group, shuffled
    U -> A   positions, masked-sums         which records of B matched under which label; sums with the unit's noise
    A -> B, U  result                       counts and sums with A's noise, under the groups' real names

Labels are group numbers under a secret permutation. A removes the masks of the
matching positions, which leaves each sum with the unit's noise; it never sees
one without. Positions are B's shuffle and tell A nothing about its own people.
Promises: mechanisms are checked when the role is made, before any item is used.
Leaves to others: one group a person (`people.py`).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from privshare.errors import ParameterRefused, ProtocolError
from privshare.exchange.channel import Endpoint
from privshare.model.entropy import Entropy, permutation
from privshare.model.party import PartyId
from privshare.secure import noise
from privshare.secure.psi.padding import draw_dummies
from privshare.secure.psi.pseudonyms import PSEUDONYM_BYTES, pseudonyms_of
from privshare.secure.psi.session import check_size, open_session
from privshare.secure.psi.totals.keys import junk, pools, share_keys
from privshare.secure.psi.totals.people import Grouped
from privshare.secure.psi.totals.terms import (
    TotalsTerms,
    count_noise,
    matched_noise,
    padding_noise,
    parameters,
    sum_noise,
    unit_parameters,
    unit_terms,
)
from privshare.secure.psi.totals.wire import (
    WORD_BYTES,
    Cells,
    checked,
    mask_words,
    read_positions,
    read_sums,
    sums_by_label,
    write_labelled,
    write_result,
)


def grouping_holder(
    people: Grouped, terms: TotalsTerms, *, value_holder: PartyId, unit: PartyId, entropy: Entropy
) -> Callable[[Endpoint], Cells]:
    """Return the role; run, it returns (noised count, noised sum) for every group of the terms.

    Raises ParameterRefused for an index that is none into terms.groups and NoiseRefused for noise that cannot be
    drawn, both here and before anything runs.
    """
    count = len(terms.groups)
    if np.any((people.groups < 0) | (people.groups >= count)):
        raise ParameterRefused("groups", "an index of no group", f"0 to {count - 1}")
    padding, s = padding_noise(terms), matched_noise(unit_terms(terms)).radius
    counting, summing = count_noise(terms), sum_noise(unit_terms(terms))

    def role(endpoint: Endpoint) -> Cells:
        who = {"grouping_holder": endpoint.party, "value_holder": value_holder, "unit": unit}
        pads = draw_dummies(padding, count)
        size = check_size(len(people) + 2 * s * count + sum(pads))
        agreed = parameters(terms, **who)
        holders = open_session(endpoint, peer=value_holder, leads=True, parameters=agreed, items=size, entropy=entropy)
        tag_key, mask_key = share_keys(holders, leads=True, entropy=entropy)
        agreed = unit_parameters(unit_terms(terms), **who)
        with_unit = open_session(endpoint, peer=unit, leads=True, parameters=agreed, items=size, entropy=entropy)
        if with_unit.peer_items:  # it would be waited for as if it had them to work on
            raise ProtocolError("E_CAP", f"{unit} announced items, and a unit brings none")
        with_unit.send("session", holders.sid, 1)

        dummies = pools(tag_key, holders.sid, groups=count, count=2 * s).reshape(-1, PSEUDONYM_BYTES)
        pseudonyms = [pseudonyms_of(tag_key, people.hashes), dummies, junk(sum(pads), entropy)]
        every = np.arange(count)
        groups = [people.groups, np.repeat(every, 2 * s), np.repeat(every, pads)]
        order, label = permutation(entropy, size), permutation(entropy, count)
        labels = label.astype(np.uint8)[np.concatenate(groups)[order]]
        upload = write_labelled(np.concatenate(pseudonyms)[order], labels)
        with_unit.send(upload.kind, upload.body, upload.items)
        with_unit.seal()

        uploaded = np.bincount(labels, minlength=count).tolist()
        with_unit.check_seal()
        answer = with_unit.receive("positions", most=holders.peer_items)
        positions = read_positions(answer, count=holders.peer_items, uploaded=uploaded)
        sums = read_sums(with_unit.receive("masked-sums", most=count * WORD_BYTES), groups=count)
        masks = sums_by_label(positions, mask_words(mask_key, len(positions)), count)
        unmasked = (sums - masks).view(np.int64).tolist()
        matches = np.bincount(positions, minlength=count).tolist()
        nothing = (0,) * count
        u, z = noise.add_laplace(nothing, counting), noise.add_laplace(nothing, summing)
        cells = tuple((matches[label[g]] - s + u[g], unmasked[label[g]] + z[g]) for g in range(count))
        largest = unit_terms(terms).largest(min(size, holders.peer_items))
        told = write_result(checked(cells, largest))  # not before the noise, or a stop would tell of the sum without it
        for session in (holders, with_unit):
            session.send(told.kind, told.body, told.items)
        for session in (holders, with_unit):
            session.finish()
        return cells

    return role
