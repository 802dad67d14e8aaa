"""The pictures of a comparison: risk beside utility, attacks under their ceiling, cost as people grow more.

Meanings are those of `report/charts.py`: the attacker a vermillion diamond,
the ceiling a dashed black line, what is published blue. Never colour alone.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from privshare.report.charts import BLACK, BLUE, GREY, VERMILLION
from privshare.report.comparison.facts import ComparisonFacts, MeasuredCell
from privshare.report.comparison.panels import Line
from privshare.report.sentences import Sentences
from privshare.report.svg import draw

Spec = dict[str, Any]
NEAR = 0.03
"""Points nearer to each other than this share of the picture stand together under one label."""
_ERROR_TICKS = (0, 1, 3, 10, 30, 100, 300, 1000, 3000, 10_000, 30_000, 100_000)


def frontier_chart(lines: Sequence[Line], say: Sentences) -> Markup | None:
    """Draw each row's error and the gain of the worst attack on it; those that nothing beats are filled and joined."""
    placed = [line for line in lines if line.facts.worst_gain is not None]
    if not placed:
        return None
    reach = max(line.facts.utility.mean_error for line in placed)
    top = next((tick for tick in _ERROR_TICKS if tick >= reach), _ERROR_TICKS[-1]) or 1
    x: Spec = {
        "field": "error", "type": "quantitative", "title": say.say("axis.error"),
        "scale": {"type": "symlog", "constant": 1, "domain": [0, top], "nice": False},
        "axis": {"values": [tick for tick in _ERROR_TICKS if tick <= top], "format": ",d", "labelFlush": False},
    }  # fmt: skip
    y: Spec = {
        "field": "gain", "type": "quantitative", "title": say.say("axis.gain"), "scale": {"domain": [0, 1]},
        "axis": {"format": "%", "values": [0, 0.25, 0.5, 0.75, 1]},
    }  # fmt: skip
    best = {"filter": "datum.best"}
    spec: Spec = {
        "data": {"values": _points(placed, top)}, "width": 560, "height": 380,
        "padding": {"left": 4, "right": 30, "top": 20, "bottom": 4},
        "encoding": {"x": x, "y": y},
        "layer": [
            {"mark": {"type": "line", "interpolate": "step-after", "color": BLUE, "strokeWidth": 2},
             "transform": [best]},
            {"mark": {"type": "point", "shape": "square", "filled": False, "opacity": 1, "color": GREY, "size": 90,
                      "strokeWidth": 2}, "transform": [{"filter": "!datum.best"}]},
            {"mark": {"type": "point", "shape": "circle", "filled": True, "opacity": 1, "color": BLUE, "size": 160},
             "transform": [best]},
            {"mark": {"type": "text", "align": "left", "dx": 10, "dy": -9, "fontSize": 14, "fontWeight": "bold"},
             "encoding": {"text": {"field": "label"}}},
        ],
    }  # fmt: skip
    return draw(spec, id="chart-frontier", title=say.say("compare.frontier_title"))


def _points(lines: Sequence[Line], top: float) -> list[Spec]:
    """Return one value a line; of points that all but coincide, one carries the numbers of all."""
    groups: list[tuple[tuple[float, float], list[int]]] = []
    values: list[Spec] = []
    for line in lines:
        error, gain = line.facts.utility.mean_error, line.facts.worst_gain or 0.0
        where = (math.log1p(error) / math.log1p(top), gain)
        near = next((numbers for place, numbers in groups if math.dist(place, where) < NEAR), None)
        numbers = near if near is not None else []
        numbers.append(line.number)
        if near is None:
            groups.append((where, numbers))
        values.append({"error": error, "gain": gain, "best": line.facts.on_frontier, "numbers": numbers})
    labelled = {id(numbers): numbers for _, numbers in groups}
    for value in values:  # the first point of a group carries the numbers of all
        value["label"] = _ranges(labelled.pop(id(value.pop("numbers")), ()))
    return values


def _ranges(numbers: Sequence[int]) -> str:
    """Return numbers in ascending order as a short text.

    >>> _ranges([1, 2, 3, 7, 9, 10])
    '1–3, 7, 9–10'
    """
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs)


