"""The linkage page: its picture is the one of a real run, and the bound that it proves is what its recursion gives."""

from __future__ import annotations

from fractions import Fraction

from privshare.secure.psi.kernels.check import CHALLENGES
from tests.docs.picture import PICTURE, picture
from tests.house.repository import ROOT

PAGE = ROOT / "docs" / "explanation" / "linkage.md"


def test_the_picture_is_of_a_run_as_the_code_makes_it_today() -> None:
    assert PICTURE.read_text("utf-8") == picture()


def test_the_recursion_of_the_proof_stays_below_two_in_units_of_two_to_the_minus_checks() -> None:
    """f(l, k): largest mean of 2^-dim Z on the event that errors stay unnoticed, l checks before the end."""
    for rank in (1, 2, 3, 4, 10, 40, 100):
        bound = [Fraction(1)] * rank + [Fraction(0)]
        for _ in range(CHALLENGES):
            stays = [Fraction(1, 2 ** (rank - k)) for k in range(rank)]
            bound = [
                max(bound[k] / 2, stay * bound[k] + (1 - stay) * bound[k + 1] / 2) for k, stay in enumerate(stays)
            ] + [Fraction(0)]
        assert max(bound) < Fraction(2, 2**CHALLENGES)
    assert CHALLENGES == 40
    assert "2^-39" in PAGE.read_text("utf-8")
