"""The run folder: all of it or none of it."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from privshare.errors import NotPermitted, OutputInUse, ParameterRefused, StorageFault
from privshare.model.entropy import SeededEntropy
from privshare.report import folder as rooms
from privshare.report.contents import contents
from privshare.report.folder import staging, write_run
from privshare.report.staging import RESERVE, check_free
from privshare.scenario.outcome import Run
from privshare.secure.signing import SigningKey, new_signing_key

pytestmark = pytest.mark.usefixtures("no_page")


def names(path: Path) -> set[str]:
    return {str(found.relative_to(path)) for found in path.rglob("*")}


def test_the_folder_holds_what_the_format_says(folder: Path) -> None:
    assert {path.name for path in folder.iterdir()} == {
        "MANIFEST", "datapackage.json", "keys.json", "ledger-extract.json", "log", "metadata.jsonld", "open",
        "privacy-facts.json",
        "registry-record.json", "releases", "report.html", "run.json", "tables", "transcript", "views",
    }  # fmt: skip
    assert {path.name for path in (folder / "log").iterdir()} == {"leaves.jsonl", "checkpoint", "proofs.json"}
    assert {path.stem for path in (folder / "views").iterdir()} == {"platform", "bank", "city", "unit"}
    assert len(list((folder / "releases").iterdir())) == 4
    assert len(list((folder / "transcript").iterdir())) == 6 + 1, "of three-party protocols no body is kept"


def test_nothing_is_left_beside_it(folder: Path) -> None:
    assert [path.name for path in folder.parent.iterdir()] == ["demo"]


def test_documents_are_the_signed_bytes(run: Run, folder: Path) -> None:
    for published in run.releases:
        assert (folder / "releases" / f"{published.release.id}.json").read_bytes() == published.document
    assert (folder / "ledger-extract.json").read_bytes() == run.ledger_extract


def test_a_folder_in_use_is_refused_and_untouched(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    with pytest.raises(OutputInUse), staging(tmp_path, reserve=1):
        raise AssertionError("the stage opened")
    assert names(tmp_path) == {"mine"}


def test_a_file_in_the_way_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    with pytest.raises(OutputInUse), staging(tmp_path / "out", reserve=1):
        raise AssertionError("the stage opened")
    assert (tmp_path / "out").read_text() == "mine"


def test_a_loop_of_links_is_a_fault_of_the_disk(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(StorageFault, match="symbolic links"), staging(tmp_path / "loop", reserve=1):
        raise AssertionError("the stage opened")
    assert names(tmp_path) == {"loop"}


def test_a_link_to_an_empty_folder_is_followed(tmp_path: Path, run: Run, run_key: SigningKey) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    with staging(tmp_path / "link", reserve=1) as stage:
        write_run(run, stage, run_key=run_key)
    assert (tmp_path / "real" / "MANIFEST").exists()
    assert (tmp_path / "link").is_symlink()


def test_an_empty_folder_is_taken(tmp_path: Path, run: Run, run_key: SigningKey) -> None:
    (tmp_path / "out").mkdir()
    with staging(tmp_path / "out", reserve=1) as stage:
        write_run(run, stage, run_key=run_key)
    assert (tmp_path / "out" / "MANIFEST").exists()


def test_whoever_fills_the_folder_meanwhile_keeps_it(tmp_path: Path, run: Run, run_key: SigningKey) -> None:
    out = tmp_path / "out"
    with staging(out, reserve=1) as stage:
        out.mkdir()
        (out / "theirs").write_text("theirs")
        with pytest.raises(OutputInUse):
            write_run(run, stage, run_key=run_key)
    assert names(tmp_path) == {"out", "out/theirs"}


def test_a_run_that_fails_leaves_nothing_not_even_parents(tmp_path: Path) -> None:
    with pytest.raises(NotPermitted), staging(tmp_path / "a" / "b" / "out", reserve=1):
        raise NotPermitted(question="q", clause="c", refused="no", accepted="yes")
    assert names(tmp_path) == set()


def test_parents_are_made_and_the_folder_appears_at_the_end(tmp_path: Path, run: Run, run_key: SigningKey) -> None:
    out = tmp_path / "a" / "out"
    with staging(out) as stage:
        assert not out.exists()
        assert (stage.folder / ".reserve").stat().st_blocks * 512 >= RESERVE
        write_run(run, stage, run_key=run_key)
        assert out.exists()
    assert names(tmp_path / "a") == {"out", *(f"out/{name}" for name in names(out))}


def test_a_full_disk_is_found_before_anything_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", full)
    with pytest.raises(StorageFault, match="No space left"), staging(tmp_path / "out"):
        raise AssertionError("the stage opened")
    with pytest.raises(StorageFault, match="No space left"):
        check_free(tmp_path / "a" / "out")
    assert names(tmp_path) == set()


@pytest.mark.parametrize("call", range(0, 90, 7))
def test_a_disk_that_fails_at_any_flush_leaves_nothing(
    tmp_path: Path, run: Run, run_key: SigningKey, monkeypatch: pytest.MonkeyPatch, call: int
) -> None:
    calls = 0
    flush = os.fsync
    ready = contents(run)
    monkeypatch.setattr(rooms, "contents", lambda _: dict(ready))

    def failing(handle: int) -> None:
        nonlocal calls
        calls += 1
        if calls > min(call, len(ready)):
            raise OSError(errno.EIO, "Input/output error")
        flush(handle)

    monkeypatch.setattr(os, "fsync", failing)
    with pytest.raises(StorageFault), staging(tmp_path / "out", reserve=1) as stage:
        write_run(run, stage, run_key=run_key)
    assert names(tmp_path) == set()


def test_another_key_may_not_sign(tmp_path: Path, run: Run) -> None:
    with pytest.raises(ParameterRefused), staging(tmp_path / "out", reserve=1) as stage:
        write_run(run, stage, run_key=new_signing_key(SeededEntropy(99)))
    assert names(tmp_path) == set()


@pytest.mark.parametrize("id", ["../up", "/etc/passwd", "a/b", "", "a b", "A", "x" * 64, "con\x00", "ａ", "-a", ".a"])
def test_ids_that_could_leave_the_folder_are_refused(changed: Callable[..., Run], run: Run, id: str) -> None:
    first = run.releases[0]
    odd = replace(first, release=replace(first.release, id=id))
    with pytest.raises(ParameterRefused):
        contents(changed(releases=(odd, *run.releases[1:])))


def test_two_releases_of_one_id_are_refused(changed: Callable[..., Run], run: Run) -> None:
    with pytest.raises(ParameterRefused):
        contents(changed(releases=(run.releases[0], run.releases[0])))


def test_key_shares_are_not_kept_but_counted(run: Run, folder: Path) -> None:
    shares = [
        message.payload.body
        for record in run.protocols
        for message in record.transcript.messages
        if message.payload.kind == "key-share"
    ]
    assert len(shares) == 2
    everything = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    assert not any(share in everything or share.hex().encode() in everything for share in shares)
    index = json.loads((folder / "transcript" / "index.json").read_bytes())
    kept = [message["file"] for protocol in index["protocols"] for message in protocol["messages"]]
    assert kept.count("") == 7, "of a protocol with three parties no body is kept"
