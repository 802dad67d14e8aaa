"""Where the repository is and which files it has, for the tests of the house."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "privshare"
_NOT_OURS = {".git", ".venv", "venv", "build", "dist", "node_modules", "__pycache__"}


def python_files(folder: Path = PACKAGE) -> list[Path]:
    """Return every Python file below a folder, sorted."""
    return sorted(path for path in folder.rglob("*.py") if not _NOT_OURS & set(path.parts))


def text_files() -> list[Path]:
    """Return every file that belongs to the repository: what git tracks or would track, else what lies here."""
    git = shutil.which("git")
    if git and (ROOT / ".git").exists():
        asked = [git, "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        listed = subprocess.run(asked, capture_output=True, check=True).stdout.decode()
        return sorted(path for name in listed.split("\0") if name and (path := ROOT / name).is_file())
    return sorted(
        path
        for path in ROOT.rglob("*")
        if path.is_file() and not any(part in _NOT_OURS or part.endswith(("cache", "egg-info")) for part in path.parts)
    )


def module_name(path: Path, root: Path = ROOT) -> str:
    """Return the dotted name of a Python file below root."""
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def public_definitions(tree: ast.Module) -> Iterator[tuple[str, ast.AST]]:
    """Yield (name, node) of each public function and class, and of the public methods of public classes."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            yield node.name, node
            if isinstance(node, ast.ClassDef):
                for part in node.body:
                    if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef) and not part.name.startswith("_"):
                        yield f"{node.name}.{part.name}", part


def circles(imports: Mapping[str, set[str]]) -> list[str]:
    """Return one "a -> b -> a" for each way back that a depth-first walk meets; empty for an acyclic graph."""
    found: list[str] = []
    done: set[str] = set()

    def walk(name: str, path: tuple[str, ...]) -> None:
        if name in path:
            found.append(" -> ".join((*path[path.index(name) :], name)))
        elif name not in done:
            for other in sorted(imports.get(name, ())):
                walk(other, (*path, name))
            done.add(name)

    for name in sorted(imports):
        walk(name, ())
    return found


def run_python(*arguments: str, cwd: Path = ROOT, environment: Mapping[str, str] | None = None) -> str:
    """Run this interpreter on a program and return its standard output; its failure is the test's failure."""
    done = subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, cwd=cwd, env=environment, check=False, timeout=300
    )
    assert done.returncode == 0, f"exit {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout
