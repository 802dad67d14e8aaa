"""The seven reasons that one side may give the other when it stops. Nothing else of an error crosses the corridor.

An error's own text may name lines, items or receipts, and which check failed
first can tell something of the data. So a frame "abort" carries one byte, and
all checks of what a message says share one of them.
"""

from __future__ import annotations

from privshare.errors import ProtocolError

KIND = "abort"
REASONS = {
    1: "the two sides did not agree on what to do",
    2: "a message came that was not due",
    3: "a message was longer or shorter than agreed",
    4: "a message was refused",
    5: "a signature or a digest did not hold",
    6: "it waited too long",
    7: "it stopped for a reason of its own",
}
AGREEMENT = frozenset({
    "E_VERSION", "E_SUITE", "E_NORMALISER", "E_CAP", "E_PURPOSE", "E_PARAMETERS", "E_IDENTITY",
})  # fmt: skip
_CODES = {
    **dict.fromkeys(AGREEMENT, 1),
    "E_PROTOCOL": 2,
    "E_REFLECTED": 2,
    "E_LENGTH": 3,
    "E_COMMIT": 5,
    "E_SEAL": 5,
    "E_SESSION": 5,
    "E_TIMEOUT": 6,
}


def reason_of(fault: BaseException) -> int:
    """Return the reason to give for an error of one's own; anything about a message's content is one reason.

    >>> reason_of(ProtocolError("E_RECEIPT", "a match came without its receipt"))
    4
    """
    if not isinstance(fault, ProtocolError):
        return 7
    return 7 if fault.code.startswith("E_INTERNAL") else _CODES.get(fault.code, 4)
