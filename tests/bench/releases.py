"""A comparison of made-up figures, for the tests of what is written down of one."""

from __future__ import annotations

from pathlib import Path

from privshare.bench.machine import Machine
from privshare.bench.process import Series
from privshare.bench.release.data import Data, Shape
from privshare.bench.release.figures import CORE, VERB, Comparison, Row

MACHINE = Machine("Abacus 9", 4, 15.6, "Linux", "3.11.7", "2026-11-24", 0.25)
BOUND = "50 rows in all, chosen by the library"


def row(name: str, *work: float, noise: bool = True, error: float = 0.03) -> Row:
    """Return a contestant with these seconds of work, and imports of a second before them."""
    return Row(
        name,
        BOUND,
        (("package", "1.2.3"),),
        noise,
        whole=Series(tuple(1 + seconds for seconds in work)),
        imports=Series((1.0,) * len(work)),
        start=None,
        work=Series(work),
        cpu=Series((2.5,) * len(work)),
        peak=Series((300.0,) * len(work)),
        count_error=Series((error,) * len(work)),
        sum_error=Series((2 * error,) * len(work)),
    )


def comparison(*rows: Row, asked: int = 1_000_000) -> Comparison:
    """Return a comparison of these rows; by default of ours, a slower peer, one without noise and one with a fault."""
    few = (
        row(CORE, 0.2, 0.25, 0.3),
        row(VERB, 1.2, 1.5, 1.3),
        row("slow", 2.5, 2.0, 3.0, error=0.2),
        row("bare", 0.1, 0.1, 0.1, noise=False),
        Row("absent", "", fault="it needs a JDK, and there is no java here"),
    )
    return Comparison(
        data=Data(Path("visits.parquet"), Path("keys.csv"), asked, asked // 10, 7),
        shape=Shape(asked, 91_234, 10.96, 85.0, 1_450, 9_000_000),
        machine=MACHINE,
        load_after=1.5,
        runs=3,
        rows=rows or few,
        hindsight=(100, 0.021),
    )
