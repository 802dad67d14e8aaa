"""What two parties may ask of their tables: the roles of a suite, and what comes out of them.

A verb says what it costs, what of a holder's table enters it, what is told of
that before the greeting, which role each side plays, and what was found. The
side that calls is the first of a suite (it receives, or counts), the side that
listens the second. Another verb is one more `Verb` and one more line in `registry.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from privshare.errors import DataRefused, InputRefused, ParameterRefused
from privshare.exchange.channel import Endpoint
from privshare.exchange.transcript import Transcript
from privshare.holders.files.key_columns import read_key_columns
from privshare.model.entropy import Entropy
from privshare.model.leakage import LeakageStatement
from privshare.model.loss import NO_LOSS, PrivacyLoss
from privshare.model.matches import MatchedRows
from privshare.model.party import PartyId
from privshare.model.policy import Policy
from privshare.scenario.adhoc.prices import size_parts, size_price
from privshare.scenario.party.request import PartyRequest
from privshare.secure.psi import members
from privshare.secure.psi.item_set import ItemSet, items_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from privshare.model.texts import TextColumn
    from privshare.scenario.paired import Unread

Progress = Callable[[int, int], None]
Role = Callable[[Endpoint], Any]
KEY_COLUMNS_MAX = 8
FEW_ROWS, FEW_KEYS = 1_000, 100
"""A table of that many rows with fewer keys than that is refused at its ingest: less than 7 bits a key."""
_PEOPLE = "people"


@dataclass(frozen=True, slots=True, repr=False)
class Held:
    """A holder's own side. rows, missing: read, and without a key. items: that enter the protocol."""

    items: ItemSet

    @property
    def rows(self) -> int:
        """Rows of the table."""
        return self.items.row_count

    @property
    def missing(self) -> int:
        """Rows without a whole key."""
        return self.items.missing


@dataclass(frozen=True, slots=True)
class Meeting:
    """Both sides of a run, as each sees them alike. first calls, second listens. sizes: told before, 0 if hidden."""

    first: PartyId
    second: PartyId
    sizes: tuple[int, int]
    suite: str | None


@dataclass(frozen=True, slots=True, repr=False)
class Found:
    """What a holder learned. choice: why this suite. matches: its own rows by match. people: a noised number.

    below: the smallest number that this holder's licence lets be told, where the noised one was smaller, and is not
    kept; else 0. noise: how the public number was noised: the scales of its draws. weight, open_rows: at the party
    that paired records: on how many keys, by match; and own rows that a tie left open, each with weight and candidates.
    unread: own columns of which a rule could not read everything.
    """

    suite: str
    statement: LeakageStatement
    choice: members.Choice | None = None
    matches: MatchedRows | None = None
    people: int | None = None
    below: int = 0
    noise: tuple[str, ...] = ()
    weight: NDArray[np.int64] | None = None
    open_rows: tuple[NDArray[np.int64], ...] | None = None
    unread: tuple[Unread, ...] = ()


@dataclass(frozen=True, slots=True)
class Verb:
    """One thing to ask.

    settled: the request, with what it leaves open and the own policy says. loss: its price; raises InputRefused for
    flags that do not fit. terms: what both sides must say alike, by option; nothing of a table. read: the holder's own
    side.
    announced: how many items are told before the greeting; 0 where that would tell more than the run does. most: how
    many items it can be at most, dummies included.
    predicted: bytes both ways, or 0. role: of the own party. found: what its result and the transcript amount to.
    """

    settled: Callable[[PartyRequest, PartyId, Policy], PartyRequest]
    loss: Callable[[PartyRequest], PrivacyLoss]
    terms: Callable[[PartyRequest], Mapping[str, object]]
    read: Callable[[PartyRequest, Progress | None], Held]
    announced: Callable[[Held], int]
    most: Callable[[PartyRequest, Held], int]
    predicted: Callable[[Meeting], int]
    role: Callable[[PartyRequest, Held, PartyId, Meeting, Entropy], Role]
    found: Callable[[PartyRequest, Held, Meeting, Any, Transcript], Found]


def _read(asked: PartyRequest, progress: Progress | None) -> Held:
    check_key(asked.key)
    return held_items(asked, read_key_columns(asked.table, asked.key, progress=progress))


def check_key(key: tuple[str, ...]) -> None:
    """Raise ParameterRefused for a key of no column, of too many, or of one twice."""
    if not 1 <= len(key) <= KEY_COLUMNS_MAX or len(set(key)) != len(key):
        raise ParameterRefused("--on", ",".join(key) or "nothing", f"1 to {KEY_COLUMNS_MAX} columns, each once")


def held_items(asked: PartyRequest, cells: tuple[TextColumn, ...]) -> Held:
    """Return the own side; refuse a table in which most rows have no key, or few keys many rows, and say no number."""
    items = items_of(*cells)
    if 2 * items.missing > items.row_count:
        told = f"most rows have no whole key ({', '.join(asked.key)})"
        raise DataRefused(str(asked.table), None, f"{told}; accepted is a key that at least half of the rows have")
    if items.row_count - items.missing >= FEW_ROWS and len(items) < FEW_KEYS:
        told = f"{FEW_ROWS:,} rows and more have fewer than {FEW_KEYS} different keys ({', '.join(asked.key)})"
        accepted = "accepted is a key that tells people apart, since who can try every key learns what this side holds"
        raise DataRefused(str(asked.table), None, f"{told}; {accepted}")
    return Held(items)


