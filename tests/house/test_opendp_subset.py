"""Of OpenDP nothing is used but what was looked at: integer noise, randomised response, maps, zCDP's conversion.

OpenDP 0.16 has soundness reports open against features that a project like this could well use (casts, cuts,
margins, columns redefined after truncation, sums of squared deviations, amplification). None of them can be met
by code that never names them.
"""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

from tests.house.repository import PACKAGE, module_name, python_files

ALLOWED = {
    "dp.enable_features",
    "dp.atom_domain",
    "dp.vector_domain",
    "dp.map_domain",
    "dp.l1_distance",
    "dp.l2_distance",
    "dp.l01inf_distance",
    "dp.absolute_distance",
    "dp.m.make_laplace",
    "dp.m.make_laplace_threshold",
    "dp.m.make_gaussian",
    "dp.m.make_randomized_response",
    "dp.c.make_zCDP_to_approxDP",
}
IMPORTS = {"import opendp.prelude as dp", "from opendp.mod import OpenDPException"}
DOOR = "privshare.secure.noise"


def outside(text: str) -> list[str]:
    """What a file uses of OpenDP, or of another library that could stand in for it, beyond what is allowed."""
    tree = ast.parse(text)
    found: list[str] = []
    chained: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            written = ast.unparse(node)
            roots = {(getattr(node, "module", None) or alias.name).split(".")[0] for alias in node.names}
            if not roots <= {*sys.stdlib_module_names, "privshare"} and written not in IMPORTS:
                found.append(written)
        elif isinstance(node, ast.Attribute | ast.Name) and node not in chained and _dotted(node).split(".")[0] == "dp":
            chained |= set(ast.walk(node))  # the walk is from outside in, so the longest name comes first
            if _dotted(node) not in ALLOWED:
                found.append(_dotted(node))
    return found


def _dotted(node: ast.AST) -> str:
    """A name with dots, or nothing where something else than a name stands before a dot."""
    if isinstance(node, ast.Attribute):
        before = _dotted(node.value)
        return before and f"{before}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def _users() -> list[Path]:
    """The files that import OpenDP; the benchmark's peers are programs of their own, which no release comes from."""
    return [
        path
        for path in python_files()
        if "peers" not in path.relative_to(PACKAGE).parts
        and any(
            isinstance(node, ast.Import | ast.ImportFrom) and "opendp" in ast.unparse(node).split()[1].split(".")[0]
            for node in ast.walk(ast.parse(path.read_text("utf-8")))
        )
    ]


def test_nothing_of_opendp_is_used_but_what_was_looked_at() -> None:
    users = _users()
    assert users
    assert {module_name(path).removesuffix(f".{path.stem}") for path in users} == {DOOR}
    used = {name for path in users for name in outside(path.read_text("utf-8"))}
    assert used == set(), "not on the list of what was looked at"


def test_the_list_has_nothing_that_is_no_longer_used() -> None:
    text = "\n".join(path.read_text("utf-8") for path in _users())
    assert {name for name in ALLOWED if f"{name}(" not in text} == set()
    assert all(line in text for line in IMPORTS)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("import opendp.prelude as dp\ndp.t.make_cast()", "dp.t.make_cast"),
        ("import opendp.prelude as dp\ndp.m.then_laplace(scale=1.)", "dp.m.then_laplace"),
        ("import opendp.prelude as dp\ngetattr(dp, 'm')", "dp"),
        ("import opendp.prelude as dp\nm = dp.m", "dp.m"),
        ("import opendp.prelude as other", "import opendp.prelude as other"),
        ("from opendp.measurements import make_laplace", "from opendp.measurements import make_laplace"),
        ("import polars", "import polars"),
        ("from numpy import random", "from numpy import random"),
    ],
)
def test_the_list_has_teeth(line: str, told: str) -> None:
    assert outside(line) == [told]
