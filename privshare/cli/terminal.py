"""What a command puts on the terminal: one JSON document, a progress line, or one sentence of refusal."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NoReturn

import typer

if TYPE_CHECKING:
    from rich.progress import Progress


class Shown:
    """What a long command shows of itself: nothing, in a pipe. Call it with the title of a step that begins."""

    def __call__(self, title: str) -> None:
        """Begin a step."""

    def part(self, done: int, whole: int) -> None:
        """Say how far the step has come, in any unit."""


class _Bar(Shown):
    """A bar on a terminal; it runs to and fro until a step says how far it has come."""

    def __init__(self, bars: Progress) -> None:
        self._bars, self._task = bars, bars.add_task("Starting ...", total=None)

    def __call__(self, title: str) -> None:
        self._bars.reset(self._task, total=None, description=f"{title} ...")

    def part(self, done: int, whole: int) -> None:
        self._bars.update(self._task, completed=done, total=whole)


@contextlib.contextmanager
def progress(*, quiet: bool) -> Iterator[Shown]:
    """Yield what shows the current step on a terminal, and nothing in a pipe."""
    if quiet or not sys.stderr.isatty():
        yield Shown()
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TaskProgressColumn, TextColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        yield _Bar(bars)


def say(text: str) -> None:
    """Print on stdout. A reader that has closed it ends the command, done; a full disk is told in one sentence."""
    try:
        typer.echo(text)
    except BrokenPipeError:
        # Keep the interpreter from complaining at exit, when it flushes once more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except OSError as fault:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        refuse(f"standard output could not be written: {fault.strerror}; what was done before stays done.")


def print_json(document: Any) -> None:
    """Print one document on stdout."""
    say(json.dumps(document, indent=2, ensure_ascii=False))


def warn(sentence: str) -> None:
    """Print one sentence on stderr and go on."""
    typer.echo(f"privshare: {_on_one_line(sentence)}", err=True)


def refuse(sentence: str) -> NoReturn:
    """Print one sentence on stderr and end with exit code 2."""
    warn(sentence)
    sys.exit(2)


def _on_one_line(sentence: str) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in " ".join(sentence.split()))
