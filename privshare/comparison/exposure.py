"""One citizen's exposure: who has them, every use that touched them, and what they lost over all holders.

Each holder's ledger counts what its own answers cost a person, and stops at
its own cap. Nobody adds up what several ledgers charge the same person, since
nobody may know that it is the same person. In a simulation the judge does: it
finds where every holder keeps its budget and a person still loses more than
any one of them may spend.

Promises: a use counts for a person at the holders that have them in a table it
reads, by basic composition; who is in two tables of one linkage loses a padding
more (`loss_everywhere`). A use without an epsilon (an exact link, open rows) has
no loss here and is never summed as if it were free.
Leaves to others: reading a run (`report`), the bound for anybody (`use/worst_case`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from privshare.comparison.membership import Counts, Membership
from privshare.model.category import RungKind
from privshare.model.loss import DELTA_UNIT, NO_LOSS, PrivacyLoss
from privshare.model.party import PartyId, PurposeId
from privshare.model.question import Question
from privshare.model.release import Release
from privshare.use.release.accounting import loss_everywhere
from privshare.use.worst_case import released_at_most


@dataclass(frozen=True, slots=True)
class Answered:
    """A question that was answered. release: what was published, None for an exact link and for open rows."""

    question: Question
    clauses: tuple[str, ...]
    release: Release | None


@dataclass(frozen=True, slots=True)
class Refused:
    """A question that was refused. kind: the refusal's name. clause: what refused it."""

    question: Question
    kind: str
    clause: str


@dataclass(frozen=True, slots=True)
class Account:
    """A holder's budget for one purpose. spent: by its ledger. lost: what it charged for one person in this run."""

    holder: PartyId
    purpose: PurposeId
    cap: PrivacyLoss
    spent: PrivacyLoss
    lost: PrivacyLoss = NO_LOSS


@dataclass(frozen=True, slots=True)
class Record:
    """All that was asked in a run. permitted: what the gate lets anybody lose, over all holders and purposes."""

    answered: tuple[Answered, ...]
    refused: tuple[Refused, ...]
    accounts: tuple[Account, ...]
    permitted: PrivacyLoss


@dataclass(frozen=True, slots=True)
class Holding:
    """How many rows about the person a holder has in one table."""

    holder: PartyId
    table: str
    rows: int


@dataclass(frozen=True, slots=True)
class Use:
    """A use that touched the person. holders: of those asked, the ones that have them. forms: of what it used there.

    loss: what it cost the person, None where no epsilon bounds what it tells.
    """

    question: str
    sentence: str
    purpose: PurposeId
    holders: tuple[PartyId, ...]
    clauses: tuple[str, ...]
    forms: tuple[RungKind, ...]
    loss: PrivacyLoss | None


@dataclass(frozen=True, slots=True)
class Overspend:
    """Holders that each keep their budget and together pass the largest. purpose: None for all purposes together.

    lost: by the person. cap: the largest that any one of these holders has.
    """

    purpose: PurposeId | None
    holders: tuple[PartyId, ...]
    lost: PrivacyLoss
    cap: PrivacyLoss


@dataclass(frozen=True, slots=True)
class Exposure:
    """What happened to one person in a run. Known to the judge of a simulation and to nobody else.

    accounts: of every holder, the ones that do not have the person too, since which ones these are is the truth.
    lost: over all holders that have them. worst: what anybody may have lost by the same releases; permitted: what
    the gate lets anybody lose.
    """

    person: str
    holdings: tuple[Holding, ...]
    uses: tuple[Use, ...]
    refused: tuple[Refused, ...]
    accounts: tuple[Account, ...]
    lost: PrivacyLoss
    worst: PrivacyLoss
    permitted: PrivacyLoss
    overspends: tuple[Overspend, ...]


@dataclass(frozen=True, slots=True)
class Spread:
    """How exposure is spread over the people. groups: (loss, how many lost it), the largest first.

    most: the identifier of one who lost most, the first in alphabetical order.
    """

    groups: tuple[tuple[PrivacyLoss, int], ...]
    most: str


