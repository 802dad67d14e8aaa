"""Types and lint are tests, so that pytest alone tells the truth."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.repository import ROOT


def _run(tool: str, *arguments: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", tool, *arguments], capture_output=True, text=True, cwd=cwd, check=False, timeout=600
    )


def test_the_package_is_strictly_typed() -> None:
    done = _run("mypy")
    assert done.returncode == 0, done.stdout + done.stderr
    files = int(done.stdout.split(" source files")[0].rsplit(" ", 1)[1])
    assert files > 60, "mypy saw too few files to mean anything"


def test_package_and_tests_are_clean() -> None:
    done = _run("ruff", "check", "--output-format", "concise", "privshare", "tests")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("tool", "text", "told"),
    [
        ("mypy", "def twice(number):\n    return number * 2\n", "no-untyped-def"),
        ("mypy", "def half(number: int) -> int:\n    return number / 2\n", "return-value"),
        ("ruff", '"""Chance."""\n\nimport random\n\nprint(random.random())\n', "TID251"),
        ("ruff", '"""Chance."""\n\nimport numpy as np\n\nprint(np.random.default_rng())\n', "TID251"),
        ("ruff", '"""Chance."""\n\nimport secrets\n\nprint(secrets.token_bytes(1))\n', "TID251"),
        ("ruff", '"""Code from a file."""\n\nimport pickle\n\nprint(pickle.loads(b""))\n', "TID251"),
        ("ruff", '"""Says nothing."""\n\n\ndef public() -> None:\n    print()\n', "D103"),
    ],
)
def test_the_settings_have_teeth(tmp_path: Path, tool: str, text: str, told: str) -> None:
    """The repository's own settings refuse a planted fault."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "privshare").mkdir()
    (tmp_path / "privshare" / "__init__.py").write_text('"""A package."""\n')
    (tmp_path / "privshare" / "planted.py").write_text(text)
    done = _run("mypy", cwd=tmp_path) if tool == "mypy" else _run("ruff", "check", "privshare", cwd=tmp_path)
    assert done.returncode != 0
    assert told in done.stdout
