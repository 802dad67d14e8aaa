"""Known answers of fuzzy/1: with replayed entropy, every item of a table and every body of a run to the last bit.

They catch a change of what is agreed or sent that nobody intended: other key strings, another order of keys, other
parameters. The suites on oblivious transfer have known answers of their own; what `fuzzy/1` hands to each is the same.
"""

from __future__ import annotations

import hashlib

import pytest

from privshare.exchange.channel import run_together
from privshare.model.entropy import SeededEntropy
from privshare.secure.psi import fuzzy
from privshare.secure.psi.fuzzy import keyed_records
from privshare.secure.psi.members import OPRF, suite_of
from tests.secure.psi.fuzzy.people import columns_of, two_clerks
from tests.secure.psi.fuzzy.test_records import keyed
from tests.secure.psi.fuzzy.test_roles import SIX, A, B


def digest(*bodies: bytes) -> str:
    return hashlib.sha256(b"".join(bodies)).hexdigest()[:16]


def test_items() -> None:
    one = keyed([("Ann", "O'Lee", "1990-01-01", "Ünterhull")])
    first, last, born, town = b"\x03\x00ann", b"\x04\x00olee", b"\x08\x0019900101", b"\x04\x00unte"
    strings = (first + last + born, first + last + town, first + born + town, last + born + town)
    due = [hashlib.sha256(b"\x00" + bytes([kid]) + string).digest() for kid, string in enumerate(strings, 1)]
    assert one.items.items == tuple(sorted(due))
    assert one.kids.tolist() == [due.index(item) + 1 for item in one.items.items]


def test_a_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """The normaliser's name, which is part of the session id, says which Unicode tables Python has."""
    monkeypatch.setattr("privshare.secure.psi.members.terms.NORMALISER", "norm/1/14.0.0")
    one, other, _ = two_clerks(6, 3, seed=17)
    a, b = (keyed_records(columns_of(side), SIX) for side in (one, other))
    below = suite_of(OPRF)
    results, transcript = run_together(
        {
            A: fuzzy.receiver(a, SIX, suite=below, sender=B, entropy=SeededEntropy(21)),
            B: fuzzy.sender(b, SIX, suite=below, receiver=A, entropy=SeededEntropy(22)),
        }
    )
    found = results[A]
    assert isinstance(found, fuzzy.Pairs)
    told = digest(found.entities.tobytes(), found.weight.tobytes(), results[B].tobytes())  # type: ignore[union-attr]
    sent = {party: digest(*(m.payload.body for m in transcript.messages if m.sender == party)) for party in (A, B)}
    assert (len(found.entities), told, sent[A], sent[B]) == RUN


# pairs, what both sides got, what each sent
RUN = (6, "4af6696fff816319", "9fcc6b51a9399b26", "c675745337f25e11")
