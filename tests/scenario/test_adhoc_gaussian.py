"""A release with Gaussian noise from a file to a checked document, and what a liar could change in it."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from privshare import run_scenario
from privshare.comparison.audit import audit_release
from privshare.errors import InputRefused, NoiseRefused, VerificationFailed
from privshare.model.bounding import Norm
from privshare.model.loss import NO_LOSS, PrivacyLoss
from privshare.model.release import NoisePart, Release
from privshare.report.arithmetic import check_arithmetic
from privshare.scenario.adhoc.release import ReleaseRequest, release_scenario
from privshare.secure.noise import GaussianMechanism
from privshare.use.release import mechanisms
from privshare.use.release.concentrated import epsilon_at, rho_of
from privshare.use.release.documents import release_document, release_from_document
from privshare.use.release.mechanisms import GAUSSIAN

PEOPLE, ROWS, TOWNS = 400, 5, ("N", "S")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("gaussian")
    with (place / "table.csv").open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["who", "town", "value"])
        rows.writerows(
            [f"p{person}", TOWNS[row % 2], person % 10] for person in range(PEOPLE) for row in range(ROWS)
        )
    (place / "towns.csv").write_text("town\nN\nS\n", "utf-8")
    return place


def released(folder: Path, **changed: Any) -> Release:
    terms: dict[str, Any] = {
        "by": ("town",),
        "person": "who",
        "epsilon": "2",
        "total": "value",
        "bounds": (0, 9),
        "count_bound": 5,
        "total_bound": 40,
        "keys": folder / "towns.csv",
        "noise": "gaussian",
    }
    asked = ReleaseRequest(table=folder / "table.csv", **{**terms, **changed})
    return run_scenario(release_scenario(asked))[0].releases[0].release


@pytest.fixture(scope="module")
def release(folder: Path) -> Release:
    return released(folder)


def test_the_draws_are_one_batch_whose_rho_is_within_the_price(release: Release) -> None:
    assert release.loss == PrivacyLoss(2_000_000, 10**9)
    assert {part.mechanism for part in release.parts} == {GAUSSIAN}
    assert sum((part.loss for part in release.parts), NO_LOSS) == release.loss
    assert {measure.norm for measure in release.bounded} == {Norm.L2}
    rho = float(sum(rho_of(part.sensitivity, part.scale) for part in release.parts))
    assert 2 * (1 - 1e-6) <= epsilon_at(rho, 1e-6) <= 2 * (1 + 1e-9)
    check_arithmetic(release, "release")


def test_the_numbers_are_near_the_truth_as_far_as_the_noise_says(release: Release) -> None:
    """Sigma of a count is below 15 and of a sum below 110; ten of them are missed with probability below 1e-20."""
    sums = {"N": [0, 0], "S": [0, 0]}
    for person in range(PEOPLE):
        for row in range(ROWS):
            sums[TOWNS[row % 2]][0] += 1
            sums[TOWNS[row % 2]][1] += person % 10
    for cell in release.cells:
        sigmas = [float(scale.removeprefix("sigma ")) for _, (scale,) in release.public_noise]
        for value, true, sigma in zip(cell.values, sums[cell.key[0]], sigmas, strict=True):
            assert value is not None
            assert abs(value - true) <= 10 * sigma + 1


def test_chosen_bounds_are_paid_for_apart(folder: Path) -> None:
    release = released(folder, count_bound=None, total_bound=None)
    choosing = [part for part in release.parts if not part.measure]
    assert [part.loss for part in choosing] == [PrivacyLoss(100_000)] * 2
    assert sum((part.loss for part in release.parts), NO_LOSS) == release.loss
    check_arithmetic(release, "release")


def test_the_document_keeps_it_all(release: Release) -> None:
    assert release_from_document(release_document(release)) == release


def _scaled(factor: float) -> Callable[[NoisePart], NoisePart]:
    return lambda part: replace(part, scale=str(float(part.scale) * factor))


@pytest.mark.parametrize(
    "lie",
    [
        _scaled(0.999),
        _scaled(0.5),
        lambda part: replace(part, map_epsilon="2.1"),
        lambda part: replace(part, map_epsilon="nan"),
        lambda part: replace(part, map_epsilon="x"),
        lambda part: replace(part, sensitivity=part.sensitivity * 2),
        lambda part: replace(part, sensitivity=0),
        lambda part: replace(part, scale="1e-99999999"),
        lambda part: replace(part, scale="inf"),
        lambda part: replace(part, loss=PrivacyLoss(part.loss.micro_epsilon)),
        lambda part: replace(part, mechanism="two-sided geometric"),
    ],
)
def test_a_lie_about_a_draw_is_found(release: Release, lie: Callable[[NoisePart], NoisePart]) -> None:
    parts = (lie(release.parts[0]), release.parts[1])
    noise = tuple((part.measure, (f"sigma {float(part.scale) / part.grain}",)) for part in parts)
    with pytest.raises(VerificationFailed):
        check_arithmetic(replace(release, parts=parts, public_noise=noise), "release")


def test_a_debit_that_says_less_is_found(release: Release) -> None:
    parts = tuple(replace(part, loss=replace(part.loss, micro_epsilon=990_000)) for part in release.parts)
    with pytest.raises(VerificationFailed, match="together"):
        check_arithmetic(replace(release, parts=parts, loss=PrivacyLoss(1_980_000, 10**9)), "release")


def test_noise_that_hides_its_sigma_is_found(release: Release) -> None:
    noise = tuple((name, (scale.removeprefix("sigma "),)) for name, (scale,) in release.public_noise)
    with pytest.raises(VerificationFailed, match="not that of its draws"):
        check_arithmetic(replace(release, public_noise=noise), "release")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"keys": None}, "public"),
        ({"delta": "0"}, "--delta"),
        ({"delta": "1"}, "delta"),
        ({"epsilon": "0.000001"}, "epsilon"),
    ],
)
def test_what_gaussian_noise_cannot_do_is_refused(folder: Path, changed: dict[str, Any], said: str) -> None:
    with pytest.raises((InputRefused, NoiseRefused), match=said):
        released(folder, **changed)


def test_the_audit_of_a_gaussian_release_holds(release: Release) -> None:
    """False alarm below 1e-11: beside its own 3.5 deviations the claim's conversion leaves 8 % of mu, 3.5 more."""
    found = audit_release(release, samples=60_000)
    assert found.holds
    assert found.lower > 1


@pytest.mark.parametrize("factor", [0.7, 0.5])
def test_the_audit_finds_gaussian_noise_that_is_too_narrow(
    release: Release, monkeypatch: pytest.MonkeyPatch, factor: float
) -> None:
    honest = mechanisms.add_gaussian

    def narrow(values: Sequence[int], mechanism: GaussianMechanism) -> tuple[int, ...]:
        return tuple(
            value + round((noised - value) * factor)
            for value, noised in zip(values, honest(values, mechanism), strict=True)
        )

    monkeypatch.setattr(mechanisms, "add_gaussian", narrow)
    assert not audit_release(release, samples=20_000).holds
