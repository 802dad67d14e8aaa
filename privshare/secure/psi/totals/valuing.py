"""The role in `totals-3/1` of the holder that knows each person's value.

    B <-> A  key-share
    B -> U   session, masked-values   its people; of every group k pool dummies and 2s - k junk; padding; shuffled
    A -> B   result

Each value is masked by a word of the key stream that belongs to its place in
the shuffled list; dummies and padding carry a masked 0. k = s + truncated
noise, which B alone knows, is what hides the counts from A and from the unit.
The order is a uniform permutation and not, say, ascending pseudonyms: A has the
pseudonym key, and would read off such an order which of its people matched.
Promises: values are clamped to 0..value_max before anything else happens.
Leaves to others: one value a person (`people.py`).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from privshare.errors import ProtocolError
from privshare.exchange.channel import Endpoint
from privshare.model.entropy import Entropy, permutation
from privshare.model.party import PartyId
from privshare.secure.psi.padding import draw_dummies
from privshare.secure.psi.pseudonyms import pseudonyms_of
from privshare.secure.psi.session import check_size, open_session
from privshare.secure.psi.totals.keys import junk, pools, share_keys
from privshare.secure.psi.totals.people import Valued
from privshare.secure.psi.totals.terms import (
    TotalsTerms,
    matched_noise,
    padding_noise,
    parameters,
    unit_parameters,
    unit_terms,
)
from privshare.secure.psi.totals.wire import RESULT_BYTES, Cells, mask_words, read_result, write_masked


def value_holder(
    people: Valued, terms: TotalsTerms, *, grouping_holder: PartyId, unit: PartyId, entropy: Entropy
) -> Callable[[Endpoint], Cells]:
    """Return the role; run, it returns the same (noised count, noised sum) pairs as the grouping holder.

    Values are clamped to 0..terms.value_max. Raises NoiseRefused for noise that cannot be drawn, here and before
    anything runs.
    """
    clamped = np.clip(people.values, 0, terms.value_max).astype(np.uint64)
    count = len(terms.groups)
    padding, counted = padding_noise(terms), matched_noise(unit_terms(terms))
    s = counted.radius

    def role(endpoint: Endpoint) -> Cells:
        who = {"grouping_holder": grouping_holder, "value_holder": endpoint.party, "unit": unit}
        (pad,) = draw_dummies(padding, 1)
        size = check_size(len(people) + 2 * s * count + pad)
        agreed = parameters(terms, **who)
        holders = open_session(
            endpoint, peer=grouping_holder, leads=False, parameters=agreed, items=size, entropy=entropy
        )
        tag_key, mask_key = share_keys(holders, leads=False, entropy=entropy)
        agreed = unit_parameters(unit_terms(terms), **who)
        with_unit = open_session(endpoint, peer=unit, leads=True, parameters=agreed, items=size, entropy=entropy)
        if with_unit.peer_items:  # it would be waited for as if it had them to work on
            raise ProtocolError("E_CAP", f"{unit} announced items, and a unit brings none")
        with_unit.send("session", holders.sid, 1)

        matched = draw_dummies(counted, count)
        dummies = pools(tag_key, holders.sid, groups=count, count=2 * s)
        chosen = [pool[permutation(entropy, 2 * s)[:k]] for pool, k in zip(dummies, matched, strict=True)]
        others = junk(2 * s * count - sum(matched) + pad, entropy)
        pseudonyms = np.concatenate([pseudonyms_of(tag_key, people.hashes), *chosen, others])
        order = permutation(entropy, size)
        column = np.zeros(size, dtype=np.uint64)
        column[: len(clamped)] = clamped
        upload = write_masked(pseudonyms[order], column[order] + mask_words(mask_key, size))
        with_unit.send(upload.kind, upload.body, upload.items)
        with_unit.seal()
        with_unit.check_seal()
        largest = unit_terms(terms).largest(min(size, holders.peer_items))
        cells = read_result(holders.receive("result", most=count * RESULT_BYTES), groups=count, largest=largest)
        for session in (holders, with_unit):
            session.finish()
        return cells

    return role
