"""How fast this machine does the few things that make a run slow. For information, never for a test."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from privshare.model.entropy import SystemEntropy
from privshare.model.loss import PrivacyLoss
from privshare.model.party import PartyId, PurposeId
from privshare.secure.noise import add_laplace, laplace_mechanism
from privshare.secure.psi.ristretto import hash_to_group, multiply_all, random_scalar
from privshare.use.ledger import open_ledger


@dataclass(frozen=True, slots=True)
class Pace:
    """each_seconds: wall time of one. why: what it makes slow."""

    what: str
    each_seconds: float
    why: str


def measure_paces() -> tuple[Pace, ...]:
    """Measure each for a fraction of a second and return the paces."""
    entropy = SystemEntropy()
    scalar = random_scalar(entropy)
    points = [hash_to_group(number.to_bytes(4, "little"), b"privshare/doctor") for number in range(200)]
    mechanism = laplace_mechanism(sensitivity=1, loss=PrivacyLoss(1_000_000))
    with tempfile.TemporaryDirectory(prefix="privshare-") as room, open_ledger(Path(room) / "doctor.ledger") as ledger:
        caps = iter(range(1, 100))
        durable = _each(lambda: ledger.declare(PartyId("doctor"), PurposeId("pace"), PrivacyLoss(next(caps))), 20)
    return (
        Pace(
            "one ristretto255 multiplication",
            _each(lambda: multiply_all(scalar, points), 1) / len(points),
            "private set intersection does about four for each person on each side",
        ),
        Pace(
            "one draw of noise",
            _each(lambda: add_laplace([0] * 2_000, mechanism), 1) / 2_000,
            "one for every published number, thousands in an attack's laboratory",
        ),
        Pace(
            "one durable entry in a ledger",
            durable,
            "each waits until the disk has it; a slow disk makes every debit slow, and that is the point",
        ),
    )


def _each(work: Callable[[], object], times: int) -> float:
    started = time.perf_counter()
    for _ in range(times):
        work()
    return (time.perf_counter() - started) / times
