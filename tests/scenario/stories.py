"""Scenario folders for tests: a copy of the demo, a small story of one statistic, and edits that must bite."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from tests.house.repository import ROOT

DEMO = ROOT / "scenarios" / "demo"

SCENARIO = """version = 1
title = "A small story"
question = "How many entries does each district have?"
policy = "policy.toml"
story = "README.md"

[world]
kind = "credit-city"
people = 200
seed = 5

[[parties]]
id = "city"
name = "Harbour City Credit Office"
role = "a city office"
tables = ["events", "rules"]

[[parties]]
id = "bank"
name = "Meridian Bank"
role = "a bank"
tables = ["loans", "bank_register"]

[[steps]]
kind = "statistic"
id = "entries"
sentence = "How many entries are there in each district?"
holder = "city"
purpose = "audit"
by = ["home_district"]
keys = { home_district = ["Northbank", "Lakeside"] }
measures = [{ name = "entries", bound = 5, epsilon = "0.5" }]

[[steps]]
kind = "open"
id = "rules"
title = "The rules of the city office"
holder = "city"
purpose = "audit"
columns = ["rule", "rule_points"]
"""

POLICY = """version = 1
title = "A small policy"

[[purposes]]
id = "audit"
sentence = "Look whether figures add up"
dpv = "https://w3id.org/dpv#PublicBenefit"

[[columns]]
holder = "city"
column = "home_district"
category = "quasi-identifier"
grade = "general"
reason = "groups only"
ladder = { audit = "after-dp(epsilon<=20)" }

[[columns]]
holder = "city"
column = "citizen"
category = "direct-identifier"
grade = "important"
reason = "names a person"

[[columns]]
holder = "city"
column = "event_kind"
category = "sensitive-attribute"
grade = "general"
reason = "not for this purpose"

[[columns]]
holder = "city"
column = "rule"
category = "insensitive"
grade = "general"
reason = "a rule"
ladder = { audit = "open" }

[[columns]]
holder = "city"
column = "rule_points"
category = "insensitive"
grade = "general"
reason = "a rule"
ladder = { audit = "open" }

[[licences]]
id = "city/audit"
holder = "city"
purpose = "audit"
epsilon = "0.5"
delta = "0"
minimum_group = 0
expires = 2035-12-31
"""


@dataclass(frozen=True)
class Story:
    """A scenario folder that a test may change."""

    folder: Path

    def edit(self, file: str, *pairs: tuple[str, str]) -> Story:
        """Replace texts in one file; each must be there exactly as often as once, or nothing would be planted."""
        path = self.folder / file
        text = path.read_text("utf-8")
        for old, new in pairs:
            assert text.count(old) >= 1, f"{file} has no {old!r}"
            text = text.replace(old, new, 1)
        path.write_text(text, "utf-8")
        return self

    def add(self, file: str, text: str) -> Story:
        """Append to one file."""
        path = self.folder / file
        path.write_text(path.read_text("utf-8") + "\n" + text, "utf-8")
        return self


def small_story(folder: Path) -> Story:
    """Write the small story: half an epsilon of budget, and one question that costs all of it."""
    folder.mkdir(parents=True)
    (folder / "scenario.toml").write_text(SCENARIO, "utf-8")
    (folder / "policy.toml").write_text(POLICY, "utf-8")
    (folder / "README.md").write_text("# A small story\n", "utf-8")
    return Story(folder)


def quick_demo(folder: Path) -> Story:
    """Copy the demo without its dictionary panel, which takes most of its time and touches nothing else."""
    return demo_story(folder).edit("scenario.toml", ('[[steps]]\nkind = "attack-dictionary"\npeople = 200\n', ""))


def demo_story(folder: Path) -> Story:
    """Copy the demo."""
    shutil.copytree(DEMO, folder)
    return Story(folder)
