"""Raw tables. They stay with their holder: they are no payload, and their repr shows nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from privshare.model.party import ColumnName, PartyId

if TYPE_CHECKING:
    import pandas as pd

    from privshare.model.texts import TextColumn


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


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class KeyTable:
    """The key columns of one holder's table, which is all that a linkage needs of it. cells: in order of columns."""

    holder: PartyId
    name: str
    columns: tuple[ColumnName, ...]
    cells: tuple[TextColumn, ...]

    def __repr__(self) -> str:
        return f"<key columns of table {self.name} of {self.holder}: {len(self.cells[0])} rows, not shown>"
