"""How a fault is planted in the real package, and how a test of the suite is asked whether it sees it."""

from __future__ import annotations
import __future__

import ast
import inspect
import re
import textwrap
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import pytest

from privshare.model.loss import PrivacyLoss
from privshare.use.ledger import open_ledger
from tests.house.repository import PACKAGE
from tests.statistical.replaying import open_door
from tests.use.spending import BANK, CAP, CITY, RESEARCH

Plant = Callable[[pytest.MonkeyPatch], None]
REFUSED = pytest.fail.Exception
"""What pytest raises where an expected error does not come."""


@dataclass(frozen=True)
class Check:
    """A test of the suite. kind, told: the type and, as a pattern, the words of the failure that a fault causes.

    arguments: a parametrised test's own. made: fixtures of its own folder, from a fresh folder; a folder, a ledger, a
    monkeypatch and a recording door to noise are made here.
    """

    test: Callable[..., Any]
    kind: type[BaseException] | tuple[type[BaseException], ...] = AssertionError
    told: str = ""
    arguments: Mapping[str, Any] = field(default_factory=dict)
    made: Mapping[str, Callable[[Path], Any]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The test as pytest calls it, without its parameters."""
        return f"{self.test.__module__.replace('.', '/')}.py::{self.test.__name__}"

    @property
    def key(self) -> str:
        """Name and parameters: the same check is the same text."""
        return f"{self.name}{sorted(self.arguments)}{[repr(value) for _, value in sorted(self.arguments.items())]}"

    def failure(self, folder: Path) -> BaseException | None:
        """Run the test with fixtures of its own; return what it raised, or None where it passed."""
        wanted = inspect.signature(self.test).parameters
        with ExitStack() as stack:
            given = {**self.arguments, **{name: make(folder) for name, make in self.made.items()}}
            try:
                if "door" in wanted:
                    given["door"] = open_door(stack.enter_context(pytest.MonkeyPatch.context()), seed=7)
                if "monkeypatch" in wanted:
                    given["monkeypatch"] = stack.enter_context(pytest.MonkeyPatch.context())
                for name in {"tmp_path", "memory_folder"} & set(wanted):
                    given[name] = folder
                path = folder / "budget.ledger"
                if "path" in wanted:
                    given["path"] = path
                if "ledger" in wanted and "ledger" not in given:
                    opened = given["ledger"] = stack.enter_context(open_ledger(path))
                    opened.declare(BANK, RESEARCH, CAP)
                    opened.declare(CITY, RESEARCH, PrivacyLoss(300_000))
                self.test(**given)
            except (Exception, REFUSED) as raised:
                return raised
        return None

    def sees(self, failure: BaseException | None) -> bool:
        """Whether this is the failure that the fault is to cause, and not some other crash."""
        return isinstance(failure, self.kind) and re.search(self.told, str(failure), re.S) is not None


@dataclass(frozen=True)
class Fault:
    """A mistake, where it would live, and what catches it.

    what: one sentence. lives: file of the package. source: who made it or described it. plant: makes it in the
    running package, until the monkeypatch is undone. caught_by: every one of these fails.
    """

    name: str
    what: str
    lives: str
    source: str
    plant: Plant
    caught_by: tuple[Check, ...]


def slip(function: Callable[..., Any], *changes: tuple[str, str]) -> Plant:
    """Plant a change of a function's text, as a slip of the pen would make it; whoever imported it gets it.

    changes: (what stands there once, what stands there with the fault). A text that is no longer there is an error,
    so that a fault cannot come to be planted beside the code.
    """
    target = inspect.unwrap(function)
    assert isinstance(target, FunctionType)

    def plant(patch: pytest.MonkeyPatch) -> None:
        patch.setattr(target, "__code__", _code(target, changes))

    return plant


def _code(target: FunctionType, changes: tuple[tuple[str, str], ...]) -> CodeType:
    text = inspect.getsource(target)
    for old, new in changes:
        assert text.count(old) == 1, f"{target.__qualname__} does not say {old!r} once; plant this fault anew"
        text = text.replace(old, new)
    tree = ast.parse(textwrap.dedent(text))
    definition = tree.body[0]
    assert isinstance(definition, ast.FunctionDef)
    definition.decorator_list = []
    flags = __future__.annotations.compiler_flag
    compiled = compile(tree, f"<planted in {target.__qualname__}>", "exec", flags=flags, dont_inherit=True)
    codes = [part for part in compiled.co_consts if isinstance(part, CodeType) and part.co_name == target.__name__]
    assert len(codes) == 1
    assert codes[0].co_freevars == target.__code__.co_freevars, "a function inside a function cannot be planted in"
    return codes[0]


def rewritten(file: str, old: str, new: str) -> Plant:
    """Plant a change of a file's text, for the tests that read the package's text instead of running it."""

    def plant(patch: pytest.MonkeyPatch) -> None:
        real, place = Path.read_text, PACKAGE / file
        assert real(place, "utf-8").count(old) == 1, f"{file} does not say {old!r} once; plant this fault anew"

        def read_text(self: Path, *given: Any, **named: Any) -> str:
            text = real(self, *given, **named)
            return text.replace(old, new) if self == place else text

        patch.setattr(Path, "read_text", read_text)

    return plant


def all_of(*plants: Plant) -> Plant:
    """Plant several changes: one mistake seldom passes where two lines of defence stand."""

    def plant(patch: pytest.MonkeyPatch) -> None:
        for one in plants:
            one(patch)

    return plant
