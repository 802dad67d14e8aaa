"""The verbs that two parties may ask of their tables. What only one of them needs is loaded when it is asked for."""

from __future__ import annotations

from privshare.errors import ParameterRefused
from privshare.scenario.party.request import PartyRequest
from privshare.scenario.party.verbs import MEMBERS, SIZE, Verb

NAMES = ("members", "size", "fuzzy")


def verb_of(asked: PartyRequest) -> Verb:
    """Return the verb that is asked for; raise ParameterRefused for another."""
    if asked.reveal == "members":
        return MEMBERS
    if asked.reveal == "size":
        return SIZE
    if asked.reveal == "fuzzy":
        from privshare.scenario.party.fuzzy import FUZZY

        return FUZZY
    raise ParameterRefused("--reveal", asked.reveal, ", ".join(NAMES))
