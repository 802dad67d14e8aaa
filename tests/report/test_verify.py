"""Whatever is changed in a run folder is found and named; what is not changed is left alone."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from privshare.errors import InputRefused, ParameterRefused, SignatureRefused, VerificationFailed
from privshare.model.loss import PrivacyLoss
from privshare.model.release import Cell, Release
from privshare.report.contents import contents
from privshare.report.folder import staging, write_run
from privshare.report.manifest import NAME, read_manifest, write_manifest
from privshare.report.verify import verify_folder
from privshare.scenario.outcome import PublishedRelease, Run
from privshare.secure.canonical import parse_canonical
from privshare.secure.signing import SigningKey, envelope, fingerprint
from tests.report import world

with mock.patch("privshare.report.contents.render", return_value=""):
    FILES = sorted([NAME, *contents(world.synthetic_run()[0])])
WATCHED: list[str] | None = None


def _watch(event: str, args: tuple[Any, ...]) -> None:
    if WATCHED is None:
        return
    if event == "open" and (args[2] or 0) & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND):
        WATCHED.append(f"open {args[0]}")
    if event in ("os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.truncate", "os.utime", "os.chmod", "os.link"):
        WATCHED.append(f"{event} {args[0]}")


sys.addaudithook(_watch)  # cannot be removed again; it does nothing unless a test watches


@pytest.fixture
def copy(folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(folder, tmp_path / "copy"))


@pytest.fixture
def pristine(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One copy for many one-byte changes, each undone by the test itself."""
    return Path(shutil.copytree(folder, tmp_path_factory.mktemp("bytes") / "copy"))


