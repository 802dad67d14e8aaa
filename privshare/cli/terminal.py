"""What a command puts on the terminal: one JSON document, a progress line, or one sentence of refusal."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

import typer


@contextlib.contextmanager
def progress(*, quiet: bool) -> Iterator[Callable[[str], None]]:
    """Yield a function that shows the current step on a terminal, and nothing in a pipe."""
    if quiet or not sys.stderr.isatty():
        yield _silent
        return
    from rich.console import Console

    with Console(stderr=True).status("Starting") as status:
        yield lambda title: status.update(f"{title} ...")


def _silent(_title: str) -> None:
    """Show nothing."""


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
