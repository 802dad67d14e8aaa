"""Session ids: the same on both sides, new every time, and none at all when the sides disagree."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from privshare.errors import ParameterRefused, ProtocolError
from privshare.exchange.channel import Endpoint, run_together
from privshare.model.entropy import SeededEntropy
from privshare.secure.psi.session import ITEMS_MAX, agree, check_size, parameters_digest
from tests.secure.psi.playing import A, B, lying


def roles(one: Mapping[str, Any], other: Mapping[str, Any], seeds: tuple[int, int] = (1, 2)) -> dict[
    Any, Callable[[Endpoint], bytes]
]:
    return {
        A: lambda end: agree(end, peer=B, leads=True, parameters=one, entropy=SeededEntropy(seeds[0])),
        B: lambda end: agree(end, peer=A, leads=False, parameters=other, entropy=SeededEntropy(seeds[1])),
    }


def test_both_sides_get_the_session_id_of_the_specification() -> None:
    agreed = {"suite": "x/1", "n": 1}
    results, transcript = run_together(roles(agreed, agreed))
    nonces = [SeededEntropy(seed).token(32) for seed in (1, 2)]
    expected = hashlib.sha256(b"privshare/sid/1" + b"".join(nonces) + parameters_digest(agreed)).digest()
    assert results == {A: expected, B: expected}
    assert parameters_digest(agreed) == hashlib.sha256(b'{"n":1,"suite":"x/1"}').digest()
    assert transcript.rounds() == 1


def test_either_nonce_and_any_parameter_changes_it() -> None:
    agreed = {"suite": "x/1", "n": 1}
    ids = {
        run_together(roles(parameters, parameters, seeds))[0][A]
        for parameters, seeds in ((agreed, (1, 2)), (agreed, (1, 3)), (agreed, (3, 2)), ({**agreed, "n": 2}, (1, 2)))
    }
    assert len(ids) == 4


@pytest.mark.parametrize("other", [{"suite": "x/2"}, {"suite": "x/1", "n": 1}, {}])
def test_other_parameters_end_the_run(other: Mapping[str, Any]) -> None:
    with pytest.raises(ProtocolError, match="E_PARAMETERS"):
        run_together(roles({"suite": "x/1"}, other))


def test_a_reflected_nonce_and_other_lengths_end_the_run() -> None:
    honest = roles({}, {}, (1, 1))  # the same nonce on both sides, as from a mirror
    with pytest.raises(ProtocolError, match="E_REFLECTED"):
        run_together(honest)
    for change in (lambda body: body[:-1], lambda body: body + b"\x00", lambda body: b""):
        with pytest.raises(ProtocolError, match="E_LENGTH"):
            run_together(lying(roles({}, {}), B, "hello", change))


def test_a_party_brings_no_more_than_the_cap() -> None:
    assert check_size(ITEMS_MAX) == ITEMS_MAX
    with pytest.raises(ParameterRefused):
        check_size(ITEMS_MAX + 1)
