"""What a holder asks itself before it answers another party: its gate, and its own ledger.

Promises: nothing is read of the table and nobody is called before the gate has
said yes, nor anything told to who came before it has said so again; a noised
number is debited before this side's greeting leaves, which tells how long its
padded list is, and counts as spent from then on, whatever becomes of the run.
Each run is a new draw, so each is a new request.
Leaves to others: the other party's gate and ledger, which are its own business.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

from privshare.errors import InputRefused, NotPermitted
from privshare.model.category import Category, RungKind
from privshare.model.entropy import Entropy
from privshare.model.loss import NO_LOSS, PrivacyLoss
from privshare.model.party import ColumnName, PartyId, PurposeId
from privshare.model.policy import Policy
from privshare.model.question import ColumnUse, PairingAsked, Permit, Question
from privshare.scenario.adhoc.flags import PURPOSE, clause, policy_of, states_no_cap
from privshare.scenario.adhoc.public_values import public_values
from privshare.scenario.party.request import QUESTION, PartyRequest
from privshare.scenario.party.verbs import Found
from privshare.secure.canonical import canonical
from privshare.use.gate import permit


@dataclass(frozen=True, slots=True)
class Allowed:
    """The gate's yes, and how its price is paid. debit: to be called once, when a greeting is about to leave."""

    permit: Permit
    _account: Account | None
    _gate: Callable[[date], Permit]

    def ask_again(self) -> None:
        """Ask the gate once more when the other party is there: a licence may have ended while it was waited for."""
        now = datetime.now(UTC)
        if self._account is not None:
            self._account.ledger.see(now)
        self._gate(now.date())

    def debit(self) -> None:
        """Reserve and begin, durably; nothing for a run without a ledger. Raises BudgetExhausted or LedgerFault."""
        if self._account is not None:
            self._account.debit(self.permit.question)

    def judged(self, found: Found, people: int) -> Found:
        """Store the number that came out, unless it is below the licence's minimum group, and return what is left."""
        smallest = self.permit.minimum_group  # 0 tells every number, one below zero too
        if smallest and people < smallest:
            found = replace(found, people=None, below=smallest)
        self.complete({"people": found.people, "suite": found.suite})
        return found

    def complete(self, document: Mapping[str, object]) -> None:
        """Store what came out in the ledger, where there is one."""
        if self._account is not None:
            self._account.complete({**document, "question": self.permit.question.id})


def own_policy(asked: PartyRequest) -> Policy | None:
    """Return the policy of the file that the request names, or None; raise InputRefused for a bad one."""
    if (asked.policy is None) != (asked.purpose is None):
        raise InputRefused("--policy and --purpose go together: the file, and which of its purposes this run is for.")
    if asked.policy is None:
        return None
    from privshare.scenario.adhoc.given import policy_of_file

    return policy_of_file(asked.policy)


@contextmanager
def allowed(
    asked: PartyRequest,
    party: PartyId,
    loss: PrivacyLoss,
    entropy: Entropy,
    *,
    policy: Policy | None,
    noised: Sequence[str] = (),
) -> Iterator[Allowed]:
    """Yield the gate's permit for a request of this price; raise NotPermitted.

    policy: of a file; without one the request itself is the policy. noised: columns that leave with noise, besides
    the key. Without a ledger file nothing before or after this run is counted, so it has what it asks for.
    """
    if asked.policy is not None and loss != NO_LOSS and asked.ledger is None:
        raise InputRefused("--policy with a price needs --ledger: a cap of the policy is kept over all runs.")
    with ExitStack() as held:
        account = None
        if asked.ledger is not None and loss != NO_LOSS:
            account = Account(asked.ledger, entropy)
            held.enter_context(account.ledger)
        policy = policy or _policy_of_flags(asked, party, loss, account, noised)
        question = Question(
            id=QUESTION,
            sentence=f"What do {party} and {asked.peer} share? ({asked.reveal})",
            purpose=PurposeId(asked.purpose or PURPOSE),
            uses=tuple(
                ColumnUse(party, ColumnName(name), form)
                for names, form in ((asked.key, RungKind.AFTER_LINK), (noised, RungKind.AFTER_DP))
                for name in names
            ),
            loss=loss,
            parameters=(("peer", asked.peer), ("reveal", asked.reveal)),
            pairing=_pairing(asked, party),
        )

        def gate(today: date) -> Permit:
            capped = None if states_no_cap(policy) else account
            left = capped.left if capped is not None else lambda _holder, _purpose: loss
            try:
                return permit(question, policy=policy, withdrawn=(), today=today, left=left)
            except NotPermitted as refusal:
                if account is not None:
                    account.ledger.note_refusal(question.id, type(refusal).__name__, refusal.clause)
                raise

        now = datetime.now(UTC)
        if account is not None:
            account.open_for(policy, now)
        yield Allowed(gate(now.date()), account, gate)


