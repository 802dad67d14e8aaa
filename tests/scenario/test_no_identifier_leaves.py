"""No planted identifier of the world stands in any file of a run, in clear or as an unkeyed hash.

The dictionary panel shows its own small world, made for it, so nothing is excepted here.
"""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

import pytest

from privshare import Run
from privshare.holders.population import credit_city
from privshare.secure.psi.identifiers import item_hash, normalise
from tests.scenario.leaks import Needles, needles
from tests.scenario.stories import DEMO

PERSON = {"accounts": "citizen_id", "loans": "account_holder", "events": "citizen"}


def _planted() -> list[str]:
    """The two fabricated people of the scenario file."""
    found = re.findall(r'account_holder = "([^"]+)"', (DEMO / "scenario.toml").read_text("utf-8"))
    assert len(found) == 2
    return found


@pytest.fixture(scope="module")
def everybody(demo_run: Run) -> Needles:
    """Everybody of the demo's world, in every style that any holder wrote, and the two that were planted."""
    world = credit_city(demo_run.people, demo_run.seed)
    written = {who for table, column in PERSON.items() for who in world.tables[table][0][column]}
    people = {normalise(who) for who in written}
    assert 250 < len(people) <= demo_run.people
    return needles({*written, *(who.strip().upper() for who in written if who.isascii()), *_planted()})


def test_no_identifier_stands_in_any_file(everybody: Needles, demo_folder: Path) -> None:
    files = [path for path in demo_folder.rglob("*") if path.is_file()]
    assert len(files) > 30
    assert sum(path.stat().st_size for path in files) > 200_000, "there is something to search"
    assert {"report.html", "run.json", "ledger-extract.json"} <= {path.name for path in files}
    assert list(demo_folder.glob("transcript/*points*")), "what crossed the wire is among it"
    assert everybody.found_below(demo_folder) == {}


def test_no_identifier_stands_in_the_run_itself(everybody: Needles, demo_run: Run) -> None:
    assert everybody.found_in(repr(demo_run).encode()) == []


def _some(world_seed: int = 2018) -> str:
    return str(credit_city(300, world_seed).tables["loans"][0]["account_holder"].iloc[7])


@pytest.mark.parametrize("style", ["as written", "upper", "normalised", "without dashes", "utf-16", "inside base64"])
def test_a_planted_identifier_is_found(everybody: Needles, style: str) -> None:
    who = _some()
    leaked = {
        "as written": who.encode(),
        "upper": who.strip().upper().encode(),
        "normalised": (normalise(who) or "").encode(),
        "without dashes": who.replace("-", "").encode(),
        "utf-16": who.encode("utf-16-le"),
        "inside base64": base64.b64encode(b"id=" + (normalise(who) or "").encode() + b";"),
    }[style]
    assert everybody.found_in(b'{"x": "' + leaked + b'"}')


@pytest.mark.parametrize("form", ["raw", "hex", "HEX", "base64", "base64url", "base64 inside", "half of it"])
@pytest.mark.parametrize("hashed", ["written", "normalised", "item"])
def test_a_planted_hash_is_found(everybody: Needles, hashed: str, form: str) -> None:
    who = _some()
    normal = normalise(who) or ""
    digest = {
        "written": hashlib.sha256(who.encode()).digest(),
        "normalised": hashlib.sha256(normal.encode()).digest(),
        "item": item_hash(normal),
    }[hashed]
    leaked = {
        "raw": digest,
        "hex": digest.hex().encode(),
        "HEX": digest.hex().upper().encode(),
        "base64": base64.b64encode(digest),
        "base64url": base64.urlsafe_b64encode(digest),
        "base64 inside": base64.b64encode(b"\x01\x02" + digest),
        "half of it": digest[:16],
    }[form]
    assert everybody.found_in(b"\x00garbage " + leaked + b" more")


def test_a_leak_into_one_file_of_a_run_is_found(everybody: Needles, demo_folder: Path, tmp_path: Path) -> None:
    """The same walk over a copy with one hash planted in one transcript file."""
    for path in demo_folder.rglob("*.bin"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    assert everybody.found_below(tmp_path) == {}
    victim = next(path for path in sorted(tmp_path.iterdir()) if path.stat().st_size > 5_000)
    data = bytearray(victim.read_bytes())
    data[1_000:1_032] = item_hash(normalise(_some()) or "")
    victim.write_bytes(bytes(data))
    assert list(everybody.found_below(tmp_path)) == [victim.name]
    (tmp_path / f"{normalise(_some())}.csv").write_text("")
    assert len(everybody.found_below(tmp_path)) == 2, "a file name is searched as well"


def test_people_of_another_world_are_no_needles(everybody: Needles) -> None:
    assert everybody.found_in(_some(world_seed=9).encode()) == []
