"""What an adversary may ask. An attack gets an Oracle or a View, never a Table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol


class TableOracle(Protocol):
    """Answers "the published table, with or without person number i", as an outsider could have collected it.

    Two publications a month apart, or one for everybody and one for everybody but the staff, are such a pair.
    """

    @property
    def targets(self) -> int:
        """How many people may be asked about; they are numbered from 0."""
        ...

    def cell(self, target: int) -> tuple[str, ...]:
        """Return the group the target is known to be in (the adversary's background)."""
        ...

    def table(self, *, without: int | None) -> Mapping[tuple[str, ...], int]:
        """Return one publication: group -> number, over everybody, or over everybody but one target."""
        ...
