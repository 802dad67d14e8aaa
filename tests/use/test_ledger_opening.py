"""What a ledger file must be to be opened, and what it forbids by itself: guards, damage, older copies, odd paths."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import sqlite3
from pathlib import Path

import pytest

from privshare.errors import LedgerFault, PrivshareError, StorageFault
from privshare.model.loss import PrivacyLoss
from privshare.use.ledger import Ledger, anchor, open_existing_ledger, open_ledger, schema, transaction
from privshare.use.ledger.anchor import SLOT, Anchor, anchor_path, has_slots, move_anchor, read_anchor
from tests.use.spending import AUDIT, BANK, CAP, CITY, RESEARCH, release, reserve, rid, spend

# Durability settings and guards


def test_the_settings_that_durability_rests_on_are_in_force(path: Path, ledger: Ledger) -> None:
    found = {name: ledger._file.row(f"PRAGMA {name}") for name, _, _ in schema.SETTINGS}
    assert found["journal_mode"] == ("delete",)
    assert found["synchronous"] == (3,)
    assert path.stat().st_mode & 0o777 == 0o600 or os.name != "posix"


@pytest.mark.parametrize("setting", schema.SETTINGS, ids=[name for name, _, _ in schema.SETTINGS])
def test_a_setting_that_does_not_hold_stops_the_opening(
    path: Path, ledger: Ledger, monkeypatch: pytest.MonkeyPatch, setting: tuple[str, str, object]
) -> None:
    """As if SQLite answered something else than was set."""
    monkeypatch.setattr(schema, "SETTINGS", [(*setting[:2], "another answer")])
    with pytest.raises(LedgerFault, match=setting[0]):
        open_ledger(path)


def test_a_write_ahead_log_is_turned_back(path: Path, ledger: Ledger) -> None:
    reserve(ledger, spend(1))
    ledger.close()
    raw = sqlite3.connect(path)
    assert raw.execute("PRAGMA journal_mode = WAL").fetchone() == ("wal",)
    raw.close()
    with open_ledger(path) as later:
        assert later._file.row("PRAGMA journal_mode") == ("delete",)
        assert later.left(BANK, RESEARCH).micro_epsilon == 900_000


FORBIDDEN = [
    "DELETE FROM spend",
    "DELETE FROM request",
    "DELETE FROM account",
    "DELETE FROM holder",
    "DELETE FROM chain",
    "UPDATE spend SET micro_epsilon = 1",
    "UPDATE spend SET holder = 'city'",
    "UPDATE chain SET body = ''",
    "UPDATE holder SET snapshot_key = zeroblob(32)",
    "UPDATE account SET purpose = 'other'",
    "UPDATE account SET cap_micro = 1.5",
    "UPDATE account SET cap_micro = 'many'",
    "UPDATE account SET cap_micro = -1",
    "UPDATE account SET spent_micro = 0",
    "UPDATE account SET spent_micro = spent_micro - 1",
    "UPDATE account SET spent_delta_e15 = -1",
    "UPDATE account SET spent_micro = 100001.5",
    "INSERT INTO account VALUES ('bank', 'audit', 1, 0, -1000000, 0)",
    "INSERT INTO account VALUES ('bank', 'audit', 1, 0, 0, -1)",
    "REPLACE INTO account VALUES ('bank', 'research', 1000000, 0, 0, 0)",
    "UPDATE request SET state = 'reserved', run = '', document = NULL",
    "UPDATE request SET state = 'drawing', run = 'x', document = NULL",
    "UPDATE request SET document = x'00'",
    "UPDATE request SET question = 'other'",
    f"INSERT OR REPLACE INTO spend VALUES ('{rid(1)}', 'bank', 'research', 1, 0)",
    f"REPLACE INTO request VALUES ('{rid(1)}', 'q1', 'reserved', '', NULL)",
    "REPLACE INTO account VALUES ('bank', 'research', 9000000, 0, 0, 0)",
    "REPLACE INTO holder VALUES ('bank', zeroblob(32))",
    "REPLACE INTO chain VALUES (1, '{}', 'x')",
    f"INSERT INTO chain VALUES (99, '{{}}', '{rid(0)}')",
    f"INSERT INTO spend VALUES ('{rid(2)}', 'bank', 'research', 900000, 0)",
    f"INSERT INTO spend VALUES ('{rid(2)}', 'bank', 'research', 1, 1000001)",
    f"INSERT INTO spend VALUES ('{rid(2)}', 'bank', 'research', 0, 0)",
    f"INSERT INTO spend VALUES ('{rid(2)}', 'bank', 'research', -5, 0)",
    f"INSERT INTO spend VALUES ('{rid(2)}', 'bank', 'research', 0.5, 0)",
    f"INSERT INTO spend VALUES ('{rid(2)}', 'bank', 'audit', 1, 0)",
    f"INSERT INTO spend VALUES ('{rid(3)}', 'bank', 'research', 1, 0)",
    f"INSERT INTO request VALUES ('{rid(4)}', 'q', 'released', 'x', x'00')",
    f"INSERT INTO request VALUES ('{rid(4)}', 'q', 'gone', 'x', NULL)",
]


@pytest.mark.parametrize("statement", FORBIDDEN, ids=range(len(FORBIDDEN)))
@pytest.mark.parametrize("careful", [True, False])
def test_the_file_guards_itself_against_what_no_code_here_does(
    path: Path, ledger: Ledger, statement: str, careful: bool
) -> None:
    """Also on a connection that sets nothing, as in a SQL shell - there only the triggers and CHECKs stand."""
    release(ledger, 1, b"{}", 100_001)
    reserve(ledger, spend(2, 1, holder=CITY))
    ledger.close()
    raw = schema.connect(path, writable=True) if careful else sqlite3.connect(path, isolation_level=None)
    unguarded = "audit" in statement or rid(3) in statement  # those two rest on foreign keys, which a shell leaves off
    if unguarded and not careful:
        raw.execute("PRAGMA foreign_keys = ON")
    before = list(raw.iterdump())
    with pytest.raises(sqlite3.IntegrityError):
        raw.execute(statement)
    assert list(raw.iterdump()) == before
    raw.close()


def test_a_cap_that_code_forgets_is_remembered_by_the_file(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A planted bug: the ledger believes that there is always enough left."""
    monkeypatch.setattr(Ledger, "left", lambda self, holder, purpose: PrivacyLoss(2**53))
    with pytest.raises(LedgerFault, match="within the cap"):
        reserve(ledger, spend(1, 1_000_001))
    monkeypatch.undo()
    assert ledger.left(BANK, RESEARCH) == CAP


