"""The role in `totals-3/1` of the holder that knows each person's group.

    A <-> B  key-share
    A -> U   session, labelled-pseudonyms   its people, 2s pool dummies and padding in every group, shuffled
    U -> A   positions, masked-sums         which records of B matched under which label; sums with the unit's noise
    A -> B, U  result                       counts and sums with A's noise, under the groups' real names

Labels are group numbers under a secret permutation. A removes the masks of the
matching positions, which leaves each sum with the unit's noise; it never sees
one without. Positions are B's shuffle and tell A nothing about its own people.
Promises: mechanisms are checked when the role is made, before any item is used.
Leaves to others: one group a person (a mapping cannot say otherwise).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from privshare.errors import ParameterRefused
from privshare.exchange.channel import Endpoint
from privshare.model.entropy import Entropy, permutation
from privshare.model.party import PartyId
from privshare.secure import noise
from privshare.secure.psi.identifiers import ITEM_BYTES
from privshare.secure.psi.padding import draw_dummies, dummy_noise
from privshare.secure.psi.session import check_size, open_session
from privshare.secure.psi.totals.keys import junk, pool, pseudonyms_of, share_keys
from privshare.secure.psi.totals.terms import (
    TotalsTerms,
    count_noise,
    parameters,
    sum_noise,
    unit_parameters,
    unit_terms,
)
from privshare.secure.psi.totals.wire import (
    WORD_BYTES,
    mask_words,
    read_positions,
    read_sums,
    sums_by_label,
    write_labelled,
    write_result,
)

Cells = tuple[tuple[int, int], ...]


def grouping_holder(
    groups: Mapping[bytes, int], terms: TotalsTerms, *, value_holder: PartyId, unit: PartyId, entropy: Entropy
) -> Callable[[Endpoint], Cells]:
    """Return the role; run, it returns (noised count, noised sum) for every group of the terms.

    groups: item -> index into terms.groups. Raises ParameterRefused for other items or indices and NoiseRefused
    for noise that cannot be drawn, both here and before anything runs.
    """
    count = len(terms.groups)
    if any(len(item) != ITEM_BYTES or not 0 <= group < count for item, group in groups.items()):
        raise ParameterRefused("groups", "an item or group index of another kind", f"32 bytes -> 0 to {count - 1}")
    padding = dummy_noise(terms.pad_micro, terms.delta_e15)
    s = dummy_noise(terms.count_micro, terms.delta_e15).radius
    counting, summing = count_noise(terms), sum_noise(unit_terms(terms))

    def role(endpoint: Endpoint) -> Cells:
        who = {"grouping_holder": endpoint.party, "value_holder": value_holder, "unit": unit}
        pads = draw_dummies(padding, count)
        size = check_size(len(groups) + 2 * s * count + sum(pads))
        agreed = parameters(terms, **who)
        holders = open_session(endpoint, peer=value_holder, leads=True, parameters=agreed, items=size, entropy=entropy)
        tag_key, mask_key = share_keys(holders, leads=True, entropy=entropy)
        agreed = unit_parameters(unit_terms(terms), **who)
        with_unit = open_session(endpoint, peer=unit, leads=True, parameters=agreed, items=size, entropy=entropy)
        with_unit.send("session", holders.sid, 1)

        records = list(zip(pseudonyms_of(tag_key, groups), groups.values(), strict=True))
        for group, pad in enumerate(pads):
            dummies = [*pool(tag_key, holders.sid, group, 2 * s), *junk(pad, entropy)]
            records += [(dummy, group) for dummy in dummies]
        order = permutation(entropy, size)
        label = [int(name) for name in permutation(entropy, count)]
        shuffled = [records[at] for at in order]
        labels = [label[group] for _, group in shuffled]
        upload = write_labelled([pseudonym for pseudonym, _ in shuffled], labels)
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
        told = write_result(cells)
        for session in (holders, with_unit):
            session.send(told.kind, told.body, told.items)
        for session in (holders, with_unit):
            session.finish()
        return cells

    return role
