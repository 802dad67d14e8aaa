"""Simulated people and what three organisations know of them. Built from a seed, so it can be built again.

The world has a finding to find: where the private score is high, people
default less, in every district but one (`FLAT_DISTRICT`), where the score says
nothing. It has the untidiness that linkage meets: identifiers typed in several
styles, people with two accounts or two loans, and one
citizen with four hundred entries who would dominate a sum without a bound.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from privshare.errors import ParameterRefused
from privshare.holders.identifiers import DISTRICT_CODES, SERIALS, YEARS, identifier, written_by
from privshare.holders.truth import ENTITY, Indices, Truth
from privshare.model.entropy import WorldGenerator, seeded_generator

if TYPE_CHECKING:
    import pandas as pd

DISTRICTS = ("Old Harbour", "Northbank", "Mill Quarter", "Greenfield", "Southgate", "Lakeside")
FLAT_DISTRICT = "Old Harbour"
SCORE_BANDS = ("1 low", "2 fair", "3 good", "4 high", "5 top")
PRODUCTS = ("card", "car loan", "home loan")
EVENT_KINDS = ("volunteer hours", "prompt tax payment", "late fee", "traffic offence")
EVENT_POINTS = (12, 5, -8, -20)
PEOPLE_MIN, PEOPLE_MAX = 200, 1_000_000

_BAND_SHARE = (0.15, 0.22, 0.28, 0.22, 0.13)
_DEFAULT_RATE = (0.22, 0.14, 0.09, 0.05, 0.025)
_FLAT_RATE = 0.10
_HEAVY_EVENTS = 400


@dataclass(frozen=True, slots=True, repr=False)
class World:
    """What a generator makes. tables: name -> (frame, person column or None). truth: for the judge only."""

    tables: Mapping[str, tuple[pd.DataFrame, str | None]]
    truth: Truth


def credit_city(people: int, seed: int) -> World:
    """Return a city of `people` citizens with a payment platform, a bank and a city credit office.

    Tables: accounts (platform), loans and bank_register (bank), events and rules (city office).
    Raises ParameterRefused outside 200 to 1,000,000 people.
    """
    import pandas as pd

    if not PEOPLE_MIN <= people <= PEOPLE_MAX:
        raise ParameterRefused("people", people, f"a whole number from {PEOPLE_MIN} to {PEOPLE_MAX}")
    chance = seeded_generator(seed)
    numbers = chance.choice(DISTRICT_CODES * YEARS * SERIALS, size=people, replace=False)
    issued = [identifier(int(number)) for number in numbers]
    district = chance.integers(len(DISTRICTS), size=people)
    band = chance.choice(len(SCORE_BANDS), size=people, p=_BAND_SHARE)
    frames = {
        "accounts": _accounts(chance, issued, district, band),
        "loans": _loans(chance, issued, district, band),
        "events": _events(chance, issued, district),
    }
    truth = Truth(dict(frames), tuple(issued), {"district": district, "band": band})
    tables: dict[str, tuple[pd.DataFrame, str | None]] = {
        "accounts": (frames["accounts"].drop(columns=ENTITY), "citizen_id"),
        "loans": (frames["loans"].drop(columns=ENTITY), "account_holder"),
        "events": (frames["events"].drop(columns=ENTITY), "citizen"),
        "bank_register": (pd.DataFrame(_BANK_REGISTER), None),
        "rules": (pd.DataFrame(_CITY_RULES), None),
    }
    return World(tables, truth)


WORLDS: Mapping[str, Callable[[int, int], World]] = {"credit-city": credit_city}

_BANK_REGISTER = {
    "register_name": ["Meridian Bank"], "register_number": ["HB-0042"], "register_status": ["licensed lender"],
}  # fmt: skip
_CITY_RULES = {
    "rule": list(EVENT_KINDS),
    "rule_points": [str(points) for points in EVENT_POINTS],
    "rule_appeal": ["30 days, Citizens' Desk"] * len(EVENT_KINDS),
}


def _typed(chance: WorldGenerator, issued: list[str], who: Indices) -> list[str]:
    """Return the identifiers of `who` as one organisation writes them: one style a person, kept on every row."""
    style = chance.choice(4, size=len(issued), p=(0.7, 0.15, 0.1, 0.05))
    return written_by([issued[entity] for entity in who], style[who])


def _accounts(chance: WorldGenerator, issued: list[str], district: Indices, band: Indices) -> pd.DataFrame:
    """Three in four people have an account; one in a hundred of those has two, some with another band."""
    import pandas as pd

    who = np.flatnonzero(chance.random(len(issued)) < 0.75)
    again = who[chance.random(len(who)) < 0.01]
    bands = np.concatenate([band[who], (band[again] + chance.integers(2, size=len(again))) % len(SCORE_BANDS)])
    who = np.concatenate([who, again])
    devices = np.array(["Aster 3", "Brook 9", "Cedar X", "Dune S"])
    return pd.DataFrame(
        {
            ENTITY: who,
            "citizen_id": _typed(chance, issued, who),
            "district": np.array(DISTRICTS)[district[who]],
            "score_band": np.array(SCORE_BANDS)[bands],
            "device_model": devices[chance.integers(len(devices), size=len(who))],
        }
    )


def _loans(chance: WorldGenerator, issued: list[str], district: Indices, band: Indices) -> pd.DataFrame:
    """Three in five people have a loan, one in seven of those a second one."""
    import pandas as pd

    who = np.flatnonzero(chance.random(len(issued)) < 0.6)
    rate = np.where(district == DISTRICTS.index(FLAT_DISTRICT), _FLAT_RATE, np.array(_DEFAULT_RATE)[band])
    bad_payer = chance.random(len(issued)) < rate
    who = np.concatenate([who, who[chance.random(len(who)) < 1 / 7]])
    return pd.DataFrame(
        {
            ENTITY: who,
            "account_holder": _typed(chance, issued, who),
            "product": np.array(PRODUCTS)[chance.choice(len(PRODUCTS), size=len(who), p=(0.55, 0.3, 0.15))],
            "credit_limit": (chance.lognormal(8.5, 0.7, size=len(who)) // 100 * 100).astype(np.int64),
            "defaulted": bad_payer[who].astype(np.int64),
        }
    )


def _events(chance: WorldGenerator, issued: list[str], district: Indices) -> pd.DataFrame:
    """Between no and a dozen entries a citizen; one citizen collects four hundred."""
    import pandas as pd

    who = np.repeat(np.arange(len(issued)), chance.poisson(1.6, size=len(issued)))
    kind = chance.choice(len(EVENT_KINDS), size=len(who), p=(0.3, 0.4, 0.2, 0.1))
    heavy = int(chance.integers(len(issued)))
    who = np.concatenate([who, np.full(_HEAVY_EVENTS, heavy)])
    kind = np.concatenate([kind, np.zeros(_HEAVY_EVENTS, dtype=kind.dtype)])
    return pd.DataFrame(
        {
            ENTITY: who,
            "citizen": _typed(chance, issued, who),
            "home_district": np.array(DISTRICTS)[district[who]],
            "event_kind": np.array(EVENT_KINDS)[kind],
            "points": np.array(EVENT_POINTS)[kind],
        }
    )
