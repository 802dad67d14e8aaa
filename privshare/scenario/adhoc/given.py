"""A policy file named on the command line: how it is read, and for two tables whose each is and what a link is for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from privshare.categorize.policy import read_policy
from privshare.errors import InputRefused, ParameterRefused
from privshare.model.party import PartyId, PurposeId
from privshare.model.policy import Policy


@dataclass(frozen=True, slots=True)
class Given:
    """A policy file. purpose: one of its purposes. holders: in the policy, of the left and of the right table."""

    path: Path
    purpose: str
    holders: tuple[PartyId, PartyId]

    def read(self) -> Policy:
        """Return the policy; raise InputRefused where it cannot be read or does not know the purpose or a holder."""
        policy = policy_of_file(self.path)
        if PurposeId(self.purpose) not in policy.purposes:
            raise ParameterRefused("--purpose", self.purpose, f"one of the policy's: {', '.join(policy.purposes)}")
        known = dict.fromkeys(holder for holder, _ in policy.clauses)
        for holder in self.holders:
            if holder not in known:
                raise ParameterRefused("--holders", holder, f"two of the policy's: {', '.join(known)}")
        return policy


def policy_of_file(path: Path) -> Policy:
    """Return the policy in a file; raise InputRefused where it cannot be read, FileFaults where it is none."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise InputRefused(f"there is no policy file {path}; `privshare categorize` drafts one from a table.") from None
    except OSError as fault:
        raise InputRefused(f"the policy {path} cannot be read: {fault.strerror}.") from None
    return read_policy(data, path.name)
