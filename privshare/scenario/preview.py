"""What a run would cost and what of it would be refused, told before anything is spent.

Promises: no noise is drawn, nothing is debited, nothing is written; a ledger is
opened to read only, and one that does not exist is not made. The verdicts are
those that the run would reach on the same ledger, by the same gate, the same
request ids and the same order; another run may spend in between.
Leaves to others: the gate and the requests themselves (`questions.py`,
`debits.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from privshare.errors import BudgetExhausted, InputRefused, NotPermitted
from privshare.model.entropy import SystemEntropy
from privshare.model.loss import NO_LOSS, PrivacyLoss
from privshare.model.party import PartyId, PurposeId
from privshare.model.question import Question
from privshare.model.release import Release
from privshare.scenario.adhoc.flags import states_no_cap
from privshare.scenario.asking import not_refused
from privshare.scenario.debits import Account, answered, past_licence, request_for
from privshare.scenario.loader import Scenario
from privshare.scenario.questions import Planned, gate_refusal, questions_of
from privshare.scenario.run import set_stage
from privshare.scenario.stage import Stage
from privshare.use.ledger import AccountLine, Ledger, RequestState, open_existing_ledger
from privshare.use.ledger.anchor import anchor_path
from privshare.use.ledger.request import left_of


class Verdict(StrEnum):
    """What would become of a question."""

    DEBITED = "debited"
    AT_MOST = "debited, at most"
    ANSWERED = "answered before"
    PAID = "paid before"
    FREE = "no price"
    EXPECTED = "refused as planned"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Line:
    """One question. loss: what each holder asked would be debited, of AT_MOST no more. refusal: why, or ""."""

    question: str
    sentence: str
    purpose: PurposeId
    holders: tuple[PartyId, ...]
    loss: PrivacyLoss
    verdict: Verdict
    kind: str = ""
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class Balance:
    """One account. cap, left, after: None where no cap is stated. after: what would be left, at least."""

    holder: PartyId
    purpose: PurposeId
    licence: str
    spent: PrivacyLoss
    cost: PrivacyLoss
    cap: PrivacyLoss | None
    left: PrivacyLoss | None
    after: PrivacyLoss | None


@dataclass(frozen=True, slots=True)
class Preview:
    """What a run would cost. ledger: whether one was there to read. lines: in the order of the questions."""

    lines: tuple[Line, ...]
    balances: tuple[Balance, ...]
    ledger: bool

    @property
    def runs(self) -> bool:
        """Whether the run would go ahead: it is all or nothing."""
        return all(line.verdict is not Verdict.REFUSED for line in self.lines)


def preview_scenario(
    scenario: Scenario,
    *,
    people: int | None = None,
    seed: int | None = None,
    ledger_path: Path | None = None,
    now: datetime | None = None,
) -> Preview:
    """Return what `run_scenario` would debit, answer from the ledger, or refuse, and what would be left.

    Parameters as there. Raises InputRefused for what is wrong with the scenario itself, LedgerFault for a ledger
    that cannot be trusted.
    """
    stage = set_stage(scenario, people=people, seed=seed, now=now or datetime.now(UTC), entropy=SystemEntropy())
    planned = tuple(questions_of(scenario, stage))
    with _existing(ledger_path) as ledger:
        books = _Books(stage, () if ledger is None else ledger.statement().accounts)
        if ledger is not None:
            stage.ledger = ledger
        for plan in planned:
            books.judge(plan)
        books.judge_the_rest()
    return Preview(tuple(books.lines), books.balances(), ledger is not None)


@contextmanager
def _existing(path: Path | None) -> Iterator[Ledger | None]:
    """Open the ledger to read only, or give None where a run would make a new one."""
    if path is None or not (anchor_path(path).exists() or (path.exists() and path.stat().st_size)):
        yield None
        return
    with open_existing_ledger(path) as ledger:
        yield ledger


@dataclass(slots=True)
class _Books:
    """Accounts as they would move. A class because it has a lifetime: the questions take from it in order."""

    stage: Stage
    accounts: tuple[AccountLine, ...]
    lines: list[Line] = field(default_factory=list)
    taken: dict[Account, PrivacyLoss] = field(default_factory=dict)
    exhaustions: list[tuple[int, Planned]] = field(default_factory=list)
    open_ended: list[tuple[int, Planned]] = field(default_factory=list)

    def judge(self, plan: Planned) -> None:
        """Add the line of one question, and of the one that follows from its stored answer."""
        question, refusal = plan.question, gate_refusal(plan, self.stage)
        if refusal is not None:
            expected = type(refusal).__name__ == plan.expect_refusal
            self._refused(question, Verdict.EXPECTED if expected else Verdict.REFUSED, refusal)
        elif plan.expect_refusal == BudgetExhausted.__name__:
            self.exhaustions.append((len(self.lines), plan))
            self._line(question, Verdict.EXPECTED)  # until the others' prices are known
        elif plan.expect_refusal:
            self._refused(question, Verdict.REFUSED, not_refused(question, plan.expect_refusal))
        else:
            first = self._asked(question)
            following = plan.next(self.stage, first) if plan.most is not None and first is not None else None
            if following is not None:
                self._asked(following)
            elif plan.most is not None and first is None and self.lines[-1].verdict is not Verdict.REFUSED:
                self.open_ended.append((len(self.lines), plan))
                rest = plan.most.loss.micro_epsilon - question.loss.micro_epsilon
                self._line(plan.most, Verdict.AT_MOST, loss=PrivacyLoss(rest))

    def judge_the_rest(self) -> None:
        """Judge what depends on all other prices: refusals planned for want of budget, and prices still open."""
        for place, plan in self.exhaustions:
            refusal = self._beyond(plan.question, plan.question.loss)
            if refusal is None:
                missing = not_refused(plan.question, plan.expect_refusal)
                self.lines[place] = self._told(plan.question, Verdict.REFUSED, missing)
            else:
                self.lines[place] = self._told(plan.question, Verdict.EXPECTED, refusal)
        for place, plan in self.open_ended:
            question, rest = plan.most or plan.question, self.lines[place].loss
            refusal = self._beyond(question, rest, own=plan.question.loss)
            if refusal is not None:
                self.lines[place] = self._told(question, Verdict.REFUSED, refusal)
                continue
            for holder in question.holders:
                self._take((holder, question.purpose), rest)

    def balances(self) -> tuple[Balance, ...]:
        """Return every account that the policy gives leave to spend from."""
        uncapped = states_no_cap(self.stage.policy)
        found = []
        for account, licence in self.stage.policy.licences.items():
            if licence.cap == NO_LOSS:
                continue
            spent, cost, left = self._spent(account), self.taken.get(account, NO_LOSS), self._left(account)
            after = left_of(left, cost.micro_epsilon, cost.delta_e15)
            stated = (None, None, None) if uncapped else (licence.cap, left, after)
            found.append(Balance(*account, licence.id, spent, cost, *stated))
        return tuple(found)

    def _asked(self, question: Question) -> Release | None:
        """Add the line of a question that is to be answered; return its stored answer, if there is one."""
        if question.loss == NO_LOSS:
            self._line(question, Verdict.FREE)
            return None
        release, state = None, None
        if {line.holder for line in self.accounts} >= set(question.holders):
            request = request_for(question, self.stage)
            state = self.stage.ledger.state(request)
            try:
                release = answered(question, request, self.stage)
            except InputRefused as refusal:
                self._refused(question, Verdict.REFUSED, refusal)
                return None
        if release is not None or state is RequestState.RESERVED:
            self._line(question, Verdict.PAID if release is None else Verdict.ANSWERED, loss=NO_LOSS)
            return release
        refused = self._beyond(question, question.loss)
        if refused is not None:
            self._refused(question, Verdict.REFUSED, refused)
            return None
        for holder in question.holders:
            self._take((holder, question.purpose), question.loss)
        self._line(question, Verdict.DEBITED)
        return None

    def _beyond(
        self, question: Question, loss: PrivacyLoss, *, own: PrivacyLoss = NO_LOSS
    ) -> BudgetExhausted | None:
        """Return the refusal of the first account that does not reach for a loss beside what was taken before.

        own: what of that was taken for this very question, and is told as left for it.
        """
        for holder in question.holders:
            account = (holder, question.purpose)
            taken, left = self.taken.get(account, NO_LOSS), self._left(account)
            if not (taken + loss).fits(left):
                room = left_of(left, taken.micro_epsilon, taken.delta_e15)
                return past_licence(question, account, room + own, self.stage)
        return None

    def _spent(self, account: Account) -> PrivacyLoss:
        return next((line.spent for line in self.accounts if (line.holder, line.purpose) == account), NO_LOSS)

    def _left(self, account: Account) -> PrivacyLoss:
        spent = self._spent(account)
        return left_of(self.stage.policy.licences[account].cap, spent.micro_epsilon, spent.delta_e15)

    def _take(self, account: Account, loss: PrivacyLoss) -> None:
        self.taken[account] = self.taken.get(account, NO_LOSS) + loss

    def _line(self, question: Question, verdict: Verdict, *, loss: PrivacyLoss | None = None) -> None:
        told = question.loss if loss is None else loss
        self.lines.append(
            Line(question.id, question.sentence, question.purpose, question.holders, told, verdict)
        )

    def _refused(self, question: Question, verdict: Verdict, refusal: NotPermitted | InputRefused) -> None:
        self.lines.append(self._told(question, verdict, refusal))

    def _told(self, question: Question, verdict: Verdict, refusal: NotPermitted | InputRefused) -> Line:
        return Line(
            question.id,
            question.sentence,
            question.purpose,
            question.holders,
            NO_LOSS,
            verdict,
            type(refusal).__name__,
            str(refusal),
        )
