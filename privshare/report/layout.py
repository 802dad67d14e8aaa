"""Lines of a terminal of 80 columns: sections, aligned columns, wrapped sentences.

Columns are aligned by what a terminal shows (wide East Asian characters take
two cells); control and direction characters are spelled out. Leaves to others:
what is said.
"""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Iterable, Sequence

from privshare.report.figures import plain, unbroken

WIDTH = 80
INDENT = "  "


def section(title: str, lines: Sequence[str]) -> list[str]:
    """Return lines under a title and an empty line after them; nothing where there are none."""
    return [title, *lines, ""] if lines else []


def _cells(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def aligned(rows: Sequence[Sequence[str]], *, right: bool = False) -> list[str]:
    """Align rows into columns; what does not fit in the last one is wrapped under it."""
    if not rows:
        return []
    clean = [[plain(cell) for cell in row] for row in rows]
    widths = [max(_cells(row[column]) for row in clean) for column in range(len(clean[0]) - 1)]
    lines = []
    for row in clean:
        head = INDENT
        for cell, width in zip(row, widths, strict=False):
            gap = " " * (width - _cells(cell))
            head += f"{gap}{cell}  " if right else f"{cell}{gap}  "
        room = max(24, WIDTH - _cells(head))
        first, *rest = _wrapped(row[-1], room) or [""]
        lines.append((head + first).rstrip())
        lines += [" " * _cells(head) + more for more in rest]
    return lines


def tabled(rows: Sequence[Sequence[str]], *, words: Sequence[bool]) -> list[str]:
    """Align rows of a table, columns of words at the left and columns of numbers at the right; nothing is wrapped."""
    clean = [[plain(cell) for cell in row] for row in rows]
    widths = [max(_cells(row[column]) for row in clean) for column in range(len(words))]
    lines = []
    for row in clean:
        gaps = [" " * (width - _cells(cell)) for cell, width in zip(row, widths, strict=True)]
        told = [cell + gap if word else gap + cell for cell, gap, word in zip(row, gaps, words, strict=True)]
        lines.append((INDENT + "  ".join(told)).rstrip())
    return lines


def wrapped(sentences: Iterable[str], indent: str = INDENT) -> list[str]:
    """Return sentences as lines, each sentence beginning on a line of its own."""
    return [line for sentence in sentences for line in _wrapped(plain(sentence), WIDTH, indent)]


def _wrapped(text: str, room: int, indent: str = "") -> list[str]:
    """Return a text in lines of that width; a power of ten stays whole, written with plain blanks."""
    lines = textwrap.wrap(unbroken(text), room, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False)
    return [line.replace("\N{NO-BREAK SPACE}×\N{NO-BREAK SPACE}", " × ") for line in lines]
