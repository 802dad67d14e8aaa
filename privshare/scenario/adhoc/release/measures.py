"""A request made into measures: which numbers are noised, at which part of the price, and what follows from them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from privshare.errors import ParameterRefused
from privshare.model.loss import MICRO, PrivacyLoss
from privshare.scenario.adhoc.release.request import ReleaseRequest

VALUE_TOP = 8_000_000
"""A bound that is chosen is at most this, and at most a thousand times what one row can add."""


def measures_of(asked: ReleaseRequest) -> list[dict[str, Any]]:
    """Return the measures of the main step, without their prices; the first counts, where groups are to be found."""
    measures: list[dict[str, Any]] = []
    if asked.rows:
        measures.append({"name": "count", "bound": asked.count_bound})
    if asked.people:
        # Without groups a person is counted once, and there is no bound to choose.
        bound = 1 if not asked.by else asked.people_bound
        measures.append({"name": "people", "amount": "people", "bound": bound})
    if asked.value is None or asked.bounds is None:
        return measures
    low, high = asked.bounds
    centre = _centre(asked)
    values = {"column": asked.value, "lower": low, "upper": high, "centre": centre}
    largest = max(abs(low - centre), abs(high - centre), 1)
    if asked.total is not None or asked.mean is not None or asked.variance is not None:
        name = sum_name(asked)
        if asked.total_bound is None:
            _check_reach(name, largest, asked.bounds, "tighter bounds, a bound of your own (--sum-bound)")
        measures.append({"name": name, **values, "bound": asked.total_bound, "bound_max": _top(largest)})
    if asked.variance is not None:
        name = f"squares_{asked.value}"
        _check_reach(name, largest**2, asked.bounds, "tighter bounds")
        measures.append({"name": name, **values, "amount": "squares", "bound_max": _top(largest**2)})
    return measures


def derived_of(asked: ReleaseRequest) -> list[dict[str, Any]]:
    """Return the tables that follow from the main step's measures."""
    derived: list[dict[str, Any]] = []
    if asked.mean is not None:
        derived.append({"name": f"mean_{asked.mean}", "kind": "mean", "measures": ["count", sum_name(asked)]})
    if asked.variance is not None:
        read = ["count", sum_name(asked), f"squares_{asked.variance}"]
        derived.append({"name": f"variance_{asked.variance}", "kind": "variance", "measures": read})
    if asked.top is not None:
        by = "count" if asked.rows else "people" if asked.people else sum_name(asked)
        derived.append({"name": "top", "kind": "top", "measures": [by], "parameters": [asked.top]})
    return derived


def sum_name(asked: ReleaseRequest) -> str:
    """Return the name of the sum: plain where it was asked for, else counted from the middle of the bounds."""
    return f"sum_{asked.value}" if asked.total is not None else f"centred_{asked.value}"


def split_of(loss: PrivacyLoss, measures: int) -> tuple[int, ...]:
    """Return micro-epsilon a measure: equal parts, what is left over to the first.

    >>> split_of(PrivacyLoss(1_000_000), 3)
    (333334, 333333, 333333)
    """
    part, rest = divmod(loss.micro_epsilon, measures)
    return (part + rest, *(part for _ in range(measures - 1)))


def priced(measures: list[dict[str, Any]], micro: tuple[int, ...]) -> list[dict[str, Any]]:
    """Return the measures, each with its price."""
    return [
        {**measure, "epsilon": str(Decimal(price) / MICRO)} for measure, price in zip(measures, micro, strict=True)
    ]


def with_bias(asked: ReleaseRequest, measures: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the measures with the share of their price that goes into their bias; of a lone count of people none."""
    if not asked.bias_share:
        return measures
    return [
        measure if not asked.by and measure.get("amount") == "people" else {**measure, "bias_share": asked.bias_share}
        for measure in measures
    ]


def _centre(asked: ReleaseRequest) -> int:
    # Counting from the middle halves what one row can add; a plain sum was asked for as it is, and serves the mean too.
    return 0 if asked.total is not None or asked.bounds is None else sum(asked.bounds) // 2


def _check_reach(name: str, largest: int, bounds: tuple[int, int], instead: str) -> None:
    """Raise ParameterRefused where a bound is to be chosen, and none that may be reaches what one row can add.

    Nearly everybody could be cut then, and no histogram of the steps up to it would show it.
    """
    if largest > VALUE_TOP:
        given = f"{bounds[0]},{bounds[1]}, of which one row can add {largest} to {name}"
        accepted = f"{instead} or larger units of the column, so that it adds at most {VALUE_TOP}"
        raise ParameterRefused("--bounds", given, accepted)


def _top(largest: int) -> int:
    return max(1, min(largest * 1_000, VALUE_TOP))
