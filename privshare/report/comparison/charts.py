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
from privshare.report.comparison.labelling import HEIGHT, WIDTH, labels_of
from privshare.report.comparison.panels import Line
from privshare.report.sentences import Sentences
from privshare.report.svg import draw

Spec = dict[str, Any]
_ERROR_TICKS = (0, 1, 3, 10, 30, 100, 300, 1000, 3000, 10_000, 30_000, 100_000)


def frontier_chart(lines: Sequence[Line], say: Sentences) -> Markup | None:
    """Draw each row's error and the gain of the worst attack on it; those that nothing beats are filled and joined."""
    placed = [line for line in lines if line.facts.worst_gain is not None]
    if not placed:
        return None
    reach = max(line.facts.utility.mean_error for line in placed)
    top = next((tick for tick in _ERROR_TICKS if tick >= max(1, reach)), _ERROR_TICKS[-1])
    x: Spec = {
        "field": "error", "type": "quantitative", "title": say.say("axis.error"),
        "scale": {"type": "symlog", "constant": 1, "domain": [0, top], "nice": False},
        "axis": {"values": [tick for tick in _ERROR_TICKS if tick <= top], "format": ",d", "labelFlush": False},
    }  # fmt: skip
    y: Spec = {
        "field": "gain", "type": "quantitative", "title": say.say("axis.gain"), "scale": {"domain": [0, 1]},
        "axis": {"format": "%", "values": [0, 0.25, 0.5, 0.75, 1]},
    }  # fmt: skip
    best, xy = {"filter": "datum.best"}, {"x": x, "y": y}
    values = [
        {"error": line.facts.utility.mean_error, "gain": line.facts.worst_gain, "best": line.facts.on_frontier}
        for line in placed
    ]
    texts = [{"told": label.told, "across": label.across, "down": label.down} for label in labels_of(placed, top)]
    spec: Spec = {
        "data": {"values": values}, "width": WIDTH, "height": HEIGHT,
        "padding": {"left": 4, "right": 40, "top": 30, "bottom": 4},
        "layer": [
            {"mark": {"type": "line", "interpolate": "step-after", "color": BLUE, "strokeWidth": 2},
             "transform": [best], "encoding": xy},
            {"mark": {"type": "point", "shape": "square", "filled": False, "opacity": 1, "color": GREY, "size": 90,
                      "strokeWidth": 2}, "transform": [{"filter": "!datum.best"}], "encoding": xy},
            {"mark": {"type": "point", "shape": "circle", "filled": True, "opacity": 1, "color": BLUE, "size": 150},
             "transform": [best], "encoding": xy},
            {"mark": {"type": "text", "align": "left", "baseline": "middle", "fontWeight": "bold"},
             "data": {"values": texts},
             "encoding": {"text": {"field": "told"}, "x": _pixels("across"), "y": _pixels("down")}},
        ],
    }  # fmt: skip
    return draw(spec, id="chart-frontier", title=say.say("compare.frontier_title"))


def _pixels(field: str) -> Spec:
    return {"field": field, "type": "quantitative", "scale": None, "axis": None}


def ceiling_chart(facts: ComparisonFacts, technique: str, *, id: str, title: str) -> Markup | None:
    """Draw, over epsilon, the success of each attack that has a ceiling; None where the sweep has one epsilon only."""
    values: list[Spec] = [
        {
            "epsilon": cell.epsilon, "attack": cell.attack, "success": cell.success, "low": cell.interval[0],
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
        "width": 215, "height": 150, "encoding": {"x": x},
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
        "width": 205, "height": 100, "encoding": {"x": x, "y": y},
        "layer": [
            {"mark": {"type": "line", "color": BLUE, "strokeWidth": 2}},
            {"mark": {"type": "point", "shape": "circle", "filled": True, "opacity": 1, "color": BLUE, "size": 60}},
        ],
    }  # fmt: skip
    return _panels(values, "technique", unit, columns=4, id="chart-growth", title=say.say("compare.growth_title"))


def _panels(values: list[Spec], by: str, unit: Spec, *, columns: int, id: str, title: str) -> Markup:
    order = list(dict.fromkeys(value[by] for value in values))
    spec: Spec = {
        "data": {"values": values}, "columns": columns,
        "padding": {"left": 12, "right": 30, "top": 2, "bottom": 2}, "spacing": {"row": 16, "column": 22}, "spec": unit,
        "facet": {"field": by, "type": "nominal", "title": None, "sort": order, "header": {"labelLimit": 230}},
    }  # fmt: skip
    return draw(spec, id=id, title=title)
