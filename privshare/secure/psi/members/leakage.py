"""What a finished run of a suite of members told each party; every number is read off its transcript."""

from __future__ import annotations

import json

from privshare.exchange.transcript import Transcript
from privshare.model.leakage import NO_SUITE_STOPS, LeakageStatement
from privshare.model.party import PartyId
from privshare.secure.psi.members.choice import MALICIOUS_RECEIVER, OPRF, SEMI_HONEST, table_rows
from privshare.secure.psi.members.excess import claim

RUNS_AGAIN = "a party that runs again with a changed set: a list of members has no price, so no ledger counts it"
VALUE_BITS = 162
"""Bits of a value in psi-ot-mr/1: the dimension of its code."""
_ASSUMED = "computational Diffie-Hellman in ristretto255, AES-128 as a generator, SHA-256 and SHA-512 as random oracles"
_ADVERSARY = {
    OPRF: (
        "a receiver that deviates in any way (one-more gap Diffie-Hellman in ristretto255), a sender that follows "
        "the protocol; SHA-256 and SHA-512 as random oracles"
    ),
    SEMI_HONEST: f"a receiver and a sender that follow the protocol (semi-honest); {_ASSUMED}",
    MALICIOUS_RECEIVER: (
        "a receiver that deviates in any way, but for the number of identifiers it tests, which is only bounded; "
        f"a sender that follows the protocol; {_ASSUMED}"
    ),
}


def leakage(transcript: Transcript, *, receiver: PartyId, sender: PartyId) -> LeakageStatement:
    """Return the statement of a run, whichever suite it was and whoever was told."""
    greetings = {m.sender: json.loads(m.payload.body) for m in transcript.messages if m.payload.kind == "hello"}
    suite = str(greetings[receiver]["suite"])
    ours, theirs = int(greetings[receiver]["items"]), int(greetings[sender]["items"])
    told = next((m.payload.items for m in transcript.messages if m.payload.kind == "matches"), None)
    its_size = f"how many items {receiver} has, exactly: {ours:,} (none shows as 1)"
    if told is None:
        to_sender: tuple[str, ...] = (its_size, f"nothing about which items {receiver} has, nor how many match")
    else:
        to_sender = (
            f"which of its own items {receiver} has too: {told:,} of {theirs:,}",
            its_size,
            "nothing else about items that it does not have itself",
        )
    return LeakageStatement(
        suite=suite,
        adversary=_ADVERSARY[suite],
        learned=(
            (
                receiver,
                (
                    f"which of its own {ours:,} items {sender} has too",
                    f"how many items {sender} has, exactly: {theirs:,} (none shows as 1)",
                    "nothing else about items that it does not have itself",
                ),
            ),
            (sender, to_sender),
        ),
        public_sizes=((f"items of {receiver}", ours), (f"items of {sender}", theirs)),
        bytes_sent=transcript.bytes_sent(),
        rounds=transcript.rounds(),
        broken_by=(),
        not_stopped=_not_stopped(suite, ours, receiver, sender, told is not None),
    )


def _not_stopped(suite: str, items: int, receiver: PartyId, sender: PartyId, told: bool) -> tuple[str, ...]:
    common = (*(what for what in NO_SUITE_STOPS if "ledger" not in what), RUNS_AGAIN)
    own: list[str] = []
    if told:
        own.append(f"{receiver} leaving out matches when it tells {sender}; it cannot make one up")
    if suite == SEMI_HONEST:
        own.append(
            f"{receiver}, if it does not follow the protocol: with some thirty items that it knows {sender} to have "
            f"and a second of work it learns every secret bit of the run, and tests any number of identifiers after "
            f"the run, unseen; {MALICIOUS_RECEIVER} bounds how many, {OPRF} stops it at what it declared"
        )
    if suite == MALICIOUS_RECEIVER:
        excess = claim(items, table_rows=table_rows(items), value_bits=VALUE_BITS)
        own.append(f"{excess}; {OPRF} has an exact cap")
        own.append(f"{receiver} guessing c bits that its errors touch: it passes the check with a chance of 2^-c")
        own.append(f"{sender} making one tag stand for two identifiers, with 2^64 work")
    return (*own, *common)
