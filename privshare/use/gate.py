"""The gate: purpose, column, licence, time, form, key and budget, in this order. Nothing below runs without its Permit.

Promises: a refusal depends on the question, the policy, the licences and the
ledger only, never on a row; it names the clause and what would be accepted;
nothing has run and nothing is debited when it comes. What is not named is
refused: an unknown purpose, an unclassified column, a purpose without licence.

Leaves to others: making the debit durable (`ledger/`, which checks the cap
again, for other runs spend meanwhile), and that the run does what the question
says (`release/`, `linkage/`).
Source: the ladder widens the column control list of SCQL; purpose limitation
is GDPR Art. 5(1)(b), its enforcement before use that of purpose-based access
control (Byun and Li 2008).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date
from difflib import get_close_matches

from privshare.errors import (
    FormNotAllowed,
    LicenceNotInForce,
    ParameterRefused,
    PurposeNotAllowed,
    UnclassifiedColumn,
)
from privshare.model.category import Rung, RungKind
from privshare.model.loss import PrivacyLoss
from privshare.model.party import PartyId, PurposeId
from privshare.model.policy import ColumnClause, Licence, Policy
from privshare.model.question import ColumnUse, Permit, Question
from privshare.use.exhausted import exhausted
from privshare.use.keys import check_keys

REACHES: Mapping[RungKind, frozenset[RungKind]] = {
    RungKind.NEVER: frozenset(),
    RungKind.AFTER_LINK: frozenset({RungKind.AFTER_LINK}),
    RungKind.AFTER_COMPARE: frozenset({RungKind.AFTER_COMPARE}),
    RungKind.AFTER_AGGREGATE: frozenset({RungKind.AFTER_AGGREGATE, RungKind.AFTER_DP}),
    RungKind.AFTER_DP: frozenset({RungKind.AFTER_DP}),
    RungKind.AFTER_PROOF: frozenset({RungKind.AFTER_PROOF}),
    RungKind.OPEN: frozenset(RungKind),
}
"""Rung -> forms a column on it may leave in. A use in the form NEVER stays inside, so every rung reaches it.

