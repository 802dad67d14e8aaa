"""The bound on extra identifiers: the table of the specification, and the sentence that is printed."""

from __future__ import annotations

from math import comb, lgamma, log2

import numpy as np
import pytest

from privshare.exchange.channel import run_together
from privshare.model.entropy import SeededEntropy
from privshare.secure.psi import members
from privshare.secure.psi.members import excess
from privshare.secure.psi.members.choice import table_rows
from privshare.secure.psi.members.excess import claim, most_items
from privshare.secure.psi.transfer import okvs
from tests.secure.psi.members.standing_in import stand_in
from tests.secure.psi.playing import A, B, people, shared_roles

TABLE = {  # value bits -> factor at n = 2^14, 2^20, 2^24, each for 2^64, 2^80 and 2^128 hash queries
    84: ("3.1", "5.5", "3e+09", "2.6", "4.3", "5e+07", "2.4", "3.7", "3e+06"),
    132: ("2.0", "2.5", "8.4", "1.9", "2.3", "6.5", "1.8", "2.2", "5.7"),
    162: ("1.8", "2.1", "4.2", "1.7", "2.0", "3.7", "1.7", "1.9", "3.5"),
    238: ("1.6", "1.7", "2.4", "1.5", "1.7", "2.3", "1.5", "1.6", "2.2"),
}


@pytest.mark.parametrize("bits", TABLE)
def test_factors_are_those_of_the_table(bits: int) -> None:
    found = []
    for n in (2**14, 2**20, 2**24):
        for work in (64, 80, 128):
            factor = most_items(n, table_rows=table_rows(n), value_bits=bits, work_bits=work) / n
            found.append(f"{factor:.1f}" if factor < 1000 else f"{factor:.0e}")
    assert tuple(found) == TABLE[bits]


@pytest.mark.parametrize("n", [1, 5, 40])
def test_the_bound_is_the_first_count_whose_chance_is_small_enough(n: int) -> None:
    """Against binomials in whole numbers; the bound takes C(Q, n') as Q^n' / n'!, which is less than a bit above."""
    rows, bits, work = table_rows(n), 162, 80

    def chance(count: int) -> float:
        return log2(comb(2**work, count)) - (count - rows) * bits

    bound = most_items(n, table_rows=rows, value_bits=bits, work_bits=work)
    assert chance(bound) <= -40 < chance(bound - 1)


def test_the_sentence_is_computed_for_the_declared_number() -> None:
    assert claim(2**20, table_rows=table_rows(2**20), value_bits=162) == (
        "a cheating receiver may test about 1,310,785 identifiers (a row of its table each) with no work to speak of, "
        "and up to about 2.0x (2^80 work) / 3.7x (2^128) as many as it declared"
    )


def test_the_sentence_for_a_handful_names_the_rows_that_it_gets_anyway() -> None:
    """With one item declared the table has 88 rows, and an honest encoder puts 80 items into it."""
    assert "may test about 88 identifiers" in claim(1, table_rows=table_rows(1), value_bits=162)
    shape, entropy = okvs.shape_for(1), SeededEntropy(1)
    places = okvs.places_of(people(range(80)).hashes, bytes(32), shape)
    values = np.arange(80, dtype=np.uint64)[:, None]
    assert (okvs.decode(places, okvs.encode(places, values, entropy, bits=64)) == values).all()


def test_nobody_spins_for_a_set_of_no_items(monkeypatch: pytest.MonkeyPatch) -> None:
    """Zero doubled stays zero; a search that does not end is stopped here."""
    steps = iter(range(1_000))
    monkeypatch.setattr(excess, "lgamma", lambda number: lgamma(number + 0 * next(steps)))
    for work in excess.WORKS:
        none, one = (most_items(n, table_rows=88, value_bits=162, work_bits=work) for n in (0, 1))
        assert none == one
    assert claim(0, table_rows=88, value_bits=162) == claim(1, table_rows=88, value_bits=162)


def test_only_the_checked_suite_prints_it_and_never_a_bare_word(monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(monkeypatch)
    for suite in members.SUITES:
        _, transcript = run_together(shared_roles(people(range(300)), people(range(9)), suite=suite))
        told = members.leakage(transcript, receiver=A, sender=B)
        words = " ".join((told.adversary, *told.not_stopped))
        assert ("2.7x (2^80 work) / 5.7x (2^128)" in words) == (suite == members.MALICIOUS_RECEIVER)
        assert "malicious" not in words
