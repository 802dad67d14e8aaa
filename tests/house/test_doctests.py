"""The examples in docstrings run."""

from __future__ import annotations

import doctest
import importlib

import pytest

from tests.house.repository import module_name, python_files

WITH_EXAMPLES = [module_name(path) for path in python_files() if ">>>" in path.read_text("utf-8")]


@pytest.mark.parametrize("name", WITH_EXAMPLES)
def test_the_examples_of_a_module_are_true(name: str) -> None:
    failed, tried = doctest.testmod(importlib.import_module(name))
    assert tried > 0
    assert failed == 0


def test_there_are_examples() -> None:
    assert len(WITH_EXAMPLES) >= 15
