"""Targeted record swapping: similar records in different places exchange their places before anything is published.

The traditional practice of census offices (in the United States from 1990 to
2010): records that stand out in their place are chosen first, each exchanges
its place with a record that is like it in stated attributes, and every table
and file is made from the swapped records.
Promises: numbers by any attributes but the place are exact, and so are those by place and by what partners agree in.
No bound on what is learnt of one person. Who was swapped is a secret: `chance` must not be known to a reader, who
could swap back. Leaves to others: what stands out, and what is alike.
Sources: Dalenius and Reiss 1982, "Data-swapping: a technique for disclosure control" (not read; known by the abstract
of its review, Fienberg and McIntyre 2004); McKenna 2018, a history of the methods of the 1970 to 2010 censuses, and
Ballesteros et al. 2025 (arXiv 2502.01320), which rebuilds what is public of them (abstracts read: the details are
secret); the documentation of `recordSwap` in the R package sdcMicro (read), for the share of 5 % and for one swap
counting as two records. Written here because sdcMicro is no Python package.
"""

from __future__ import annotations

import numpy as np

from privshare.errors import ParameterRefused
from privshare.model.entropy import WorldGenerator
from privshare.model.surface import Codes, Flags


def exchanged(places: Codes, alike: Codes, stands_out: Flags, *, share: float, chance: WorldGenerator) -> Codes:
    """Return for each record the one whose place it gets, itself where it stays; shape (records,).

    places: code of each record's place. alike: only records with one code are partners. stands_out: who is swapped
    first; the others follow where those do not suffice. share: of records that change places, in [0, 1]; fewer do
    where there are no partners left. Raises ParameterRefused for another share.

    >>> from privshare.model.entropy import seeded_generator
    >>> places, alike, alone = np.array([1, 1, 2, 3]), np.array([5, 6, 6, 5]), np.array([True, False, False, False])
    >>> exchanged(places, alike, alone, share=0.5, chance=seeded_generator(1)).tolist()
    [3, 1, 2, 0]
    """
    if not 0 <= share <= 1:
        raise ParameterRefused("share of records to swap", share, "a number from 0 to 1")
    order = chance.permutation(len(places))
    first = order[np.argsort(~stands_out[order], kind="stable")].tolist()
    waiting: dict[int, list[int]] = {}
    for record in chance.permutation(len(places)).tolist():
        waiting.setdefault(int(alike[record]), []).append(record)
    gets = np.arange(len(places))
    left = round(share * len(places) / 2)
    for record in first:
        if not left:
            break
        if gets[record] != record:
            continue
        partners = waiting[int(alike[record])]
        partner = next((other for other in partners if places[other] != places[record]), None)
        if partner is not None:
            gets[record], gets[partner] = partner, record
            partners.remove(record)
            partners.remove(partner)
            left -= 1
    return gets
