"""Fields on the command line, COLUMN or COLUMN:RULE, and the rule that a public name stands for where none is written.

The names are the schema, which both holders know; no value is looked at. A
name that is not here gets no rule by guess: it must be written out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from privshare.errors import ParameterRefused
from privshare.secure.psi.fuzzy.fields import Rule, rule_of
from privshare.secure.psi.fuzzy.plan import FIELDS_MAX, FIELDS_MIN, FuzzyPlan, plan_of

_NAMED: Mapping[str, str] = {
    "letters4": """
        givenname firstname forename fname vorname surname lastname familyname lname nachname familienname maidenname
        middlename street streetname address address1 addressline1 streetaddress strasse suburb city town place village
        ort stadt placeofbirth birthplace""",
    "date": "dateofbirth birthdate dob birthday geburtsdatum",
    "year/100": "yearofbirth birthyear yob geburtsjahr",
    "stem4": "postcode postalcode zip zipcode plz",
    "letters1/4": "sex gender geschlecht",
    "letters4/64": "state province region bundesland county",
    "digits4/500": "streetnumber housenumber hausnummer",
    "tail8/10000000": "phone phonenumber telephone mobile tel telefon",
    "text/10000000": "email mail emailaddress",
    "stem/10000000": "socsecid ssn nationalid passport passportnumber taxid citizenid",
}
_RULES: Mapping[str, str] = {name: rule for rule, names in _NAMED.items() for name in names.split()}
_SEPARATORS = re.compile("[^a-z0-9]+")
_FLAGS: Mapping[str, str] = {"fields": "--on", "keys": "--fuzzy-keys", "least weight": "--weight-min"}
"""What a plan calls its parts, and the options that say them."""


def written_field(text: str) -> tuple[str, Rule | None]:
    """Return the column and the rule, where one is written out; raise ParameterRefused for what is no rule.

    >>> written_field("born:year")[0], written_field("born")
    ('born', ('born', None))
    """
    column, colon, rule = text.rpartition(":")
    return (column.strip(), rule_of(rule.strip())) if colon else (text.strip(), None)


def composite(text: str) -> tuple[tuple[str, ...], ...]:
    """Return keys of several columns each.

    >>> composite("a+b, a+c+d")
    (('a', 'b'), ('a', 'c', 'd'))
    """
    keys = (key.strip() for key in text.split(","))
    return tuple(tuple(column.strip() for column in key.split("+") if column.strip()) for key in keys if key)


def named_rule(column: str) -> Rule:
    """Return the rule of a column name; raise ParameterRefused for a name that says nothing.

    >>> str(named_rule("Given_Name")), str(named_rule("date of birth"))
    ('letters4/4096', 'date/36525')
    """
    rule = _RULES.get(_SEPARATORS.sub("", column.lower()))
    if rule is None:
        raise ParameterRefused(
            "--on", f"{column!r}, whose name stands for no rule", f"{column}:RULE, for example {column}:letters4"
        )
    return rule_of(rule)


def check_count(columns: Sequence[str], *, flag: str) -> None:
    """Raise ParameterRefused for fewer or more columns than records can be compared by. flag: that names them."""
    if not FIELDS_MIN <= len(columns) <= FIELDS_MAX:
        raise ParameterRefused(flag, ",".join(columns) or "nothing", f"{FIELDS_MIN} to {FIELDS_MAX} columns")


def plan_by_flags(
    fields: Sequence[tuple[str, Rule]],
    *,
    keys: Sequence[Sequence[str]] | None,
    weight_min: int,
    records_max: int | None,
    records_flag: str = "records",
) -> FuzzyPlan:
    """Return the plan as `plan_of` does; what is refused of it is told by the option that said it."""
    try:
        return plan_of(fields, keys=keys, weight_min=weight_min, records_max=records_max)
    except ParameterRefused as fault:
        named = {**_FLAGS, "records": records_flag}.get(fault.name, fault.name)
        raise ParameterRefused(named, fault.given, fault.accepted) from None
