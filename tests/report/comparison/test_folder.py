"""The folder: whole or not there, and what `verify` makes of a changed one, even one that was signed again."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from privshare.errors import OutputInUse, SignatureRefused, VerificationFailed
from privshare.model.entropy import SeededEntropy
from privshare.report.comparison import folder as room
from privshare.report.comparison.facts import ComparisonFacts
from privshare.report.comparison.folder import write_comparison
from privshare.report.comparison.tables import all_tables
from privshare.report.manifest import NAME, write_manifest
from privshare.report.staging import staging
from privshare.report.tables import csv_bytes
from privshare.report.verify import verify_folder
from privshare.secure.canonical import canonical
from privshare.secure.signing import fingerprint, new_signing_key
from tests.report.comparison.made_up import facts, openly_a_member

KEY = new_signing_key(SeededEntropy(5))
FILES = {"comparison.json", "cells.csv", "techniques.csv", "growth.csv", "report.html", NAME}


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(room, "render", lambda facts, fingerprint: "<!doctype html>")
    with staging(tmp_path / "made") as stage:
        write_comparison(facts(), stage, key=KEY)
    return tmp_path / "made"


def signed_again(made: Path, *, tables: bool = False) -> None:
    """Write the manifest anew, as whoever can write the folder could. tables: the tables as well."""
    if tables:
        told = TypeAdapter(ComparisonFacts).validate_json((made / "comparison.json").read_text())
        for table in all_tables(told):
            (made / f"{table.name}.csv").write_bytes(csv_bytes(table))
    files = {path.name: path.read_bytes() for path in made.iterdir() if path.name != NAME}
    (made / NAME).write_bytes(write_manifest(files, KEY))


def test_it_verifies_and_says_what_was_checked(made: Path) -> None:
    assert {path.name for path in made.iterdir()} == FILES
    found = verify_folder(made, key=fingerprint(KEY.public))
    assert found.authenticated
    assert dict(found.checks) == {"files": 5, "cells": 15, "tables": 3}
    assert not verify_folder(made).authenticated


def test_what_is_not_hidden_is_no_risk_when_it_is_worked_out_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "render", lambda facts, fingerprint: "<!doctype html>")
    made = openly_a_member()
    assert made.techniques[1].worst_gain is None
    with staging(tmp_path / "made") as stage:
        write_comparison(made, stage, key=KEY)
    assert verify_folder(tmp_path / "made").checks


def test_another_key_is_refused(made: Path) -> None:
    with pytest.raises(SignatureRefused):
        verify_folder(made, key=fingerprint(new_signing_key(SeededEntropy(6)).public))


@pytest.mark.parametrize("name", sorted(FILES))
def test_any_changed_byte_is_found(made: Path, name: str) -> None:
    data = bytearray((made / name).read_bytes())
    data[len(data) // 2] ^= 1
    (made / name).write_bytes(bytes(data))
    with pytest.raises(VerificationFailed):
        verify_folder(made)


def _rate(cell: dict[str, Any]) -> None:
    cell["success"] = 0.5


def _successes(cell: dict[str, Any]) -> None:
    cell["successes"] -= 1


def _interval(cell: dict[str, Any]) -> None:
    cell["interval"][1] = 0.99


def _gain(cell: dict[str, Any]) -> None:
    cell["gain"] = 0.0


def _ceiling(cell: dict[str, Any]) -> None:
    cell["ceiling"] = 0.99


def _chance(cell: dict[str, Any]) -> None:
    cell["chance"] = 0.9


def _type(cell: dict[str, Any]) -> None:
    cell["attempts"] = "100"


def _order(cell: dict[str, Any]) -> None:
    cell["attack"] = "dictionary"


def _word(cell: dict[str, Any]) -> None:
    cell["word"] = "guessing"


@pytest.mark.parametrize("lie", [_rate, _successes, _interval, _gain, _ceiling, _chance, _type, _order, _word])
def test_a_lie_that_is_signed_again_does_not_add_up(made: Path, lie: Callable[[dict[str, Any]], None]) -> None:
    document = json.loads((made / "comparison.json").read_text())
    lie(next(cell for cell in document["cells"] if cell["epsilon"] == 1 and cell["attack"] == "differencing"))
    (made / "comparison.json").write_bytes(canonical(document))
    signed_again(made, tables=lie not in (_type, _order))
    with pytest.raises(VerificationFailed, match=r"comparison\.json"):
        verify_folder(made)


@pytest.mark.parametrize(
    ("name", "value"), [("worst_gain", 0.0), ("worst_attack", None), ("on_frontier", False), ("on_frontier", True)]
)
def test_a_risk_that_is_signed_again_must_follow_from_the_cells(made: Path, name: str, value: object) -> None:
    document = json.loads((made / "comparison.json").read_text())
    next(one for one in document["techniques"] if one[name] not in (value, None))[name] = value
    (made / "comparison.json").write_bytes(canonical(document))
    signed_again(made, tables=True)
    with pytest.raises(VerificationFailed, match="worst attack does not follow"):
        verify_folder(made)


def _control(document: dict[str, Any]) -> None:
    next(cell for cell in document["cells"] if cell.get("control"))["control"]["successes"] = 10**6


def _error(document: dict[str, Any]) -> None:
    document["techniques"][0]["utility"]["mean_error"] = -3.0


@pytest.mark.parametrize("lie", [_control, _error])
def test_controls_and_errors_that_are_signed_again_must_add_up(
    made: Path, lie: Callable[[dict[str, Any]], None]
) -> None:
    document = json.loads((made / "comparison.json").read_text())
    lie(document)
    (made / "comparison.json").write_bytes(canonical(document))
    signed_again(made, tables=True)
    with pytest.raises(VerificationFailed, match=r"control are none|mean error is not"):
        verify_folder(made)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("targets", 10**6), ("targets", -1), ("world_seed", -1), ("world_seed", 2**32), ("epsilons", [0.1, 1.0]),
        ("epsilon_shown", 10.0), ("epsilon_shown", None), ("people", 3),
    ],
)  # fmt: skip
def test_numbers_that_no_comparison_has_are_refused(made: Path, name: str, value: object) -> None:
    document = json.loads((made / "comparison.json").read_text())
    document[name] = value
    (made / "comparison.json").write_bytes(canonical(document))
    signed_again(made, tables=True)
    with pytest.raises(VerificationFailed, match=r"people, targets or seed|epsilons are not"):
        verify_folder(made)


@pytest.mark.parametrize(("name", "value"), [("order_kept", 7.0), ("order_kept", -0.1), ("withheld", -1)])
def test_a_worth_that_no_technique_has_is_refused(made: Path, name: str, value: float) -> None:
    document = json.loads((made / "comparison.json").read_text())
    document["techniques"][0]["utility"][name] = value
    (made / "comparison.json").write_bytes(canonical(document))
    signed_again(made, tables=True)
    with pytest.raises(VerificationFailed, match="errors or shares are none"):
        verify_folder(made)


def test_a_success_cannot_be_signed_away_as_not_hidden(made: Path) -> None:
    document = json.loads((made / "comparison.json").read_text())
    next(cell for cell in document["cells"] if cell.get("word") == "nearly all")["not_hidden"] = True
    (made / "comparison.json").write_bytes(canonical(document))
    signed_again(made, tables=True)
    with pytest.raises(VerificationFailed, match="only members"):
        verify_folder(made)


def test_a_table_that_is_signed_again_must_follow(made: Path) -> None:
    path = made / "techniques.csv"
    path.write_text(path.read_text().replace("480", "481"))
    signed_again(made)
    with pytest.raises(VerificationFailed, match=r"techniques\.csv"):
        verify_folder(made)


def test_a_file_more_or_less_is_found(made: Path) -> None:
    (made / "growth.csv").unlink()
    signed_again(made)
    with pytest.raises(VerificationFailed):
        verify_folder(made)


def test_a_taken_name_is_refused_and_nothing_changes(made: Path) -> None:
    before = {path.name: path.read_bytes() for path in made.iterdir()}
    with pytest.raises(OutputInUse), staging(made):
        pass
    assert {path.name: path.read_bytes() for path in made.iterdir()} == before
