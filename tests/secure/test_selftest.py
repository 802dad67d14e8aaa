"""The doctor's vectors: they pass here, and a library that gives other bytes, or accepts what it must not, fails."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from privshare.errors import NoiseRefused
from privshare.secure import selftest
from privshare.secure.psi import oprf, ristretto
from privshare.secure.selftest import self_test


def failed() -> list[str]:
    return [check.standard for check in self_test() if not check.passed]


def test_every_check_passes_here_and_names_where_its_vector_stands() -> None:
    checks = self_test()
    assert failed() == []
    assert len(checks) == len({check.standard for check in checks}) == 7
    assert all(check.section for check in checks)


def other(*_: Any, **__: Any) -> bytes:
    return b"\x01" * 64


def accepts(*_: Any, **__: Any) -> None:
    """Refuse nothing."""


def crash(*_: Any, **__: Any) -> bytes:
    raise RuntimeError("the library is broken")


FAULTS: list[tuple[object, str, Callable[..., Any], str]] = [
    (oprf, "evaluate", other, "9497"),
    (oprf, "derive_key_pair", crash, "9497"),
    (ristretto, "multiply_base", other, "9496"),
    (ristretto, "decode", accepts, "9496"),
    (selftest, "canonical", other, "8785"),
    (selftest, "canonical", lambda document: b'{"a":null,"b":[1e+30,4.5,0.002]}', "8785"),
    (selftest, "crypto_sign_seed_keypair", lambda seed: (b"\x00" * 32, seed), "8032"),
    (selftest, "check_public_key", accepts, "8032"),
    (selftest, "leaf_hash", other, "9162"),
    (selftest, "root_of", other, "9162"),
    (selftest, "derive", other, "5869"),
    (selftest, "laplace_mechanism", crash, "OpenDP"),
]


@pytest.mark.parametrize(("module", "name", "fault", "standard"), FAULTS, ids=[f"{f[3]} {f[1]}" for f in FAULTS])
def test_a_planted_fault_fails_its_own_check_and_never_raises(
    monkeypatch: pytest.MonkeyPatch, module: object, name: str, fault: Callable[..., Any], standard: str
) -> None:
    monkeypatch.setattr(module, name, fault)
    assert [standard in found for found in failed()] == [True]


def test_a_door_to_noise_that_lets_epsilon_0_through_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = selftest.laplace_mechanism  # type: ignore[attr-defined]

    def open_door(*, sensitivity: int, loss: Any) -> Any:
        try:
            return honest(sensitivity=sensitivity, loss=loss)
        except NoiseRefused:
            return None

    monkeypatch.setattr(selftest, "laplace_mechanism", open_door)
    assert [standard.startswith("noise") for standard in failed()] == [True]
