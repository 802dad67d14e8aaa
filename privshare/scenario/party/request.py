"""What a holder asks for when it links its table with another party's, as text where it is to be read exactly."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class PartyRequest:
    """One run at one holder.

    table, key: the holder's own file, and the columns that together are the key. keys: the folder of this party.
    peer: name of the other party. reveal: a verb (`verbs.VERBS`). suite: a suite of members, if it is not to be
    chosen by the sizes. epsilon, delta: price of a noised size. ledger: where it is counted. policy, purpose: the
    holder's policy file and what the run is for; without a file the request itself is the policy.
    """

    table: Path
    key: tuple[str, ...]
    keys: Path
    peer: str
    reveal: str = "members"
    suite: str | None = None
    epsilon: str | None = None
    delta: str | None = None
    ledger: Path | None = None
    policy: Path | None = None
    purpose: str | None = None
