"""Reads the fenced blocks of a Markdown page and runs them as its reader would."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from tests.house.repository import ROOT

TUTORIAL = "docs/tutorial/first-shared-statistic.md"
HOW_TOS = tuple(sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs" / "how-to").glob("*.md")))
_BETWEEN = "--- next block ---\n"
_FENCE = re.compile(r"(?:<!-- (?P<marker>[a-z-]+) -->\n)?^```(?P<kind>[a-z]*)\n(?P<text>.*?)^```$", re.M | re.S)


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block. marker: name in the comment on the line before it, or "". kind: language after the fence."""

    marker: str
    kind: str
    text: str


def blocks(page: str) -> list[Block]:
    """Return the blocks of a page of the repository, in order."""
    text = (ROOT / page).read_text("utf-8")
    found = [Block(block["marker"] or "", block["kind"], block["text"]) for block in _FENCE.finditer(text)]
    assert 2 * len(found) == sum(line.startswith("```") for line in text.splitlines()), f"{page} has a fence left open"
    return found


def run_script(script: str, *, folder: Path, timeout: int = 300) -> subprocess.CompletedProcess[str]:
    """Run a shell script, stopping at its first failure, with this interpreter's `privshare` first in the path."""
    bash = shutil.which("bash")
    assert bash, "the documentation is written for bash"
    commands = Path(sys.executable).parent
    environment = {**os.environ, "PATH": f"{commands}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [bash, "-euo", "pipefail", "-c", script],
        capture_output=True, text=True, cwd=folder, env=environment, check=False, timeout=timeout,
    )  # fmt: skip


def shape(output: str) -> list[str]:
    """Return what stays of an output from one run to the next: its paragraphs without numbers, keys and padding.

    What a run found is another sentence each time, since noise decides where it is too wide to say.

    >>> shape("  a   1,204.5 of\\n  2\\n\\nSHA256:ab12-cd34 x") == shape("  a   7 of 20\\n\\nSHA256:00ff-0000 x")
    True
    >>> shape("Harbour,59.406,40,80") == shape("Harbour,59,40,80.5")
    True
    """
    told = re.sub(r"SHA256:[0-9a-f-]+", "FINGERPRINT", output)
    told = re.sub(r"\b[0-9a-f]{32,}\b", "HEX", told)
    told = re.sub(r"\N{MINUS SIGN}?\d[\d,]*(?:\.\d+)?(?:e-\d+)?(?: × 10)?[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]*", "N", told)
    # In a row of a CSV file 59.406,40,80 is two of these and 59,40,80 is one, and which it is, noise decides.
    told = re.sub(r"N(?:,N)+", "N", told)
    paragraphs = [" ".join(paragraph.split()) for paragraph in re.split(r"\n\s*\n", told.strip())]
    return ["Found" if paragraph.startswith("Found ") else paragraph for paragraph in paragraphs]


def played_demo(folder: Path) -> str:
    """Run the demo in a folder; return what it prints."""
    done = run_script("privshare demo", folder=folder)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


def steps_of(page: str) -> list[tuple[Block, Block | None]]:
    """Return a page's quick bash and python blocks, each with the text block that directly follows it, if one does."""
    found = [*blocks(page), Block("", "", "")]
    return [
        (block, after if after.kind == "text" else None)
        for block, after in pairwise(found)
        if block.kind in ("bash", "python") and block.marker != "slow"
    ]


def played_page(page: str, folder: Path) -> list[str]:
    """Run a page's quick blocks in a folder, in one shell; return what each prints, stderr in its place."""
    shutil.copytree(ROOT / "scenarios", folder / "scenarios")
    script = f"echo '{_BETWEEN.strip()}'\n".join(_as_bash(block) for block, _ in steps_of(page))
    done = run_script(f"exec 2>&1\n{script}", folder=folder)
    assert done.returncode == 0, done.stdout
    return done.stdout.split(_BETWEEN)


def _as_bash(block: Block) -> str:
    return f"python - <<'PYTHON'\n{block.text}PYTHON\n" if block.kind == "python" else block.text
