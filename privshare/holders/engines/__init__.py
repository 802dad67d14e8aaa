"""Engines run a bounding plan behind the holder's wall; only the bounded whole numbers come out.

Every engine gives identical numbers for the same rows and plan, so engines
check each other. A new engine is one file here and one line in ENGINES.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from privshare.holders.engines.pandas_engine import run_plan
from privshare.model.bounding import BoundingPlan

ENGINES: Mapping[str, Callable[[Any, BoundingPlan], tuple[int, ...]]] = {"pandas": run_plan}