def _as_asked(asked: PartyRequest, _party: PartyId, _policy: Policy) -> PartyRequest:
    return asked


def _free(asked: PartyRequest) -> PrivacyLoss:
    if asked.epsilon is not None or asked.delta is not None or asked.ledger is not None:
        raise InputRefused(
            "--epsilon, --delta and --ledger go with --reveal size; --reveal members says exactly which rows match, "
            "which no noise covers, no epsilon bounds and no ledger counts."
        )
    check_suite(asked)
    return NO_LOSS


def check_suite(asked: PartyRequest) -> None:
    """Raise ParameterRefused for a --suite that is none."""
    if asked.suite is not None and asked.suite not in members.SUITES:
        raise ParameterRefused("--suite", asked.suite, ", ".join(members.SUITES))


def chosen(meeting: Meeting, *, handled: bool = False) -> members.Choice:
    """Return the suite of a meeting and why it is that one. handled: as in `members.choose`."""
    choice = members.choose(*meeting.sizes, wish=meeting.suite, handled=handled)
    return choice if meeting.suite is None else replace(choice, reason="both sides asked for it")


def exact_size(held: Held) -> int:
    """Return how many items are told before the greeting; the greeting tells as many."""
    return max(1, len(held.items))


def exact_most(_asked: PartyRequest, held: Held) -> int:
    """Return how many items enter a run without dummies."""
    return exact_size(held)


def _members_role(_asked: PartyRequest, held: Held, own: PartyId, meeting: Meeting, entropy: Entropy) -> Role:
    suite = chosen(meeting).suite
    if own == meeting.first:
        return suite.receiver(held.items, sender=meeting.second, told=True, entropy=entropy)
    return suite.sender(held.items, receiver=meeting.first, told=True, entropy=entropy)


def _members_found(_asked: PartyRequest, held: Held, meeting: Meeting, result: Any, transcript: Transcript) -> Found:
    choice = chosen(meeting)
    told = members.leakage(transcript, receiver=meeting.first, sender=meeting.second)
    return Found(choice.suite.id, told, choice, matches=held.items.matched(result))


def _members_bytes(meeting: Meeting) -> int:
    choice = chosen(meeting)
    return dict(choice.costs)[choice.suite.id].bytes


def _size_loss(asked: PartyRequest) -> PrivacyLoss:
    if asked.epsilon is None:
        raise InputRefused("--reveal size needs --epsilon, the price of the noised number, for example --epsilon 1.")
    if asked.suite is not None:
        raise InputRefused("--suite is for --reveal members; --reveal size has one suite, size/1.")
    return size_price(asked.epsilon, asked.delta)


def _size_terms(asked: PartyRequest) -> Any:
    from privshare.secure.psi import size

    pad, count, delta = size_parts(_size_loss(asked))
    return size.SizeTerms(pad, count, delta)


def _size_most(asked: PartyRequest, held: Held) -> int:
    from privshare.secure.psi.size.terms import matched_noise, padding_noise

    terms = _size_terms(asked)
    return len(held.items) + 2 * (matched_noise(terms).radius + padding_noise(terms).radius)


def _size_role(asked: PartyRequest, held: Held, own: PartyId, meeting: Meeting, entropy: Entropy) -> Role:
    from privshare.secure.psi import size

    terms = _size_terms(asked)
    if own == meeting.first:
        return size.holder_a(held.items, terms, peer=meeting.second, entropy=entropy)
    return size.holder_b(held.items, terms, peer=meeting.first, entropy=entropy)


def _size_found(asked: PartyRequest, _held: Held, meeting: Meeting, result: Any, transcript: Transcript) -> Found:
    from privshare.secure.psi import size

    terms = _size_terms(asked)
    told = size.leakage(terms, transcript, a=meeting.first, b=meeting.second)
    parts = size.noise_parts(terms, a=meeting.first, b=meeting.second, measure=_PEOPLE)
    scales = tuple(part.scale for part in parts if part.measure == _PEOPLE)
    return Found(size.SUITE, told, people=int(result), noise=scales)


def _size_said(asked: PartyRequest) -> Mapping[str, object]:
    loss = _size_loss(asked)
    return {"--epsilon": loss.micro_epsilon, "--delta": loss.delta_e15}


def _nothing_said(_asked: PartyRequest) -> Mapping[str, object]:
    return {}


MEMBERS = Verb(
    _as_asked, _free, _nothing_said, _read, exact_size, exact_most, _members_bytes, _members_role, _members_found
)
SIZE = Verb(_as_asked, _size_loss, _size_said, _read, lambda _: 0, _size_most, lambda _: 0, _size_role, _size_found)
