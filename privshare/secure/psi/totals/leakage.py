"""What a finished `totals-3/1` run told each party, in sentences, and which two together break it.

Promises: sizes, bytes and rounds are read off the transcript (one party's own
has no bytes of what the others told each other, and its rounds are as these
tell them, which the statement says), and every number in it is one that the
price pays for. Leaves to others: showing it.
"""

from __future__ import annotations

from privshare.exchange.transcript import Transcript
from privshare.model.leakage import NO_SUITE_STOPS, LeakageStatement
from privshare.model.loss import PrivacyLoss
from privshare.model.party import PartyId
from privshare.secure.psi.noise_part import loss_in_both, told
from privshare.secure.psi.totals.terms import SUITE, TotalsTerms, noise_parts, price, views

ADVERSARY = (
    "semi-honest only: parties of whom no two collude, that follow the protocol and look at all they receive; SHA-256 "
    "behaves as a random oracle, AES-128 as a pseudorandom permutation; only the holders read the channel between them"
)
MASKED_TOO_MUCH = (
    "a value holder that masks more than the agreed largest value (what related points, P and 2P, are in size/1): one "
    "person then counts several times, and the noise no longer covers them; this is why the suite is semi-honest only"
)
DUMMIES_LEFT_OUT = (
    "a grouping holder that uploads others in the place of the shared dummies: the noise is then missing from the "
    "counts that it sees"
)
ROUNDS_AS_TOLD = (
    "a party that says of a message that it waited for more than it did: what two others told each other nobody else "
    "sees, so the number of rounds is as the three tell it"
)


def leakage(
    terms: TotalsTerms,
    transcript: Transcript,
    *,
    grouping_holder: PartyId,
    value_holder: PartyId,
    unit: PartyId,
    sizes: tuple[int, int] | None = None,
) -> LeakageStatement:
    """Return what each party learned, and the coalitions against which nothing is promised.

    sizes: of both lists, where the transcript is of one party and lacks what the others told each other.
    """
    sent = {message.payload.kind: message.payload.items for message in transcript.messages}
    grouped, valued = sizes or (sent["labelled-pseudonyms"], sent["masked-values"])
    a, b = grouping_holder, value_holder
    pad = told(PrivacyLoss(terms.pad_micro, terms.delta_e15))
    truncated = told(PrivacyLoss(terms.count_micro, terms.delta_e15))
    count, total = told(PrivacyLoss(terms.count_micro)), told(PrivacyLoss(terms.sum_micro))
    who = {"grouping_holder": a, "value_holder": b, "unit": unit}
    return LeakageStatement(
        suite=SUITE,
        adversary=ADVERSARY,
        learned=(
            (
                a,
                (
                    f"the length of {b}'s list, {valued:,}: its people and a noised number of dummies ({pad})",
                    f"for each group the common people plus noise that {b} drew and did not tell ({truncated})",
                    f"for each group the sum plus noise that {unit} drew and did not tell ({total})",
                    f"at which places of {b}'s list the matches stand, which is a shuffle that only {b} knows",
                ),
            ),
            (
                b,
                (
                    f"the length of {a}'s list, {grouped:,}: its people and a noised number of dummies ({pad})",
                    f"the published counts, in which it knows its own noise but not the noise of {a} ({count})",
                    f"the published sums, of whose noise it knows nothing ({total})",
                ),
            ),
            (
                unit,
                (
                    f"the lengths of both lists, {grouped:,} and {valued:,}, dummies included ({pad} for each, "
                    "so twice that for a person who is in both)",
                    f"how {a}'s list spreads over groups, dummies included, under labels without names ({pad}); the "
                    "published counts may suggest which label is which group",
                    f"for each label the common people plus noise that {b} drew and did not tell ({truncated})",
                    f"the published sums, in which it knows its own noise but not the noise of {a} ({total})",
                    "no identifier, no value and neither key; what it holds is pseudonymised personal data, which "
                    "with the holders' key a dictionary would open",
                ),
            ),
        ),
        public_sizes=((f"records of {a}", grouped), (f"records of {b}", valued), ("groups", len(terms.groups))),
        bytes_sent=transcript.bytes_sent(),
        rounds=transcript.rounds(),
        broken_by=(
            f"{a} and {unit} together read every value that {b} uploaded, and whose it is wherever they know or guess "
            "the identifier",
            f"{b} and {unit} together read which of {b}'s people {a} knows, and which of them share a group",
            f"whoever reads the channel between {a} and {b} as well as what reaches {unit} has the keys: all that, too",
            f"{a} and {b} together know all noise but what {unit} added to the sums; the records they hold anyway",
        ),
        not_stopped=(*NO_SUITE_STOPS, MASKED_TOO_MUCH, DUMMIES_LEFT_OUT, *([ROUNDS_AS_TOLD] if sizes else [])),
        views=views(terms, **who),
        in_both=loss_in_both(price(terms), noise_parts(terms, **who, count_measure="people", sum_measure="total")),
    )
