"""What a run carries while it runs: the parties, the policy, the ledger, and what has happened so far.

A class because it has a lifetime. Steps read and append; `run.py` freezes the
result into a Run.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from privshare.errors import InputRefused
from privshare.holders.holder import Holder
from privshare.holders.truth import Truth
from privshare.model.entropy import Entropy
from privshare.model.party import Party, PartyId
from privshare.model.policy import Policy
from privshare.scenario.outcome import (
    Component,
    FraudRecord,
    LinkRecord,
    OpenRecord,
    ProtocolRecord,
    PublishedRelease,
    RefusalRecord,
    RemeasureRecord,
    SealRecord,
)
from privshare.secure.sealing import Seal
from privshare.secure.signing import SigningKey
from privshare.use.ledger import Ledger

if TYPE_CHECKING:
    from privshare.attacks.adversary import AttackResult


Notice = Callable[[str], None]


def unnoticed(_title: str) -> None:
    """Tell nobody that a step begins."""


@dataclass(slots=True, repr=False)
class Stage:
    """One run in progress.

    seed, truth: of the simulated world; None where somebody brought real tables, whose truth nobody shows.
    capped: whether the policy states caps; that of flags states none.
    ledger: open from the moment that prices are reserved, and not before. requests: question id -> request id in
    the ledger, for questions whose price is reserved. snapshots: holder -> keyed digest of its rows. withdrawn:
    licence ids no longer in force. leaves: log entries so far. seals: holder -> its seal. hinted: told what is odd
    about a table, which is no part of the run.
    """

    seed: int | None
    policy: Policy
    capped: bool
    parties: dict[PartyId, Party]
    holders: dict[PartyId, Holder]
    truth: Truth | None
    entropy: Entropy
    today: date
    keys: dict[str, SigningKey]
    ledger: Ledger = field(init=False)
    requests: dict[str, str] = field(default_factory=dict)
    snapshots: dict[PartyId, bytes] = field(default_factory=dict)
    withdrawn: set[str] = field(default_factory=set)
    leaves: list[bytes] = field(default_factory=list)
    seals: dict[PartyId, Seal] = field(default_factory=dict)
    seal_records: list[SealRecord] = field(default_factory=list)
    open_records: list[OpenRecord] = field(default_factory=list)
    releases: list[PublishedRelease] = field(default_factory=list)
    refusals: list[RefusalRecord] = field(default_factory=list)
    protocols: list[ProtocolRecord] = field(default_factory=list)
    links: list[LinkRecord] = field(default_factory=list)
    remeasured: list[RemeasureRecord] = field(default_factory=list)
    frauds: list[FraudRecord] = field(default_factory=list)
    attacks: list[AttackResult] = field(default_factory=list)
    components: list[Component] = field(default_factory=list)
    hinted: Notice = unnoticed

    def holder(self, party: str) -> Holder:
        """Return the holder of that id, or raise InputRefused naming those there are."""
        found = self.holders.get(PartyId(party))
        if found is None:
            raise InputRefused(f"{party!r} holds no records; holders are {', '.join(self.holders)}.")
        return found

    @property
    def simulated(self) -> tuple[Truth, int]:
        """The truth and the seed of the simulated world, or raise InputRefused where the people may be real."""
        if self.truth is None or self.seed is None:
            raise InputRefused("attacks and truth panels are for simulated people only; these tables were brought.")
        return self.truth, self.seed

    def release(self, question: str) -> PublishedRelease:
        """Return the published release of that question id, or raise InputRefused."""
        for published in self.releases:
            if published.release.id == question:
                return published
        raise InputRefused(f"there is no release {question!r} at this point of the scenario.")

    def log(self, entry: bytes) -> int:
        """Append one entry to the log and return its index."""
        self.leaves.append(entry)
        return len(self.leaves) - 1
