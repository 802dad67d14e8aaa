"""The table of a plan's keys, which rows are joined with: as texts, as the file has them, and their numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from privshare.holders.engines.statements import bin_of
from privshare.holders.files.relation import Relation
from privshare.model.bounding import Bins, Group

if TYPE_CHECKING:
    import duckdb

Key = tuple[str, ...]


def list_keys(engine: duckdb.DuckDBPyConnection, relation: Relation, by: Sequence[Group], keys: Sequence[Key]) -> None:
    """Make the table `keys`: texts k0, k1, ...; the same as the file has them n0, n1, ...; number of the key g."""
    columns: list[list[str]] = [[key[place] for key in keys] for place, _ in enumerate(by)]
    texts = "".join(f"unnest(?::VARCHAR[]) AS k{place}, " for place, _ in enumerate(by))
    native = ["*"]
    for place, part in enumerate(by):
        if isinstance(part, Bins):
            labels = ", ".join(f"'{label}'" for label in part.labels)  # digits and words of our own
            native.append(f"list_position([{labels}], k{place}) - 1 AS n{place}")
        else:
            native.append(f"{relation.key_of_text(part, f'k{place}')} AS n{place}")
    engine.execute(
        f"CREATE OR REPLACE TEMP TABLE keys AS SELECT {', '.join(native)} "
        f"FROM (SELECT {texts}unnest(?::INTEGER[]) AS g)",
        [*columns, list(range(len(keys)))],
    )


def joined_keys(relation: Relation, by: Sequence[Group]) -> str:
    """Return the join of the file's rows with `keys` in SQL."""
    groups = [
        bin_of(relation.whole(part.column), part) if isinstance(part, Bins) else relation.key(part) for part in by
    ]
    return f"JOIN keys ON {' AND '.join(['TRUE', *(f'{group} = n{place}' for place, group in enumerate(groups))])}"
