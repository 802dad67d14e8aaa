"""The notebook's code cells run in order, as its reader runs them; Jupyter is not needed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.house.repository import ROOT

NOTEBOOK = ROOT / "docs" / "how-to" / "own-files.ipynb"


def _cells(kind: str) -> list[str]:
    cells = json.loads(NOTEBOOK.read_text("utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == kind]


def test_the_notebook_is_a_small_plain_one() -> None:
    document = json.loads(NOTEBOOK.read_text("utf-8"))
    assert (document["nbformat"], document["nbformat_minor"]) == (4, 5)
    assert len({cell["id"] for cell in document["cells"]}) == len(document["cells"])
    assert len(_cells("code")) >= 4
    assert len(_cells("markdown")) > len(_cells("code"))
    for cell in document["cells"]:
        if cell["cell_type"] == "code":
            assert (cell["outputs"], cell["execution_count"]) == ([], None), "outputs go stale; none are kept"


def test_its_cells_run_in_one_namespace(tmp_path: Path) -> None:
    """A fresh interpreter with warnings as errors; the marks between cells say how far it came."""
    program = "\n".join(f"{cell}\nprint('--- cell {number}')" for number, cell in enumerate(_cells("code")))
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        capture_output=True, text=True, cwd=tmp_path, env={"PYTHONPATH": str(ROOT)}, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    _, categorized, released, verified, refused = _parts(done.stdout)
    assert categorized.splitlines()[0].startswith("member_id  direct-identifier")
    assert [line.rsplit(" ", 2)[0] for line in released.splitlines()[:3]] == ["Harbour", "Mill Lane", "Old Town"]
    assert verified.startswith("authenticated")
    assert refused.startswith("--by was member_id")
    assert (tmp_path / "visits" / "report.html").is_file()


def _parts(output: str) -> list[str]:
    """Split what was printed at the marks, without them."""
    parts, kept = [], []
    for line in output.splitlines():
        if line.startswith("--- cell "):
            parts.append("\n".join(kept))
            kept = []
        else:
            kept.append(line)
    assert kept == []
    return parts
