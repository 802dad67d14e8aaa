"""The page of one party of a run between machines: one self-contained HTML file, without network or script.

Order: what was found, what was asked, who saw what, the files of the folder, what is not promised, how to check it.
Promises: the page says what its folder says elsewhere, and nothing that is not this party's own.
Leaves to others: the facts (`party.py`, `party_totals.py`), and escaping (`engine.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from privshare.model.leakage import LeakageStatement
from privshare.model.loss import NO_LOSS, PrivacyLoss
from privshare.model.party import PartyId
from privshare.report.engine import engine_for
from privshare.report.figures import delta, epsilon, label, listing
from privshare.report.leaked import sent_told, sizes_told
from privshare.report.sentences import Sentences
from privshare.secure.signing import fingerprint

if TYPE_CHECKING:
    from privshare.report.tables import Data


@dataclass(frozen=True, slots=True)
class PartyPage:
    """What the page of one party says; every text is a sentence, or a name as this party knows it.

    party, others: this one, and with whom. found: the answer, its first sentence the largest. table: the answer's
    cells. asked: (what, value) of the request. why: how the suite was chosen. price: what it cost, empty for what is
    exact. files: (name, what it is for). limits: not promised, besides what no suite stops. checks: what can be
    compared, and with whom. sessions: facts of each connection, with both signatures.
    """

    party: PartyId
    others: tuple[PartyId, ...]
    question: str
    found: tuple[str, ...]
    table: Data | None
    asked: tuple[tuple[str, str], ...]
    why: tuple[str, ...]
    statement: LeakageStatement
    price: tuple[str, ...]
    files: Sequence[tuple[str, str]]
    limits: tuple[str, ...]
    checks: tuple[str, ...]
    sessions: tuple[Mapping[str, Any], ...]


def page_bytes(page: PartyPage, say: Sentences) -> bytes:
    """Return the page as one HTML document."""
    told = page.statement
    return (
        engine_for(say)
        .get_template("party.html.j2")
        .render(
            page=page,
            told=told,
            name=lambda party: party,
            sizes=sizes_told(told, say),
            sent=sent_told(told, say),
            fingerprint=lambda identity: fingerprint(bytes.fromhex(identity)),
        )
        .encode()
    )


def limits_told(*, noised: bool, uncounted: bool, say: Sentences) -> tuple[str, ...]:
    """Return what no run between machines promises. noised: its answer. uncounted: its price, beyond this run."""
    return (
        say.say("limits.decision"),
        say.say("limits.holder"),
        say.say("party.truthful"),
        *((say.say("limits.noise_only"), say.say("limits.timing")) if noised else (say.say("party.exact"),)),
        *((say.say("limits.ledger"),) if uncounted else ()),
        say.say("party.unsigned"),
    )


def permitted_told(
    party: PartyId, purpose: str | None, clauses: Sequence[str], loss: PrivacyLoss, *, kept: bool, say: Sentences
) -> list[tuple[str, str]]:
    """Return under what a holder's gate said yes, at which price, and where that is counted, term by term."""
    terms = [
        (say.say("party.purpose"), label(purpose) if purpose else say.say("party.by_flags")),
        (say.say("party.allowed"), listing(clauses)),
    ]
    if loss == NO_LOSS:
        return [*terms, (say.say("party.price"), say.say("party.price_none"))]
    price = {"epsilon": epsilon(loss.micro_epsilon), "delta": delta(loss.delta_e15)}
    counted = say.say("party.counted_kept", party=party) if kept else say.say("party.counted_gone")
    return [
        *terms,
        (say.say("party.price"), say.say("party.price_value", party=party, **price)),
        (say.say("party.counted"), counted),
    ]
