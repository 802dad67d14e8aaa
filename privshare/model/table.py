"""A raw table. It stays with its holder: it is not a payload, and its repr shows nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from privshare.model.party import ColumnName, PartyId

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Table:
    """Rows of one holder. person: the column that names the person a row is about; None if it is about no person."""

    holder: PartyId
    name: str
    person: ColumnName | None
    frame: pd.DataFrame

    @property
    def columns(self) -> tuple[ColumnName, ...]:
        """Column names in file order."""
        return tuple(ColumnName(str(name)) for name in self.frame.columns)

    def __repr__(self) -> str:
        return f"<table {self.name} of {self.holder}: {len(self.frame)} rows, not shown>"
