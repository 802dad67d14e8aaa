"""A ledger of format 1 is opened, says what it said, and goes on; one that was tampered with stays refused."""

from __future__ import annotations

import hashlib
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from privshare.errors import BudgetExhausted, LedgerFault
from privshare.model.loss import PrivacyLoss
from privshare.use.ledger import Ledger, open_existing_ledger, open_ledger, schema
from privshare.use.ledger.anchor import Anchor, put_anchor, read_anchor
from tests.faults import spender
from tests.use.spending import AUDIT, BANK, CITY, RESEARCH, release, reserve, rid, spend

OLD = Path(__file__).with_name("ledger_format_1.sql").read_text()
NEWEST = Anchor(10, "5a8fa123245b3f610da9d6c0ee7e63a5276907feb297780035aa4eaf8e9d3a34")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return old_ledger(tmp_path / "ledger")


def old_ledger(place: Path, *edits: str) -> Path:
    """Write the old ledger, with edits behind its guards."""
    made = sqlite3.connect(place)
    made.executescript(OLD)
    triggers = made.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall() if edits else []
    for name, _ in triggers:
        made.execute(f"DROP TRIGGER {name}")
    for edit in edits:
        made.execute(edit)
    for _, sql in triggers:
        made.execute(sql)
    made.commit()
    made.close()
    put_anchor(place, NEWEST)
    return place


def says_what_it_said(ledger: Ledger) -> bool:
    statement = ledger.statement()
    assert (statement.count, statement.head) == (NEWEST.count, NEWEST.head)
    assert ledger.left(BANK, RESEARCH) == PrivacyLoss(899_997, 999_993)
    assert ledger.left(CITY, RESEARCH) == PrivacyLoss(0)
    assert ledger.left(BANK, AUDIT) == PrivacyLoss(50_000)
    assert [ledger.state(rid(number)) for number in (1, 2, 3, 4)] == ["released", "drawing", "reserved", None]
    assert [ledger.stored(rid(number)) for number in (1, 2)] == [b'{"released":"1"}', None]
    key = hashlib.sha256(ledger.snapshot_key(BANK)).hexdigest()
    assert f'"snapshot_key_sha256":"{key}"' in statement.chain[0]
    return True


def version(path: Path) -> int:
    raw = sqlite3.connect(path)
    found = schema.version_of(raw)
    raw.close()
    return found


def test_an_old_ledger_says_what_it_said_and_goes_on(path: Path) -> None:
    assert version(path) == 1
    with open_ledger(path) as ledger:
        assert says_what_it_said(ledger)
        with pytest.raises(BudgetExhausted):
            reserve(ledger, spend(4, 1, holder=CITY))
        with pytest.raises(BudgetExhausted):
            reserve(ledger, spend(4, 899_998))
        reserve(ledger, spend(4, 899_997))
        with pytest.raises(LedgerFault, match="drawn by another run"):
            reserve(ledger, spend(2, 1))
    assert version(path) == schema.VERSION
    with open_ledger(path) as again:
        assert again.left(BANK, RESEARCH).micro_epsilon == 0
        assert again.statement().count == NEWEST.count + 1
        again.begin(rid(3))


def test_its_caps_are_guarded_like_those_of_a_new_one(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_ledger(path) as ledger:
        monkeypatch.setattr(Ledger, "left", lambda self, holder, purpose: PrivacyLoss(2**53))
        with pytest.raises(LedgerFault, match="within the cap"):
            reserve(ledger, spend(4, 899_998))


def test_a_reader_changes_nothing(path: Path) -> None:
    before = path.read_bytes()
    with open_existing_ledger(path) as reader:
        assert says_what_it_said(reader)
        with pytest.raises(Exception, match="readonly"):
            reserve(reader, spend(4))
    assert path.read_bytes() == before
    assert read_anchor(path) == NEWEST


EDITS = {
    "UPDATE spend SET micro_epsilon = 1": "not what its chain says",
    "DELETE FROM spend": "not what its chain says",
    "UPDATE request SET document = x'00' WHERE state = 'released'": "not what its chain says",
    "UPDATE account SET cap_micro = 9000000": "not what its chain says",
    "CREATE TABLE more (x)": "triggers that guard",
    "CREATE TRIGGER more BEFORE INSERT ON spend BEGIN SELECT 1; END": "triggers that guard",
    "DROP INDEX spend_by_account": "triggers that guard",
}


@pytest.mark.parametrize("edit", EDITS)
def test_an_old_ledger_that_was_edited_is_refused_and_stays_as_it_is(tmp_path: Path, edit: str) -> None:
    path = old_ledger(tmp_path / "edited", edit)
    before = path.read_bytes()
    for opening in (open_existing_ledger, open_ledger):
        with pytest.raises(LedgerFault, match=EDITS[edit]):
            opening(path)
    assert path.read_bytes() == before


def test_an_older_copy_of_an_old_ledger_is_refused_and_stays_as_it_is(path: Path) -> None:
    before = path.read_bytes()
    put_anchor(path, Anchor(NEWEST.count + 1, "0" * 64))
    for opening in (open_existing_ledger, open_ledger):
        with pytest.raises(LedgerFault, match="older copy or altered"):
            opening(path)
    assert path.read_bytes() == before


def test_a_kill_at_any_step_leaves_the_old_ledger_or_the_new(memory_folder: Path) -> None:
    """SIGKILL in place of each SQL statement, flush and write of the opening that makes it new."""
    old_ledger(memory_folder / "ledger")
    killer = [sys.executable, spender.__file__, "open", str(memory_folder)]
    done = subprocess.run(killer, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2])
    assert done.returncode == 0, done.stderr
    places = [memory_folder / name / "ledger" for name in done.stdout.split()]
    assert len(places) > 60
    versions = [version(place) for place in places]
    assert versions == sorted(versions), "all at once"
    assert {*versions} == {1, schema.VERSION}
    for place in places:
        with open_existing_ledger(place) as reader:
            assert says_what_it_said(reader)
        with open_ledger(place) as ledger:
            assert says_what_it_said(ledger)
            release(ledger, 5)
