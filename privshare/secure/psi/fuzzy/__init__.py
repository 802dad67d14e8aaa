"""Suite `fuzzy/1`: people are matched who agree on some of several fields, with nothing similar sent.

fields      typed fields: what of a text counts
plan        which fields together are a key, and what both holders agree on
records     one holder's records as keys: entities, ambiguous keys left out
assignment  pairs out of agreeing keys: heaviest first, one to one, ties left open
"""
