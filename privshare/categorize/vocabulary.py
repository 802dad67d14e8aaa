"""Reading the ladder's rungs and what a form asks of them."""

from __future__ import annotations

import re

from privshare.model.category import Rung, RungKind
from privshare.model.loss import micro_epsilon

ACCEPTED = (
    "never, after-link, after-compare, after-aggregate, after-dp(epsilon<=0.5), after-proof(>=650) or open"
)

_DP = re.compile(r"after-dp\(epsilon<=([0-9.eE+-]+)\)")
_PROOF = re.compile(r"after-proof\(>=([0-9]{1,9})\)")


def read_rung(text: str) -> Rung:
    """Return the rung written as in a policy file; raise ValueError naming what is accepted.

    >>> str(read_rung("after-dp(epsilon<=0.5)"))
    'after-dp(epsilon<=0.5)'
    """
    if limited := _DP.fullmatch(text):
        return Rung(RungKind.AFTER_DP, micro_epsilon(limited[1]))
    if proof := _PROOF.fullmatch(text):
        return Rung(RungKind.AFTER_PROOF, int(proof[1]))
    plain = [kind for kind in RungKind if kind.value == text and kind not in (RungKind.AFTER_DP, RungKind.AFTER_PROOF)]
    if not plain:
        raise ValueError(f"{text!r} is no rung of the disclosure ladder; accepted is {ACCEPTED}")
    return Rung(plain[0])
