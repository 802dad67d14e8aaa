"""A floor under the number of tests, so that a folder that is silently not collected is seen (a habit of OpenDP's)."""

from __future__ import annotations

from collections import Counter

from tests.house.repository import ROOT, run_python

FLOOR = {
    "attacks": 14,
    "bench": 55,
    "categorize": 280,
    "cli": 350,
    "comparison": 50,
    "docs": 50,
    "exchange": 22,
    "faults": 120,
    "holders": 300,
    "house": 120,
    "model": 170,
    "report": 300,
    "scenario": 330,
    "secure": 650,
    "statistical": 15,
    "use": 600,
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
