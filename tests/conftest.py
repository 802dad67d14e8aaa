"""What all tests share: hypothesis without timing asserts, and the demo played once on few people."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from privshare import Run, load_scenario, run_scenario, write_run
from privshare.report.folder import staging
from privshare.secure.signing import SigningKey

# A deadline is a timing assert, and a loaded machine would fail it; too_slow is one as well.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")

# Where these are set, pytest works out the whole difference of two values that are not equal, however long they are:
# half an hour for two lists of a thousand numbers, and every planted fault is such a failure.
for name in ("CI", "BUILD_NUMBER"):
    os.environ.pop(name, None)

FEW = 300


@pytest.fixture(scope="session")
def demo_played() -> tuple[Run, SigningKey]:
    """The demo on few people, and its run key."""
    return run_scenario(load_scenario("demo"), people=FEW)


@pytest.fixture(scope="session")
def demo_run(demo_played: tuple[Run, SigningKey]) -> Run:
    """The demo on few people."""
    return demo_played[0]


@pytest.fixture(scope="session")
def demo_folder(demo_played: tuple[Run, SigningKey], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run folder of the demo. Shared: a test that changes it changes a copy."""
    run, run_key = demo_played
    out = tmp_path_factory.mktemp("demo") / "run"
    with staging(out) as stage:
        write_run(run, stage, run_key=run_key)
    return out
