"""privshare party with --reveal size: what somebody in both tables loses, in every place that says it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from privshare.report.party import party_files, party_lines
from tests.cli.test_party import BANK, OFFICE, SIZE, asked, furnished, play


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return furnished(tmp_path_factory.mktemp("size"))


def test_file_and_terminal_say_alike_what_somebody_in_both_tables_loses(room: Path) -> None:
    bank, office = play(asked(room, BANK, **SIZE), asked(room, OFFICE, **SIZE))
    for run in (bank, office):
        told = json.loads(party_files(run)["leakage.json"])["in_both"]
        assert told == {"micro_epsilon": 1_500_000, "delta_e15": 150_000_000_000}
        assert "for somebody in both tables: epsilon 1.5, delta 1.5 × 10⁻⁴" in " ".join(party_lines(run, out="out"))


def test_a_link_without_noise_has_no_such_loss(room: Path) -> None:
    bank, _ = play(asked(room, BANK), asked(room, OFFICE))
    assert json.loads(party_files(bank)["leakage.json"])["in_both"] is None
    assert "somebody in both" not in " ".join(party_lines(bank, out="out"))
