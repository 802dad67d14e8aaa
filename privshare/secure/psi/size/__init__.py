"""Suite `size/1`: two holders learn how many people both know, noised by both, and nothing else.

    terms     what is agreed and what it costs
    holders   the two roles
    leakage   what a finished run told each party

Diffie-Hellman matching (Meadows 1986; Huberman, Franklin and Hogg 1999) on
ristretto255, counted by shuffled tags (De Cristofaro, Gasti and Tsudik 2012),
with dummies that make the count and both list sizes differentially private.
"""

from privshare.secure.psi.size.holders import holder_a, holder_b
from privshare.secure.psi.size.leakage import leakage
from privshare.secure.psi.size.terms import SUITE, SizeTerms, noise_parts, price, views

__all__ = ["SUITE", "SizeTerms", "holder_a", "holder_b", "leakage", "noise_parts", "price", "views"]
