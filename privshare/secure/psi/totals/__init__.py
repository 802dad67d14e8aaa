"""Suite `totals-3/1`: counts and sums by group over the people two holders both know, with a linkage unit.

    terms      what is agreed, what the unit is told of it, and what it costs
    people     what each holder brings
    keys       what the two holders share and the unit must not have
    wire       the message bodies
    joining    pseudonyms of two uploads, joined by sorting
    grouping   the role of the holder that knows each person's group
    valuing    the role of the holder that knows each person's value
    unit       the role that joins pseudonyms and learns neither identifiers, nor values, nor keys
    leakage    what a finished run told each party, and which two together break it

One party knows the groups, one the values, and a third joins keyed pseudonyms
with masked values. The unit's noise is in every sum before the grouping holder
unmasks it, and the grouping holder's before anybody else sees it; the counts
carry noise of both holders. Every guarantee needs a unit that colludes with neither.
"""

from privshare.secure.psi.totals.grouping import grouping_holder
from privshare.secure.psi.totals.leakage import leakage
from privshare.secure.psi.totals.people import Grouped, Valued
from privshare.secure.psi.totals.terms import SUITE, TotalsTerms, UnitTerms, noise_parts, price, unit_terms, views
from privshare.secure.psi.totals.unit import linkage_unit
from privshare.secure.psi.totals.valuing import value_holder

__all__ = [
    "SUITE",
    "Grouped",
    "TotalsTerms",
    "UnitTerms",
    "Valued",
    "grouping_holder",
    "leakage",
    "linkage_unit",
    "noise_parts",
    "price",
    "unit_terms",
    "value_holder",
    "views",
]
