"""Who may learn what of a match: protocol roles run together under a Permit, and what comes out as a Release.

    overlap    how many people two holders both know (`size/1`)
    joint      counts and sums by group over those people (`totals-3/1`)
    admission  what is checked before either runs, and how their answer becomes a Release

Nothing here reveals who is common: that form has a suite (`secure/psi/members`) but no question that asks for it.
"""
