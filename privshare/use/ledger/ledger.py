"""The ledger's verbs: declare, reserve, begin, complete, and what is left. One transaction each, one chain entry each.

Promises, against a crash at any step, a full disk and any number of processes
on one machine:
- nothing is released before its whole price is durable at every holder asked;
- a cap is never passed, not by one micro-epsilon;
- a request has one document for ever, and asking again returns its bytes;
- what is unknown counts as spent: an error from COMMIT, a request left in
  `drawing`. A refusal costs nothing.

Order of a release: reserve -> begin -> draw noise -> complete -> publish. The
anchor remembers all of it from `begin` on, the last moment before anything can
be seen of an answer.
Leaves to others: whether the question may be asked (`gate.py`), noise, and
the outside witness against restoring ledger and anchor together (`anchor.py`).
Recipe: `BEGIN IMMEDIATE`, DELETE journal, synchronous EXTRA (`schema.py`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from privshare.errors import LedgerFault, ParameterRefused
from privshare.model.entropy import Entropy, SystemEntropy
from privshare.model.loss import DELTA_UNIT, PrivacyLoss, loss_document
from privshare.model.party import PartyId, PurposeId
from privshare.use.exhausted import exhausted
from privshare.use.ledger.opening import open_file, replayed
from privshare.use.ledger.request import AMOUNT_MAX, RequestState, Spend, check_request, left_of
from privshare.use.ledger.statement import LedgerStatement, statement_of
from privshare.use.ledger.transaction import Entry, LedgerFile

CLOCK_SLACK = timedelta(minutes=5)
"""How far clocks may differ, and how often the time is written down."""


class Ledger:
    """An open ledger; use it as a context manager, from one thread. Made by `open_ledger`."""

    def __init__(self, file: LedgerFile, entropy: Entropy) -> None:
        self._file, self._entropy = file, entropy

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<ledger {self._file.path}>"

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def see(self, now: datetime) -> None:
        """Remember the time, if it is later by more than CLOCK_SLACK than what was seen; raise LedgerFault if earlier.

        A licence ends on a day, so a clock that is set back would bring it to life again. now: UTC.
        """
        seconds, slack = int(now.timestamp()), int(CLOCK_SLACK.total_seconds())

        def work() -> Entry | None:
            query = "SELECT max(json_extract(body, '$.seen')) FROM chain WHERE json_extract(body, '$.kind') = 'clock'"
            row = self._file.row(query)
            seen = int(row[0]) if row and row[0] is not None else 0
            if seconds < seen - slack:
                told = datetime.fromtimestamp(seen, UTC).isoformat()
                reason = f"it has seen {told}, and this machine's clock says {now.replace(microsecond=0).isoformat()}"
                raise LedgerFault(str(self._file.path), f"{reason}; set the clock right, since licences end on a day")
            return ("clock", {"seen": seconds}) if seconds > seen + slack else None

        self._file.write(work)

    def declare(self, holder: PartyId, purpose: PurposeId, cap: PrivacyLoss) -> None:
        """Open a holder's account for a purpose, or give it another cap, above or below what is spent.

        A holder's first account also makes its snapshot key. Declaring the same cap again changes nothing.
        """
        self._file.write(lambda: self._declared(holder, purpose, cap))

    def make_room(self, holder: PartyId, purpose: PurposeId, loss: PrivacyLoss) -> None:
        """Open an account that limits nothing, or raise its cap, so that a loss fits beside what is spent by now.

        The cap is never lowered, so that runs at the same time do not take one another's room away.
        """

        def work() -> Entry | None:
            query = "SELECT cap_micro, cap_delta_e15, spent_micro, spent_delta_e15 FROM account"
            row = self._file.row(f"{query} WHERE holder = ? AND purpose = ?", holder, purpose) or (0, 0, 0, 0)
            micro, delta = row[2] + loss.micro_epsilon, row[3] + loss.delta_e15
            if delta > DELTA_UNIT:
                raise ParameterRefused("delta", delta / DELTA_UNIT, "at most 1, with what is spent already")
            return self._declared(holder, purpose, PrivacyLoss(max(row[0], micro), max(row[1], delta)))

        self._file.write(work)

    def snapshot_key(self, holder: PartyId) -> bytes:
        """Return the holder's 32-byte key for digests of its rows; raise LedgerFault for an unknown holder."""
        row = self._file.row("SELECT snapshot_key FROM holder WHERE holder = ?", holder)
        if row is None:
            raise LedgerFault(str(self._file.path), f"it has no account of {holder!r}; declare one first")
        return bytes(row[0])

    def left(self, holder: PartyId, purpose: PurposeId) -> PrivacyLoss:
        """Return what the account still has; raise LedgerFault when there is no such account."""
        query = "SELECT cap_micro, cap_delta_e15, spent_micro, spent_delta_e15 FROM account"
        row = self._file.row(f"{query} WHERE holder = ? AND purpose = ?", holder, purpose)
        if row is None:
            reason = f"it has no account of {holder!r} for {purpose!r}; declare it from the policy first"
            raise LedgerFault(str(self._file.path), reason)
        return left_of(PrivacyLoss(*row[:2]), *row[2:])

    def reserve(self, spends: Sequence[Spend], *, question_ids: Mapping[str, str]) -> None:
        """Debit all spends, or none. question_ids: request -> question id, for every request among the spends.

        A request that is already reserved or released, with the same spends, is debited no second time.
        Raises BudgetExhausted naming the first spend that does not fit, LedgerFault for a request whose noise
        another run has begun to draw, ParameterRefused for one filed before with other spends.
        """
        filed: dict[str, list[Spend]] = {}
        for spend in spends:
            if spend.request not in question_ids:
                raise ParameterRefused("question_ids", f"none for {spend.request}", "a question id for every request")
            if any(other.holder == spend.holder for other in filed.setdefault(spend.request, [])):
                raise ParameterRefused("spends", f"two of {spend.holder}", "one spend a holder and request")
            filed[spend.request].append(spend)

        def work() -> Entry | None:
            fresh = [request for request in filed if not self._is_filed(request, filed[request], question_ids[request])]
            for request in fresh:
                question = question_ids[request]
                self._file.execute("INSERT INTO request VALUES (?, ?, 'reserved', '', NULL)", request, question)
                for spend in filed[request]:
                    self._debit(spend, question)
            if not fresh:
                return None
            return "reserve", {
                "requests": [
                    {
                        "request": request,
                        "question": question_ids[request],
                        "spends": [
                            {"holder": spend.holder, "purpose": spend.purpose, **loss_document(spend.loss)}
                            for spend in filed[request]
                        ],
                    }
                    for request in fresh
                ]
            }

        self._file.write(work, anchored=False)

    def state(self, request: str) -> RequestState | None:
        """Return how far a request has come, or None when it was never debited."""
        row = self._file.row("SELECT state FROM request WHERE request = ?", request)
        return RequestState(row[0]) if row else None

    def begin(self, request: str) -> None:
        """Say durably that noise will now be drawn: reserved -> drawing, for exactly one run.

        A request left `reserved` by a dead run may be begun by the next. Raises LedgerFault otherwise.
        """
        check_request(request)

        def work() -> Entry:
            change = "UPDATE request SET state = 'drawing', run = ? WHERE request = ? AND state = 'reserved'"
            if self._file.execute(change, self._file.run, request).rowcount != 1:
                state = self._file.row("SELECT state FROM request WHERE request = ?", request)
                reason = f"request {request[:16]} cannot be drawn: it is {state[0] if state else 'not reserved'}"
                raise LedgerFault(str(self._file.path), f"{reason}; ask again, as a new attempt if it stays so")
            return "begin", {"request": request}

        self._file.write(work)

    def complete(self, request: str, document: bytes) -> None:
        """Store the released bytes durably: drawing -> released, by the run that began. Publish after this returns."""
        check_request(request)

        def work() -> Entry:
            begun = "request = ? AND run = ? AND state = 'drawing'"
            change = f"UPDATE request SET state = 'released', document = ? WHERE {begun}"  # noqa: S608 - a constant
            if self._file.execute(change, bytes(document), request, self._file.run).rowcount != 1:
                reason = f"request {request[:16]} was not begun by this run, so its release is not stored"
                raise LedgerFault(str(self._file.path), reason)
            return "complete", {"request": request, "document_sha256": hashlib.sha256(document).hexdigest()}

        self._file.write(work, anchored=False)

    def stored(self, request: str) -> bytes | None:
        """Return the exact bytes released for a request, or None while there are none. Costs nothing."""
        row = self._file.row("SELECT document FROM request WHERE request = ?", request)
        return bytes(row[0]) if row and row[0] is not None else None

    def note_refusal(self, question: str, kind: str, clause: str) -> None:
        """Record that a question (by id) was refused: the error's class name and the clause. Costs nothing."""
        self._file.write(lambda: ("refusal", {"question": question, "refused": kind, "clause": clause}))

    def statement(self) -> LedgerStatement:
        """Return everything the ledger says, re-done from its chain."""
        texts = [str(row[0]) for row in self._file.rows("SELECT body FROM chain ORDER BY entry")]
        return statement_of(replayed(self._file.path, texts), texts)

    def _is_filed(self, request: str, spends: Sequence[Spend], question: str) -> bool:
        row = self._file.row("SELECT question, state FROM request WHERE request = ?", request)
        if row is None:
            return False
        held = self._file.rows("SELECT holder, purpose, micro_epsilon, delta_e15 FROM spend WHERE request = ?", request)
        asked = {(spend.holder, spend.purpose, spend.loss.micro_epsilon, spend.loss.delta_e15) for spend in spends}
        if row[0] != question or set(held) != asked:
            raise ParameterRefused("request", request, "the question and spends it was first filed with")
        if row[1] == RequestState.DRAWING:
            reason = f"request {request[:16]} is being drawn by another run or was lost in a crash, and counts as spent"
            raise LedgerFault(str(self._file.path), f"{reason}; ask again as a new attempt")
        return True

    def _debit(self, spend: Spend, question: str) -> None:
        left = self.left(spend.holder, spend.purpose)
        if not spend.loss.fits(left):
            account = f"account:{spend.holder}/{spend.purpose}"
            raise exhausted(question, account, spend.holder, spend.purpose, asked=spend.loss, left=left)
        row = (spend.request, spend.holder, spend.purpose, spend.loss.micro_epsilon, spend.loss.delta_e15)
        self._file.execute("INSERT INTO spend VALUES (?, ?, ?, ?, ?)", *row)

    def _declared(self, holder: PartyId, purpose: PurposeId, cap: PrivacyLoss) -> Entry | None:
        if not holder or not purpose:
            raise ParameterRefused("account", f"{holder}/{purpose}", "a holder id and a purpose id")
        if cap.micro_epsilon > AMOUNT_MAX:
            raise ParameterRefused("cap", cap.micro_epsilon, "less than 2^53 micro-epsilon")
        if self._cap(holder, purpose) == cap:
            return None
        row = self._file.row("SELECT snapshot_key FROM holder WHERE holder = ?", holder)
        key: bytes = row[0] if row else self._entropy.token(32)
        if row is None:
            self._file.execute("INSERT INTO holder VALUES (?, ?)", holder, key)
        caps = (cap.micro_epsilon, cap.delta_e15)
        if self._cap(holder, purpose) is None:
            self._file.execute("INSERT INTO account VALUES (?, ?, ?, ?, 0, 0)", holder, purpose, *caps)
        else:
            change = "UPDATE account SET cap_micro = ?, cap_delta_e15 = ? WHERE holder = ? AND purpose = ?"
            self._file.execute(change, *caps, holder, purpose)
        return "declare", {
            "holder": holder,
            "purpose": purpose,
            "cap_micro": caps[0],
            "cap_delta_e15": caps[1],
            "snapshot_key_sha256": hashlib.sha256(key).hexdigest(),
        }

    def _cap(self, holder: PartyId, purpose: PurposeId) -> PrivacyLoss | None:
        query = "SELECT cap_micro, cap_delta_e15 FROM account WHERE holder = ? AND purpose = ?"
        row = self._file.row(query, holder, purpose)
        return PrivacyLoss(*row) if row else None


def open_ledger(path: Path, *, entropy: Entropy | None = None) -> Ledger:
    """Open a ledger to read and spend, and make it when there is none. Checks all of it.

    entropy: for snapshot keys and the run's mark; the operating system's by default. Raises LedgerFault for
    what is no ledger, a newer version, damage, or a copy older than its anchor; StorageFault for a disk that
    refuses.
    """
    source = entropy or SystemEntropy()
    return Ledger(open_file(path, source, writable=True), source)


def open_existing_ledger(path: Path) -> Ledger:
    """Open a ledger to read only, with the same checks. Raises LedgerFault when there is none."""
    source = SystemEntropy()
    return Ledger(open_file(path, source, writable=False), source)
