"""Commands around one's own work: new, schema, doctor."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Annotated

import typer

from privshare.cli.options import Json
from privshare.cli.terminal import print_json, refuse, say

PACKAGES = ("privshare", "opendp", "pandas", "numpy", "duckdb", "cryptography", "PyNaCl", "rbcl", "pydantic", "rfc8785")


def new(
    name: Annotated[str, typer.Argument(help="Name of the folder to make here.")],
    as_json: Json = False,
) -> None:
    """Make a folder with a commented, valid scenario to start from."""
    from privshare.scenario.starter import new_scenario

    path = new_scenario(name, Path())
    if as_json:
        print_json({"scenario": str(path), "files": sorted(file.name for file in path.iterdir())})
        return
    say(f"{path}/scenario.toml, policy.toml and README.md are there.\nprivshare run ./{path} --out {path}-run")


def schema(
    name: Annotated[str, typer.Argument(help="policy, scenario, comparison, or nothing for all.")] = "",
) -> None:
    """Print the JSON Schemas of policy and scenario files and of a comparison's document."""
    from privshare.report.comparison.facts import schema as comparison_schema
    from privshare.scenario.schemas import schemas

    found = {**schemas(), "comparison": comparison_schema()}
    if name and name not in found:
        refuse(f"there is no schema {name!r}; there are {', '.join(found)}.")
    print_json(found[name] if name else found)


def doctor(as_json: Json = False) -> None:
    """Check this machine: versions, the standards' own vectors, and what is slow here and why."""
    from privshare.bench.paces import measure_paces
    from privshare.secure.selftest import self_test

    checks, paces = self_test(), measure_paces()
    versions = {name: _version(name) for name in PACKAGES}
    if as_json:
        print_json(
            {
                "python": platform.python_version(),
                "versions": versions,
                "checks": [{"standard": c.standard, "section": c.section, "passed": c.passed} for c in checks],
                "paces": [{"what": p.what, "each_seconds": p.each_seconds, "why": p.why} for p in paces],
                "healthy": all(check.passed for check in checks),
            }
        )
    else:
        say(f"Python {platform.python_version()} on {platform.machine()}")
        say("  " + ", ".join(f"{name} {found}" for name, found in versions.items()))
        for check in checks:
            say(f"{'passed' if check.passed else 'FAILED'}  {check.standard} ({check.section})")
        for pace in paces:
            say(f"{pace.each_seconds * 1e6:>9,.0f} microseconds  {pace.what}: {pace.why}")
    if not all(check.passed for check in checks):
        refuse("a check against a standard's own vectors failed here; do not use results of this machine.")


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"