The ladder is not one line: leave to publish noised counts is no leave to link by the column, nor the reverse.
"""


def permit(
    question: Question,
    *,
    policy: Policy,
    withdrawn: Collection[str],
    today: date,
    left: Callable[[PartyId, PurposeId], PrivacyLoss],
) -> Permit:
    """Return the Permit, or raise the NotPermitted subclass of the first check that fails.

    withdrawn: ids of licences no longer in force. today: the date in UTC. left: what a holder's account for a
    purpose still has; asked last, and only for holders with a licence.

    Raises ParameterRefused for a question that uses no column, since it could be refused by nobody.
    """
    if not question.uses:
        raise ParameterRefused("uses", "none", "a question that names every column it uses")
    if type(today) is not date:  # a datetime is a date too, and compares with no expiry
        raise ParameterRefused("today", today, "a calendar date in UTC")
    _check_purpose(question, policy)
    clauses = [_classified(question, use, policy) for use in question.uses]
    licences = [_licensed(question, holder, policy) for holder in question.holders]
    for licence in licences:
        _check_in_force(question, licence, policy, withdrawn, today)
    for use, clause in zip(question.uses, clauses, strict=True):
        _check_form(question, use, clause)
    paired = check_keys(question, policy)
    for licence in licences:
        _check_budget(question, licence, left(licence.holder, licence.purpose))
    return Permit(
        question=question,
        clauses=tuple(
            dict.fromkeys([*(clause.id for clause in clauses), *paired, *(licence.id for licence in licences)])
        ),
        minimum_group=max(licence.minimum_group for licence in licences),
    )


def reaches(rung: Rung, form: RungKind, loss: PrivacyLoss) -> bool:
    """Whether a column on this rung may be used in this form at this price.

    >>> reaches(Rung(RungKind.AFTER_DP, 500_000), RungKind.AFTER_DP, PrivacyLoss(500_001))
    False
    """
    if form is RungKind.NEVER:
        return True
    if form not in REACHES[rung.kind]:
        return False
    # An after-dp rung without a limit would permit any epsilon; what is not said is refused.
    return rung.kind is not RungKind.AFTER_DP or (rung.limit is not None and loss.micro_epsilon <= rung.limit)


def _check_purpose(question: Question, policy: Policy) -> None:
    if question.purpose not in policy.purposes:
        raise PurposeNotAllowed(
            question=question.id,
            clause=f"unknown-purpose:{question.purpose}",
            refused=f"the policy knows no purpose {question.purpose!r}",
            accepted=f"one of its purposes, which are {_listed(policy.purposes)}",
        )


def _classified(question: Question, use: ColumnUse, policy: Policy) -> ColumnClause:
    clause = policy.clauses.get((use.holder, use.column))
    if clause is not None:
        return clause
    known = [column for holder, column in policy.clauses if holder == use.holder]
    near = get_close_matches(use.column, known, n=1)
    raise UnclassifiedColumn(
        question=question.id,
        clause=f"unclassified:{use.holder}.{use.column}",
        refused=f"no clause classifies the column {use.column!r} of {use.holder}",
        accepted=(f"{near[0]!r}, if that was meant, or " if near else "")
        + f"a column that the policy classifies, which for {use.holder} are {_listed(known)}",
    )


def _licensed(question: Question, holder: PartyId, policy: Policy) -> Licence:
    licence = policy.licences.get((holder, question.purpose))
    if licence is None:
        raise PurposeNotAllowed(
            question=question.id,
            clause=f"no-licence:{holder}/{question.purpose}",
            refused=f"{holder} has given no licence for the purpose {question.purpose!r}",
            accepted=f"a purpose that {holder} has licensed, which are {_licensed_purposes(policy, holder)}",
        )
    return licence


def _check_in_force(
    question: Question, licence: Licence, policy: Policy, withdrawn: Collection[str], today: date
) -> None:
    if licence.id in withdrawn:
        state = "was withdrawn"
    elif today > licence.expires:
        state = f"ended on {licence.expires.isoformat()} (UTC)"
    else:
        return
    others = [
        other.purpose
        for other in policy.licences.values()
        if other.holder == licence.holder and other.id not in withdrawn and today <= other.expires
    ]
    raise LicenceNotInForce(
        question=question.id,
        clause=licence.id,
        refused=f"the licence of {licence.holder} for the purpose {licence.purpose!r} {state}",
        accepted=f"a new licence from {licence.holder}, or a purpose it licenses today, which are {_listed(others)}",
    )


def _check_form(question: Question, use: ColumnUse, clause: ColumnClause) -> None:
    rung = clause.ladder.get(question.purpose, Rung(RungKind.NEVER))
    if reaches(rung, use.form, question.loss):
        return
    offers = [] if rung.kind is RungKind.NEVER else [f"the form {rung} for this purpose"]
    if rung.kind is RungKind.AFTER_DP and use.form is RungKind.AFTER_DP:
        offers = [f"epsilon of at most {_epsilon(rung.limit or 0)} for one release"]
    fitting = [purpose for purpose, its in clause.ladder.items() if reaches(its, use.form, question.loss)]
    if fitting:
        offers.append(f"the purpose {_listed(fitting)}")
    priced = f" at epsilon {_epsilon(question.loss.micro_epsilon)}" if use.form is RungKind.AFTER_DP else ""
    leaves = f"the column {use.column!r} of {use.holder} leaves as {rung}"
    raise FormNotAllowed(
        question=question.id,
        clause=clause.id,
        refused=f"for {question.purpose!r} {leaves}; asked was {use.form}{priced}",
        accepted=", or ".join(offers) or "a question without this column",
    )


def _check_budget(question: Question, licence: Licence, left: PrivacyLoss) -> None:
    if not question.loss.fits(left):
        raise exhausted(question.id, licence.id, licence.holder, licence.purpose, asked=question.loss, left=left)


def _licensed_purposes(policy: Policy, holder: PartyId) -> str:
    return _listed([purpose for its_holder, purpose in policy.licences if its_holder == holder])


def _epsilon(micro: int) -> str:
    return f"{micro / 1e6:.6f}".rstrip("0").rstrip(".")


def _listed(names: Collection[str]) -> str:
    return ", ".join(names) or "none"
