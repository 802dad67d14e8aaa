"""An engine whose answers leave a keyed digest behind, so that the holder can show later what was noised.

Promises: there is a digest whichever engine answered, and it is all that a
release says of the engines: who else answered depends on the number of rows,
which no release may tell.
Leaves to others: the key. It must be another for every request, else two
releases with equal digests would say that their exact numbers are equal.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping

from privshare.holders.engines.checked import CheckedEngine, Key
from privshare.holders.engines.duckdb_engine import DuckEngine
from privshare.holders.engines.pandas_engine import PandasEngine
from privshare.model.bounding import BoundingPlan, Contributions, Discovery


class DigestedEngine:
    """An engine, and the digest of what it answered. key: the holder's, for one request, at least 16 bytes."""

    def __init__(self, engine: PandasEngine | DuckEngine | CheckedEngine, key: bytes) -> None:
        self._engine = engine
        self._digest = hmac.new(key, digestmod=hashlib.sha256)

    @property
    def digest(self) -> str:
        """HMAC-SHA-256 of everything answered so far, hex."""
        return self._digest.hexdigest()

    def plan(self, plan: BoundingPlan) -> tuple[int, ...]:
        """Run the plan."""
        answer = self._engine.plan(plan)
        self._told("plan", answer)
        return answer

    def contributions(self, asked: Contributions) -> tuple[int, ...]:
        """Count people by how much they contribute."""
        answer = self._engine.contributions(asked)
        self._told("contributions", answer)
        return answer

    def discovery(self, asked: Discovery) -> Mapping[Key, int]:
        """Look for the groups."""
        answer = self._engine.discovery(asked)
        self._told("discovery", tuple(sorted(answer.items())))
        return answer

    def _told(self, what: str, answer: object) -> None:
        self._digest.update(json.dumps([what, answer]).encode())
