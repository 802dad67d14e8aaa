"""What anybody may lose at most, over all holders: what was released, and what the gate would still let happen.

A ledger belongs to one holder and knows nobody's other holders, so no refusal
here adds holders up. These two sums do, for a person who may be in every table.
They hold for people who are in fewer. Leaves to others: what one person did
lose, which only the judge of a simulation can know (`comparison/exposure`).
Basic composition (Dwork and Roth 2014, Theorem 3.16).
"""

from __future__ import annotations

from collections.abc import Iterable

from privshare.model.loss import NO_LOSS, PrivacyLoss
from privshare.model.policy import Policy
from privshare.model.release import Release
from privshare.use.release.accounting import loss_everywhere


def released_at_most(releases: Iterable[Release]) -> PrivacyLoss:
    """Return what these releases together cost a person who is in every table, paddings of linkages included."""
    return sum((loss_everywhere(release) for release in releases), NO_LOSS)


def permitted_at_most(policy: Policy) -> PrivacyLoss:
    """Return what the gate lets anybody lose: the caps of all licences, of every holder and purpose, added up.

    A release of two holders is debited to both, and costs a person at both at most what the two debits add up to.
    """
    return sum((licence.cap for licence in policy.licences.values()), NO_LOSS)
