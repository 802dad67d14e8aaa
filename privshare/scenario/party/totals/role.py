"""Who a party is in a run of three. Imports nothing of this house, for the command line shows it in its help."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """Who a party is in a run of three."""

    GROUPING = "grouping"
    VALUING = "valuing"
    UNIT = "unit"
