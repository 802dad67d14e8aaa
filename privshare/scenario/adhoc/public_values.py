"""How many values a column can have at most, by its public name: for keys that are named on the command line.

The names are the schema, which both holders know; no value is looked at. The
numbers are of what is worth trying, and rounded up. A name that is not here
says nothing: its column is taken for the direct identifier that a key is
expected to be. Who has one of these names over something else writes a policy.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_NAMED: Mapping[int, str] = {
    2: "consent active deceased alive insured employed smoker",
    4: "sex gender geschlecht",
    16: "bloodgroup bloodtype maritalstatus familienstand education",
    100: "yearofbirth birthyear yob geburtsjahr year jahr age alter religion ethnicity",
    300: "country nationality citizenship land state province region bundesland canton kanton",
    10_000: "county district borough ward kreis bezirk stadtteil streetnumber housenumber hausnummer",
    36_525: "dateofbirth birthdate dob birthday geburtsdatum date datum visitdate dateofdeath",
    1_000_000: """
        givenname firstname forename fname vorname middlename surname lastname familyname lname nachname familienname
        maidenname city town place village suburb ort stadt placeofbirth birthplace
        postcode postalcode zip zipcode plz""",
}
_VALUES: Mapping[str, int] = {name: most for most, names in _NAMED.items() for name in names.split()}
_SEPARATORS = re.compile("[^a-z0-9]+")


def public_values(column: str) -> int | None:
    """Return how many values a column of this name can have at most, or None where the name does not say.

    >>> public_values("Date of Birth"), public_values("sex"), public_values("email") is None
    (36525, 4, True)
    """
    return _VALUES.get(_SEPARATORS.sub("", column.lower()))
