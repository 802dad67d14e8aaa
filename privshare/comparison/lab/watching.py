"""Notes which facets of a surface an attack looks at, so that a cell can say whose view it had.

Promises: the attack gets what it would get without it. Leaves to others what the attack made of a facet: one that
looks at tables and at rows may have used either, and is told as such.
"""

from __future__ import annotations

from typing import Any, cast

from privshare.model.surface import Surface


class Watched:
    """A surface and the names of its facets that were looked at so far."""

    def __init__(self, surface: Surface) -> None:
        """Watch this surface."""
        self._whole = surface
        self.looked: set[str] = set()

    @property
    def surface(self) -> Surface:
        """The surface, for an attack."""
        return cast("Surface", _Facets(self))

    def facet(self, name: str) -> Any:
        """Return a facet, and note that it was looked at."""
        self.looked.add(name)
        return getattr(self._whole, name)

    @property
    def told(self) -> str:
        """What to add to a note: who can read the rows, where the attack looked at rows; else ""."""
        records = self._whole.records
        if records is None or "records" not in self.looked:
            return ""
        either = "tables, or " if "tables" in self.looked and self._whole.tables is not None else ""
        return f"; {either}rows seen by {records.seen_by}"


class _Facets:
    """Stands where a surface stands; attacks read facets of it and nothing else."""

    __slots__ = ("_watched",)

    def __init__(self, watched: Watched) -> None:
        self._watched = watched

    def __getattr__(self, name: str) -> Any:
        return self._watched.facet(name)
