"""The wheel: built here without the network, installed elsewhere, and the demo plays from it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.house.repository import PACKAGE, ROOT, run_python

CARGO = ["pyproject.toml", "README.md", "LICENSE", "privshare", "scenarios"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build from a copy, so that nothing that lies about in the repository helps."""
    source = tmp_path_factory.mktemp("source")
    for name in CARGO:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, source)
    out = tmp_path_factory.mktemp("wheel")
    # No index, no isolation: nothing can be downloaded.
    offline = ["--no-index", "--no-deps", "--no-build-isolation", "--disable-pip-version-check", "--quiet"]
    run_python("-m", "pip", "wheel", *offline, "--wheel-dir", str(out), str(source))
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("installed")
    offline = ["--no-index", "--no-deps", "--disable-pip-version-check", "--quiet", "--no-compile"]
    run_python("-m", "pip", "install", *offline, "--target", str(target), str(wheel))
    return target


def test_the_wheel_holds_the_package_the_scenarios_and_the_licence(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as held:
        names = set(held.namelist())
    for path in PACKAGE.rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts:
            assert path.relative_to(ROOT).as_posix() in names
    for path in (ROOT / "scenarios").rglob("*"):
        if path.is_file():
            assert f"privshare/{path.relative_to(ROOT).as_posix()}" in names
    assert "privshare/py.typed" in names
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert not [name for name in names if name.startswith(("tests/", "docs/", "scenarios/"))]
    assert wheel.stat().st_size < 2_000_000


def test_the_demo_plays_from_the_wheel_in_another_folder(installed: Path, tmp_path: Path) -> None:
    """The repository is neither the working folder nor on the path; the scenarios are the wheel's own."""
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    told = run_python(
        "-c",
        "import privshare; print(privshare.__file__); print(privshare.shipped_scenarios()['demo'])",
        cwd=tmp_path,
        environment=environment,
    )
    package, demo = map(Path, told.split())
    assert package == installed / "privshare" / "__init__.py"
    assert demo == installed / "privshare" / "scenarios" / "demo"

    told = run_python(
        "-m", "privshare", "demo", "--people", "300", "--out", "played", "--json", cwd=tmp_path, environment=environment
    )
    played = json.loads(told)
    assert played["scenario"] == "demo"
    assert (tmp_path / "played" / "report.html").stat().st_size > 50_000
    checked = run_python("-m", "privshare", "verify", "played", "--json", cwd=tmp_path, environment=environment)
    assert json.loads(checked)["fingerprint"] == played["fingerprint"]


def test_the_command_is_installed(installed: Path, tmp_path: Path) -> None:
    command = installed / "bin" / "privshare"
    done = subprocess.run(
        [sys.executable, str(command), "scenarios", "--json"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(installed)},
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert "demo" in [entry["name"] for entry in json.loads(done.stdout)]
