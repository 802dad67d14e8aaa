"""A long command sets its own process up, and only that: whoever imports the package finds nothing changed."""

from __future__ import annotations

import subprocess
import sys

NAMES = "OPENBLAS_NUM_THREADS", "NUMPY_MADVISE_HUGEPAGE"
TOLD = f"import gc, os; print(gc.get_threshold()[0] >= 100_000, *map(os.environ.get, {NAMES}))"


def _told(first: str) -> str:
    run = [sys.executable, "-c", f"{first}\n{TOLD}"]
    environment = {"PATH": "", "PYTHONPATH": ":".join(sys.path)}
    return subprocess.run(run, env=environment, capture_output=True, text=True, check=True).stdout.strip()


def test_only_a_command_sets_its_process_up() -> None:
    assert _told("from privshare.cli.process import prepare; prepare()") == "True 1 0"
    assert _told("import privshare, privshare.cli, privshare.cli.link, privshare.cli.party") == "False None None"


def test_another_c_library_is_left_alone() -> None:
    """On a library without mallopt the other settings still hold."""
    absent = "import ctypes; ctypes.CDLL = lambda name: object()"
    assert _told(f"{absent}\nfrom privshare.cli.process import prepare; prepare()") == "True 1 0"
