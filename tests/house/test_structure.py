"""Floors and walls: every import contract is kept, and each one does catch what it is there to catch."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.repository import PACKAGE, ROOT, circles, module_name, python_files

FLOORS = "the house stands on its floors"
NO_CIRCLES = "no circles anywhere"
HOLDERS = "raw records and truth are for the simulator and the judge only"
NOISE = "noise has one door"
NO_FACE = "the core needs no face"
CONTRACTS = {FLOORS, NO_CIRCLES, HOLDERS, NOISE, NO_FACE}

_LINT = (
    "import sys; sys.path.insert(0, '.'); import privshare; "
    "assert privshare.__file__.startswith(sys.argv[1]), privshare.__file__; "
    "from importlinter.api import use_cases; from importlinter.configuration import configure; configure(); "
    "sys.exit(0 if use_cases.lint_imports(cache_dir=None) else 1)"
)


def lint(folder: Path) -> tuple[bool, dict[str, str]]:
    """Run import-linter on the package in this folder; return whether it passed and contract -> KEPT or BROKEN."""
    done = subprocess.run(
        [sys.executable, "-c", _LINT, str(folder)], capture_output=True, text=True, cwd=folder, check=False, timeout=120
    )
    verdicts = {
        line.rsplit(" ", 1)[0]: line.rsplit(" ", 1)[1]
        for line in done.stdout.splitlines()
        if line.endswith((" KEPT", " BROKEN"))
    }
    assert set(verdicts) == CONTRACTS, done.stdout + done.stderr
    return done.returncode == 0, verdicts


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copytree(PACKAGE, tmp_path / "privshare", ignore=shutil.ignore_patterns("__pycache__", "scenarios"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_every_contract_is_kept() -> None:
    passed, verdicts = lint(ROOT)
    assert passed
    assert verdicts == dict.fromkeys(CONTRACTS, "KEPT")


def test_a_true_copy_passes(copy: Path) -> None:
    """Else the planted faults below could be caught for the wrong reason."""
    assert lint(copy) == (True, dict.fromkeys(CONTRACTS, "KEPT"))


@pytest.mark.parametrize(
    ("file", "line", "contract"),
    [
        ("attacks/peeking.py", "import privshare.holders.truth", HOLDERS),
        (
            "attacks/peeking.py",
            "def late():\n    from privshare.holders import population\n    return population",
            HOLDERS,
        ),
        ("attacks/renting.py", "def late():\n    from privshare.use.gate import permit\n    return permit", FLOORS),
        ("secure/upward.py", "from privshare.use.gate import permit", FLOORS),
        ("secure/peeking.py", "from privshare.holders.holder import Holder", HOLDERS),
        ("use/peeking.py", "from privshare.holders import truth", HOLDERS),
        ("report/peeking.py", "from privshare.holders.truth import Truth", HOLDERS),
        ("secure/sampling.py", "import opendp.prelude as dp", NOISE),
        ("use/release/sampling.py", "def draw():\n    import opendp.measurements as m\n    return m", NOISE),
        ("exchange/telling.py", "from privshare.categorize import plan", FLOORS),
        ("model/rising.py", "from privshare.exchange.payload import Payload", FLOORS),
        ("model/early.py", "from privshare.model.later import x\ny = 1", NO_CIRCLES),
        ("secure/printing.py", "from rich.console import Console", NO_FACE),
        ("scenario/drawing.py", "import jinja2", NO_FACE),
        ("utils/__init__.py", '"""Anything."""', FLOORS),
        ("helpers.py", '"""Anything."""', FLOORS),
    ],
)
def test_a_planted_fault_is_caught(copy: Path, file: str, line: str, contract: str) -> None:
    planted = copy / "privshare" / file
    planted.parent.mkdir(exist_ok=True)
    planted.write_text(line + "\n")
    if file == "model/early.py":
        (copy / "privshare/model/later.py").write_text("from privshare.model.early import y\nx = 1\n")
    passed, verdicts = lint(copy)
    assert not passed
    assert verdicts[contract] == "BROKEN"


def _imports(root: Path) -> dict[str, set[str]]:
    """Return module -> modules of the package it imports anywhere in its text, type-checking blocks included."""
    files = {module_name(path, root): path for path in python_files(root / "privshare")}
    found: dict[str, set[str]] = {}
    for name, path in files.items():
        package = name if path.name == "__init__.py" else name.rpartition(".")[0]
        wanted: set[str] = set()
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                wanted |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
                base = ".".join([*above, *([node.module] if node.module else [])])
                wanted |= {f"{base}.{a.name}" if f"{base}.{a.name}" in files else base for a in node.names}
        # A file inside a package that imports a sibling does not thereby import the package's own __init__.
        found[name] = {other for other in wanted if other in files and other != name}
    return found


def test_no_module_imports_itself_by_a_way_round() -> None:
    """Beside the contract, which looks at siblings: every module of the package in one graph."""
    imports = _imports(ROOT)
    assert len(imports) > 60, "the walk found too few modules to mean anything"
    assert circles(imports) == []


def test_the_circle_check_has_teeth(copy: Path) -> None:
    (copy / "privshare/model/early.py").write_text("from .later import x\ny = 1\n")
    (copy / "privshare/model/later.py").write_text(
        "def f():\n    from privshare.model import early\n    return early\n"
    )
    assert circles(_imports(copy)) == ["privshare.model.early -> privshare.model.later -> privshare.model.early"]


PROGRAMS = PACKAGE / "bench" / "peers"
"""Programs that a benchmark has another interpreter run, to compare with ours: they draw noise as other packages do."""


def test_noise_is_drawn_in_one_place() -> None:
    """Who calls OpenDP's measurements, read from the text and not from the contract's settings."""
    users = [module_name(path) for path in python_files() if "opendp" in _imported(path) and path.parent != PROGRAMS]
    assert {".".join(user.split(".")[:3]) for user in users} == {"privshare.secure.noise"}


def test_the_programs_for_other_interpreters_are_no_part_of_the_package() -> None:
    """Else their noise could come into a release of ours, past the door."""
    assert not (PROGRAMS / "__init__.py").exists()
    programs = {path.stem for path in python_files(PROGRAMS)}
    assert len(programs) > 5
    for path in python_files():
        imported = _imported(path)
        assert not any(name.startswith("privshare.bench.peers") for name in imported), path
        beside = {"told"} if path.parent == PROGRAMS else set()
        assert not (programs - beside) & imported, path


def test_chance_comes_from_one_file() -> None:
    """Random, secrets and numpy.random live behind model/entropy.py; OpenDP's generator behind the noise door."""
    banned = {"random", "secrets", "numpy.random"}
    users = {module_name(path) for path in python_files() if banned & _imported(path) or _names_numpy_random(path)}
    assert users == {"privshare.model.entropy"}


def test_nothing_unpickles_or_evaluates() -> None:
    for path in python_files():
        assert not {"pickle", "marshal", "shelve", "dill"} & _imported(path), path
        calls = [node.func for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)]
        assert not {"eval", "exec", "compile"} & {call.id for call in calls if isinstance(call, ast.Name)}, path


def _imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        modules = [a.name for a in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module:
            modules = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        for module in modules:
            parts = module.split(".")
            names |= {".".join(parts[: end + 1]) for end in range(len(parts))}
    return names


def _names_numpy_random(path: Path) -> bool:
    named = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Attribute)]
    return any(n.attr == "random" and isinstance(n.value, ast.Name) and n.value.id in ("np", "numpy") for n in named)
