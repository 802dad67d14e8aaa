"""Kept code is loaded without what only compiling needs, and what is not kept is compiled beside it."""

from __future__ import annotations

from pathlib import Path

from tests.house.repository import run_python

KERNELS = """
import sys, numpy as np
from privshare.secure.psi.kernels.compiled import kernel

@kernel
def total(words):
    found = 0
    for word in words:
        found += word
    return found

@kernel
def doubled(words):
    return words * 2
"""
ONE = "from kernels import *; print(total(np.arange(5)), 'numba.np.random.legacy' in sys.modules)"
BOTH = "from kernels import *; print(total(np.arange(5)), doubled(np.arange(3)).tolist(), total(np.arange(4.0)))"


def test_kept_code_needs_no_compiler(tmp_path: Path) -> None:
    (tmp_path / "kernels.py").write_text(KERNELS, encoding="utf-8")
    told = [run_python("-c", ONE, cwd=tmp_path, environment={"NUMBA_CACHE_DIR": str(tmp_path)}) for _ in range(2)]
    assert [line.split() for line in told] == [["10", "True"], ["10", "False"]]
    both = run_python("-c", BOTH, cwd=tmp_path, environment={"NUMBA_CACHE_DIR": str(tmp_path)})
    assert both.split("\n")[0] == "10 [0, 2, 4] 6.0"
