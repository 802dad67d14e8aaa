"""The benchmark of the lab: its dictionary names what was planted, and a target that is missed is printed as missed."""

from __future__ import annotations

import json
import sys

import pytest

from privshare.bench.compare import dictionary
from privshare.bench.compare.page import lab_document, lab_lines, lab_markdown
from privshare.bench.compare.running import LabTimes, Part, measure_lab
from privshare.bench.machine import Machine
from privshare.bench.process import Series
from privshare.bench.targets import Verdict
from privshare.errors import ParameterRefused

MACHINE = Machine("X", 2, 23.5, "Linux", "3.11.7", "2026-11-24", 0.1)


def test_the_dictionary_names_everybody_planted(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["dictionary", "4", "500"])
    dictionary.main()
    told = json.loads(capsys.readouterr().out)
    assert (told["planted"], told["named"]) == (500, 500)


def times(wall: float) -> LabTimes:
    series = Series((wall, wall + 2, wall + 1))
    verdict = Verdict("matrix of 2,000 people: wall", "s", 20.0, series.median)
    part = Part("compare demo", 2_000, series, series, series, "325 cells", (verdict,))
    return LabTimes(MACHINE, 0.3, (part,))


@pytest.mark.parametrize(("wall", "told"), [(10.0, "met: matrix"), (20.0, "MISSED by 1.00 s: matrix")])
def test_a_target_is_told_as_met_or_missed(wall: float, told: str) -> None:
    found = times(wall)
    assert any(line.startswith(told) for line in lab_lines(found))
    assert any(told in line for line in lab_markdown(found))
    assert lab_document(found)["parts"][0]["targets"][0]["met"] is (wall < 19)


def test_runs_are_checked_before_anything_is_run() -> None:
    with pytest.raises(ParameterRefused, match="--runs"):
        measure_lab(runs=0)
