"""Which people two holders both know, told to both of them: a suite of members under a Permit.

This reveals members, which no noise covers: it is for two parties who may know
whom they share, and the gate is asked about every key column.
Promises: both roles run here, on threads that share two queues and nothing
else; both number the matches alike. Leaves to others: the protocol
(`secure/psi/members`), which suite it is, and what a party does with its rows.
"""

from __future__ import annotations

from typing import cast

import numpy as np
from numpy.typing import NDArray

from privshare.exchange.channel import run_together
from privshare.exchange.transcript import Transcript
from privshare.model.entropy import Entropy
from privshare.model.leakage import LeakageStatement
from privshare.model.loss import NO_LOSS
from privshare.model.matches import MatchedRows
from privshare.model.party import PartyId
from privshare.model.question import Permit
from privshare.secure.psi import members
from privshare.secure.psi.item_set import ItemSet
from privshare.use.linkage.admission import admit


def shared_members(
    permit: Permit,
    *,
    receiver: tuple[PartyId, ItemSet],
    sender: tuple[PartyId, ItemSet],
    suite: members.Suite,
    entropy: Entropy,
) -> tuple[tuple[MatchedRows, MatchedRows], Transcript, LeakageStatement]:
    """Run a suite in the form that tells both; return each party's own rows by match, and what was told.

    Match n of the receiver and match n of the sender are one key; each lists all local rows that hold it,
    ascending. Raises NoiseRefused or ParameterRefused before anything runs (see `admit`), ProtocolError if a
    role refuses a message.
    """
    (first, first_items), (second, second_items) = receiver, sender
    admit(permit, cost=NO_LOSS, holders=(first, second), entropy=entropy)
    results, transcript = run_together(
        {
            first: suite.receiver(first_items, sender=second, told=True, entropy=entropy),
            second: suite.sender(second_items, receiver=first, told=True, entropy=entropy),
        }
    )
    one, other = (cast("NDArray[np.int64]", results[party]) for party in (first, second))
    rows = (first_items.matched(one), second_items.matched(other))
    return rows, transcript, members.leakage(transcript, receiver=first, sender=second)
