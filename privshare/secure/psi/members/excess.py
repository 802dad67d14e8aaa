"""How many more identifiers than declared a receiver that deviates can test in `psi-ot-mr/1`: a bound, by counting.

A table of m rows of l1 bits holds at most 2^(m*l1) different contents. A
receiver that asks the hash Q times and wants n' of the answers in one table
succeeds for a random function with a chance of at most
C(Q, n') * 2^(-(n' - m) * l1). The bound is the smallest n' for which that is
at most 2^-40. Below n' it may succeed or not; what is printed says "may".
Follows Garimella, Pinkas, Rosulek, Trieu and Yanai (CRYPTO 2021), on overfitting.
"""

from __future__ import annotations

from math import lgamma, log

CHANCE_BITS = 40
WORKS = (80, 128)
"""Hash queries for which the bound is printed, as powers of two."""


def most_items(n: int, *, table_rows: int, value_bits: int, work_bits: int) -> int:
    """Return how many items fit a table that was declared for n, but for a chance of 2^-40.

    table_rows: m. value_bits: l1. work_bits: log2 of the hash queries.
    """

    def fits(count: int) -> bool:
        # C(Q, n') <= Q^n' / n'!
        chance = count * work_bits - lgamma(count + 1) / log(2) - (count - table_rows) * value_bits
        return chance > -CHANCE_BITS

    low, high = n, max(1, 2 * n)
    while fits(high):
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    return high


def claim(n: int, *, table_rows: int, value_bits: int) -> str:
    """Return the sentence about a receiver that declared n items, none counting as one.

    A table with nothing left free holds about one item a row, which for a handful is far more than they are.

    >>> claim(1, table_rows=88, value_bits=162)[:100]
    'a cheating receiver may test about 88 identifiers (a row of its table each) with no work to speak of'
    """
    declared = max(1, n)
    some, many = (
        most_items(declared, table_rows=table_rows, value_bits=value_bits, work_bits=work) / declared for work in WORKS
    )
    return (
        f"a cheating receiver may test about {table_rows:,} identifiers (a row of its table each) with no work to "
        f"speak of, and up to about {some:.1f}x (2^{WORKS[0]} work) / {many:.1f}x (2^{WORKS[1]}) as many as it declared"
    )
