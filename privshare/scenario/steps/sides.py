"""The two sides of a linkage step: which holder, which of its columns are the key, and what is between them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field

from privshare.categorize.faults import accepting
from privshare.categorize.policy import Identifier, StrictModel
from privshare.errors import InputRefused
from privshare.holders.holder import Holder, key_table_with, table_with
from privshare.model.category import RungKind
from privshare.model.party import ColumnName, PartyId
from privshare.model.question import ColumnUse
from privshare.model.table import KeyTable, Table
from privshare.model.texts import TextColumn
from privshare.scenario.few_keys import few_keys_hint
from privshare.scenario.outcome import Component, Reality
from privshare.scenario.stage import Stage
from privshare.scenario.steps.kind import Mention
from privshare.secure.psi.item_set import ItemSet, items_of

KEY_COLUMNS_MAX = 8
SuiteName = Literal["psi-oprf/1", "psi-ot-sh/1", "psi-ot-mr/1"]
"""A suite that tells who is shared (`secure/psi/members`), by its id."""
NETWORK = Component("network between parties", Reality.SIMULATED, "the parties are threads of one process")
"""What every link step has of a network; between two machines `privshare party` is for."""
Heading = Annotated[str, Field(min_length=1, max_length=200), accepting("a name in quotes, of 1 to 200 characters")]
"""A column of whatever name a table has; the policy decides whether it may be used."""


class SideSpec(StrictModel):
    """One holder and its key: the identifier column, and further ones where one alone does not tell people apart."""

    holder: Identifier
    person: Heading
    further: Annotated[list[Heading], Field(max_length=KEY_COLUMNS_MAX - 1)] = Field(default_factory=list)

    @property
    def key(self) -> tuple[str, ...]:
        """The columns of the key, in the order in which their fields are joined."""
        return (self.person, *self.further)


def mentions_of(sides: Sequence[SideSpec], purpose: str) -> tuple[Mention, ...]:
    """Return the names that two sides use and that must be declared elsewhere."""
    holders = tuple(Mention(f"sides[{n}].holder", "holder", side.holder) for n, side in enumerate(sides))
    return (*holders, Mention("purpose", "purpose", purpose))


def uses_of(sides: Sequence[SideSpec]) -> tuple[ColumnUse, ...]:
    """Return every key column as a linkage key."""
    named = [(PartyId(side.holder), ColumnName(column)) for side in sides for column in side.key]
    return tuple(ColumnUse(holder, column, RungKind.AFTER_LINK) for holder, column in named)


def check_sides(step: str, sides: Sequence[SideSpec], stage: Stage) -> None:
    """Raise InputRefused unless two holders stand there whose tables have the keys, with equally many columns."""
    for side in sides:
        key_table_with(stage.holder(side.holder), side.key)
    one, other = sides
    if one.holder == other.holder:
        raise InputRefused(f"step {step}: both sides are {one.holder!r}; name two holders.")
    if len(one.key) != len(other.key):
        raise InputRefused(f"step {step}: one key has {len(one.key)} columns, the other {len(other.key)}.")


def table_of(side: SideSpec, stage: Stage) -> Table:
    """Return the holder's table that has the key."""
    return table_with(stage.holder(side.holder), side.key)


def items_from(stage: Stage, party: str, key: Sequence[str], *, noised: bool) -> ItemSet:
    """Return a holder's keys as a linkage set; where they are oddly few, whoever watches the run is told."""
    items = items_of(*cells_from(stage.holder(party), key))
    if hint := few_keys_hint(key, items, noised=noised):
        stage.hinted(f"{party}: {hint}")
    return items


def cells_from(holder: Holder, key: Sequence[str]) -> tuple[TextColumn | list[str | None], ...]:
    """Return the cells of the holder's key columns, None or an empty text for a missing one."""
    table = key_table_with(holder, key)
    if isinstance(table, KeyTable):
        cells = dict(zip(table.columns, table.cells, strict=True))
        return tuple(cells[ColumnName(column)] for column in key)
    columns = [table.frame[column] for column in key]
    return tuple(column.astype(object).where(column.notna(), None).tolist() for column in columns)
