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
Leaves to others: one value a person (a mapping cannot say otherwise).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from privshare.errors import ParameterRefused
from privshare.exchange.channel import Endpoint
from privshare.model.entropy import Entropy, permutation
from privshare.model.party import PartyId
from privshare.secure.psi.identifiers import ITEM_BYTES
from privshare.secure.psi.padding import draw_dummies, dummy_noise
from privshare.secure.psi.session import check_size, open_session
from privshare.secure.psi.totals.keys import junk, pool, pseudonyms_of, share_keys
from privshare.secure.psi.totals.terms import TotalsTerms, parameters, unit_parameters, unit_terms
from privshare.secure.psi.totals.wire import RESULT_BYTES, mask_words, read_result, write_masked

Cells = tuple[tuple[int, int], ...]


def value_holder(
    values: Mapping[bytes, int], terms: TotalsTerms, *, grouping_holder: PartyId, unit: PartyId, entropy: Entropy
) -> Callable[[Endpoint], Cells]:
    """Return the role; run, it returns the same (noised count, noised sum) pairs as the grouping holder.

    values: item -> whole number, clamped to 0..terms.value_max. Raises ParameterRefused for other items or
    values and NoiseRefused for noise that cannot be drawn, both here and before anything runs.
    """
    if any(len(item) != ITEM_BYTES or type(value) is not int for item, value in values.items()):
        raise ParameterRefused("values", "an item or value of another kind", "32 bytes -> a whole number")
    clamped = [min(max(value, 0), terms.value_max) for value in values.values()]
    count = len(terms.groups)
    padding = dummy_noise(terms.pad_micro, terms.delta_e15)
    counted = dummy_noise(terms.count_micro, terms.delta_e15)
    s = counted.radius

    def role(endpoint: Endpoint) -> Cells:
        who = {"grouping_holder": grouping_holder, "value_holder": endpoint.party, "unit": unit}
        (pad,) = draw_dummies(padding, 1)
        size = check_size(len(values) + 2 * s * count + pad)
        agreed = parameters(terms, **who)
        holders = open_session(
            endpoint, peer=grouping_holder, leads=False, parameters=agreed, items=size, entropy=entropy
        )
        tag_key, mask_key = share_keys(holders, leads=False, entropy=entropy)
        agreed = unit_parameters(unit_terms(terms), **who)
        with_unit = open_session(endpoint, peer=unit, leads=True, parameters=agreed, items=size, entropy=entropy)
        with_unit.send("session", holders.sid, 1)

        records = pseudonyms_of(tag_key, values)
        for group, k in enumerate(draw_dummies(counted, count)):
            dummies = pool(tag_key, holders.sid, group, 2 * s)
            records += [dummies[at] for at in permutation(entropy, 2 * s)[:k]] + junk(2 * s - k, entropy)
        records += junk(pad, entropy)
        order = permutation(entropy, size)
        column = np.zeros(len(records), dtype=np.uint64)
        column[: len(clamped)] = clamped
        masked = column[order] + mask_words(mask_key, len(records))
        upload = write_masked([records[at] for at in order], masked)
        with_unit.send(upload.kind, upload.body, upload.items)
        with_unit.seal()
        with_unit.check_seal()
        cells = read_result(holders.receive("result", most=count * RESULT_BYTES), groups=count)
        for session in (holders, with_unit):
            session.finish()
        return cells

    return role
