"""Somebody who holds the run's key changes a folder and signs its manifest anew: what holders signed tells."""

from __future__ import annotations

from pathlib import Path

import pytest

from privshare.errors import VerificationFailed
from privshare.report.manifest import NAME, write_manifest
from privshare.report.verify import verify_folder
from privshare.secure.canonical import parse_canonical
from privshare.secure.signing import SigningKey, envelope
from tests.report import world


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
        ("log/leaves.jsonl", b'"kind":"seal"', b'"kind":"sea1"'),
        ("log/checkpoint", b"\n9\n", b"\n8\n"),
        ("log/proofs.json", b'[["', b'[["0'),
        ("tables/release-loans-by-product.csv", b"car loan", b"car luan"),
        ("log/proofs.json", b'"proofs":[', b'"proofs":[[],'),
        ("transcript/index.json", b'"rounds":4', b'"rounds":3'),
        ("transcript/index.json", b'"bytes_sent":{"bank":6', b'"bytes_sent":{"bank":7'),
        ("transcript/index.json", b'"file":"transcript/0001-platform-bank-hello.bin"', b'"file":""'),
        ("views/unit.json", b'"items":420', b'"items":421'),
        ("run.json", b'"root":"4c561e', b'"root":"4c561f'),
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
