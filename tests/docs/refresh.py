"""Writes what the program prints today into the pages that show it: `python -m tests.docs.refresh`.

For a change of output on purpose. Read the difference before keeping it: the
tests compare pages with the program, and nobody but you compares it with sense.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.docs.blocks import HOW_TOS, TUTORIAL, blocks, played_demo, played_page, steps_of
from tests.house.repository import ROOT

_TEXT = "```text\n"


def main() -> None:
    """Refresh the README's output, the tutorial's and the how-to pages'."""
    with tempfile.TemporaryDirectory() as folder:
        (shown,) = (block.text for block in blocks("README.md") if block.marker == "demo-output")
        text = (ROOT / "README.md").read_text("utf-8")
        (ROOT / "README.md").write_text(text.replace(shown, played_demo(Path(folder))), "utf-8")
    for page in (TUTORIAL, *(page for page in HOW_TOS if steps_of(page))):
        with tempfile.TemporaryDirectory() as folder:
            fill(page, played_page(page, Path(folder)))


def fill(page: str, printed: Sequence[str]) -> None:
    """Put what each step printed into the text block that follows the step, if one does; it may be empty before."""
    text = (ROOT / page).read_text("utf-8")
    done = 0
    for output, (block, shown) in zip(printed, steps_of(page), strict=True):
        done = text.index(block.text, done) + len(block.text)
        if shown is not None:
            start = text.index(_TEXT, done) + len(_TEXT)
            text = text[:start] + output + text[start + len(shown.text) :]
            done = start + len(output)
    (ROOT / page).write_text(text, "utf-8")


if __name__ == "__main__":
    main()
