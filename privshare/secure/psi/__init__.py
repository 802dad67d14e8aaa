"""Private set intersection: two holders compare identifiers without showing them.

    identifiers   what counts as the same identifier: a named, versioned normaliser, and item hashes
    ristretto     the group ristretto255 (RFC 9496), hashing into it (RFC 9380), lists of elements
    oprf          RFC 9497 OPRF(ristretto255, SHA-512)
    tags          short sorted tags that two parties compare
    hello         what each side says of itself first, and why another's greeting is refused
    session       what both sides fix before anything else, and sign of everything that passes
    padding       dummies that hide exact sizes, and what they cost
    pseudonyms    keyed pseudonyms of items
    kernels       loops over a million items, compiled
    transfer      what suites of oblivious transfer are made of
    members       suites psi-oprf/1, psi-ot-sh/1 and psi-ot-mr/1: which items two holders share
    fuzzy         suite fuzzy/1: which records without an identifier belong together
    fuzzy         suite fuzzy/1: records that agree on several fields, over a suite of members
    size          suite size/1: a noised count of the common items, and nothing else
    totals        suite totals-3/1: noised counts and sums by group, with a linkage unit

A role is a function of an Endpoint (`exchange/channel.py`). Everything here
holds against semi-honest parties, and what holds against more says so; each
suite says which coalitions break it.
"""
