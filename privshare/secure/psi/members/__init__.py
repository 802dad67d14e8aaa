"""Which items two holders share, told to one of them or to both: one contract, several suites.

    oprf   suite psi-oprf/1: an oblivious pseudorandom function, one evaluation an item
"""

from privshare.secure.psi.members.oprf import SUITE, leakage, receiver, sender, telling_receiver, told_sender

__all__ = ["SUITE", "leakage", "receiver", "sender", "telling_receiver", "told_sender"]