def _pairing(asked: PartyRequest, party: PartyId) -> PairingAsked | None:
    if asked.fuzzy is None:
        return None
    from privshare.scenario.party.fuzzy import pairing

    return pairing(asked, party)


def _policy_of_flags(
    asked: PartyRequest, party: PartyId, loss: PrivacyLoss, account: Account | None, noised: Sequence[str]
) -> Policy:
    paired = None
    if asked.fuzzy is not None:
        from privshare.scenario.party.fuzzy import own_pairing

        paired = own_pairing(asked, party)
    clauses = [
        clause(
            party,
            name,
            category=Category.DIRECT_IDENTIFIER,
            form=RungKind.AFTER_LINK,
            limit=None,
            flag="--on",
            values_max=None if paired else public_values(name),
        )
        for name in asked.key
    ]
    clauses += [
        clause(
            party,
            name,
            category=Category.SENSITIVE_ATTRIBUTE,
            form=RungKind.AFTER_DP,
            limit=loss.micro_epsilon,
            flag="--by or --sum",
        )
        for name in noised
    ]
    spent = {party: account.spent(party)} if account is not None else {}
    return policy_of(clauses, loss, spent=spent, command=repr(asked), pairing=paired)


class Account:
    """This holder's ledger during one run."""

    def __init__(self, path: Path, entropy: Entropy) -> None:
        from privshare.use.ledger import open_ledger

        self.ledger, self._entropy, self._request = open_ledger(path, entropy=entropy), entropy, ""
        self._capped = True

    def spent(self, party: PartyId) -> PrivacyLoss:
        """Return what runs without a policy file have spent so far."""
        accounts = self.ledger.statement().accounts
        return next((line.spent for line in accounts if (line.holder, line.purpose) == (party, PURPOSE)), NO_LOSS)

    def open_for(self, policy: Policy, now: datetime) -> None:
        """Declare the policy's licences, and remember the time."""
        from privshare.scenario.adhoc.spent import open_accounts

        self.ledger.see(now)
        open_accounts(self.ledger, policy)
        self._capped = not states_no_cap(policy)

    def left(self, holder: PartyId, purpose: PurposeId) -> PrivacyLoss:
        """Return what a licence still has."""
        return self.ledger.left(holder, purpose)

    def debit(self, question: Question) -> None:
        """Reserve the price and begin to draw, both durably."""
        from privshare.use.ledger import Spend, request_id
        from privshare.use.ledger.uncapped import reserve_uncapped

        # A fresh draw each time, never a stored answer: the other side has no reason to repeat one.
        snapshots = {holder: self._entropy.token(32) for holder in question.holders}
        self._request = request_id(question, snapshots, 0)
        spends = [Spend(self._request, holder, question.purpose, question.loss) for holder in question.holders]
        reserve = self.ledger.reserve if self._capped else partial(reserve_uncapped, self.ledger)
        reserve(spends, question_ids={self._request: question.id})
        self.ledger.begin(self._request)

    def complete(self, document: dict[str, object]) -> None:
        """Store what came out."""
        self.ledger.complete(self._request, canonical(document))
