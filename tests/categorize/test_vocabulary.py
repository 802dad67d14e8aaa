"""Rungs are read as they are written, and nothing else is read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privshare.categorize.vocabulary import read_rung
from privshare.errors import ParameterRefused
from privshare.model.category import Rung, RungKind

PLAIN = [RungKind.NEVER, RungKind.AFTER_LINK, RungKind.AFTER_COMPARE, RungKind.AFTER_AGGREGATE, RungKind.OPEN]


@pytest.mark.parametrize("kind", PLAIN)
def test_a_plain_rung(kind: RungKind) -> None:
    assert read_rung(kind.value) == Rung(kind, None)


@given(st.integers(1, 20_000_000))
def test_a_limited_rung_reads_back_what_it_writes(micro: int) -> None:
    rung = Rung(RungKind.AFTER_DP, micro)
    assert read_rung(str(rung)) == rung


@given(st.integers(0, 999_999_999))
def test_a_threshold_reads_back_what_it_writes(threshold: int) -> None:
    rung = Rung(RungKind.AFTER_PROOF, threshold)
    assert read_rung(str(rung)) == rung


@pytest.mark.parametrize(
    "text",
    [
        "", " never", "never ", "Never", "NEVER", "after-dp", "after-dp()", "after-dp(epsilon<0.5)", "opens", "always",
        "after-dp(epsilon<=)", "after-dp(epsilon <= 0.5)", "after-dp(epsilon<=0.5) ", "after-dp(epsilon<=0.5", "open\n",
        "after-dp(delta<=0.5)", "after-proof", "after-proof(>=)", "after-proof(>=-1)", "after-proof(>=1.5)",
        "after-proof(>=1234567890)", "after-dp(epsilon<=0.5)\n", "never\x00",
    ],
)  # fmt: skip
def test_another_text_is_no_rung(text: str) -> None:
    with pytest.raises(ValueError, match="accepted is never, after-link"):
        read_rung(text)


@pytest.mark.parametrize("limit", ["0", "-1", "1e-320", "21", "1e308", "e", "1e999999999", "0.5.5", "1e-7"])
def test_a_limit_outside_the_scale_is_refused(limit: str) -> None:
    with pytest.raises((ParameterRefused, ValueError)):
        read_rung(f"after-dp(epsilon<={limit})")


@pytest.mark.parametrize("limit", ["nan", "inf", "\u0665", "1_0"])
def test_a_limit_that_is_no_number_is_refused(limit: str) -> None:
    with pytest.raises((ParameterRefused, ValueError)):
        read_rung(f"after-dp(epsilon<={limit})")
