"""What is re-done of a run: the log and who signed it, the releases and their arithmetic, the ledger, the transcript.

Each check reads the folder through its signed manifest, works the facts out
again from the smallest parts, and raises VerificationFailed(file, reason) at
the first that differs.

Whom a document speaks for must have signed it: a seal or an open record its
holder, a release all its holders, a link both parties, and what speaks for
everybody (the log's head, the ledger's head and extract) every holder of
records. Another holder's good signature in that place is refused.
Leaves to others: whether a release's numbers fit each other (`arithmetic.py`), whether run.json says the same
(`stated.py`).
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from privshare.errors import VerificationFailed
from privshare.model.release import Release
from privshare.report.arithmetic import check_arithmetic
from privshare.report.contents import withheld
from privshare.report.sealed import SealedFolder
from privshare.report.shape import hashes, part, parts
from privshare.report.tables import csv_bytes, derived_tables, release_table
from privshare.secure.canonical import canonical, parse_canonical
from privshare.secure.log.checkpoint import open_checkpoint
from privshare.secure.log.merkle import leaf_hash, root_of, verify_inclusion
from privshare.secure.signing import open_envelope
from privshare.use.ledger import LedgerStatement, RequestState, statement_from_document
from privshare.use.release.documents import FILE_MAX, release_document, release_from_document

LEAVES, CHECKPOINT, PROOFS = "log/leaves.jsonl", "log/checkpoint", "log/proofs.json"
EXTRACT, FACTS, INDEX = "ledger-extract.json", "run.json", "transcript/index.json"
DOMAINS = ("seal", "open", "release", "link", "ledger-head")
LOG_SIGNER = "log"
Keys = Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class CheckedLog:
    """A log that holds. leaves: (domain, document, exact bytes) in order. signers: signatures under the head."""

    leaves: tuple[tuple[str, dict[str, Any], bytes], ...]
    signers: int

    def of(self, domain: str) -> list[tuple[dict[str, Any], bytes]]:
        """Return document and bytes of every leaf of one domain."""
        return [(document, data) for kind, document, data in self.leaves if kind == domain]


def check_log(sealed: SealedFolder, keys: Keys, holders: Sequence[str]) -> CheckedLog:
    """Check every entry's signatures and inclusion proof, the root, and the head with all its witnesses.

    holders: the parties that hold records. Each witnesses the head, and nobody else signs an entry.
    """
    lines = sealed.read(LEAVES).split(b"\n")
    if lines.pop() != b"":
        raise VerificationFailed(LEAVES, "its last line has no end")
    leaves = []
    for line in lines:
        opened = parse_canonical(line, file=LEAVES, most=FILE_MAX)
        domain = part(opened, "domain", str, file=LEAVES)
        if domain not in DOMAINS:
            raise VerificationFailed(LEAVES, "an entry is of a kind that this version does not know")
        leaves.append((domain, _signed(line, domain, keys, holders, LEAVES), line))
        for name in sorted({signature["by"] for signature in opened["signatures"]} - set(holders)):
            raise VerificationFailed(FACTS, f"{name} signed an entry of the log and holds no records by it")
    note = sealed.read(CHECKPOINT)
    head = open_checkpoint(note, keys=keys, required=(LOG_SIGNER, *holders), file=CHECKPOINT)
    nodes = [leaf_hash(line) for line in lines]
    if head.size != len(lines) or head.root != root_of(nodes):
        raise VerificationFailed(LEAVES, "its entries do not make the root that the log's head states")
    proofs = parts(sealed.document(PROOFS), "proofs", list, file=PROOFS)
    if len(proofs) != len(lines):
        raise VerificationFailed(PROOFS, "it has not one proof an entry")
    for index, (node, proof) in enumerate(zip(nodes, proofs, strict=True)):
        path = hashes(proof, file=PROOFS)
        verify_inclusion(node, index=index, size=head.size, proof=path, root=head.root, file=PROOFS)
    return CheckedLog(tuple(leaves), note.decode().count("\n\N{EM DASH} "))


def check_open_records(sealed: SealedFolder, keys: Keys, log: CheckedLog, holders: Sequence[str]) -> int:
    """Check that the signed open records and the log's are the same bytes; return how many."""
    logged = {data for _, data in log.of("open")}
    for path in sealed.under("open"):
        document = _signed(sealed.read(path), "open", keys, holders, path)
        if path != f"open/{part(document, 'id', str, file=path)}.json":
            raise VerificationFailed(path, "it is the open record of another id")
    _same_bytes(sealed, "open", logged)
    return len(logged)


def check_releases(sealed: SealedFolder, keys: Keys, log: CheckedLog, holders: Sequence[str]) -> dict[str, Release]:
    """Check signatures, log entry, table and arithmetic of every release; return them by path."""
    releases: dict[str, Release] = {}
    for path in sealed.under("releases"):
        data = sealed.read(path)
        release = release_from_document(_signed(data, "release", keys, holders, path), file=path)
        if path != f"releases/{release.id}.json":
            raise VerificationFailed(path, "it is the release of another id")
        check_arithmetic(release, path)
        for table in (release_table(release), *derived_tables(release)):
            file = f"tables/{table.name}.csv"
            if sealed.read(file) != csv_bytes(table):
                raise VerificationFailed(file, "it does not say what the signed release says")
        releases[path] = release
    _same_bytes(sealed, "releases", {data for _, data in log.of("release")})
    return releases


