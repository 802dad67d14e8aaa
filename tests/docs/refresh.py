"""Writes what the program prints today into the pages that show it: `python -m tests.docs.refresh`.

For a change of output on purpose. Read the difference before keeping it: the
tests compare pages with the program, and nobody but you compares it with sense.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.docs.blocks import TUTORIAL, blocks, played_demo, played_tutorial, tutorial_steps
from tests.house.repository import ROOT


def main() -> None:
    """Refresh the README's output and the tutorial's."""
    with tempfile.TemporaryDirectory() as folder:
        (shown,) = (block.text for block in blocks("README.md") if block.marker == "demo-output")
        replace("README.md", {shown: played_demo(Path(folder))})
    with tempfile.TemporaryDirectory() as folder:
        printed = zip(tutorial_steps(), played_tutorial(Path(folder)), strict=True)
        replace(TUTORIAL, {shown.text: output for (_, shown), output in printed if shown is not None})


def replace(page: str, texts: dict[str, str]) -> None:
    """Put new texts in the place of old ones that stand in the page exactly once."""
    text = (ROOT / page).read_text("utf-8")
    for old, new in texts.items():
        assert text.count(old) == 1, f"{page} does not hold this exactly once: {old}"
        text = text.replace(old, new)
    (ROOT / page).write_text(text, "utf-8")


if __name__ == "__main__":
    main()
