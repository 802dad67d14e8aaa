"""Who a party is in a run of three: two holders and a linkage unit (`totals-3/1`)."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """The holder that knows groups, the holder that knows values, or the unit, which knows neither."""

    GROUPING = "grouping"
    VALUING = "valuing"
    UNIT = "unit"