def check_ledger(
    sealed: SealedFolder, keys: Keys, log: CheckedLog, releases: Mapping[str, Release], holders: Sequence[str]
) -> LedgerStatement:
    """Re-do the ledger's chain and sums, and find every release's debit in it; return what every holder signed."""
    statement = statement_from_document(
        _signed(sealed.read(EXTRACT), "ledger-extract", keys, holders, EXTRACT), file=EXTRACT
    )
    heads = [(head.get("head"), head.get("entries")) for head, _ in log.of("ledger-head")]
    if heads != [(statement.head, statement.count)]:
        raise VerificationFailed(EXTRACT, "its head is not the one in the log")
    for path, release in releases.items():
        _check_debits(release, path, statement)
    return statement


def check_transcript(sealed: SealedFolder) -> int:
    """Check every message's file, the totals of each leakage statement, and each party's view; return the messages."""
    protocols = parts(sealed.document(INDEX), "protocols", dict, file=INDEX)
    listed: list[tuple[str, dict[str, Any]]] = []
    for protocol in protocols:
        messages = parts(protocol, "messages", dict, file=INDEX)
        ends = {part(message, end, str, file=INDEX) for message in messages for end in ("sender", "receiver")}
        kinds = [part(message, "kind", str, file=INDEX) for message in messages]
        sent: Counter[str] = Counter()
        for message, hidden in zip(messages, withheld(kinds, unit=len(ends) > 2), strict=True):
            path = part(message, "file", str, file=INDEX)
            entry = sealed.entries.get(path)
            size, digest = part(message, "bytes", int, file=INDEX), part(message, "sha256", str, file=INDEX)
            if not (hidden and not path) and (entry is None or entry.sha256 != digest or entry.size != size):
                raise VerificationFailed(path or INDEX, "it is not the message that the transcript lists")
            sent[part(message, "sender", str, file=INDEX)] += size
            listed.append((part(protocol, "question", str, file=INDEX), message))
        if dict(sent) != part(protocol, "bytes_sent", dict, file=INDEX):
            raise VerificationFailed(INDEX, "the bytes of a leakage statement are not those of its messages")
        deepest = max((part(message, "depth", int, file=INDEX) for message in messages), default=0)
        if deepest != part(protocol, "rounds", int, file=INDEX):
            raise VerificationFailed(INDEX, "the rounds of a leakage statement are not those of its messages")
    files = [message["file"] for _, message in listed if message["file"]]
    if len(set(files)) != len(files) or {*files, INDEX} != set(sealed.under("transcript")):
        raise VerificationFailed(INDEX, "it does not list every message file once")
    for path in sealed.under("views"):
        view = sealed.document(path)
        party = part(view, "party", str, file=path)
        seen = [{"question": question, **message} for question, message in listed if message.get("receiver") == party]
        if path != f"views/{party}.json" or parts(view, "received", dict, file=path) != seen:
            raise VerificationFailed(path, "it is not what the transcript says this party received")
    return len(listed)


def _signed(data: bytes, domain: str, keys: Keys, holders: Sequence[str], file: str) -> dict[str, Any]:
    """Return an envelope's document once everybody whom it speaks for was found among its good signatures."""
    document = part(parse_canonical(data, file=file, most=FILE_MAX), "document", dict, file=file)
    if domain in ("seal", "open"):
        due = [part(document, "holder", str, file=file)]
    elif domain == "release":
        due = parts(document, "holders", str, file=file)
    elif domain == "link":
        due = list(part(document, "columns", dict, file=file))
    else:
        due = list(holders)
    if not due:
        raise VerificationFailed(file, "it names nobody whose it is")
    return open_envelope(data, domain=domain, keys=keys, required=due, file=file, most=FILE_MAX)


def _same_bytes(sealed: SealedFolder, room: str, logged: set[bytes]) -> None:
    for path in sealed.under(room):
        if sealed.read(path) not in logged:
            raise VerificationFailed(path, "it is not in the log")
    if len(logged) != len(sealed.under(room)):
        raise VerificationFailed(LEAVES, f"it names a document that is not in the folder {room}")


def _check_debits(release: Release, path: str, statement: LedgerStatement) -> None:
    digest = hashlib.sha256(canonical(release_document(release))).hexdigest()
    debits = {
        line.holder: line
        for line in statement.entries
        if line.request == release.request and line.question == release.id and line.purpose == release.purpose
    }
    if set(debits) != set(release.holders):
        raise VerificationFailed(path, "its holders are not those that the ledger debited for it")
    for line in debits.values():
        if line.loss != release.loss or line.state is not RequestState.RELEASED or line.document_sha256 != digest:
            raise VerificationFailed(path, "the ledger does not hold a debit of its loss for exactly these bytes")
