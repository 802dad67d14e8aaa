"""Private set intersection: two holders compare identifiers without showing them.

    identifiers   what counts as the same identifier: a named, versioned normaliser, and item hashes
    ristretto     the group ristretto255 (RFC 9496), hashing into it (RFC 9380), lists of elements
    oprf          RFC 9497 OPRF(ristretto255, SHA-512)
    tags          short sorted tags that two parties compare
    session       what both sides must agree on before anything else, and the session id
    padding       dummies that hide exact sizes, and what they cost
    members       suite psi-oprf/1: which of its own items a receiver shares with a sender
    size          suite size/1: a noised count of the common items, and nothing else
    totals        suite totals-3/1: noised counts and sums by group, with a linkage unit

A role is a function of an Endpoint (`exchange/channel.py`). Everything here
holds against semi-honest parties; each suite says which coalitions break it.
"""
