"""A realistic miniature Run, made without any protocol: three holders, a linkage unit, four releases, four refusals.

Documents, log and ledger extract are signed and add up as in a real run; message bodies are arbitrary bytes.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from privshare.attacks.adversary import Adversary, AttackResult
from privshare.categorize.plan import decide
from privshare.comparison.utility import utility_of
from privshare.model.category import RungKind
from privshare.model.entropy import Entropy, SeededEntropy
from privshare.model.loss import PrivacyLoss
from privshare.model.party import ColumnName, Party, PartyId, PurposeId
from privshare.model.question import ColumnUse, Question
from privshare.scenario.outcome import (
    BudgetLine,
    Component,
    FraudRecord,
    LogRecord,
    OpenRecord,
    PublishedRelease,
    Reality,
    RefusalRecord,
    Run,
    SealRecord,
)
from privshare.secure.canonical import canonical
from privshare.secure.log.checkpoint import Checkpoint, sign_checkpoint
from privshare.secure.log.merkle import inclusion_proofs, leaf_hash, root_of
from privshare.secure.signing import SigningKey, envelope, new_signing_key
from privshare.use.ledger import Spend, open_ledger, statement_document
from privshare.use.release.documents import release_document
from tests.report.miniature import (
    ADVERTS,
    BANK,
    CAP,
    CITY,
    COLUMNS,
    HOLDERS,
    PLATFORM,
    PUBLIC,
    UNIT,
    policy,
    protocols,
)
from tests.report.miniature import releases as _releases


def _refusals() -> tuple[RefusalRecord, ...]:
    def asked(id: str, sentence: str, holder: PartyId, column: str, purpose: PurposeId = PUBLIC) -> Question:
        uses = (ColumnUse(holder, ColumnName(column), RungKind.AFTER_DP),)
        return Question(id, sentence, purpose, uses, PrivacyLoss(1))

    return (
        RefusalRecord(asked("phones", "Which phones do people use?", PLATFORM, "device_model"), "UnclassifiedColumn",
                      "platform.device_model", "no clause names the column", "a clause for this column"),
        RefusalRecord(asked("adverts", "Who lives where, for adverts?", PLATFORM, "score_band", ADVERTS),
                      "PurposeNotAllowed", "platform.score_band", "no licence covers it", "public-accountability"),
        RefusalRecord(asked("again", "The loans, ten times sharper?", BANK, "product"), "BudgetExhausted",
                      "bank/accountability", "it asks for epsilon 1 of which 0.25 is left", "epsilon 0.25 or less"),
        RefusalRecord(asked("events", "Entries of each kind?", CITY, "points"), "LicenceNotInForce",
                      "city/accountability", "the licence was withdrawn", "a licence in force"),
    )  # fmt: skip


def _attacks() -> tuple[AttackResult, ...]:
    name = Adversary("name the people behind the values on the wire", "the list", "the format of identifiers")
    learn = Adversary("learn whether one named person defaulted", "two tables, one person apart", "the person's group")
    return (
        AttackResult("dictionary", "unkeyed hashes", name, 200, 200, 0.0, None, "The whole space took a second."),
        AttackResult("dictionary", "keyed tags", name, 200, 0, 0.0, None, "No key, no dictionary."),
        AttackResult("differencing", "exact tables", learn, 200, 200, 0.5, None, "The difference is the value."),
        AttackResult("differencing", "released tables", learn, 200, 108, 0.5, 0.6225, "The noise hides one person."),
    )


def holder_keys(entropy: Entropy | None = None) -> dict[str, SigningKey]:
    """Return the keys that everybody in the miniature signs with."""
    entropy = entropy or SeededEntropy(42)
    return {name: new_signing_key(entropy) for name in (*HOLDERS, UNIT, "log", "run")}


def synthetic_run() -> tuple[Run, SigningKey]:
    """Return a miniature run, everything in it signed, and the run's key."""
    entropy = SeededEntropy(42)
    keys = holder_keys(entropy)
    leaves: list[bytes] = []

    def log(data: bytes) -> int:
        leaves.append(data)
        return len(leaves) - 1

    seals = []
    for holder in HOLDERS:
        root = entropy.token(32).hex()
        document = {"holder": holder, "kind": "seal", "root": root}
        signed = envelope(document, domain="seal", signers=[(holder, keys[holder])])
        seals.append(SealRecord(holder, root, log(signed)))
    rows = (("helps a neighbour", "12", "office of the ombudsperson"), ("late fee", "-5", "court, 60 days"))
    rules: dict[str, Any] = {
        "columns": ["rule", "rule_points", "rule_appeal"], "holder": CITY, "id": "city-rules", "kind": "open",
        "rows": [list(row) for row in rows], "title": "The rules of the city credit office",
    }  # fmt: skip
    signed = envelope(rules, domain="open", signers=[(CITY, keys[CITY])])
    names = tuple(rules["columns"])
    opened = OpenRecord("city-rules", CITY, rules["title"], ("city.rule",), names, rows, signed, log(signed))
    releases = []
    for release, truth in _releases():
        signed = envelope(
            release_document(release), domain="release", signers=[(holder, keys[holder]) for holder in release.holders]
        )
        uses = tuple(ColumnUse(holder, ColumnName("x"), RungKind.AFTER_DP) for holder in release.holders)
        question = Question(release.id, release.sentence, PUBLIC, uses, release.loss)
        releases.append(
            PublishedRelease(question, release, signed, log(signed), False, truth, utility_of(release, truth))
        )
    budgets = tuple(
        BudgetLine(
            holder, PUBLIC, f"{holder}/accountability", CAP.micro_epsilon,
            sum(p.release.loss.micro_epsilon for p in releases if holder in p.release.holders), CAP.delta_e15,
            sum(p.release.loss.delta_e15 for p in releases if holder in p.release.holders),
        )
        for holder in HOLDERS
    )  # fmt: skip
    extract = _ledger_extract(releases, keys, log)
    hashes = [leaf_hash(leaf) for leaf in leaves]
    checkpoint = sign_checkpoint(
        Checkpoint("privshare.example/log", len(leaves), root_of(hashes)),
        signers=[("log", keys["log"]), *((holder, keys[holder]) for holder in HOLDERS)],
    )
    proofs = tuple(tuple(node.hex() for node in proof) for proof in inclusion_proofs(hashes, range(len(hashes))))
    accord = policy()
    decisions = decide(accord, ((h, ColumnName(column)) for h, columns in COLUMNS.items() for column, *_ in columns))
    run = Run(
        scenario="demo", title="Who may know whom to trust?",
        question="Do the people whom a private score calls trustworthy default less, district by district, "
        "and who may know that?",
        story="# Story\n\nThree holders.", people=20_000, seed=2018, started="2026-11-23T08:00:00+00:00", seconds=4.2,
        policy=accord,
        parties=(
            Party(PLATFORM, "Lantern Credit", "a payment platform that gives its users a private score", True),
            Party(BANK, "Meridian Bank", "a bank that knows who repaid and who did not", True),
            Party(CITY, "Harbour City Credit Office", "a city office with rules of its own", True),
            Party(UNIT, "Tideline Linkage Unit", "matches keyed tags for others", False),
        ),
        keys=tuple((name, key.public.hex()) for name, key in keys.items()), decisions=decisions, seals=tuple(seals),
        open_records=(opened,), releases=tuple(releases), refusals=_refusals(), protocols=protocols(),
        frauds=(
            FraudRecord("a record added after the seal", "an intruder", "seals", "the root differs", "Seals show it."),
            FraudRecord("a forged release", "somebody", "signatures", "it does not hold", "Signatures show it."),
            FraudRecord("a record invented before the seal", "a clerk", "", "", "A seal shows change, not truth."),
        ),
        attacks=_attacks(), budgets=budgets, ledger_kept=False, ledger_extract=extract,
        log=LogRecord(tuple(leaves), checkpoint, proofs),
        components=(
            Component("noise", Reality.REAL, "drawn by OpenDP"),
            Component("keys", Reality.SIMPLIFIED, "fresh keys a run, all made on this machine"),
            Component("records and people", Reality.SIMULATED, "built from a seed; nobody real is in them"),
        ),
    )  # fmt: skip
    return run, keys["run"]


def _ledger_extract(
    releases: list[PublishedRelease], keys: dict[str, SigningKey], log: Callable[[bytes], int]
) -> bytes:
    """Return what a real ledger says after these releases and refusals, signed by every holder."""
    signers = [(holder, keys[holder]) for holder in HOLDERS]
    with tempfile.TemporaryDirectory() as room, open_ledger(Path(room) / "ledger", entropy=SeededEntropy(7)) as ledger:
        for holder in HOLDERS:
            ledger.declare(holder, PUBLIC, CAP)
        for published in releases:
            release = published.release
            spends = [Spend(release.request, holder, PUBLIC, release.loss) for holder in release.holders]
            ledger.reserve(spends, question_ids={release.request: release.id})
            ledger.begin(release.request)
            ledger.complete(release.request, canonical(release_document(release)))
        for refusal in _refusals():
            ledger.note_refusal(refusal.question.id, refusal.kind, refusal.clause)
        statement = ledger.statement()
    head = {"entries": statement.count, "head": statement.head, "kind": "ledger-head"}
    log(envelope(head, domain="ledger-head", signers=signers))
    return envelope(statement_document(statement), domain="ledger-extract", signers=signers)
