"""A Run: everything that happened, as frozen facts. The report reads this and nothing else.

It holds no raw record. `truth` holds exact totals of the simulated world,
which the report shows in panels that say so.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from privshare.exchange.transcript import Transcript
from privshare.model.leakage import LeakageStatement
from privshare.model.loss import PrivacyLoss
from privshare.model.matches import MatchedRows
from privshare.model.party import Party, PartyId, PurposeId
from privshare.model.policy import Policy
from privshare.model.question import Question
from privshare.model.release import Release
from privshare.scenario.paired import Paired

if TYPE_CHECKING:  # a run that has none of these does not load what makes them
    from privshare.attacks.adversary import AttackResult
    from privshare.categorize.plan import ColumnDecision
    from privshare.comparison.utility import Utility
    from privshare.secure.psi import members
    from privshare.use.release.remeasure import Choice, Row


class Reality(StrEnum):
    """How much of a component is the real thing."""

    REAL = "real"
    SIMPLIFIED = "simplified"
    SIMULATED = "simulated"


@dataclass(frozen=True, slots=True)
class Component:
    """A part of the run and how real it is, with the reason."""

    name: str
    reality: Reality
    reason: str


@dataclass(frozen=True, slots=True)
class SealRecord:
    """A holder's signed commitment to its records. root: Merkle root of salted record hashes, hex."""

    holder: PartyId
    root: str
    leaf_index: int


@dataclass(frozen=True, slots=True)
class OpenRecord:
    """Something published in clear because the policy calls it open. rows: texts in order of `columns`."""

    id: str
    holder: PartyId
    title: str
    clauses: tuple[str, ...]
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    document: bytes
    leaf_index: int


@dataclass(frozen=True, slots=True)
class PublishedRelease:
    """A release as published. document: signed canonical JSON bytes (`secure/signing.py` envelope).

    leaf_index: position in the log. from_store: True when the ledger already held these bytes, so nothing
    ran and nothing was debited. utility: error against the simulated truth, per measure.
    truth: exact values of the same cells, same order.
    """

    question: Question
    release: Release
    document: bytes
    leaf_index: int
    from_store: bool
    truth: tuple[tuple[int, ...], ...]
    utility: tuple[Utility, ...]


@dataclass(frozen=True, slots=True)
class RefusalRecord:
    """A request that the gate refused. kind: error class name, e.g. "PurposeNotAllowed"."""

    question: Question
    kind: str
    clause: str
    refused: str
    accepted: str


@dataclass(frozen=True, slots=True)
class ProtocolRecord:
    """One protocol run. for_question: question id. seconds: wall time, all parties together.

    choice: of the suite, where there was one.
    """

    for_question: str
    transcript: Transcript
    leakage: LeakageStatement
    seconds: float
    choice: members.Choice | None = None


@dataclass(frozen=True, slots=True)
class LinkSide:
    """What one party of a link has got. columns: of its key. rows: of its table. missing: rows without a whole key.

    items: different keys. matches: its own rows, by match.
    """

    party: PartyId
    columns: tuple[str, ...]
    rows: int
    missing: int
    items: int
    matches: MatchedRows


@dataclass(frozen=True, slots=True)
class LinkRecord:
    """Two parties learned which of their own rows the other has too. Row numbers only; no key is kept.

    fuzzy: how the rows were paired, where no one key decided.
    """

    question: Question
    clauses: tuple[str, ...]
    suite: str
    sides: tuple[LinkSide, LinkSide]
    leaf_index: int
    fuzzy: Paired | None = None

    @property
    def pairs(self) -> int:
        """How many pairs of rows match."""
        one, other = (np.diff(side.matches.starts) for side in self.sides)
        return int(one @ other)


@dataclass(frozen=True, slots=True)
class RemeasureRecord:
    """Two measurements made into one table: what was wanted, what was spent, and the table.

    id: of the step. look, second: ids of the releases; second is "" where the look was enough or nothing could be
    promised. share: the wanted error. most_micro: what both might cost. spent: what they did cost each holder.
    """

    id: str
    look: str
    second: str
    share: Fraction
    most_micro: int
    spent: PrivacyLoss
    by: tuple[str, ...]
    measure: str
    choice: Choice
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class FraudRecord:
    """A planted fraud. caught_by: the safeguard's name, or "" if none catches it. evidence: what it said.

    lesson: what this does and does not show, one sentence.
    """

    planted: str
    by: str
    caught_by: str
    evidence: str
    lesson: str


@dataclass(frozen=True, slots=True)
class BudgetLine:
    """Spent and left of one licence after the run, whole numbers (micro-epsilon; delta times 10^15)."""

    holder: PartyId
    purpose: PurposeId
    licence: str
    cap_micro: int
    spent_micro: int
    cap_delta_e15: int
    spent_delta_e15: int


@dataclass(frozen=True, slots=True)
class LogRecord:
    """The transparency log of the run.

    leaves: leaf data. checkpoint: C2SP note text. proofs: per leaf its RFC 9162 inclusion proof, hex hashes.
    """

    leaves: tuple[bytes, ...]
    checkpoint: str
    proofs: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Run:
    """Everything that happened.

    scenario: folder name. story: the scenario's README text (Markdown). people, seed: of the simulated world
    (noise is never seeded), None for a run on tables that somebody brought. started: UTC, ISO 8601, seconds.
    keys: party or log name -> Ed25519 public key, hex; includes "run", the key that signs the manifest.
    ledger_kept: True when a ledger file outlives the run. ledger_extract: signed canonical JSON bytes.
    scenario_digest: SHA-256 of scenario.toml, hex. world_digest: of the simulated people. Both "" where there is none.
    """

    scenario: str
    title: str
    question: str
    story: str
    people: int | None
    seed: int | None
    started: str
    seconds: float
    policy: Policy
    parties: tuple[Party, ...]
    keys: tuple[tuple[str, str], ...]
    decisions: tuple[ColumnDecision, ...]
    seals: tuple[SealRecord, ...]
    open_records: tuple[OpenRecord, ...]
    releases: tuple[PublishedRelease, ...]
    refusals: tuple[RefusalRecord, ...]
    protocols: tuple[ProtocolRecord, ...]
    frauds: tuple[FraudRecord, ...]
    attacks: tuple[AttackResult, ...]
    budgets: tuple[BudgetLine, ...]
    ledger_kept: bool
    ledger_extract: bytes
    log: LogRecord
    components: tuple[Component, ...]
    links: tuple[LinkRecord, ...] = ()
    scenario_digest: str = ""
    world_digest: str = ""
    remeasured: tuple[RemeasureRecord, ...] = ()
