"""What a run that died may leave behind, and what not."""

from __future__ import annotations

from typing import Any

HOLDERS, CAP, PRICE = ("bank", "city"), 1000, 300


def broken_promise(killed: dict[str, Any]) -> str:
    """The first promise that a killed and then recovered run broke, or ""."""
    before, after = killed["before"], killed["after"]
    for line in killed["said"]:
        word, *rest = line.split()
        if word == "reserved" and rest[0] not in before["states"]:
            return "a debit that was said is gone"
        if word == "begun" and before["states"][rest[0]] == "reserved":
            return "a draw that was said may be repeated"
        if word == "released" and before["stored"].get(rest[0]) != rest[1]:
            return "released bytes that were said are gone"
    for books in (before, after):
        debited = {holder: sum(m for _, who, m in books["debits"] if who == holder) for holder in books["spent"]}
        if debited != books["spent"] or any(spent > CAP for spent in debited.values()):
            return "the sums are wrong"
        for request in books["states"]:
            if sorted(who for r, who, _ in books["debits"] if r == request) != sorted(HOLDERS):
                return "one holder was debited and the other not"
        seen: dict[str, str] = {}
        for request, document in books["world"]:
            if request not in books["states"]:
                return "published and not debited"
            if seen.setdefault(request, document) != document:
                return "two documents for one request"
            if books["stored"].get(request) != document:
                return "published other bytes than stored"
    if not after["world"] or len(after["states"]) > 2:
        return "the second run did not recover"
    return ""
