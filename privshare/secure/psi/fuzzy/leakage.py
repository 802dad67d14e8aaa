"""What a finished run of `fuzzy/1` told each party; every number is read off its transcript or off the agreed plan."""

from __future__ import annotations

from dataclasses import replace

from privshare.exchange.transcript import Transcript
from privshare.model.leakage import LeakageStatement
from privshare.model.party import PartyId
from privshare.secure.psi.fuzzy.plan import FuzzyPlan
from privshare.secure.psi.fuzzy.roles import SUITE
from privshare.secure.psi.members.choice import MALICIOUS_RECEIVER, OPRF, SEMI_HONEST

NO_DIFFERENTIAL_PRIVACY = (
    "one person's influence on others: who joins or leaves can make a key ambiguous or a pair a tie, and so change "
    "whom somebody else is paired with; no differential privacy by person is claimed, and no noise is added"
)

_BEYOND = {
    OPRF: "",
    MALICIOUS_RECEIVER: "; {receiver}, if it deviates, more of them, up to the bound that is stated below",
    SEMI_HONEST: ", by who follows the protocol; {receiver}, if it does not, any number, as is stated below",
}
"""How many keys a receiver that deviates tests beyond the agreed ones is decided by the suite below."""


def leakage(
    below: LeakageStatement, transcript: Transcript, plan: FuzzyPlan, *, receiver: PartyId, sender: PartyId
) -> LeakageStatement:
    """Return the statement of a run over a suite of members. below: that suite's own statement of the same run."""
    sizes = {message.payload.kind: message.payload.items for message in transcript.messages}
    keys = dict(below.public_sizes)
    mine, theirs = keys[f"items of {receiver}"], keys[f"items of {sender}"]
    others = f"that {plan.weight_min - 1} of them agree at least" if plan.weight_min > 1 else "nothing"
    learned = (
        (
            receiver,
            (
                f"for each of its own records, on which of the {len(plan.keys)} kinds of key it agrees with which "
                f"record of {sender}, known to it by a random number of this run only: so which fields agree, of "
                "candidates that were not taken as well",
                f"how many keys {sender} has, exactly: {theirs:,} (none shows as 1), at most {len(plan.keys)} a record",
                f"that just one record of {sender} has the fields of a key that agrees, and none or several those of a "
                "key that does not; several, where all these fields agree with one record through other keys: so that "
                f"{sender} has another record with them",
                "nothing else of fields outside of keys that agree",
            ),
        ),
        (
            sender,
            (
                "which of its own records are in a pair, and of each pair one key, drawn among those that agree: "
                f"{sizes['matches']:,} pairs; of a pair's other keys it knows for certain {others}",
                f"how many keys {receiver} has, exactly: {mine:,} (none shows as 1), at most {len(plan.keys)} a record",
                f"nothing of candidates that were not taken or of ties; of other records of {receiver} only that none "
                "has the fields of a key that it is told",
            ),
        ),
    )
    return replace(
        below,
        suite=f"{SUITE} over {below.suite}",
        learned=learned,
        public_sizes=((f"keys of {receiver}", mine), (f"keys of {sender}", theirs)),
        not_stopped=(
            f"a party that tests records it has made up: up to {plan.items_max:,} keys, as agreed"
            + _BEYOND[below.suite].format(receiver=receiver),
            "two people who agree on a key by chance: a pair is likely and not certain",
            NO_DIFFERENTIAL_PRIVACY,
            *below.not_stopped,
        ),
    )
