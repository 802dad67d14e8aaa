"""A request: one question on one state of the data, one attempt. Its id is what a debit and an answer hang on."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from privshare.errors import ParameterRefused
from privshare.model.loss import PrivacyLoss
from privshare.model.party import PartyId, PurposeId
from privshare.model.question import Question
from privshare.secure.canonical import canonical

AMOUNT_MAX = 2**53 - 1
"""Largest micro-epsilon in the ledger: canonical JSON keeps it exactly, and sums stay far below 2^63."""
_ID = re.compile(r"[0-9a-f]{64}")


class RequestState(StrEnum):
    """How far a request has come. Whatever the state, its price counts as spent.

    RESERVED: debited, no noise drawn yet; the next run may go on. DRAWING: noise may have been drawn; only
    the run that began may finish, and after a crash nobody. RELEASED: the bytes are stored for good.
    """

    RESERVED = "reserved"
    DRAWING = "drawing"
    RELEASED = "released"


@dataclass(frozen=True, slots=True)
class Spend:
    """What a request costs one holder's people. request: 64 hex digits. loss: epsilon above 0."""

    request: str
    holder: PartyId
    purpose: PurposeId
    loss: PrivacyLoss

    def __post_init__(self) -> None:
        check_request(self.request)
        if not 1 <= self.loss.micro_epsilon <= AMOUNT_MAX:
            raise ParameterRefused("epsilon of a spend", self.loss.epsilon, "at least one micro-epsilon, below 2^53")


def left_of(cap: PrivacyLoss, spent_micro: int, spent_delta_e15: int) -> PrivacyLoss:
    """Return what is left of a cap, part by part; 0 where it was lowered below what is spent.

    >>> left_of(PrivacyLoss(500_000), 600_000, 0)
    PrivacyLoss(micro_epsilon=0, delta_e15=0)
    """
    return PrivacyLoss(max(0, cap.micro_epsilon - spent_micro), max(0, cap.delta_e15 - spent_delta_e15))


def check_request(request: str) -> None:
    """Raise ParameterRefused unless the text is a request id."""
    if not _ID.fullmatch(request):
        raise ParameterRefused("request", request, "64 hex digits from request_id()")


def request_id(question: Question, snapshots: Mapping[PartyId, bytes], attempt: int) -> str:
    """Return the id of a question on a state of the data: SHA-256 over canonical JSON, 64 hex digits.

    snapshots: for each holder asked a keyed digest of its rows (`Ledger.snapshot_key`), so that the id says
    nothing about them. attempt: 0, or one more than an attempt that a crash left in state `drawing`.
    Everything in the question counts; the same question on the same rows has the same id and the same answer.

    Raises ParameterRefused when the snapshots are not those of the holders asked.
    """
    if set(snapshots) != set(question.holders):
        accepted = f"one each of {', '.join(question.holders)}"
        raise ParameterRefused("snapshots", ", ".join(snapshots) or "none", accepted)
    if type(attempt) is not int or attempt < 0:
        raise ParameterRefused("attempt", attempt, "a whole number of at least 0")
    document = {
        "format": "privshare/request/1",
        "question": {
            "id": question.id,
            "sentence": question.sentence,
            "purpose": question.purpose,
            "uses": [[use.holder, use.column, use.form.value] for use in question.uses],
            "micro_epsilon": question.loss.micro_epsilon,
            "delta_e15": question.loss.delta_e15,
            "parameters": [list(pair) for pair in question.parameters],
        },
        "snapshots": {holder: digest.hex() for holder, digest in snapshots.items()},
        "attempt": attempt,
    }
    return hashlib.sha256(canonical(document)).hexdigest()
