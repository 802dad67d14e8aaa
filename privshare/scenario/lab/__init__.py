"""The lab on the people of a scenario: all of it at once, one safeguard, or a step at a time.

    people      the lab's world of a scenario's simulated people
    comparing   every technique against every attack
    hazards     one safeguard on and off
    desk        one step at a time, for a notebook

Nothing here touches anybody's ledger: what is published is about simulated people. What techniques and attacks do, and
how they are judged, is `comparison/lab`.
"""