def places(size: int) -> list[int]:
    """First, last, middle, and a fixed list of others."""
    others = {size * step // 97 for step in (3, 11, 29, 47, 61, 83)}
    return sorted({0, size - 1, size // 2, *others} & set(range(size)))


def flipped_is_named(copy: Path, path: str, place: int, bit: int = 0) -> None:
    whole = bytearray((copy / path).read_bytes())
    whole[place] ^= 1 << bit
    (copy / path).write_bytes(whole)
    try:
        with pytest.raises(VerificationFailed) as refused:
            verify_folder(copy)
        assert refused.value.file == path
    finally:
        whole[place] ^= 1 << bit
        (copy / path).write_bytes(whole)


def test_an_untouched_folder_verifies(folder: Path, run_key: SigningKey) -> None:
    checked = verify_folder(folder)
    assert not checked.authenticated
    assert dict(checked.checks) == {
        "files": len(FILES) - 1, "log": 9, "witnesses": 4, "seals": 3, "open": 1, "releases": 4, "ledger": 19,
        "messages": 13,
    }  # fmt: skip
    assert checked.fingerprint == fingerprint(run_key.public)


def test_with_the_key_it_is_authenticated(folder: Path, run_key: SigningKey) -> None:
    assert verify_folder(folder, key=fingerprint(run_key.public)).authenticated


def test_with_another_key_it_is_refused(folder: Path) -> None:
    with pytest.raises(SignatureRefused) as refused:
        verify_folder(folder, key="SHA256:" + "-".join(["0000"] * 8))
    assert refused.value.file == NAME


@pytest.mark.parametrize("key", ["", "SHA256:", "a1d2", "SHA256:" + "-".join(["ABCD"] * 8), "SHA256:" + "0" * 32])
def test_a_key_that_is_no_fingerprint_is_refused(folder: Path, key: str) -> None:
    with pytest.raises(ParameterRefused):
        verify_folder(folder, key=key)


def test_it_only_reads(folder: Path) -> None:
    global WATCHED
    before = {path: (path.stat().st_mtime_ns, path.stat().st_mode) for path in [folder, *folder.rglob("*")]}
    WATCHED = []
    try:
        verify_folder(folder)
        seen = WATCHED
    finally:
        WATCHED = None
    assert seen == []
    assert {path: (path.stat().st_mtime_ns, path.stat().st_mode) for path in [folder, *folder.rglob("*")]} == before


def test_the_watch_has_teeth(tmp_path: Path) -> None:
    global WATCHED
    WATCHED = []
    try:
        (tmp_path / "x").write_text("x")
        (tmp_path / "d").mkdir()
        seen = WATCHED
    finally:
        WATCHED = None
    assert len(seen) == 2


def test_a_read_only_folder_verifies(copy: Path) -> None:
    everything = [copy, *copy.rglob("*")]
    for path in everything:
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        verify_folder(copy)
    finally:
        for path in everything:
            path.chmod(0o755 if path.is_dir() else 0o644)


@pytest.mark.parametrize("path", FILES)
def test_one_changed_bit_anywhere_is_found_and_named(pristine: Path, path: str) -> None:
    size = (pristine / path).stat().st_size
    for number, place in enumerate(places(size)):
        flipped_is_named(pristine, path, place, bit=number % 8)


@pytest.mark.slow
@pytest.mark.parametrize("path", FILES)
def test_every_byte_of_every_small_file(pristine: Path, path: str) -> None:
    size = (pristine / path).stat().st_size
    for place in range(min(size, 6_000)):
        flipped_is_named(pristine, path, place, bit=place % 8)


@pytest.mark.parametrize("path", FILES)
def test_a_deleted_or_cut_or_longer_file_is_named(copy: Path, path: str) -> None:
    whole = (copy / path).read_bytes()
    for change in (whole[:-1], whole + b"\n", b""):
        (copy / path).write_bytes(change)
        with pytest.raises(VerificationFailed) as refused:
            verify_folder(copy)
        assert refused.value.file == path
    (copy / path).unlink()
    with pytest.raises(VerificationFailed) as refused:
        verify_folder(copy)
    assert refused.value.file == path


@pytest.mark.parametrize("extra", ["note.txt", "tables/more.csv", "views/.hidden", "deep/er/file", ".reserve"])
def test_an_extra_file_is_named(copy: Path, extra: str) -> None:
    (copy / extra).parent.mkdir(parents=True, exist_ok=True)
    (copy / extra).write_text("more")
    with pytest.raises(VerificationFailed) as refused:
        verify_folder(copy)
    assert refused.value.file == extra


def test_an_extra_empty_folder_is_named(copy: Path) -> None:
    (copy / "empty").mkdir()
    with pytest.raises(VerificationFailed, match="empty does not verify"):
        verify_folder(copy)


def test_links_and_pipes_are_not_followed(copy: Path, tmp_path: Path) -> None:
    (tmp_path / "away").write_bytes((copy / "run.json").read_bytes())
    (copy / "run.json").unlink()
    (copy / "run.json").symlink_to(tmp_path / "away")
    with pytest.raises(VerificationFailed, match=r"run\.json does not verify: it is a link"):
        verify_folder(copy)
    (copy / "run.json").unlink()
    os.mkfifo(copy / "run.json")
    with pytest.raises(VerificationFailed, match=r"run\.json"):
        verify_folder(copy)


@pytest.mark.parametrize("name", [NAME, "views"])
def test_a_linked_manifest_or_room_is_refused(copy: Path, tmp_path: Path, name: str) -> None:
    (copy / name).rename(tmp_path / "away")
    (copy / name).symlink_to(tmp_path / "away")
    with pytest.raises(VerificationFailed) as refused:
        verify_folder(copy)
    assert refused.value.file == name


def test_swapped_files_are_found(copy: Path) -> None:
    one, other = copy / "releases" / "loans-by-product.json", copy / "releases" / "points-by-district.json"
    mine, theirs = one.read_bytes(), other.read_bytes()
    one.write_bytes(theirs)
    other.write_bytes(mine)
    with pytest.raises(VerificationFailed) as refused:
        verify_folder(copy)
    assert refused.value.file.startswith("releases/")


def test_a_missing_folder_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(InputRefused):
        verify_folder(tmp_path / "nothing")
    with pytest.raises(VerificationFailed, match="MANIFEST"):
        verify_folder(tmp_path)


def test_a_manifest_has_one_spelling(run_key: SigningKey) -> None:
    data = write_manifest({"a": b"1", "b/c": b"2"}, run_key)
    assert list(read_manifest(data)[0]) == ["a", "b/c"]
    text = data.decode()
    wrongs = (text[:-1], text + "\n", text.replace("\n", "\r\n"), text.upper(), " " + text, text.replace("  ", " "))
    for wrong in wrongs:
        with pytest.raises(VerificationFailed):
            read_manifest(wrong.encode())


# ---------------------------------------------------------------- a liar who holds the run's key signs anew
def signed_anew(copy: Path, run_key: SigningKey) -> None:
    paths = [path for path in copy.rglob("*") if path.is_file() and path.name != NAME]
    files = {str(path.relative_to(copy)): path.read_bytes() for path in paths}
    (copy / NAME).write_bytes(write_manifest(files, run_key))


def refused_file(copy: Path, run_key: SigningKey) -> str:
    signed_anew(copy, run_key)
    with pytest.raises(VerificationFailed) as refused:
        verify_folder(copy)
    return refused.value.file


def test_signing_anew_without_a_change_still_verifies(copy: Path, run_key: SigningKey) -> None:
    signed_anew(copy, run_key)
    verify_folder(copy)


def swap(path: Path, old: bytes, new: bytes) -> None:
    whole = path.read_bytes()
    assert whole.count(old) >= 1
    path.write_bytes(whole.replace(old, new, 1))


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("releases/loans-by-product.json", b'"card"', b'"cord"'),
        ("releases/loans-by-product.json", b'"by":"bank"', b'"by":"city"'),
        ("open/city-rules.json", b"ombudsperson", b"ombudspersom"),
        ("ledger-extract.json", b'"cap_micro":2000000', b'"cap_micro":3000000'),
        ("log/leaves.jsonl", b'"records":900', b'"records":901'),
        ("log/checkpoint", b"\n9\n", b"\n8\n"),
        ("log/proofs.json", b'[["', b'[["0'),
        ("tables/release-loans-by-product.csv", b"car loan", b"car luan"),
        ("log/proofs.json", b'"proofs":[', b'"proofs":[[],'),
        ("transcript/index.json", b'"rounds":4', b'"rounds":3'),
        ("transcript/index.json", b'"bytes_sent":{"bank":6', b'"bytes_sent":{"bank":7'),
        ("transcript/index.json", b'"kind":"key-share"', b'"kind":"keys-hare"'),
        ("views/unit.json", b'"items":420', b'"items":421'),
        ("run.json", b'"records":900', b'"records":901'),
        ("run.json", b'"id":"loans-by-product"', b'"id":"loans-by-pruduct"'),
        ("run.json", b'"spent":{"delta_e15":4000000', b'"spent":{"delta_e15":3000000'),
        ("run.json", b'"spent":{"delta_e15":4000000', b'"spent":{"delta_e15":-4000000'),
        ("keys.json", b'"keys"', b'"locks"'),
    ],
)  # fmt: skip
def test_a_lie_signed_by_the_run_is_found_where_holders_signed(
    copy: Path, run_key: SigningKey, path: str, old: bytes, new: bytes
) -> None:
    swap(copy / path, old, new)
    assert refused_file(copy, run_key) == path


def test_reordered_dropped_and_doubled_log_lines_are_found(copy: Path, run_key: SigningKey) -> None:
    leaves = copy / "log" / "leaves.jsonl"
    lines = leaves.read_bytes().splitlines(keepends=True)
    for wrong in ([lines[1], lines[0], *lines[2:]], lines[:-1], [*lines, lines[0]], lines[1:]):
        leaves.write_bytes(b"".join(wrong))
        assert refused_file(copy, run_key) == "log/leaves.jsonl"


def test_a_missing_witness_is_found(copy: Path, run_key: SigningKey) -> None:
    note = (copy / "log" / "checkpoint").read_text()
    (copy / "log" / "checkpoint").write_text("".join(note.splitlines(keepends=True)[:-1]))
    assert refused_file(copy, run_key) == "log/checkpoint"


def test_a_removed_release_is_missed(copy: Path, run_key: SigningKey) -> None:
    (copy / "releases" / "loans-by-product.json").unlink()
    (copy / "tables" / "release-loans-by-product.csv").unlink()
    assert refused_file(copy, run_key) == "log/leaves.jsonl"


@pytest.mark.parametrize("path", ["open/city-rules.json", "releases/loans-by-product.json", "views/unit.json"])
def test_a_document_under_another_name_is_found(copy: Path, run_key: SigningKey, path: str) -> None:
    other = path.replace(".json", "-2.json")
    (copy / path).rename(copy / other)
    assert refused_file(copy, run_key) == other


@pytest.mark.parametrize(
    "path",
    ["run.json", "keys.json", "ledger-extract.json", "log/leaves.jsonl", "log/checkpoint", "log/proofs.json",
     "transcript/index.json", "transcript/0003-platform-bank-points.bin", "tables/release-loans-by-product.csv"],
)  # fmt: skip
def test_a_part_that_the_liar_left_out_is_named(copy: Path, run_key: SigningKey, path: str) -> None:
    (copy / path).unlink()
    assert refused_file(copy, run_key) == path


def test_a_message_file_that_nobody_sent_is_found(copy: Path, run_key: SigningKey) -> None:
    (copy / "transcript" / "0099-platform-bank-extra.bin").write_bytes(b"x")
    assert refused_file(copy, run_key) == "transcript/index.json"


@pytest.mark.parametrize("path", ["open/city-rules.json", "releases/loans-by-product.json"])
def test_a_document_that_its_signer_changed_after_logging_is_found(copy: Path, run_key: SigningKey, path: str) -> None:
    """The holder signs another document with its own true key; the log does not know it."""
    room = path.split("/")[0]
    opened = parse_canonical((copy / path).read_bytes(), file=path)
    document = opened["document"]
    if room == "open":
        document["title"] = "Other rules"
    else:
        document["sentence"] = "Another question?"
    signers = [(signature["by"], world.holder_keys()[signature["by"]]) for signature in opened["signatures"]]
    (copy / path).write_bytes(envelope(document, domain=opened["domain"], signers=signers))
    assert refused_file(copy, run_key) == path


def test_a_changed_message_is_found(copy: Path, run_key: SigningKey) -> None:
    body = copy / "transcript" / "0003-platform-bank-points.bin"
    body.write_bytes(bytes(1) + body.read_bytes()[1:])
    assert refused_file(copy, run_key) == "transcript/0003-platform-bank-points.bin"


def test_any_other_json_is_refused_and_never_crashes(copy: Path, run_key: SigningKey) -> None:
    for path in ("run.json", "keys.json", "log/proofs.json", "transcript/index.json", "views/bank.json"):
        whole = (copy / path).read_bytes()
        for wrong in (b"[]", b"{}", b"null", b'"x"', b"[[[]]]", b"{", b"\xff", whole.replace(b"{", b"[", 1)):
            (copy / path).write_bytes(wrong)
            assert refused_file(copy, run_key) == path
        (copy / path).write_bytes(whole)


# ---------------------------------------------------------------- arithmetic of a release that its holders signed
@pytest.fixture
def loans(run: Run) -> Release:
    return run.releases[2].release


@pytest.fixture
def signed_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_page: None) -> Callable[..., str]:
    """Return a function that lets the bank sign another release of its loans and gives what verify says of it."""

    def told(**parts: Any) -> str:
        honest = world._releases()
        monkeypatch.setattr(
            world,
            "_releases",
            lambda: [
                (replace(release, **parts), truth) if release.id == "loans-by-product" else (release, truth)
                for release, truth in honest
            ],
        )
        return written_and_refused(tmp_path)

    return told


