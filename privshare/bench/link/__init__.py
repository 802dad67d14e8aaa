"""`privshare bench link`: links of every kind as whole processes, beside other packages that do the same.

members        who is in both tables, by each suite, in one process and in two
growth, chart  how time, bytes and memory grow with the tables, here and over a thin link
totals         sums over the people in both, with a linkage unit
totals_core    that as a program of its own
fuzzy, febrl   records without an identifier, on tables whose truth is known
data           the two tables of members and growth, and what is true of them
contestants, entrants   who takes part, with which targets, and how each is started
wire           what passes between two processes, counted or slowed down
figures, page  what was measured of members, for the terminal, the documentation and as facts
"""
