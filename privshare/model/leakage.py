"""What a protocol run told each party, as a typed statement that every run returns."""

from __future__ import annotations

from dataclasses import dataclass

from privshare.model.loss import PrivacyLoss
from privshare.model.party import PartyId

NO_SUITE_STOPS = (
    "a party that invents identifiers or leaves out its own records",
    "a party that stops after it has learned its output",
    "a party that runs again with a changed set (the ledger debits each run; nothing else does)",
    "timing seen on the machine itself",
)


@dataclass(frozen=True, slots=True)
class ViewLoss:
    """What one person among `people_of`'s loses, at most, to all that `viewer` sees of a run."""

    viewer: PartyId
    people_of: PartyId
    loss: PrivacyLoss


@dataclass(frozen=True, slots=True)
class LeakageStatement:
    """Per party what was learned, against which adversary, and at which cost.

    suite: e.g. "size/1". adversary: the model under which `learned` is all. learned: (party, sentences).
    public_sizes: numbers that every party of the run knows. bytes_sent: body bytes by sender, read off the
    transcript. rounds: longest chain of messages that had to wait for each other; between three machines as
    these tell it, unsigned. broken_by: coalitions
    under which the statement fails, and how. views: for suites with noise, what each view costs a person; the
    holders' ledgers are debited the largest of them. in_both: for these suites, what somebody in both tables loses at
    most to all who see the run; None where no epsilon bounds it.
    """

    suite: str
    adversary: str
    learned: tuple[tuple[PartyId, tuple[str, ...]], ...]
    public_sizes: tuple[tuple[str, int], ...]
    bytes_sent: tuple[tuple[PartyId, int], ...]
    rounds: int
    broken_by: tuple[str, ...]
    not_stopped: tuple[str, ...] = NO_SUITE_STOPS
    views: tuple[ViewLoss, ...] = ()
    in_both: PrivacyLoss | None = None
