"""Every command and program that the documentation shows is run, and prints what the documentation shows."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.blocks import HOW_TOS, TUTORIAL, blocks, played_demo, played_page, run_script, shape, steps_of
from tests.house.repository import ROOT, text_files

EXACT = {"docs/how-to/link-two-files.md"}
"""Pages whose shown output has no noise in it: there the numbers are compared too."""
COMPOSITION = "docs/explanation/composition.md"
DETECTION = "docs/explanation/detection.md"
OFFLINE = "docs/how-to/install-offline.md"
# Those of COMPOSITION are run by test_composition.py.
RUN_BLOCKS = {"README.md", TUTORIAL, DETECTION, COMPOSITION, *HOW_TOS}
SHOWN_BLOCKS = {*RUN_BLOCKS, "docs/labs/README.md", "docs/reference/formats.md", "docs/reference/errors.md"}


def test_only_known_pages_hold_blocks_to_run() -> None:
    """A page with a new bash or python block must be taken up here."""
    pages = {path.relative_to(ROOT).as_posix() for path in text_files() if path.suffix == ".md"}
    runnable = {page for page in pages if {"bash", "python"} & {block.kind for block in blocks(page)}}
    assert runnable == RUN_BLOCKS
    assert {page for page in pages if blocks(page)} == SHOWN_BLOCKS


def test_the_readme_shows_one_demo_and_one_test_command() -> None:
    shown = [block for block in blocks("README.md") if block.kind == "bash"]
    assert [block.marker for block in shown] == ["demo-command", "test-command"]
    assert all(len(block.text.splitlines()) == 1 for block in shown), "each stands alone on one line"


def test_what_a_build_runs_is_the_readmes_test_command() -> None:
    """`.ci/run` takes the command out of the README; what it would take is what a reader sees."""
    script = (ROOT / ".ci/run").read_text("utf-8")
    extraction = next(line for line in script.splitlines() if line.startswith("command="))
    taken = run_script(f'cd "{ROOT}"\n{extraction}\nprintf "%s" "$command"', folder=ROOT)
    (wanted,) = (block.text for block in blocks("README.md") if block.marker == "test-command")
    assert taken.returncode == 0, taken.stderr
    assert taken.stdout == wanted.rstrip("\n")
    assert 'eval "$command"' in script


def test_the_demo_prints_what_the_readme_shows(tmp_path: Path) -> None:
    """If the program changed on purpose: `python -m tests.docs.refresh`, and read the difference."""
    (shown,) = (block.text for block in blocks("README.md") if block.marker == "demo-output")
    assert shape(played_demo(tmp_path)) == shape(shown)


def test_the_python_front_door_opens(tmp_path: Path) -> None:
    (program,) = (block.text for block in blocks("README.md") if block.kind == "python")
    assert len(program.strip().splitlines()) < 15
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        capture_output=True, text=True, cwd=tmp_path, env={"PYTHONPATH": str(ROOT)}, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = done.stdout.splitlines()
    assert [line.split()[0] for line in told[:4]] == [
        "shared-customers", "defaults-by-band", "loans-by-product", "points-by-district",
    ]  # fmt: skip
    assert sum("accepted would be" in line for line in told) == 4
    assert (tmp_path / "shared" / "report.html").is_file()


def test_the_tutorial_runs_and_prints_what_it_shows(tmp_path: Path) -> None:
    """If the program changed on purpose: `python -m tests.docs.refresh`, and read the difference."""
    steps = steps_of(TUTORIAL)
    printed = played_page(TUTORIAL, tmp_path)
    assert len(printed) == len(steps) == 8
    for output, (_, shown) in zip(printed, steps, strict=True):
        if shown is not None:
            assert shape(output) == shape(shown.text)

    assert not (tmp_path / "third").exists()
    assert not (tmp_path / "fifth").exists()
    refused, cheaper, faults = printed[5:]
    assert "public-accountability" in refused
    assert refused.endswith("exit code 2\n")
    before, after = (float(line.split()[-1]) for line in cheaper.splitlines())
    assert (before, after) == (5.0, 15.0), "the counts' expected error, then that of the sums"
    assert faults.count("\n") == 2, "one sentence and the exit code"
    assert "a little" in faults
    assert "mesure" in faults


@pytest.mark.parametrize("page", [page for page in HOW_TOS if page != OFFLINE])
def test_a_how_to_page_runs_and_prints_what_it_shows(page: str, tmp_path: Path) -> None:
    """If the program changed on purpose: `python -m tests.docs.refresh`, and read the difference."""
    steps = steps_of(page)
    printed = played_page(page, tmp_path)
    assert len(printed) == len(steps) > 1
    for output, (_, shown) in zip(printed, steps, strict=True):
        assert shape(output) == shape(shown.text if shown else "")
        if page in EXACT and shown:
            assert output == shown.text


@pytest.mark.slow
@pytest.mark.parametrize("page", ["README.md", TUTORIAL])
def test_it_installs_from_scratch(page: str, tmp_path: Path) -> None:
    """The set-up command, in a copy of the repository and a fresh environment; needs a package index."""
    copy = _copy_of_the_repository(tmp_path)
    marker = "demo-command" if page == "README.md" else "slow"
    (command,) = (block.text for block in blocks(page) if block.marker == marker)
    done = run_script(f"unset PYTHONPATH\n{command}", folder=copy, timeout=1200)
    assert done.returncode == 0, done.stdout + done.stderr
    if page == "README.md":
        assert (copy / "privshare-demo" / "report.html").is_file()
    else:
        assert "demo" in done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("page", [OFFLINE, DETECTION])
def test_what_needs_an_index_runs(page: str, tmp_path: Path) -> None:
    """A wheelhouse is collected, and installed without an index; the public tables are fetched and scored."""
    script = "".join(block.text for block in blocks(page) if block.kind == "bash")
    assert {block.marker for block in blocks(page) if block.kind == "bash"} == {"slow"}
    done = run_script(f"unset PYTHONPATH\n{script}", folder=_copy_of_the_repository(tmp_path), timeout=1800)
    assert done.returncode == 0, done.stdout + done.stderr


def _copy_of_the_repository(folder: Path) -> Path:
    copy = folder / "copy"
    for path in text_files():
        place = copy / path.relative_to(ROOT)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, place)
    return copy
