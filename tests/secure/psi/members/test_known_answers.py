"""With replayed entropy, every message of every suite of members to the last bit: the wire changes only on purpose."""

from __future__ import annotations

import json

import pytest

from privshare.secure.psi import members
from tests.secure.psi.members.known import FILE, SIZES, answers


@pytest.mark.parametrize("n", SIZES)
@pytest.mark.parametrize("suite", members.SUITES)
def test_a_replayed_run_is_the_known_one(suite: str, n: int) -> None:
    known = json.loads(FILE.read_text())[suite][str(n)]
    assert known["matches"] == n - n // 2
    assert answers(suite, n) == known
