"""Counts and sums by group over the people of two holders, with a linkage unit, on three machines (`totals-3/1`).

    request   what each of the three asks for, and the terms that follow from it
    people    what a holder's own table brings
    run       one run of one of the three, from its gate to its output

The roles are those of `secure/psi/totals`, as in one process.
"""