# Opening


def snapshot(path: Path, to: Path) -> Path:
    shutil.copy(path, to)
    shutil.copy(f"{path}.head", f"{to}.head")
    return to


def test_a_new_ledger_has_its_anchor_before_its_first_entry(path: Path) -> None:
    with open_ledger(path) as opened:
        assert Path(f"{path}.head").read_text().startswith("privshare-ledger-head/1 0 0000")
        opened.declare(BANK, RESEARCH, CAP)
        assert read_anchor(path) == Anchor(1, opened.statement().head)


def test_an_older_copy_is_refused(path: Path, ledger: Ledger, tmp_path: Path) -> None:
    release(ledger, 1)
    ledger.close()
    old = path.read_bytes()
    with open_ledger(path) as later:
        release(later, 2)
    path.write_bytes(old)
    for opening in (open_ledger, open_existing_ledger):
        with pytest.raises(LedgerFault, match="restored from an older copy or altered"):
            opening(path)


def test_an_older_copy_that_went_on_alone_is_refused(path: Path, ledger: Ledger, tmp_path: Path) -> None:
    """As many entries as the anchor knows, but not the same ones."""
    ledger.close()
    copy = snapshot(path, tmp_path / "copy")
    with open_ledger(copy) as other:
        release(other, 5)
    with open_ledger(path) as later:
        release(later, 6)
    shutil.copy(copy, path)
    with pytest.raises(LedgerFault, match="restored from an older copy or altered"):
        open_ledger(path)


def test_a_whole_folder_from_yesterday_is_not_found_out(path: Path, ledger: Ledger, tmp_path: Path) -> None:
    """The stated limit: both files together look right; only an extract kept elsewhere shows it."""
    ledger.close()
    copy = snapshot(path, tmp_path / "copy")
    with open_ledger(path) as later:
        release(later, 1)
        kept_elsewhere = later.statement()
    snapshot(copy, path)
    with open_ledger(path) as restored:
        assert restored.left(BANK, RESEARCH) == CAP
        assert restored.statement().chain != kept_elsewhere.chain