def written_and_refused(room: Path) -> str:
    run, key = world.synthetic_run()
    with staging(room / "out", reserve=1) as stage:
        write_run(run, stage, run_key=key)
    with pytest.raises(VerificationFailed) as refused:
        verify_folder(room / "out")
    return f"{refused.value.file}: {refused.value.reason}"


def test_draws_that_do_not_add_up_are_found(signed_with: Callable[..., str]) -> None:
    told = signed_with(loss=PrivacyLoss(240_000))
    assert told.startswith("releases/loans-by-product.json: its draws of noise do not add up")


def test_a_draw_smaller_than_its_debit_is_found(signed_with: Callable[..., str], loans: Release) -> None:
    parts = (replace(loans.parts[0], scale="19.9"), loans.parts[1])
    assert "too small" in signed_with(parts=parts, public_noise=(("loans", ("19.9",)), loans.public_noise[1]))


@pytest.mark.parametrize("bound", ["0.1000001", "inf", "nan", "x"])
def test_a_bound_above_the_debit_is_found(signed_with: Callable[..., str], loans: Release, bound: str) -> None:
    told = signed_with(parts=(replace(loans.parts[0], map_epsilon=bound), loans.parts[1]))
    assert "too small" in told or "not a decimal number" in told


def test_noise_that_is_not_that_of_its_draws_is_found(signed_with: Callable[..., str], loans: Release) -> None:
    told = signed_with(public_noise=(("loans", ("21.0",)), loans.public_noise[1]))
    assert "is not that of its draws" in told


