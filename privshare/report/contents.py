"""What a run folder holds: every file's path and exact bytes, computed before anything is written.

Promises: paths are built from ids by a strict allow-list, so no name in a
scenario leads out of the folder or onto another file; documents that verify
reads are canonical JSON (RFC 8785), labels for other tools are indented JSON.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from privshare.errors import ParameterRefused
from privshare.exchange.payload import Payload
from privshare.exchange.transcript import Message
from privshare.exchange.view import view_of
from privshare.model.loss import loss_document
from privshare.model.party import PartyId
from privshare.report.answer import finding
from privshare.report.datapackage import data_package
from privshare.report.facts import run_facts
from privshare.report.labels import privacy_facts, registry_record
from privshare.report.matches import own_bytes, own_path, pairs_bytes, pairs_path
from privshare.report.metadata import metadata
from privshare.report.page import render
from privshare.report.paired import paired_files
from privshare.report.tables import all_tables, csv_bytes
from privshare.scenario.outcome import ProtocolRecord, Run
from privshare.secure.canonical import canonical

RESULT = "result"
"""Noised answers before small groups are left out. A digest of a few small numbers tells them, so it is not kept."""
KEY_SHARE = "key-share"
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}", re.ASCII)


def name_of(id: str) -> str:
    """Return an id that may stand in a path; raise ParameterRefused for any other.

    >>> name_of("defaults-by-band")
    'defaults-by-band'
    """
    if _NAME.fullmatch(id) is None:
        raise ParameterRefused("id", repr(id), "1 to 63 characters of a-z, 0-9, _ and -, not starting with _ or -")
    return id


def withheld(kinds: Sequence[str], *, unit: bool) -> list[bool]:
    """Return of which messages the body is not kept, by the kinds of a protocol's messages in order of sending.

    Of all sizes are kept, and of all but results the digest. unit: whether there were more than two parties, of whose
    messages none is kept: a holder that read here what the others told the linkage unit would know what it could
    otherwise learn only by colluding with it, who is matched and with which value. From a result on nothing is kept
    either: the last signatures cover it, so whoever had one could guess the result until the signature fits.

    >>> withheld(["hello", "tags", "result", "done"], unit=False)
    [False, False, True, True]
    """
    ends = kinds.index(RESULT) if RESULT in kinds else len(kinds)
    return [unit or kind == KEY_SHARE or number >= ends for number, kind in enumerate(kinds)]


def contents(run: Run) -> dict[str, bytes]:
    """Return path -> bytes of every file but the manifest. Raises ParameterRefused for an id that fits no path."""
    tables = all_tables(run, finding(run))
    files: dict[str, bytes] = {}

    def put(path: str, data: bytes) -> None:
        if path in files:
            raise ParameterRefused("id", path, "an id of its own for every release, table and open record")
        files[path] = data

    put("run.json", canonical(run_facts(run)))
    put("keys.json", canonical({"format": "privshare/keys/1", "keys": dict(run.keys)}))
    put("privacy-facts.json", _indented(privacy_facts(run)))
    put("registry-record.json", _indented(registry_record(run)))
    put("metadata.jsonld", _indented(metadata(run, tables)))
    put("datapackage.json", _indented(data_package(run, tables)))
    put("ledger-extract.json", run.ledger_extract)
    for published in run.releases:
        put(f"releases/{name_of(published.release.id)}.json", published.document)
    for record in run.open_records:
        put(f"open/{name_of(record.id)}.json", record.document)
    for data in tables:
        put(f"tables/{name_of(data.name)}.csv", csv_bytes(data))
    for link in run.links:
        put(pairs_path(name_of(link.question.id)), pairs_bytes(link))
        for side in link.sides:
            put(own_path(name_of(side.party), link.question.id), own_bytes(side))
        for path, lines in paired_files(link).items():
            put(path, lines)
    put("log/leaves.jsonl", b"".join(_one_line(leaf) + b"\n" for leaf in run.log.leaves))
    put("log/checkpoint", run.log.checkpoint.encode())
    put("log/proofs.json", canonical({"format": "privshare/log-proofs/1", "proofs": [list(p) for p in run.log.proofs]}))
    placed = _placed(run)
    put("transcript/index.json", canonical({"format": "privshare/transcript/1", "protocols": [
        _protocol(record, number, placed) for number, record in enumerate(run.protocols)
    ]}))  # fmt: skip
    for path, payload in bodies(run).items():
        put(path, payload.body)
    for party in run.parties:
        put(f"views/{name_of(party.id)}.json", canonical(_view(run, party.id, placed)))
    put("report.html", render(run).encode())
    return files


def _indented(document: object) -> bytes:
    return (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode()


def _one_line(leaf: bytes) -> bytes:
    if b"\n" in leaf:
        raise ParameterRefused("log entry", "bytes with a newline", "canonical JSON, which has none")
    return leaf


def bodies(run: Run) -> dict[str, Payload]:
    """Return path -> message of every message whose body is kept."""
    placed = _placed(run).items()
    return {path: run.protocols[number].transcript.messages[place].payload for (number, place), path in placed if path}


def _placed(run: Run) -> dict[tuple[int, int], str]:
    """Return (protocol, message) -> path of the body, numbered through the run; "" for a body that is not kept."""
    placed: dict[tuple[int, int], str] = {}
    for number, record in enumerate(run.protocols):
        messages = record.transcript.messages
        hidden = withheld([message.payload.kind for message in messages], unit=_more_than_two(record))
        for position, (message, gone) in enumerate(zip(messages, hidden, strict=True)):
            ends = f"{name_of(message.sender)}-{name_of(message.receiver)}"
            path = f"transcript/{len(placed) + 1:04d}-{ends}-{name_of(message.payload.kind)}.bin"
            placed[number, position] = "" if gone else path
    return placed


def _more_than_two(record: ProtocolRecord) -> bool:
    messages = record.transcript.messages
    return len({party for message in messages for party in (message.sender, message.receiver)}) > 2


def _message(message: Message, path: str) -> dict[str, Any]:
    return {
        "file": path,
        "sender": message.sender,
        "receiver": message.receiver,
        "kind": message.payload.kind,
        "items": message.payload.items,
        "bytes": len(message.payload.body),
        "sha256": "" if message.payload.kind == RESULT else message.digest,
        "depth": message.depth,
    }


def _protocol(record: ProtocolRecord, number: int, placed: dict[tuple[int, int], str]) -> dict[str, Any]:
    told = record.leakage
    return {
        "question": record.for_question,
        "suite": told.suite,
        "adversary": told.adversary,
        "learned": {party: list(sentences) for party, sentences in told.learned},
        "public_sizes": dict(told.public_sizes),
        "bytes_sent": dict(told.bytes_sent),
        "rounds": told.rounds,
        "broken_by": list(told.broken_by),
        "not_stopped": list(told.not_stopped),
        "views": [
            {"viewer": view.viewer, "people_of": view.people_of, **loss_document(view.loss)} for view in told.views
        ],
        "in_both": None if told.in_both is None else loss_document(told.in_both),
        "messages": [
            _message(message, placed[number, position]) for position, message in enumerate(record.transcript.messages)
        ],
    }


def _view(run: Run, party: PartyId, placed: dict[tuple[int, int], str]) -> dict[str, Any]:
    """Return what reached one party, in order, as `exchange/view.py` sees it; bodies by digest."""
    received = []
    for number, record in enumerate(run.protocols):
        seen = view_of(record.transcript, party).received
        received += [
            {"question": record.for_question, **_message(message, placed[number, position])}
            for position, message in enumerate(record.transcript.messages)
            if any(message is one for one in seen)
        ]
    return {"format": "privshare/view/1", "party": party, "received": received}
