"""The group: lists that must be refused, and the trap of hashing identifiers to X25519 coordinates."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from privshare.errors import PointRefused, ProtocolError
from privshare.model.entropy import SeededEntropy
from privshare.secure.psi import ristretto
from tests.vectors.test_rfc9496 import INVALID

ORDER = 2**252 + 27742317777372353535851937790883648493
P = 2**255 - 19


def points(count: int) -> list[bytes]:
    return sorted(ristretto.hash_to_group(bytes([number]), b"test") for number in range(count))


@pytest.mark.parametrize("bad", [bytes(32), *map(bytes.fromhex, INVALID)], ids=lambda bad: bad.hex()[:8])
@pytest.mark.parametrize("at", [0, 2, 4])
def test_one_bad_element_refuses_a_list(bad: bytes, at: int) -> None:
    good = points(4)
    with pytest.raises(PointRefused):
        ristretto.decode_list(b"".join([*good[:at], bad, *good[at:]]))


def test_lists() -> None:
    good = points(4)
    assert ristretto.decode_list(b"".join(good), ascending=True) == tuple(good)
    assert ristretto.decode_list(b"") == ()
    assert ristretto.decode_list(b"".join(reversed(good))) == tuple(reversed(good))
    with pytest.raises(ProtocolError, match="E_ORDER"):
        ristretto.decode_list(b"".join(reversed(good)), ascending=True)
    with pytest.raises(PointRefused, match="twice"):
        ristretto.decode_list(b"".join([*good, good[1]]))
    with pytest.raises(PointRefused, match="twice"):
        ristretto.decode_list(b"".join([good[0], good[0]]), ascending=True)
    assert len(ristretto.decode_list(good[0] * 2, distinct=False)) == 2
    for length in (1, 31, 33, 63):
        with pytest.raises(ProtocolError, match="E_LENGTH"):
            ristretto.decode_list(bytes(length))
        with pytest.raises(PointRefused):
            ristretto.decode(bytes(length))


def test_related_points_are_accepted_which_is_a_known_limit() -> None:
    """P and 2P are two good, distinct elements; nothing in a list tells that one party made one from the other."""
    (one,) = points(1)
    two = ristretto.multiply((2).to_bytes(32, "little"), one)
    assert ristretto.decode_list(b"".join(sorted([one, two])), ascending=True) == tuple(sorted([one, two]))


@given(st.integers(1, ORDER - 1), st.integers(1, ORDER - 1))
def test_masks_commute_and_come_off(first: int, second: int) -> None:
    (point,) = points(1)
    a, b = first.to_bytes(32, "little"), second.to_bytes(32, "little")
    assert ristretto.multiply(a, ristretto.multiply(b, point)) == ristretto.multiply(b, ristretto.multiply(a, point))
    assert ristretto.multiply(ristretto.invert(a), ristretto.multiply(a, point)) == point


def test_zero_and_other_lengths_end_in_a_typed_error() -> None:
    (point,) = points(1)
    zero = bytes(32)
    for call in (
        lambda: ristretto.multiply(zero, point),
        lambda: ristretto.multiply(ORDER.to_bytes(32, "little"), point),
        lambda: ristretto.multiply_base(zero),
        lambda: ristretto.invert(zero),
        lambda: ristretto.multiply(b"short", point),
        lambda: ristretto.multiply_all(zero, [point]),
    ):
        with pytest.raises(PointRefused):
            call()


def test_a_scalar_is_never_zero() -> None:
    class FirstZero(SeededEntropy):
        def token(self, size_bytes: int) -> bytes:
            drawn = super().token(size_bytes)
            return bytes(size_bytes) if self._calls == 1 else drawn

    scalar = ristretto.random_scalar(FirstZero(1))
    assert scalar != bytes(32)
    assert int.from_bytes(scalar, "little") < ORDER


def on_curve(u: bytes) -> bool:
    """Whether an X25519 coordinate lies on the curve (else on its twist): Euler's criterion on u^3 + 486662 u^2 + u."""
    x = int.from_bytes(u, "little") % 2**255
    return pow(x**3 + 486662 * x**2 + x, (P - 1) // 2, P) == 1


def test_x25519_with_hashed_coordinates_leaks_a_bit_through_both_masks_and_ristretto_has_no_such_bit() -> None:
    """The trap: u = SHA-256(id) is on the curve for half of all identifiers, and masking does not change on which side.

    200 identifiers; all on one side happens with a chance of 2^-199, so the test cannot fail by chance.
    """
    stream = SeededEntropy(1)
    first, second = (X25519PrivateKey.from_private_bytes(stream.token(32)) for _ in range(2))
    kept = []
    for number in range(200):
        hashed = hashlib.sha256(f"person {number}".encode()).digest()
        masked = first.exchange(X25519PublicKey.from_public_bytes(hashed))
        twice = second.exchange(X25519PublicKey.from_public_bytes(masked))
        kept.append((on_curve(hashed), on_curve(masked), on_curve(twice)))
    assert all(before == masked == twice for before, masked, twice in kept)
    assert {before for before, _, _ in kept} == {True, False}
    assert 60 <= sum(before for before, _, _ in kept) <= 140  # about half: the bit is worth a bit

    scalar = ristretto.random_scalar(stream)
    for number in range(200):  # every output decodes: one group, no sides
        ristretto.decode(ristretto.multiply(scalar, ristretto.hash_to_group(f"person {number}".encode(), b"test")))


def test_loading_the_library_leaves_no_file_behind(tmp_path: Path) -> None:
    """rbcl writes its shared object into the temporary folder at each start and does not remove it."""
    code = "import tempfile, sys; tempfile.tempdir = sys.argv[1]; import privshare.secure.psi.ristretto"
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True)
    assert list(tmp_path.iterdir()) == []