def test_a_small_group_that_is_printed_is_found(signed_with: Callable[..., str], loans: Release) -> None:
    assert "below the smallest group" in signed_with(cells=(Cell(("card",), (9, 1)), *loans.cells[1:]))


def test_half_a_row_is_found(signed_with: Callable[..., str], loans: Release) -> None:
    assert "printed in part" in signed_with(cells=(Cell(("card",), (90, None)), *loans.cells[1:]))


def test_a_measure_without_noise_is_found(signed_with: Callable[..., str], loans: Release) -> None:
    only = replace(loans.parts[0], loss=loans.loss)
    assert "a measure has no noise" in signed_with(parts=(only,), public_noise=loans.public_noise[:1])


def test_a_row_that_nothing_allows_to_leave_out_is_found(signed_with: Callable[..., str], loans: Release) -> None:
    cells = (Cell(("card",), (None, None)), *loans.cells[1:])
    assert "nothing allows to leave out" in signed_with(cells=cells, bounds=loans.bounds[:1])


def test_a_debit_for_other_bytes_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_page: None) -> None:
    honest = world._ledger_extract

    def other(releases: list[PublishedRelease], keys: dict[str, SigningKey], log: Callable[[bytes], int]) -> bytes:
        changed = replace(releases[2], release=replace(releases[2].release, sentence="Another question?"))
        return honest([*releases[:2], changed, releases[3]], keys, log)

    monkeypatch.setattr(world, "_ledger_extract", other)
    assert "for exactly these bytes" in written_and_refused(tmp_path)


