"""How many people two holders both know, as a Release: suite `size/1` under a Permit.

Promises: both roles run here, on threads that share two queues and nothing
else, and nobody but the first holder sees the count before both have noised
it. Leaves to others: the protocol (`secure/psi/size`) and the ledger.
"""

from __future__ import annotations

from privshare.exchange.channel import run_together
from privshare.exchange.transcript import Transcript
from privshare.model.entropy import Entropy
from privshare.model.leakage import LeakageStatement
from privshare.model.party import PartyId
from privshare.model.question import Permit
from privshare.model.release import Release
from privshare.secure.psi import size
from privshare.secure.psi.item_set import ItemSet
from privshare.use.linkage.admission import admit
from privshare.use.linkage.published import COUNT_MEASURE, release_of


def overlap_size(
    permit: Permit,
    *,
    request: str,
    terms: size.SizeTerms,
    a: tuple[PartyId, ItemSet],
    b: tuple[PartyId, ItemSet],
    entropy: Entropy,
) -> tuple[Release, Transcript, LeakageStatement]:
    """Run `size/1` between two holders; return the release, every message, and what each party learned.

    request: request id in the ledger, hex. a: the holder that counts. b: the holder that shuffles. The release
    has one cell with one value, the noised number of people, which may be negative. Raises NoiseRefused or
    ParameterRefused before anything runs (see `admit`), ProtocolError if a role refuses a message.
    """
    (first, first_items), (second, second_items) = a, b
    admit(permit, cost=size.price(terms), holders=(first, second), entropy=entropy)
    parts = size.noise_parts(terms, a=first, b=second, measure=COUNT_MEASURE)
    results, transcript = run_together(
        {
            first: size.holder_a(first_items, terms, peer=second, entropy=entropy),
            second: size.holder_b(second_items, terms, peer=first, entropy=entropy),
        }
    )
    release = release_of(
        permit,
        request=request,
        suite=size.SUITE,
        by=(),
        measures=(COUNT_MEASURE,),
        answers=[((), (results[first],))],
        parts=parts,
        bounds=(("identifiers of one person at each holder", f"{terms.identifiers_max}"),),
    )
    return release, transcript, size.leakage(terms, transcript, a=first, b=second)
