"""A floor under the number of tests, so that a folder that is silently not collected is seen (a habit of OpenDP's)."""

from __future__ import annotations

from collections import Counter

from tests.house.repository import ROOT, run_python

FLOOR = {
    "attacks": 14,
    "categorize": 130,
    "cli": 150,
    "comparison": 14,
    "docs": 30,
    "exchange": 22,
    "faults": 120,
    "holders": 125,
    "house": 90,
    "model": 170,
    "report": 250,
    "scenario": 210,
    "secure": 500,
    "statistical": 25,
    "use": 300,
    "vectors": 50,
}


def test_every_folder_is_collected() -> None:
    quietly = ("-o", "addopts=", "-q", "-p", "no:randomly", "-p", "no:cacheprovider", "-W", "ignore")
    told = run_python("-m", "pytest", "--collect-only", "-m", "", *quietly)
    found = [line.split("::")[0] for line in told.splitlines() if "::" in line]
    folders = Counter(name.split("/")[1] for name in found)
    short = {folder: folders[folder] for folder, floor in FLOOR.items() if folders[folder] < floor}
    assert short == {}, "fewer tests were collected than there were once"
    files = {path.relative_to(ROOT).as_posix() for path in (ROOT / "tests").rglob("test_*.py")}
    assert files - set(found) == set(), "files in which no test was found"
