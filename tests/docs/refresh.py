"""Writes what the program prints today into the pages that show it: `python -m tests.docs.refresh`.

For a change of output on purpose. Read the difference before keeping it: the
tests compare pages with the program, and nobody but you compares it with sense.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.docs.blocks import HOW_TOS, TUTORIAL, blocks, played_demo, played_page, steps_of
from tests.house.repository import ROOT


def main() -> None:
    """Refresh the README's output, the tutorial's and the how-to pages'."""
    with tempfile.TemporaryDirectory() as folder:
        (shown,) = (block.text for block in blocks("README.md") if block.marker == "demo-output")
        replace("README.md", {shown: played_demo(Path(folder))})
    for page in (TUTORIAL, *(page for page in HOW_TOS if steps_of(page))):
        with tempfile.TemporaryDirectory() as folder:
            printed = zip(steps_of(page), played_page(page, Path(folder)), strict=True)
            replace(page, {shown.text: output for (_, shown), output in printed if shown is not None})


def replace(page: str, texts: dict[str, str]) -> None:
    """Put new texts in the place of old ones that stand in the page exactly once."""
    text = (ROOT / page).read_text("utf-8")
    for old, new in texts.items():
        assert text.count(old) == 1, f"{page} does not hold this exactly once: {old}"
        text = text.replace(old, new)
    (ROOT / page).write_text(text, "utf-8")


if __name__ == "__main__":
    main()
