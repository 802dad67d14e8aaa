"""Where the full official vector sets are, and how a test says that they are absent.

The sets are data of other projects and are not copied into this repository.
They are looked for in the folder that the environment variable
PRIVSHARE_VECTORS names, else in `shared/vectors` beside the repository. A
clean clone has neither: the tests here state a few of each standard's own
vectors as constants, and what needs the full sets is skipped with its reason
and the number of vectors that were not run.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

VARIABLE = "PRIVSHARE_VECTORS"


def _find() -> Path | None:
    named = os.environ.get(VARIABLE)
    if named:
        return Path(named)  # a wrong name must not turn into a silent skip: reading fails loudly
    beside = Path(__file__).resolve().parents[3] / "shared" / "vectors"
    return beside if beside.is_dir() else None


VECTORS: Path | None = _find()


def vectors_or_skip(relative: str, *, count: int) -> Path:
    """Return a path inside the sets, or skip the calling test, saying how many vectors it leaves out."""
    if VECTORS is None:
        pytest.skip(f"the official sets are absent (set {VARIABLE}): {count} vectors of {relative} were not run")
    path = VECTORS / relative
    assert path.exists(), f"{VARIABLE} points to a folder without {relative}"
    return path


def read_json(relative: str, *, count: int) -> Any:
    """Return a JSON file of the sets, or skip the calling test; `count` is how many vectors it holds."""
    return json.loads(vectors_or_skip(relative, count=count).read_bytes())
