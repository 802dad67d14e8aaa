"""Who may learn what of a match: protocol roles run together under a Permit, and what comes out as a Release.

    members    which people two holders both know, told to both (`psi-oprf/1`)
    fuzzy      which records of two holders are probably one person's, told to both (`fuzzy/1`)
    overlap    how many people two holders both know (`size/1`)
    joint      counts and sums by group over those people (`totals-3/1`)
    admission  what is checked before any of them runs
    published  how a noised answer becomes a Release

Only `members` and `fuzzy` reveal who is common; everything else is a noised number.
"""
