"""OPRF beyond its vectors: what it refuses, and that a blind leaves no trace in the output."""

from __future__ import annotations

import pytest

from privshare.errors import ParameterRefused, PointRefused
from privshare.model.entropy import SeededEntropy
from privshare.secure.psi import oprf
from tests.vectors.test_rfc9496 import INVALID


def test_the_output_depends_on_key_and_input_and_on_nothing_else() -> None:
    key, _ = oprf.derive_key_pair(bytes(32), b"")
    other, _ = oprf.derive_key_pair(bytes(32), b"other")
    outputs = []
    for seed in (1, 2):
        scalar, blinded = oprf.blind(b"ann", SeededEntropy(seed))
        outputs.append((blinded, oprf.finalize(b"ann", scalar, oprf.blind_evaluate(key, blinded))))
    assert outputs[0][0] != outputs[1][0]
    assert outputs[0][1] == outputs[1][1] == oprf.evaluate(key, b"ann")
    assert len({oprf.evaluate(k, message) for k in (key, other) for message in (b"ann", b"bob")}) == 4


@pytest.mark.parametrize("bad", [bytes(32), bytes(31), *map(bytes.fromhex, INVALID)], ids=lambda bad: bad.hex()[:8])
def test_bad_elements_are_refused_on_both_sides(bad: bytes) -> None:
    key, _ = oprf.derive_key_pair(bytes(32), b"")
    with pytest.raises(PointRefused):
        oprf.blind_evaluate(key, bad)
    with pytest.raises(PointRefused):
        oprf.finalize(b"ann", key, bad)


def test_lengths() -> None:
    with pytest.raises(ParameterRefused):
        oprf.derive_key_pair(bytes(31), b"")
    with pytest.raises(ParameterRefused):
        oprf.derive_key_pair(bytes(32), bytes(2**16))
    with pytest.raises(ParameterRefused):
        oprf.blind(bytes(2**16), SeededEntropy(1))