def test_an_entry_of_an_unknown_kind_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_page: None) -> None:
    honest = world._ledger_extract

    def gossiping(releases: list[PublishedRelease], keys: dict[str, SigningKey], log: Callable[[bytes], int]) -> bytes:
        log(envelope({"kind": "gossip"}, domain="gossip", signers=[("bank", keys["bank"])]))
        return honest(releases, keys, log)

    monkeypatch.setattr(world, "_ledger_extract", gossiping)
    assert written_and_refused(tmp_path).startswith("log/leaves.jsonl: an entry is of a kind")


def test_an_extract_with_another_head_than_the_log_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_page: None
) -> None:
    honest = world._ledger_extract

    def two_books(releases: list[PublishedRelease], keys: dict[str, SigningKey], log: Callable[[bytes], int]) -> bytes:
        honest(releases[:-1], keys, log)
        return honest(releases, keys, lambda data: 0)

    monkeypatch.setattr(world, "_ledger_extract", two_books)
    assert written_and_refused(tmp_path).startswith("ledger-extract.json: its head is not")


def test_a_debit_that_the_ledger_does_not_know_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_page: None
) -> None:
    honest = world._ledger_extract
    monkeypatch.setattr(world, "_ledger_extract", lambda releases, keys, log: honest(releases[:-1], keys, log))
    assert written_and_refused(tmp_path).startswith("releases/points-by-district.json: ")
