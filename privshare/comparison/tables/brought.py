"""Tables that somebody brought are read, encoded and handed to an attack, after a declaration that is kept.

An attack needs the original, which only a judge may open. So nothing is attacked unless whoever asks declares that no
row is about a real person; who declared it, when, and of which bytes stands in the result.
Leaves to others: which column is of which kind (`rows.py`), and what was right (`judged.py`).
"""

from __future__ import annotations

import getpass
import hashlib
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from privshare.attacks.tables import TABLE_ATTACKS
from privshare.attacks.tables.attack import Background, TableAttack
from privshare.attacks.tables.released import Column
from privshare.attacks.tables.risk import Risk
from privshare.comparison.confidence import TARGETS_MIN
from privshare.comparison.tables.judged import judged
from privshare.comparison.tables.rows import Rows, encoded
from privshare.errors import InputRefused, ParameterRefused
from privshare.holders.files import read_table
from privshare.holders.files.columns import find_column
from privshare.holders.files.csv_file import header_alone
from privshare.holders.files.read import openable
from privshare.model.entropy import seeded_generator

if TYPE_CHECKING:
    import pandas as pd

DECLARATION = "No row of these tables is about a real person."
ATTEMPTS, ATTEMPTS_MAX, SEED_MAX, NEIGHBOURS_MAX = 2_000, 1_000_000, 2**32 - 1, 1_000


@dataclass(frozen=True, slots=True)
class TableRequest:
    """What was asked. known, other, secret: columns, as the attack needs them; attempts: at most so many.

    declared: whether whoever asks declares that no row of the tables is about a real person.
    """

    attack: str
    original: Path
    released: Path
    control: Path | None = None
    known: tuple[str, ...] = ()
    other: tuple[str, ...] = ()
    secret: str | None = None
    attempts: int = ATTEMPTS
    neighbours: int = 1
    seed: int = 1
    declared: bool = False


@dataclass(frozen=True, slots=True)
class Brought:
    """One table. role: original, released or control. sha256: of the file's bytes, hex. rows: without the header."""

    role: str
    path: str
    sha256: str
    rows: int


@dataclass(frozen=True, slots=True)
class Declaration:
    """Who declared the tables synthetic, and when. by: name of the user at the operating system. at: UTC, ISO 8601."""

    says: str
    by: str
    at: str
    tables: tuple[Brought, ...]


@dataclass(frozen=True, slots=True)
class TableAttacked:
    """An attack's result, and on what it was got. left_out: columns that not every table has. seconds: the attack's."""

    risk: Risk
    declaration: Declaration
    columns: tuple[Column, ...]
    left_out: tuple[str, ...]
    background: Background
    seed: int
    seconds: float


def attack_tables(asked: TableRequest, *, notice: Callable[[str], None] = lambda _: None) -> TableAttacked:
    """Read the tables and attack them. notice: told what begins.

    Raises InputRefused where nothing was declared or there are too few rows, ParameterRefused for what was said of the
    adversary, DataRefused for a table that cannot be read or lacks a column.
    """
    if not asked.declared:
        raise InputRefused(
            "an attack opens the original, so it runs on simulated people or on tables of which somebody declares that "
            "no row is about a real person, and such a declaration is kept with the result; accepted is the same "
            "request with --declare-synthetic, where that is true."
        )
    attack = TABLE_ATTACKS[asked.attack]
    _check(asked, attack)
    at = datetime.now(UTC).isoformat(timespec="seconds")
    paths = {"original": asked.original, "released": asked.released}
    paths |= {} if asked.control is None else {"control": asked.control}
    digests = {}
    frames: dict[str, pd.DataFrame] = {}
    for role, path in paths.items():
        notice(f"Reading {path.name}")
        frames[role] = _released(path) if role == "released" else read_table(path)
        digests[role] = hashlib.sha256(path.read_bytes()).hexdigest()
    if digests.get("control") == digests["original"]:
        raise ParameterRefused("--control", asked.control, "other people of the same population; this is --original")
    for name in (*asked.known, *asked.other, *([asked.secret] if asked.secret else [])):
        for role, path in paths.items():
            find_column(frames[role].columns, name, path=path)
    rows, notes = encoded(frames)
    background = _background(asked, rows)
    notice(f"Attacking: {asked.attack}")
    began = time.perf_counter()
    risk = judged(attack, rows, background, seeded_generator(asked.seed))
    seconds = time.perf_counter() - began
    told = tuple(Brought(role, str(paths[role]), digests[role], len(frames[role])) for role in paths)
    shared = {column.name for column in rows.columns}
    return TableAttacked(
        risk=replace(risk, notes=(*risk.notes, *notes)),
        declaration=Declaration(DECLARATION, _user(), at, told),
        columns=rows.columns,
        left_out=tuple(sorted({str(name) for frame in frames.values() for name in frame.columns} - shared)),
        background=background,
        seed=asked.seed,
        seconds=seconds,
    )


def _check(asked: TableRequest, attack: TableAttack) -> None:
    """Raise ParameterRefused for what was said of the adversary, before a file is read."""
    given = {"known": bool(asked.known), "other": bool(asked.other), "secret": asked.secret is not None}
    for name, there in given.items():
        if there and name not in attack.takes:
            takes = " and ".join(f"--{each}" for each in attack.takes)
            raise ParameterRefused(f"--{name}", "given", f"{takes} for {asked.attack}")
    for name in attack.needs:
        if not given[name]:
            what = "one column" if name == "secret" else "columns, separated by commas"
            raise ParameterRefused(f"--{name}", "not given", f"{what}: {asked.attack} needs to be told")
    for name, value, low, high in (
        ("--attempts", asked.attempts, TARGETS_MIN, ATTEMPTS_MAX),
        ("--neighbours", asked.neighbours, 1, NEIGHBOURS_MAX),
        ("--seed", asked.seed, 0, SEED_MAX),
    ):
        if not low <= value <= high:
            raise ParameterRefused(name, value, f"a whole number from {low} to {high}")
    for name, columns in (("--known", asked.known), ("--other", asked.other)):
        if len(set(columns)) != len(columns):
            raise ParameterRefused(name, ",".join(columns), "each column once")
    _check_apart("--known and --other", asked.known, asked.other)
    _check_apart("--known and --secret", asked.known, (asked.secret,) if asked.secret else ())


def _check_apart(names: str, one: Iterable[str], other: Iterable[str]) -> None:
    both = sorted(set(one) & set(other))
    if both:
        raise ParameterRefused(names, f"{', '.join(both)} in both", "each column in one of them")


def _background(asked: TableRequest, rows: Rows) -> Background:
    """Return what the adversary knows; without --known, all shared columns but the secret."""
    known = asked.known or tuple(column.name for column in rows.columns if column.name != asked.secret)
    if not known:
        raise InputRefused(f"the tables share no column but {asked.secret}; accepted is at least one more to guess by.")
    return Background(known, asked.attempts, asked.other, asked.secret, asked.neighbours)


def _released(path: Path) -> pd.DataFrame:
    """Return the released table, of which nothing at all may have been left."""
    import pandas as pd

    with openable(path):
        names = header_alone(path) if path.suffix.lower() == ".csv" else None
    return read_table(path) if names is None else pd.DataFrame({name: pd.Series(dtype=str) for name in names})


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # no name in this system's list, as in many containers
        return "unknown"