def test_a_missing_anchor_is_refused_and_the_sentence_does_not_say_what_would_pass(path: Path, ledger: Ledger) -> None:
    release(ledger, 1)
    head = ledger.statement().head
    ledger.close()
    anchor = Path(f"{path}.head")
    kept = anchor.read_text()
    anchor.unlink()
    for opening in (open_ledger, open_existing_ledger):
        with pytest.raises(LedgerFault, match="missing") as refused:
            opening(path)
        assert "only the ledger's owner can decide" in str(refused.value)
        assert head in kept
        assert head not in str(refused.value)
        assert "privshare-ledger-head" not in str(refused.value)
        assert not anchor.exists()
    anchor.write_text(kept)
    with open_ledger(path) as later:
        assert later.left(BANK, RESEARCH).micro_epsilon == 900_000


@pytest.mark.parametrize("text", ["", "nonsense", "privshare-ledger-head/1 3", "privshare-ledger-head/2 0 " + "0" * 64])
def test_a_damaged_anchor_is_refused(path: Path, ledger: Ledger, text: str) -> None:
    ledger.close()
    Path(f"{path}.head").write_text(text)
    with pytest.raises(LedgerFault, match="damaged"):
        open_ledger(path)


def test_a_lagging_anchor_is_what_a_crash_leaves_and_moves_up(path: Path, ledger: Ledger) -> None:
    ledger.close()
    lagging = Path(f"{path}.head").read_text()
    with open_ledger(path) as later:
        release(later, 1)
    newest = read_anchor(path)
    Path(f"{path}.head").write_text(lagging)
    with open_existing_ledger(path) as reader:
        assert reader.left(BANK, RESEARCH).micro_epsilon == 900_000
    assert Path(f"{path}.head").read_text() == lagging, "a reader writes nothing"
    open_ledger(path).close()
    assert read_anchor(path) == newest


def test_an_anchor_of_one_line_is_read_and_becomes_one_of_two_slots(path: Path, ledger: Ledger) -> None:
    """What earlier versions wrote."""
    release(ledger, 1)
    ledger.close()
    newest = read_anchor(path)
    assert newest is not None
    Path(f"{path}.head").write_text(newest.line + "\n")
    assert not move_anchor(path, Anchor(99, "0" * 64))
    with open_existing_ledger(path):
        assert Path(f"{path}.head").read_text() == newest.line + "\n", "a reader writes nothing"
    with open_ledger(path) as later:
        assert (read_anchor(path), has_slots(path)) == (newest, True)
        release(later, 2)
    Path(f"{path}.head").write_text(newest.line.replace(newest.head, "0" * 64))
    with pytest.raises(LedgerFault, match="restored from an older copy or altered"):
        open_ledger(path)


def test_an_older_copy_written_over_an_open_ledger_is_refused_at_the_next_spend(path: Path, ledger: Ledger) -> None:
    """A party may wait for its peer for days with its ledger open."""
    copy = path.read_bytes()
    with open_ledger(path) as first:
        release(first, 1, micro=1_000_000)
    path.write_bytes(copy)
    with pytest.raises(LedgerFault, match=r"restored from an older copy or altered: budget\.ledger\.head remembers 5"):
        reserve(ledger, spend(2, 1_000_000))
    assert path.read_bytes() == copy


def test_a_ledger_whose_anchor_is_taken_away_while_it_is_open_spends_no_further(path: Path, ledger: Ledger) -> None:
    anchor_path(path).unlink()
    with pytest.raises(LedgerFault, match=r"its anchor budget\.ledger\.head is missing"):
        reserve(ledger, spend(1))


