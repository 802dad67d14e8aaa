"""A story in which two holders keep their budgets and overspend whoever both know: 0.8 of 1 each, and a link."""

from __future__ import annotations

from pathlib import Path

from tests.scenario.stories import Story

PEOPLE, SEED = 200, 5
PAD, COUNT, PLATFORM, BANK, RESEARCH = 50_000, 100_000, 650_000, 550_000, 300_000
"""Micro-epsilon of the parts below."""
TABLES = {"platform": "accounts", "bank": "loans", "city": "events"}
ASKED = {
    "accounts-by-district": ("audit", ("platform",)),
    "loans-by-product": ("audit", ("bank",)),
    "shared": ("audit", ("platform", "bank")),
    "defaults": ("research", ("bank",)),
    "who-is-shared": ("audit", ("platform", "bank")),
    "entries": ("audit", ("city",)),
}
"""Question -> its purpose and holders, written down here and not read from what is tested."""

_SCENARIO = """version = 1
title = "Two budgets, one person"
question = "What do two holders publish about people whom both know?"
policy = "policy.toml"
story = "README.md"
[world]
kind = "credit-city"
people = 200
seed = 5
[[parties]]
id = "platform"
name = "Lantern Credit"
role = "scores"
tables = ["accounts"]
[[parties]]
id = "bank"
name = "Meridian Bank"
role = "lends"
tables = ["loans", "bank_register"]
[[parties]]
id = "city"
name = "Harbour City Credit Office"
role = "keeps points"
tables = ["events", "rules"]
[[steps]]
kind = "statistic"
id = "accounts-by-district"
sentence = "How many accounts are there?"
holder = "platform"
purpose = "audit"
by = ["district"]
keys = { district = ["Northbank"] }
measures = [{ name = "accounts", bound = 2, epsilon = "0.65" }]
[[steps]]
kind = "statistic"
id = "loans-by-product"
sentence = "How many loans are there?"
holder = "bank"
purpose = "audit"
by = ["product"]
keys = { product = ["card"] }
measures = [{ name = "loans", bound = 2, epsilon = "0.55" }]
[[steps]]
kind = "overlap-size"
id = "shared"
sentence = "How many people do both know?"
purpose = "audit"
epsilon_pad = "0.05"
epsilon_count = "0.1"
delta_per_draw = "1e-9"
[[steps.sides]]
holder = "platform"
person = "citizen_id"
[[steps.sides]]
holder = "bank"
person = "account_holder"
[[steps]]
kind = "statistic"
id = "defaults"
sentence = "How many loans are in default?"
holder = "bank"
purpose = "research"
by = []
keys = {}
measures = [{ name = "defaults", column = "defaulted", lower = 0, upper = 1, bound = 2, epsilon = "0.3" }]
[[steps]]
kind = "link-members"
id = "who-is-shared"
sentence = "Which rows do both have?"
purpose = "audit"
[[steps.sides]]
holder = "platform"
person = "citizen_id"
[[steps.sides]]
holder = "bank"
person = "account_holder"
[[steps]]
kind = "statistic"
expect_refusal = "UnclassifiedColumn"
id = "entries"
sentence = "How many entries of each kind are there?"
holder = "city"
purpose = "audit"
by = ["event_kind"]
keys = { event_kind = ["late fee"] }
measures = [{ name = "entries", bound = 5, epsilon = "0.1" }]
[[steps]]
kind = "open"
id = "rules"
title = "The rules of the city office"
holder = "city"
purpose = "audit"
columns = ["rule", "rule_points"]
"""

_COLUMNS = (
    ("platform", "citizen_id", "after-link", "never"),
    ("platform", "district", "after-dp(epsilon<=1)", "never"),
    ("bank", "account_holder", "after-link", "never"),
    ("bank", "product", "after-dp(epsilon<=1)", "never"),
    ("bank", "defaulted", "never", "after-dp(epsilon<=1)"),
    ("city", "citizen", "never", "never"),
    ("city", "rule", "open", "never"),
    ("city", "rule_points", "open", "never"),
)
_LICENCES = (("platform", "audit"), ("bank", "audit"), ("bank", "research"), ("city", "audit"))


def _category(column: str) -> str:
    return "direct-identifier" if column in ("citizen_id", "account_holder", "citizen") else "quasi-identifier"


def overspending_story(folder: Path) -> Story:
    """Write the story into a folder of its own."""
    policy = 'version = 1\ntitle = "One epsilon each"\n'
    for purpose in ("audit", "research"):
        policy += f'[[purposes]]\nid = "{purpose}"\nsentence = "Look"\ndpv = "https://w3id.org/dpv#PublicBenefit"\n'
    for holder, column, audit, research in _COLUMNS:
        policy += (
            f'[[columns]]\nholder = "{holder}"\ncolumn = "{column}"\ncategory = "{_category(column)}"\n'
            f'grade = "general"\nreason = "a test"\nladder = {{ audit = "{audit}", research = "{research}" }}\n'
        )
    for holder, purpose in _LICENCES:
        policy += (
            f'[[licences]]\nid = "{holder}/{purpose}"\nholder = "{holder}"\npurpose = "{purpose}"\nepsilon = "1.0"\n'
            'delta = "1e-8"\nminimum_group = 0\nexpires = 2035-12-31\n'
        )
    folder.mkdir(parents=True)
    (folder / "scenario.toml").write_text(_SCENARIO, "utf-8")
    (folder / "policy.toml").write_text(policy, "utf-8")
    (folder / "README.md").write_text("# Two budgets, one person\n", "utf-8")
    return Story(folder)
