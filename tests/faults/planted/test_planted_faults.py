"""Each planted fault is caught by the suite's own tests, which pass without it.

The chance tests among them raise a false alarm with probability at most 1e-11 each, and miss their fault with
probability below 1e-9.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.planted.planting import Check, Fault, slip
from tests.faults.planted.registry import FAULTS
from tests.house.repository import PACKAGE

CHECKS = {check.key: check for fault in FAULTS for check in fault.caught_by}


@pytest.mark.parametrize("check", CHECKS.values(), ids=[check.test.__name__ for check in CHECKS.values()])
def test_without_a_fault_the_check_passes(check: Check, memory_folder: Path) -> None:
    failure = check.failure(memory_folder)
    if failure is not None:
        raise failure


@pytest.mark.parametrize("fault", FAULTS, ids=[fault.name for fault in FAULTS])
def test_the_fault_is_caught(fault: Fault, memory_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fault.plant(monkeypatch)
    for number, check in enumerate(fault.caught_by):
        folder = memory_folder / str(number)
        folder.mkdir()
        failure = check.failure(folder)
        assert failure is not None, f"{check.name} does not see it"
        assert check.sees(failure), f"{check.name} fails for another reason: {failure!r}"


def test_there_are_twenty_of_them_with_a_name_each() -> None:
    assert len(FAULTS) >= 20
    assert len({fault.name for fault in FAULTS}) == len(FAULTS)
    assert all(fault.caught_by and (PACKAGE / fault.lives).is_file() for fault in FAULTS)


def test_a_plant_leaves_nothing_behind_and_fits_the_code(monkeypatch: pytest.MonkeyPatch) -> None:
    def double(number: int) -> int:
        return number * 2

    real: Callable[[int], int] = double
    before = real.__code__
    with monkeypatch.context() as patched:
        slip(real, ("* 2", "* 3"))(patched)
        assert real(5) == 15
    assert real.__code__ is before
    with pytest.raises(AssertionError, match="plant this fault anew"):
        slip(real, ("* 4", "* 3"))(monkeypatch)
