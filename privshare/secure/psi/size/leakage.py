"""What a finished `size/1` run told each party, in sentences.

Promises: sizes, bytes and rounds are read off the transcript, and every number
in it is one that the price pays for. Leaves to others: showing it.
"""

from __future__ import annotations

from privshare.exchange.transcript import Transcript
from privshare.model.leakage import NO_SUITE_STOPS, LeakageStatement
from privshare.model.loss import PrivacyLoss
from privshare.model.party import PartyId
from privshare.secure.psi.noise_part import loss_in_both, told
from privshare.secure.psi.size.terms import SUITE, SizeTerms, noise_parts, price, views

ADVERSARY = (
    "semi-honest only: holders that follow the protocol and look at all they receive; they cannot decide "
    "Diffie-Hellman triples in ristretto255, and SHA-256 and SHA-512 behave as random oracles"
)
NOTHING_ELSE = (
    "nothing that tells a common person from another, and nothing about identifiers it does not hold, beyond what "
    "these numbers imply"
)
RELATED_POINTS = (
    "a holder that sends related points (P and 2P) instead of one point a person: one person then counts several "
    "times, and the noise no longer covers them; this is why the suite is semi-honest only"
)
DUMMIES_LEFT_OUT = (
    "a counting holder that sends others in the place of the shared dummies: the noise is then missing from its count"
)


def leakage(terms: SizeTerms, transcript: Transcript, *, a: PartyId, b: PartyId) -> LeakageStatement:
    """Return what each party learned; `a` counted, `b` shuffled."""
    points = [message for message in transcript.messages if message.payload.kind == "points"]
    sent = {message.sender: message.payload.items for message in points}
    pad = told(PrivacyLoss(terms.pad_micro, terms.delta_e15))
    drawn_by_b = told(PrivacyLoss(terms.count_micro, terms.delta_e15))
    drawn_by_a = told(PrivacyLoss(terms.count_micro))
    return LeakageStatement(
        suite=SUITE,
        adversary=ADVERSARY,
        learned=(
            (
                a,
                (
                    f"the length of {b}'s list, {sent[b]:,}: its identifiers and a noised number of dummies ({pad})",
                    f"the number of common people plus noise that {b} drew and did not tell ({drawn_by_b})",
                    NOTHING_ELSE,
                ),
            ),
            (
                b,
                (
                    f"the length of {a}'s list, {sent[a]:,}: its identifiers and a noised number of dummies ({pad})",
                    f"the published size, in which it knows its own noise but not the noise of {a} ({drawn_by_a})",
                    NOTHING_ELSE,
                ),
            ),
        ),
        public_sizes=((f"points of {a}", sent[a]), (f"points of {b}", sent[b])),
        bytes_sent=transcript.bytes_sent(),
        rounds=transcript.rounds(),
        broken_by=(),
        not_stopped=(*NO_SUITE_STOPS, RELATED_POINTS, DUMMIES_LEFT_OUT),
        views=views(terms, a=a, b=b),
        in_both=loss_in_both(price(terms), noise_parts(terms, a=a, b=b, measure="people")),
    )
