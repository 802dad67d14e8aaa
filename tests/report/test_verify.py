"""Whatever is changed in a run folder is found and named; what is not changed is left alone."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from privshare.errors import InputRefused, ParameterRefused, SignatureRefused, VerificationFailed
from privshare.report.contents import contents
from privshare.report.manifest import NAME, read_manifest, write_manifest
from privshare.report.verify import verify_folder
from privshare.secure.signing import SigningKey, fingerprint
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
