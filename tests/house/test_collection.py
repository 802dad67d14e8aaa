"""A floor under the number of tests, so that a folder that is silently not collected is seen (a habit of OpenDP's)."""

from __future__ import annotations

from collections import Counter

from tests.house.repository import ROOT, run_python

FLOOR = {
    "attacks": 5,
    "categorize": 40,
    "cli": 20,
    "comparison": 5,
    "exchange": 10,
    "holders": 25,
    "house": 40,
    "model": 40,
    "scenario": 40,
    "secure": 100,
}


def test_every_folder_is_collected() -> None:
    quietly = ("-q", "-p", "no:randomly", "-p", "no:cacheprovider", "-W", "ignore")
    told = run_python("-m", "pytest", "--collect-only", "-m", "", *quietly)
    found = [line.split("::")[0] for line in told.splitlines() if "::" in line]
    folders = Counter(name.split("/")[1] for name in found)
    short = {folder: folders[folder] for folder, floor in FLOOR.items() if folders[folder] < floor}
    assert short == {}, "fewer tests were collected than there were once"
    files = {path.relative_to(ROOT).as_posix() for path in (ROOT / "tests").rglob("test_*.py")}
    assert files - set(found) == set(), "files in which no test was found"
