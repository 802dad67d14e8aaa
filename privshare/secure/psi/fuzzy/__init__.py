"""Suite `fuzzy/1`: people are matched who agree on some of several fields, with nothing similar sent.

fields      typed fields: what of a text counts
plan        which fields together are a key, and what both holders agree on
items       how the fields of a record become the item of a key
records     one holder's records as keys: entities, ambiguous keys left out
assignment  pairs out of agreeing keys: heaviest first, one to one, ties left open
roles       receiver and sender, over a suite of members whose items carry handles
leakage     what each side learned, for the statement

No encoding that keeps similarity leaves a holder: two spellings of a name are
either the same key or nothing alike. What that costs is that fields must agree
exactly after their rules, in some combination.
"""

from privshare.secure.psi.fuzzy.fields import Rule, coarse, rule_of
from privshare.secure.psi.fuzzy.leakage import leakage
from privshare.secure.psi.fuzzy.plan import Field, FuzzyPlan, plan_of
from privshare.secure.psi.fuzzy.records import KeyCount, KeyedRecords, keyed_records, refuse_ambiguous, too_few_read
from privshare.secure.psi.fuzzy.roles import SUITE, Below, Open, Pairs, receiver, sender

__all__ = [
    "SUITE",
    "Below",
    "Field",
    "FuzzyPlan",
    "KeyCount",
    "KeyedRecords",
    "Open",
    "Pairs",
    "Rule",
    "coarse",
    "keyed_records",
    "leakage",
    "plan_of",
    "receiver",
    "refuse_ambiguous",
    "rule_of",
    "sender",
    "too_few_read",
]
