"""The front door: about a dozen names, complete, sorted, lazy, and kept by what stands behind them."""

from __future__ import annotations

import importlib
import inspect
import json
import tomllib

import pytest

import privshare
from tests.house.repository import ROOT, run_python

HEAVY = {
    "pandas", "numpy", "opendp", "scipy", "pydantic", "nacl", "rbcl", "cryptography", "jinja2", "vl_convert", "rich",
}  # fmt: skip
LOADED = "print(json.dumps(sorted(sys.modules)))"


def test_the_names_are_about_a_dozen_sorted_and_each_once() -> None:
    names = [name for name in privshare.__all__ if not name.startswith("_")]
    assert 8 <= len(names) <= 16
    assert names == sorted(names)
    assert len(set(privshare.__all__)) == len(privshare.__all__)
    assert dir(privshare) == sorted(privshare.__all__)


@pytest.mark.parametrize("name", [name for name in privshare.__all__ if not name.startswith("_")])
def test_every_name_is_there_and_documented(name: str) -> None:
    found = getattr(privshare, name)
    assert found.__name__ == name
    assert inspect.getdoc(found), f"{name} has no docstring"
    home = importlib.import_module(found.__module__)
    assert getattr(home, name) is found


def test_another_name_is_refused_as_python_does() -> None:
    with pytest.raises(AttributeError, match="no attribute 'run_scenarios'"):
        privshare.run_scenarios  # noqa: B018
    assert not hasattr(privshare, "_HOMES_")


def test_the_version_is_the_projects() -> None:
    assert privshare.__version__ == tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]


def test_importing_the_package_computes_nothing() -> None:
    told = run_python("-c", f"import privshare, sys, json; privshare.__all__, dir(privshare); {LOADED}")
    loaded = set(json.loads(told))
    assert "privshare" in loaded
    assert not loaded & HEAVY
    assert not [name for name in loaded if name.startswith("privshare.")]


def test_the_lazy_check_has_teeth() -> None:
    told = run_python("-c", f"import privshare, sys, json; privshare.load_scenario; {LOADED}")
    assert {"numpy", "pydantic"} <= set(json.loads(told))


def test_help_needs_nothing_heavy() -> None:
    """`--help` is to answer in under 0.3 s; what it must not load is what can be tested without a clock."""
    program = (
        "import sys, json\n"
        "from privshare.cli import main\n"
        "for words in (['--help'], ['run', '--help'], ['verify', '--help']):\n"
        "    sys.argv = ['privshare', *words]\n"
        "    try:\n"
        "        main()\n"
        "    except SystemExit as end:\n"
        "        assert not end.code, end.code\n"
        f"{LOADED}\n"
    )
    loaded = set(json.loads(run_python("-c", program).splitlines()[-1]))
    assert "privshare.cli" in loaded
    assert not loaded & (HEAVY - {"rich", "pydantic"}), "typer itself looks for these two"
    rooms = ("privshare.scenario", "privshare.report", "privshare.secure", "privshare.use")
    assert not [name for name in loaded if name.startswith(rooms)]
