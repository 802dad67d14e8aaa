"""pipeline-dp on its local backend: epsilon 0.5 a metric, one person bounded in groups and in rows a group."""

from told import Clock, Work

clock = Clock()

import pandas as pd
import pipeline_dp

clock.imported()


def release(work: Work) -> dict[str, tuple[float, float]]:
    """Return key -> count and sum."""
    frame = pd.read_parquet(work.table)
    rows = list(zip(frame["uid"].tolist(), frame["key"].tolist(), frame["val"].tolist(), strict=True))
    accountant = pipeline_dp.NaiveBudgetAccountant(total_epsilon=1.0, total_delta=1e-10)
    engine = pipeline_dp.DPEngine(accountant, pipeline_dp.LocalBackend())
    asked = pipeline_dp.AggregateParams(
        metrics=[pipeline_dp.Metrics.COUNT, pipeline_dp.Metrics.SUM],
        noise_kind=pipeline_dp.NoiseKind.LAPLACE,
        max_partitions_contributed=work.groups,
        max_contributions_per_partition=work.rows_a_group,
        min_value=0,
        max_value=100,
    )
    extractors = pipeline_dp.DataExtractors(
        privacy_id_extractor=lambda row: row[0],
        partition_extractor=lambda row: row[1],
        value_extractor=lambda row: row[2],
    )
    answer = engine.aggregate(rows, asked, extractors, public_partitions=list(work.keys))
    accountant.compute_budgets()
    return {key: (metrics.count, metrics.sum) for key, metrics in answer}


clock.tell(release, ("pipeline-dp", "pandas"))
