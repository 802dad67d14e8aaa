"""What a holder is told of a key that has few values in many rows, whichever command links by it.

Promises: the sentence is for the holder's own terminal, before anything of a table is told to anybody; nothing of it
goes into a file or to another party. Leaves to others: refusing a key that tells nobody apart (`party/verbs.py`), and
domains that are known to be small (`adhoc/public_values.py`).
"""

from __future__ import annotations

from collections.abc import Sequence

from privshare.secure.psi.item_set import ItemSet

HINT_KEYS, HINT_ROWS = 1_000, 10
"""A key is like a postcode or a year if it has fewer values than that, in more than so many times as many rows."""
FEW = "the key {key} has only {keys:,} different values in {rows:,} rows. {so}; stop now if that is not meant."
EXACT = "A party that tries every value it could have learns which of them are here"
NOISED = "People who share one are counted as one"


def few_keys_hint(key: Sequence[str], items: ItemSet, *, noised: bool) -> str | None:
    """Return what is odd about the own key, or None. noised: whether the answer is a noised number, not who is shared.

    >>> from privshare.secure.psi.item_set import items_of
    >>> few_keys_hint(["year"], items_of(["1990"] * 50), noised=True)[:57]
    'the key year has only 1 different values in 50 rows. Peop'
    """
    keys, rows = len(items), items.row_count
    if not 0 < keys < HINT_KEYS or rows - items.missing <= HINT_ROWS * keys:
        return None
    return FEW.format(key=", ".join(key), keys=keys, rows=rows, so=NOISED if noised else EXACT)
