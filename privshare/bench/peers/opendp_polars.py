"""opendp[polars]: epsilon 1 over a count and a sum, rows of one person bounded in all."""

from told import Clock, Work

clock = Clock()

import opendp.prelude as dp
import polars as pl

clock.imported()


def release(work: Work) -> dict[str, tuple[float, float]]:
    """Return key -> count and sum."""
    dp.enable_features("contrib")
    keys = pl.LazyFrame({"key": list(work.keys)})
    context = dp.Context.compositor(
        data=pl.scan_parquet(work.table),
        privacy_unit=dp.unit_of(contributions=1, identifier=pl.col("uid")),
        privacy_loss=dp.loss_of(epsilon=1.0),
        split_evenly_over=1,
        margins=[
            dp.polars.Margin(max_length=1_000_000_000, max_groups=100),
            dp.polars.Margin(by=["key"], max_length=1_000_000_000, max_groups=100),
        ],
    )
    asked = (
        context.query()
        .truncate_per_group(work.total)
        .group_by("key")
        .agg(dp.len(signed=True).alias("n"), pl.col("val").fill_null(0).dp.sum((0, 100)).alias("s"))
        .with_keys(keys)
    )
    rows = asked.release().collect()
    return {key: (n, s) for key, n, s in rows.select("key", "n", "s").iter_rows()}


clock.tell(release, ("opendp", "polars"))
