"""Two files made for a link, and what a link of them left behind."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb

from privshare import Run, run_scenario, write_run
from privshare.report.folder import staging
from privshare.scenario.adhoc.link import LinkRequest, link_scenario
from privshare.secure.signing import SigningKey

Row = Sequence[str | None]


def table(path: Path, header: Sequence[str], rows: Sequence[Row]) -> Path:
    """Write a table in the format that the name says; None is an empty cell."""
    if path.suffix == ".parquet":
        marks = ", ".join("?" * len(header))
        with duckdb.connect() as engine:
            engine.execute(f"CREATE TABLE t ({', '.join(f'{name} VARCHAR' for name in header)})")
            engine.executemany(f"INSERT INTO t VALUES ({marks})", [list(row) for row in rows])
            engine.execute(f"COPY t TO '{path}' (FORMAT parquet)")
        return path
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerows([header, *([cell or "" for cell in row] for row in rows)])
    return path


def linked(left: Path, right: Path, *key: str, **more: Any) -> tuple[Run, SigningKey]:
    """Run a link by columns that both tables have."""
    keys = more.pop("keys", (key, key))
    ledger = more.pop("ledger", None)
    return run_scenario(link_scenario(LinkRequest(left, right, keys, **more)), ledger_path=ledger)


def written(played: tuple[Run, SigningKey], out: Path) -> Path:
    """Write the run folder."""
    run, key = played
    with staging(out) as stage:
        write_run(run, stage, run_key=key)
    return out


def numbers(path: Path) -> list[tuple[int, int]]:
    """Read a file of row numbers."""
    _, *lines = path.read_text("ascii").splitlines()
    return [(int(one), int(other)) for one, other in (line.split(",") for line in lines)]
