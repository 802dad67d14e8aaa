"""Parts of OpenDP with soundness reports against them that our path does not use: planting a use is caught by the list.

OpenDP issue 2922 is the one that our path does meet; it stands in `noise.py`.
"""

from __future__ import annotations

from tests.faults.planted.planting import Check, Fault, rewritten
from tests.house import test_opendp_subset

LAPLACE = "secure/noise/laplace.py"
LIBRARY = '    dp.enable_features("contrib")\n'
QUERY = "import polars as pl; dp.Context.compositor().query()"
LISTED = Check(test_opendp_subset.test_nothing_of_opendp_is_used_but_what_was_looked_at, told="not on the list")

_USES = (
    (
        2923,
        "OpenDP's sums of squared deviations",
        "rounding moves them by half as much again as the map says; our path squares whole numbers exactly",
        "dp.t.make_sum_of_squared_deviations(dp.vector_domain(dp.atom_domain((0.0, 9.0)), 9), dp.symmetric_distance())",
    ),
    (
        2938,
        "OpenDP's cast that is not strict",
        "an exact count leaves at no price; our path casts nothing in OpenDP",
        f'{QUERY}.select(pl.col("value").cast(pl.Int64, strict=False))',
    ),
    (
        2939,
        "OpenDP's cut of NaN",
        "NaN becomes null, and an exact count leaves at no price; our path makes bins of whole numbers itself",
        f'{QUERY}.select(pl.col("value").cut([18]))',
    ),
    (
        2944,
        "OpenDP's cut by its place",
        "the number of a bin depends on other rows; our path makes bins of whole numbers itself",
        f'{QUERY}.select(pl.col("value").cut([18]).to_physical())',
    ),
    (
        2945,
        "OpenDP's Margin taken for a bound",
        "epsilon is twice what is claimed; our path bounds each person itself and names no Margin",
        "dp.polars.Margin(by=[], max_length=50)",
    ),
    (
        2949,
        "OpenDP's bounded column redefined",
        "a truncated column keeps its bound when it is given new values; our path has no such columns",
        f"{QUERY}.truncate_per_group(1).with_columns(value=pl.lit(9))",
    ),
    (
        2933,
        "OpenDP's amplification by sampling",
        "it holds for one query on a sample and is offered for many; our path never samples",
        "dp.c.make_population_amplification(dp.m.make_laplace, population_size=10**6)",
    ),
)

FAULTS = tuple(
    Fault(name, why, LAPLACE, f"OpenDP issue {number}", rewritten(LAPLACE, LIBRARY, f"{LIBRARY}    {use}\n"), (LISTED,))
    for number, name, why, use in _USES
)
