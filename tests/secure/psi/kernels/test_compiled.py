"""Kept code is run without the compiler; other code is not run; what cannot be kept is run by numba itself."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from privshare.secure.psi.kernels import kept
from privshare.secure.psi.kernels.compiled import kernel
from privshare.secure.psi.kernels.native import form_of
from tests.house.repository import ROOT, run_python

KERNELS = """
import sys, numpy as np
from privshare.secure.psi.kernels.compiled import kernel

STEP = 2

@kernel
def total(words, lanes, first, factor):
    found = first
    for word in words:
        found += _scaled(word)
    return found + len(lanes) + lanes[1]

@kernel
def _scaled(word):
    return word * STEP

@kernel
def doubled(words, out):
    for row in range(words.shape[0]):
        for column in range(words.shape[1]):
            out[row, column] = words[row, column] * 2

def told():
    out = np.zeros((2, 2), np.int64)
    doubled(np.arange(8).reshape(2, 4)[:, ::2], out)
    print(total(np.arange(5), (1, 7), 3, np.uint64(2**64 - 1)), out.tolist(), 'numba' in sys.modules)
"""
RIGHT = "32 [[0, 4], [8, 12]]"


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., str]:
    (tmp_path / "kernels.py").write_text(KERNELS, encoding="utf-8")

    def run(code: str = "told()", **environment: str) -> str:
        return run_python(
            "-c", f"from kernels import *; {code}", cwd=tmp_path,
            environment={"NUMBA_CACHE_DIR": str(tmp_path / "kept"), **environment},
        ).strip()  # fmt: skip

    return run


def files(tmp_path: Path) -> dict[str, Path]:
    return {path.name.partition("-")[0]: path for path in (tmp_path / "kept").glob("*.kernel")}


def test_kept_code_needs_no_compiler(run: Callable[..., str], tmp_path: Path) -> None:
    assert run() == f"{RIGHT} True"
    assert set(files(tmp_path)) == {"kernels.total", "kernels.doubled"}
    assert run() == f"{RIGHT} False"


def test_a_changed_file_is_not_run_but_made_anew(run: Callable[..., str], tmp_path: Path) -> None:
    run()
    path = files(tmp_path)["kernels.total"]
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    assert run() == f"{RIGHT} True"
    assert run() == f"{RIGHT} False"


def test_kept_code_is_whole_and_has_its_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One bit of the digest, the key or the code, a part of the file, or another key: none is read."""
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    key, code = kept.key_of(b"one"), b"symbol none\n" + bytes(300)
    kept.write("source.py", "name", key, code)
    assert kept.read("source.py", "name", key) == code
    assert kept.read("source.py", "name", kept.key_of(b"another")) is None
    whole = (tmp_path / "name").read_bytes()
    for place in range(len(whole)):
        (tmp_path / "name").write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert kept.read("source.py", "name", key) is None
    for size in (0, 31, 32, 63, 64, 100, len(whole) - 1):
        (tmp_path / "name").write_bytes(whole[:size])
        assert kept.read("source.py", "name", key) is None


def test_another_source_or_machine_has_its_own_code(run: Callable[..., str], tmp_path: Path) -> None:
    run()
    # Of another length, too: within one second Python would take a source of the same length for unchanged.
    (tmp_path / "kernels.py").write_text(KERNELS.replace("STEP = 2", "STEP = 1 + 2"), encoding="utf-8")
    assert run() == "42 [[0, 4], [8, 12]] True"
    other = "from llvmlite import binding; binding.get_host_cpu_name = lambda: 'another'; told()"
    assert run(other) == "42 [[0, 4], [8, 12]] True"


def test_numba_does_it_where_code_cannot_be_kept_in_this_form(run: Callable[..., str], tmp_path: Path) -> None:
    assert run(NUMBA_DEBUGINFO="0") == f"{RIGHT} True"
    assert not files(tmp_path)
    another = "from privshare.secure.psi.kernels import native; native._IR[native._NUMBER] = 'i32'; told()"
    assert run(another) == f"{RIGHT} True"
    assert not files(tmp_path)


def test_a_folder_that_cannot_be_written_costs_time_only(run: Callable[..., str], tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("a file where the folder should be")
    assert run() == f"{RIGHT} True"


def test_a_key_tells_its_parts_apart() -> None:
    assert kept.key_of(b"ab", b"c") != kept.key_of(b"a", b"bc") != kept.key_of(b"a", b"b", b"c")


def test_a_store_into_what_is_read_only_is_not_compiled() -> None:
    @kernel
    def overwrite(words: np.ndarray) -> None:
        words[0] = 1

    fixed = np.frombuffer(bytes(8), np.uint64)
    with pytest.raises(Exception, match=r"(?i)readonly|immutable|cannot store|modify"):
        overwrite(fixed)
    assert fixed[0] == 0


@pytest.mark.parametrize(
    "argument", [1.5, "text", None, [1], (1, 2.5), True, np.uint32(1), np.zeros(9, np.uint8)[1:].view(np.uint64)]
)
def test_what_is_no_number_or_array_is_refused(argument: object) -> None:
    with pytest.raises(TypeError, match="a kernel takes"):
        form_of(argument)


def test_a_kernel_depends_on_its_own_file_only() -> None:
    """Else its kept code would not be made anew when another file changes."""
    folder = ROOT / "privshare" / "secure" / "psi" / "kernels"
    paths = [path for path in folder.glob("*.py") if "kernels.compiled import kernel" in path.read_text("utf-8")]
    assert len(paths) > 5
    for path in paths:
        nodes = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.ImportFrom)]
        ours = {
            (node.module, alias.name) for node in nodes for alias in node.names if "privshare" in (node.module or "")
        }
        assert ours <= {
            ("privshare.secure.psi.kernels.compiled", "kernel"), ("privshare.errors", "ParameterRefused"),
        }, path  # fmt: skip