def exposure_of(number: int, known: Membership, record: Record) -> Exposure:
    """Return the exposure of the person with this number in [0, people)."""
    holdings = tuple(
        Holding(holder, table, int(rows[number])) for (holder, table), rows in known.rows.items() if rows[number]
    )
    touching = [(one, found) for one in record.answered if (found := _having(number, known, one.question))]
    uses = tuple(_use(one, found) for one, found in touching)
    accounts = tuple(replace(account, lost=_charged(account, touching)) for account in record.accounts)
    return Exposure(
        person=known.people[number],
        holdings=holdings,
        uses=uses,
        refused=tuple(one for one in record.refused if _having(number, known, one.question)),
        accounts=accounts,
        lost=_sum(uses),
        worst=released_at_most(one.release for one in record.answered if one.release is not None),
        permitted=record.permitted,
        overspends=_overspends(uses, accounts),
    )


def spread_of(known: Membership, record: Record) -> Spread:
    """Return how many people of the world lost how much, and who lost most."""
    micro, delta = _lost_by_each(known, record.answered)
    delta = np.minimum(delta, DELTA_UNIT)
    pairs, counts = np.unique(np.stack([micro, delta]), axis=1, return_counts=True)
    groups = [
        (PrivacyLoss(int(epsilon), int(failing)), int(count))
        for epsilon, failing, count in zip(*pairs, counts, strict=True)
    ]
    top = groups[-1][0]  # np.unique sorts by epsilon, then by delta
    among = np.flatnonzero((micro == top.micro_epsilon) & (delta == top.delta_e15))
    return Spread(tuple(reversed(groups)), min(known.people[int(number)] for number in among))


def _lost_by_each(known: Membership, answered: Sequence[Answered]) -> tuple[Counts, Counts]:
    micro, delta = (np.zeros(len(known.people), dtype=np.int64) for _ in range(2))
    for one in answered:
        if one.release is None:
            continue
        places = sum(known.at(holder, one.question).astype(np.int64) for holder in one.question.holders)
        here, everywhere = one.release.loss, loss_everywhere(one.release)
        micro += np.where(places > 1, everywhere.micro_epsilon, np.where(places > 0, here.micro_epsilon, 0))
        delta += np.where(places > 1, everywhere.delta_e15, np.where(places > 0, here.delta_e15, 0))
    return micro, delta


def _having(number: int, known: Membership, question: Question) -> tuple[PartyId, ...]:
    """Return the holders whose tables, of those that the question uses, have the person."""
    return tuple(
        holder
        for holder in question.holders
        if any(known.rows[place][number] for place in known.places(holder, question))
    )


def _use(one: Answered, found: tuple[PartyId, ...]) -> Use:
    question, loss = one.question, None
    if one.release is not None:
        loss = loss_everywhere(one.release) if len(found) > 1 else one.release.loss
    forms = (use.form for use in question.uses if use.holder in found and use.form is not RungKind.NEVER)
    return Use(question.id, question.sentence, question.purpose, found, one.clauses, tuple(dict.fromkeys(forms)), loss)


def _charged(account: Account, touching: Sequence[tuple[Answered, tuple[PartyId, ...]]]) -> PrivacyLoss:
    return sum(
        (
            one.release.loss
            for one, found in touching
            if one.release is not None and one.question.purpose == account.purpose and account.holder in found
        ),
        NO_LOSS,
    )


def _overspends(uses: Sequence[Use], accounts: Sequence[Account]) -> tuple[Overspend, ...]:
    """Return where a person lost more than any holder may spend, though each kept its own cap.

    Once a purpose; and over all purposes, where there are several, against all that one holder may spend.
    """
    purposes: list[PurposeId | None] = list(dict.fromkeys(use.purpose for use in uses if use.loss is not None))
    if len(purposes) > 1:
        purposes.append(None)
    found = []
    for purpose in purposes:
        theirs = [account for account in accounts if purpose in (None, account.purpose)]
        caps = {
            holder: sum((account.cap for account in theirs if account.holder == holder), NO_LOSS)
            for holder in dict.fromkeys(account.holder for account in theirs if account.lost != NO_LOSS)
        }
        cap = PrivacyLoss(
            max((one.micro_epsilon for one in caps.values()), default=0),
            max((one.delta_e15 for one in caps.values()), default=0),
        )
        lost = _sum([use for use in uses if purpose in (None, use.purpose)])
        if all(account.lost.fits(account.cap) for account in theirs) and not lost.fits(cap):
            found.append(Overspend(purpose, tuple(caps), lost, cap))
    return tuple(found)


def _sum(uses: Sequence[Use]) -> PrivacyLoss:
    return sum((use.loss for use in uses if use.loss is not None), NO_LOSS)
