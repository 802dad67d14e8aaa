"""Tables computed from a release's noised numbers alone, so they cost nothing further (post-processing).

A kind is one file here and one line in KINDS; it gets the published cells and
the scale of each measure's noise, never an exact number. Intervals cover the
noise at 95 %, not sampling and not the rescaling of heavy persons.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from privshare.errors import ParameterRefused
from privshare.model.release import Cell, Derived
from privshare.use.release.derived.kind import Kind
from privshare.use.release.derived.mean import MEAN
from privshare.use.release.derived.quantiles import QUANTILES
from privshare.use.release.derived.top import TOP
from privshare.use.release.derived.variance import VARIANCE
from privshare.use.release.terms import DerivedTerms, StatisticTerms

KINDS: Mapping[str, Kind] = {"mean": MEAN, "variance": VARIANCE, "quantiles": QUANTILES, "top": TOP}


def derive(terms: StatisticTerms, cells: Sequence[Cell], scales: Mapping[str, float]) -> tuple[Derived, ...]:
    """Return the tables that the terms ask for. scales: measure -> scale of its noise, in whole units."""
    return tuple(KINDS[asked.kind].derive(asked, terms, cells, scales) for asked in terms.derived)


def check_derived(terms: StatisticTerms) -> None:
    """Raise ParameterRefused for a table that could not be computed, whatever the numbers are."""
    names = [measure.name for measure in terms.measures]
    for asked in terms.derived:
        if asked.kind not in KINDS:
            raise ParameterRefused(f"kind of {asked.name}", asked.kind, f"one of {', '.join(KINDS)}")
        missing = [name for name in asked.measures if name not in names]
        if missing:
            raise ParameterRefused(f"measures of {asked.name}", missing[0], f"one of {', '.join(names)}")
        KINDS[asked.kind].check(asked, terms)
    tables = [asked.name for asked in terms.derived]
    if len({*tables, *names}) != len(tables) + len(names):
        raise ParameterRefused("derived", ", ".join(tables), "each with a name of its own")


__all__ = ["KINDS", "DerivedTerms", "check_derived", "derive"]