def ceiling_chart(facts: ComparisonFacts, technique: str, *, id: str, title: str) -> Markup | None:
    """Draw, over epsilon, the success of each attack that has a ceiling; None where the sweep has one epsilon only."""
    titles = {attack.attack: attack.title for attack in facts.attacks}
    values: list[Spec] = [
        {
            "epsilon": cell.epsilon, "attack": titles[cell.attack], "success": cell.success, "low": cell.interval[0],
            "high": cell.interval[1], "ceiling": cell.ceiling, "baseline": cell.baseline,
        }
        for cell in facts.cells
        if isinstance(cell, MeasuredCell) and cell.technique == technique and cell.ceiling is not None and cell.attempts
    ]  # fmt: skip
    epsilons = sorted({value["epsilon"] for value in values if value["epsilon"] is not None})
    if len(epsilons) < 2:
        return None
    x: Spec = {
        "field": "epsilon", "type": "quantitative", "title": None,
        "scale": {"type": "log", "domain": [epsilons[0] / 1.4, epsilons[-1] * 1.4], "nice": False},
        "axis": {"values": epsilons, "format": "~g", "labelOverlap": True, "tickSize": 4},
    }  # fmt: skip
    y: Spec = {
        "type": "quantitative", "title": None, "scale": {"domain": [0.3, 1], "clamp": True},
        "axis": {"format": "%", "values": [0.3, 0.5, 0.75, 1]},
    }  # fmt: skip
    unit: Spec = {
        "width": 190, "height": 150, "encoding": {"x": x},
        "layer": [
            {"mark": {"type": "line", "color": GREY, "strokeWidth": 1.5},
             "encoding": {"y": {**y, "field": "baseline"}}},
            {"mark": {"type": "line", "color": BLACK, "strokeWidth": 2, "strokeDash": [4, 3]},
             "encoding": {"y": {**y, "field": "ceiling"}}},
            {"mark": {"type": "rule", "color": VERMILLION, "strokeWidth": 2.5},
             "encoding": {"y": {**y, "field": "low"}, "y2": {"field": "high"}}},
            {"mark": {"type": "point", "shape": "diamond", "filled": True, "opacity": 1, "size": 100,
                      "color": VERMILLION}, "encoding": {"y": {**y, "field": "success"}}},
        ],
    }  # fmt: skip
    return _panels(values, "attack", unit, columns=4, id=id, title=title)


def growth_chart(facts: ComparisonFacts, say: Sentences) -> Markup | None:
    """Draw, over the number of people, how long each technique took to protect them; None with one size only."""
    values: list[Spec] = [
        {"technique": one.technique, "people": one.people, "seconds": max(one.seconds, 1e-5)} for one in facts.growth
    ]
    sizes = sorted({one.people for one in facts.growth})
    if len(sizes) < 2:
        return None
    low = math.floor(math.log10(min(value["seconds"] for value in values)))
    high = math.ceil(math.log10(max(value["seconds"] for value in values)))
    seconds = [10.0**power for power in range(low, max(high, low + 1) + 1)]
    x: Spec = {
        "field": "people", "type": "quantitative", "title": None,
        "scale": {"type": "log", "domain": [sizes[0] / 1.3, sizes[-1] * 1.3], "nice": False},
        "axis": {"values": sizes, "format": "~s", "labelOverlap": True},
    }  # fmt: skip
    y: Spec = {
        "field": "seconds", "type": "quantitative", "title": None,
        "scale": {"type": "log", "domain": [seconds[0], seconds[-1]], "nice": False},
        "axis": {"values": seconds, "format": "~g", "labelOverlap": True},
    }  # fmt: skip
    unit: Spec = {
        "width": 190, "height": 100, "encoding": {"x": x, "y": y},
        "layer": [
            {"mark": {"type": "line", "color": BLUE, "strokeWidth": 2}},
            {"mark": {"type": "point", "shape": "circle", "filled": True, "opacity": 1, "color": BLUE, "size": 60}},
        ],
    }  # fmt: skip
    return _panels(values, "technique", unit, columns=4, id="chart-growth", title=say.say("compare.growth_title"))


def _panels(values: list[Spec], by: str, unit: Spec, *, columns: int, id: str, title: str) -> Markup:
    order = list(dict.fromkeys(value[by] for value in values))
    spec: Spec = {
        "data": {"values": values}, "columns": columns, "spacing": {"row": 16, "column": 22}, "spec": unit,
        "facet": {"field": by, "type": "nominal", "title": None, "sort": order, "header": {"labelLimit": 230}},
    }  # fmt: skip
    return draw(spec, id=id, title=title)
