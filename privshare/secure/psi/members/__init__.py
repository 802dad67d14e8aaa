"""Which items two holders share, told to one of them or to both: one contract, several suites.

A suite is two roles that take the same arguments.
    oprf      psi-oprf/1: an oblivious pseudorandom function, one evaluation an item
    ot        psi-ot-sh/1 and psi-ot-mr/1: a table of items and oblivious transfer, for large sets
    choice    which of them for sets of these sizes, and what each would cost
    leakage   what a finished run told each party
    excess    how many more identifiers than declared a receiver that deviates can test
    terms, marks, handles   what all of them share: the greeting, the end, and what `fuzzy/1` adds
"""

from privshare.secure.psi.members.choice import (
    MALICIOUS_RECEIVER,
    OPRF,
    SEMI_HONEST,
    SUITES,
    Choice,
    Cost,
    Suite,
    choose,
    suite_of,
)
from privshare.secure.psi.members.leakage import leakage

__all__ = [
    "MALICIOUS_RECEIVER",
    "OPRF",
    "SEMI_HONEST",
    "SUITES",
    "Choice",
    "Cost",
    "Suite",
    "choose",
    "leakage",
    "suite_of",
]
