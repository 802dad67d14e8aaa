"""Fixtures: the miniature run, its key, and its folder."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
import vl_convert

import privshare.report.contents
from privshare.report.folder import staging, write_run
from privshare.scenario.outcome import Run
from privshare.secure.signing import SigningKey
from tests.report.world import synthetic_run


@pytest.fixture(scope="session", autouse=True)
def each_picture_drawn_once() -> Iterator[None]:
    """Remember pictures by their spec: most tests draw the same ones."""
    drawn: dict[str, str] = {}
    draw = vl_convert.vegalite_to_svg

    def remembering(spec: Any) -> str:
        key = json.dumps(spec)
        if key not in drawn:
            drawn[key] = draw(spec)
        return drawn[key]

    with mock.patch.object(vl_convert, "vegalite_to_svg", remembering):
        yield


@pytest.fixture(scope="session")
def run() -> Run:
    return synthetic_run()[0]


@pytest.fixture(scope="session")
def run_key() -> SigningKey:
    return synthetic_run()[1]


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory, run: Run, run_key: SigningKey) -> Path:
    """Return a run folder that no test may change."""
    out = tmp_path_factory.mktemp("runs") / "demo"
    with staging(out) as stage:
        write_run(run, stage, run_key=run_key)
    return out


@pytest.fixture
def copy(folder: Path, tmp_path: Path) -> Path:
    """Return a copy of the run folder that a test may change."""
    return Path(shutil.copytree(folder, tmp_path / "copy"))


@pytest.fixture
def no_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the page empty: drawing takes a second, and these tests are about other files."""
    monkeypatch.setattr(privshare.report.contents, "render", lambda run: "<!doctype html>")


@pytest.fixture
def changed(run: Run) -> Callable[..., Run]:
    """Return a function that gives the run with some parts replaced."""
    return lambda **parts: replace(run, **parts)
