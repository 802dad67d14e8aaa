"""What a holder's own table brings to `totals-3/1`: its people as items, each with a group or a value.

Promises: this is the holder's ingest, before anybody is called, so it may
refuse on values; what it refuses names a column or a line and no person.
Leaves to others: clamping values (the role), and everything after.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from privshare.holders.files import find_column, integer_column, read_table
from privshare.holders.files.key_columns import read_key_columns
from privshare.holders.holder import groups_by_person, values_by_person
from privshare.model.party import ColumnName, PartyId
from privshare.model.role import Role
from privshare.model.table import Table
from privshare.scenario.party.totals.request import TotalsRequest
from privshare.scenario.party.verbs import Held, Progress, held_items
from privshare.secure.psi.totals import Grouped, Valued

if TYPE_CHECKING:
    from privshare.scenario.party.request import PartyRequest


def people_of(asked: TotalsRequest, own: PartyId, progress: Progress | None) -> tuple[Held, Grouped | Valued]:
    """Return the own side, and the people with their groups or values; raise DataRefused.

    A person whose rows fall into different groups, or into none that is agreed, is left out, and so is a row without
    a key; a person's values are added up.
    """
    request: PartyRequest = asked.as_holder()
    held = held_items(request, read_key_columns(request.table, request.key, progress=progress))
    frame = read_table(request.table)
    name = find_column(frame, asked.column, path=request.table)
    if asked.role is Role.VALUING:
        frame = frame.assign(**{name: integer_column(frame, name, path=request.table)})
    table = Table(own, "own", ColumnName(request.key[0]), frame)
    starts, rows = held.items.starts, held.items.row_numbers
    if asked.role is Role.VALUING:
        top = asked.value_max
        return held, Valued(held.items.hashes, values_by_person(table, name, top, starts=starts, rows=rows))
    keys = tuple((group,) for group in asked.groups)
    groups, _ = groups_by_person(table, [name], keys, starts=starts, rows=rows)
    kept = groups >= 0
    return held, Grouped(held.items.hashes[kept], groups[kept])