def test_an_anchor_read_while_it_is_written_is_read_again(
    path: Path, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half of one hash and half of another is what no lock on the fast path costs."""
    half = Anchor(2, "0" * 64)
    read: list[bool] = []

    def reading(place: Path, *, locked: bool = True) -> Anchor | None:
        read.append(locked)
        return read_anchor(place) if locked else half

    monkeypatch.setattr(transaction, "read_anchor", reading)
    reserve(ledger, spend(1))
    assert read == [False, True]
    assert ledger.left(BANK, RESEARCH).micro_epsilon == 900_000


@pytest.mark.parametrize("torn_at", [0, 1, 40, 100, 4095, 4096])
def test_an_anchor_torn_while_it_was_written_still_remembers_the_entry_before(path: Path, torn_at: int) -> None:
    with open_ledger(path) as opened:
        opened.declare(BANK, RESEARCH, CAP)
        for number in range(4):
            before, kept = read_anchor(path), Path(f"{path}.head").read_bytes()
            opened.note_refusal(f"q{number}", "BudgetExhausted", "licence")
            after, written = read_anchor(path), Path(f"{path}.head").read_bytes()
            assert before is not None
            assert after is not None
            assert (after.count, len(written)) == (before.count + 1, 2 * SLOT)
            (changed,) = {place // SLOT for place, (a, b) in enumerate(zip(kept, written, strict=True)) if a != b}
            halves = [kept[changed * SLOT :][:SLOT], written[changed * SLOT :][:SLOT]]
            torn = halves[1][:torn_at] + b"\0" * (SLOT - torn_at)
            Path(f"{path}.head").write_bytes(written[: changed * SLOT] + torn + written[(changed + 1) * SLOT :])
            assert read_anchor(path) == (after if torn == halves[1] else before)
            Path(f"{path}.head").write_bytes(written)


def test_an_anchor_is_read_and_moved_under_a_lock_and_put_in_place_where_there_is_none(
    path: Path, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[int] = []
    real = fcntl.flock
    monkeypatch.setattr(fcntl, "flock", lambda handle, kind: taken.append(kind) or real(handle, kind))
    ledger.note_refusal("q1", "BudgetExhausted", "licence")
    read_anchor(path)
    assert taken == [fcntl.LOCK_EX | fcntl.LOCK_NB, fcntl.LOCK_SH | fcntl.LOCK_NB]

    def unknown(handle: int, kind: int) -> None:
        raise OSError(errno.ENOTSUP, "not on this file system")

    monkeypatch.setattr(fcntl, "flock", unknown)
    ledger.note_refusal("q2", "BudgetExhausted", "licence")
    assert read_anchor(path) == Anchor(4, ledger.statement().head)
    monkeypatch.setattr(anchor, "fcntl", None)
    ledger.note_refusal("q3", "BudgetExhausted", "licence")
    assert read_anchor(path) == Anchor(5, ledger.statement().head)


def test_an_anchor_that_somebody_holds_for_too_long_is_told(
    path: Path, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(anchor, "_WAIT_SECONDS", 0.0)
    with anchor_path(path).open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        reserve(ledger, spend(1))
        with pytest.raises(StorageFault, match="has held it"):
            ledger.begin(rid(1))
        with pytest.raises(LedgerFault, match="has held it"):
            open_existing_ledger(path)
    ledger.close()
    with open_ledger(path) as later:
        assert later.left(BANK, RESEARCH).micro_epsilon == 900_000


def test_the_anchor_knows_every_debit_before_its_noise_is_drawn_and_all_when_the_ledger_is_closed(
    path: Path, ledger: Ledger
) -> None:
    """An older copy can then bring back no budget of which anything may have been seen."""

    def remembered() -> int:
        anchor = read_anchor(path)
        assert anchor is not None
        return anchor.count

    assert remembered() == 2
    reserve(ledger, spend(1), spend(2))
    assert remembered() == 2, "no noise of it was drawn"
    ledger.begin(rid(1))
    assert remembered() == 4
    ledger.complete(rid(1), b"{}")
    assert remembered() == 4, "what it costs is known already"
    ledger.note_refusal("q9", "BudgetExhausted", "licence")
    assert remembered() == 6
    ledger.begin(rid(2))
    ledger.complete(rid(2), b"{}")
    ledger.close()
    assert remembered() == 8


def test_a_closing_that_cannot_move_the_anchor_leaves_it_to_the_next_opening(
    path: Path, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    reserve(ledger, spend(1), spend(2))
    head = ledger.statement().head
    monkeypatch.setattr(anchor, "_WAIT_SECONDS", 0.0)
    with anchor_path(path).open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        ledger.close()
    assert read_anchor(path) != Anchor(3, head)
    monkeypatch.undo()
    with open_existing_ledger(path) as reader:
        assert reader.left(BANK, RESEARCH).micro_epsilon == 800_000
    with open_ledger(path) as later:
        later.note_refusal("q9", "BudgetExhausted", "licence")
        assert read_anchor(path) == Anchor(4, later.statement().head)


def test_an_anchor_never_moves_down(path: Path, ledger: Ledger) -> None:
    reserve(ledger, spend(1))
    ledger.begin(rid(1))
    newest = read_anchor(path)
    assert newest is not None
    assert move_anchor(path, Anchor(newest.count - 1, "0" * 64))
    assert read_anchor(path) == newest


@pytest.mark.parametrize("emptied", [True, False])
def test_a_ledger_that_vanished_is_not_begun_anew(path: Path, ledger: Ledger, emptied: bool) -> None:
    ledger.close()
    if emptied:
        path.write_bytes(b"")
    else:
        path.unlink()
    for opening in (open_ledger, open_existing_ledger):
        with pytest.raises(LedgerFault, match="missing or empty"):
            opening(path)
    assert path.exists() == emptied


def test_an_anchor_without_a_first_entry_is_no_loss(path: Path) -> None:
    """What a crash leaves between making a ledger and declaring in it: any of the two files, both empty of entries."""
    open_ledger(path).close()
    anchor = Path(f"{path}.head")
    kept = anchor.read_bytes()
    anchor.unlink()
    open_ledger(path).close()
    assert anchor.read_bytes() == kept
    path.unlink()
    with open_ledger(path) as opened:
        opened.declare(BANK, RESEARCH, CAP)


def test_a_newer_version_is_refused(path: Path, ledger: Ledger) -> None:
    ledger.close()
    raw = sqlite3.connect(path)
    raw.execute(f"PRAGMA user_version = {schema.VERSION + 1}")
    raw.close()
    with pytest.raises(LedgerFault, match="newer version"):
        open_ledger(path)


CHANGES = [
    "DROP TRIGGER spend_within_cap",
    "DROP TRIGGER chain_is_final",
    "CREATE TABLE more (x)",
    "DROP TRIGGER spend_is_counted",
    "CREATE INDEX more ON spend (holder)",
]


@pytest.mark.parametrize("change", CHANGES)
def test_a_file_whose_guards_were_changed_is_refused(path: Path, ledger: Ledger, change: str) -> None:
    ledger.close()
    raw = sqlite3.connect(path)
    raw.execute(change)
    raw.close()
    with pytest.raises(LedgerFault, match="triggers that guard"):
        open_ledger(path)


EDITS = [
    "UPDATE account SET cap_micro = 9000000",
    "UPDATE account SET spent_micro = spent_micro - 1 WHERE holder = 'bank'",
    "UPDATE account SET spent_delta_e15 = 1",
    "UPDATE spend SET micro_epsilon = 1",
    "DELETE FROM spend",
    "UPDATE request SET document = x'00' WHERE state = 'released'",
    "UPDATE request SET question = 'other'",
    "UPDATE holder SET snapshot_key = zeroblob(32)",
    "UPDATE chain SET hash = upper(hash)",
    "UPDATE chain SET body = replace(body, '100001', '1') WHERE entry = 3",
    "DELETE FROM chain WHERE entry = 5",
]


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_behind_the_guards_is_found_out(path: Path, ledger: Ledger, edit: str) -> None:
    """Triggers taken away, the table edited, triggers put back: the chain still tells."""
    release(ledger, 1, b"{}", 100_001)
    ledger.close()
    raw = sqlite3.connect(path)
    for statement in schema.TRIGGERS:
        raw.execute(f"DROP TRIGGER {statement.split()[2]}")
    assert raw.execute(edit).rowcount > 0
    for statement in schema.TRIGGERS:
        raw.execute(statement)
    raw.commit()
    raw.close()
    with pytest.raises(LedgerFault, match=r"chain|altered"):
        open_ledger(path)


def test_any_flipped_byte_is_found_or_changes_nothing(path: Path, ledger: Ledger) -> None:
    release(ledger, 1, b'{"release":"of some length, so that a flip may hit it"}')
    ledger.note_refusal("q2", "BudgetExhausted", "licence")
    honest, document = ledger.statement(), ledger.stored(rid(1))
    ledger.close()
    raw = sqlite3.connect(path)
    (sums_page,) = raw.execute("SELECT rootpage FROM sqlite_master WHERE name = 'account'").fetchone()
    raw.close()
    whole = path.read_bytes()
    # Every byte of the header, every 113th after it, which meets every page in many places, and all of the accounts
    # with their sums, which are read for each spend and say nothing that the spends do not.
    size = int.from_bytes(whole[16:18], "big")
    flips = [*range(100), *range(100, len(whole), 113), *range(sums_page * size - 60, sums_page * size)]
    found_out = 0
    for place in flips:
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x41]) + whole[place + 1 :])
        try:
            with open_existing_ledger(path) as opened:
                assert opened.statement() == honest, f"byte {place}"
                assert opened.stored(rid(1)) == document, f"byte {place}"
                assert opened.left(BANK, RESEARCH).micro_epsilon == 900_000, f"byte {place}"
        except PrivshareError:
            found_out += 1
    assert found_out > 100


@pytest.mark.parametrize("share", [0.0005, 0.01, 0.3, 0.5, 0.9, 0.999])
def test_a_truncated_file_is_refused(path: Path, ledger: Ledger, share: float) -> None:
    release(ledger, 1)
    ledger.close()
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(LedgerFault):
        open_ledger(path)


def test_a_path_that_is_no_ledger_gets_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (tmp_path / "text").write_text("not a database, but long enough to have a header of a hundred bytes " * 3)
    other = sqlite3.connect(tmp_path / "other")
    other.execute("CREATE TABLE t (x)")
    other.close()
    os.mkfifo(tmp_path / "pipe")
    names = ["folder", "loop", "text", "other", "pipe", "no/such/folder", "text/below", "n" * 300, "nul\0"]
    for name in names:
        for opening in (open_ledger, open_existing_ledger):
            with pytest.raises(LedgerFault) as refused:
                opening(tmp_path / name)
            assert "\n" not in str(refused.value)
            assert str(refused.value).count(". ") == 0
    for opening, told in (
        (open_ledger, "it is a folder, and a ledger is a file; name a file, which is made if it does not exist"),
        (open_existing_ledger, "it is a folder, and a ledger is a file; name the ledger's own file"),
    ):
        with pytest.raises(LedgerFault, match=f"{told}.$"):
            opening(tmp_path / "folder")
    with pytest.raises(LedgerFault, match="it is a device, a pipe or the like"):
        open_existing_ledger(tmp_path / "pipe")
    assert (tmp_path / "text").read_text().startswith("not a database")
    with pytest.raises(LedgerFault, match="no ledger in this place"):
        open_existing_ledger(tmp_path / "absent")
    assert not (tmp_path / "absent").exists()


def test_a_hard_link_is_refused_and_a_symbolic_one_leads_to_the_same_ledger(path: Path, ledger: Ledger) -> None:
    release(ledger, 1)
    ledger.close()
    link = path.with_name("link")
    link.symlink_to(path)
    with open_ledger(link) as through:
        release(through, 2)
    with open_ledger(path) as straight:
        assert straight.left(BANK, RESEARCH).micro_epsilon == 800_000
    assert not Path(f"{link}.head").exists()
    link.unlink()
    os.link(path, link)
    with pytest.raises(LedgerFault, match="hard link"):
        open_ledger(link)


@pytest.mark.parametrize("name", [":memory:", "file:x?mode=memory", "a b%20?mode=ro#x", "ünï.ledger"])
def test_a_strange_name_is_a_file_like_any_other(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with open_ledger(Path(name)) as opened:
        opened.declare(BANK, RESEARCH, CAP)
    assert sorted(entry.name for entry in tmp_path.iterdir()) == sorted([name, f"{name}.head"])
    with open_existing_ledger(Path(name)) as again:
        assert again.left(BANK, RESEARCH) == CAP


def test_a_reader_cannot_write(path: Path, ledger: Ledger) -> None:
    with open_existing_ledger(path) as reader:
        for change in (
            lambda: reserve(reader, spend(1)),
            lambda: reader.declare(BANK, AUDIT, CAP),
            lambda: reader.note_refusal("q", "k", "c"),
        ):
            with pytest.raises(StorageFault):
                change()
    assert ledger.left(BANK, RESEARCH) == CAP


def test_a_closed_ledger_says_so(ledger: Ledger) -> None:
    ledger.close()
    with pytest.raises(LedgerFault):
        ledger.left(BANK, RESEARCH)
    with pytest.raises(LedgerFault):
        reserve(ledger, spend(1))


def test_a_ledger_that_another_program_holds_says_so(
    path: Path, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    monkeypatch.setattr(schema, "BUSY_SECONDS", 0.0)
    with pytest.raises(LedgerFault, match="another program"):
        open_ledger(path)
    holder.close()
    open_ledger(path).close()
