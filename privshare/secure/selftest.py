"""The standards' own vectors, checked on the machine that is to be trusted.

A few vectors a standard, with their section; the test suite runs the full
sets. A library of another version, or a broken build of one, shows here before
it shows in a result. Each check also has a value that must be refused.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from nacl.bindings import crypto_sign_seed_keypair

from privshare.errors import PrivshareError
from privshare.model.loss import PrivacyLoss
from privshare.secure.canonical import canonical
from privshare.secure.keys import derive
from privshare.secure.log.merkle import leaf_hash, root_of
from privshare.secure.noise import laplace_mechanism
from privshare.secure.psi import oprf, ristretto
from privshare.secure.signing import check_public_key


@dataclass(frozen=True, slots=True)
class SelfTest:
    """One standard's check. section: where its vector stands. passed: whether this machine gives those bytes."""

    standard: str
    section: str
    passed: bool


def self_test() -> tuple[SelfTest, ...]:
    """Run every check and return its result; never raises for a failed one.

    >>> all(check.passed for check in self_test())
    True
    """
    return tuple(SelfTest(standard, section, _passes(check)) for standard, section, check in _CHECKS)


def _passes(check: Callable[[], bool]) -> bool:
    try:
        return check()
    except Exception:  # whatever a broken library raises is a failed check, not a crash of the doctor
        return False


def _refused(attempt: Callable[[], object]) -> bool:
    try:
        attempt()
    except PrivshareError:
        return True
    return False


def _oprf() -> bool:
    key, _ = oprf.derive_key_pair(bytes.fromhex("a3" * 32), b"test key")
    output = "527759c3d9366f277d8c6020418d96bb393ba2afb20ff90df23fb7708264e2f3"
    return oprf.evaluate(key, b"\x00").hex().startswith(output)


def _ristretto() -> bool:
    one = (1).to_bytes(32, "little")
    generator = "e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76"
    bad = bytes.fromhex("26948d35ca62e643e26a83177332e6b6afeb9d08e4268b650f1f5bbd8d81d371")
    return ristretto.multiply_base(one).hex() == generator and _refused(lambda: ristretto.decode(bad))


def _canonical() -> bool:
    given = {"b": [1e30, 4.50, 2e-3], "a": None}
    return canonical(given) == b'{"a":null,"b":[1e+30,4.5,0.002]}' and _refused(lambda: canonical(2**53 + 1))


def _ed25519() -> bool:
    seed = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    public = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    low_order = b"\x01" + bytes(31)
    return crypto_sign_seed_keypair(seed)[0].hex() == public and _refused(lambda: check_public_key(low_order))


def _merkle() -> bool:
    root = "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"
    return root_of([leaf_hash(b""), leaf_hash(b"\x00")]).hex() == root


def _hkdf() -> bool:
    expanded = "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"
    return derive(b"\x0b" * 22, info=b"", length=42).hex() == expanded


def _noise() -> bool:
    mechanism = laplace_mechanism(sensitivity=1, loss=PrivacyLoss(500_000))
    return mechanism.scale == 2.0 and _refused(lambda: laplace_mechanism(sensitivity=1, loss=PrivacyLoss(0)))


_CHECKS: tuple[tuple[str, str, Callable[[], bool]], ...] = (
    ("RFC 9497 oblivious pseudorandom function", "appendix A.1.1", _oprf),
    ("RFC 9496 ristretto255", "appendix A.1 and A.2", _ristretto),
    ("RFC 8785 canonical JSON", "section 3.2.4", _canonical),
    ("RFC 8032 Ed25519", "section 7.1", _ed25519),
    ("RFC 9162 Merkle tree", "section 2.1, roots of the reference code", _merkle),
    ("RFC 5869 HKDF", "appendix A.3", _hkdf),
    ("noise through OpenDP", "epsilon 0.5 at sensitivity 1 has scale 2", _noise),
)
