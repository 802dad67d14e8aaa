"""Charts as Vega-Lite specs over the tables in `tables.py`.

Fixed meanings everywhere: truth is a black line, protected a blue dot, the
attacker a vermillion diamond; never colour alone, always shape and label.
Colours are those of Okabe and Ito that keep 3:1 on white (WCAG 2.2, 1.4.11).
Forms: intervals for a rate, quantile dotplots for noise (Kay et al. 2016;
Fernandes et al. 2018), a rate beside its baseline for an attack.
"""

from __future__ import annotations

import math
import textwrap
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from privshare.model.party import PartyId
from privshare.report.figures import epsilon, label
from privshare.report.sentences import Sentences
from privshare.report.svg import draw
from privshare.report.tables import Data
from privshare.scenario.outcome import BudgetLine

BLUE, VERMILLION, BLACK, GREY = "#0072B2", "#D55E00", "#000000", "#6b6b6b"
SIGNED = "datum.value ? format(datum.value, '+,d') : '0'"
WIDE = 1000
"""Noise from which only three numbers fit under a picture of it."""
Spec = dict[str, Any]


def _values(data: Data, names: Sequence[str]) -> Spec:
    return {"values": [dict(zip(names, row, strict=True)) for row in data.rows]}


def _ticks(top: float) -> list[float]:
    """Return about five round ticks from 0 that cover top, so that two panels share one scale."""
    rough = max(top, 1e-9) / 5
    unit = 10.0 ** math.floor(math.log10(rough))
    step = next(unit * factor for factor in (1, 2, 2.5, 5, 10) if unit * factor >= rough)
    return [step * number for number in range(math.ceil(top / step) + 1)]


def _around(reach: int) -> list[int]:
    """Return round ticks around 0, far enough inside -reach to reach that no label is cut off or meets the next.

    >>> _around(18), _around(3000), _around(1)
    ([-10, -5, 0, 5, 10], [-2000, 0, 2000], [-1, 0, 1])
    """
    each = 1 if reach >= WIDE or reach < 2 else 2
    wanted = max(1.0, 0.9 * reach / each if each > 1 else 0.7 * reach)
    unit = 10 ** math.floor(math.log10(wanted))
    step = next(unit * factor for factor in (5, 2, 1) if unit * factor <= wanted)
    return [step * number for number in range(-each, each + 1)]


def _quantity(field: str, title: str | None, top: float, **axis: Any) -> Spec:
    ticks = _ticks(top)
    return {
        "field": field, "type": "quantitative", "title": title,
        "scale": {"domain": [0, ticks[-1]], "nice": False, "clamp": True}, "axis": {"values": ticks, **axis},
    }  # fmt: skip


def _bands(title: str | None, **axis: Any) -> Spec:
    return {"field": "along", "type": "ordinal", "sort": None, "title": title, "axis": {"ticks": False, **axis}}


def _interval_and_dot(rate: Spec, *, dot: int, width: float) -> list[Spec]:
    return [
        {"mark": {"type": "rule", "color": BLUE, "strokeWidth": width},
         "encoding": {"y": {**rate, "field": "low"}, "y2": {"field": "high"}}},
        {"mark": {"type": "point", "shape": "circle", "filled": True, "opacity": 1, "color": BLUE, "size": dot},
         "encoding": {"y": rate}},
    ]  # fmt: skip


def answer_chart(data: Data, say: Sentences) -> Markup:
    """Draw the published rate of each band with its interval. data: `tables.band_table`."""
    along, people, total = (label(name) for name in data.columns[:3])
    rows = _values(data, ("along", "people", "total", "rate", "low", "high"))
    top = max(row["high"] for row in rows["values"])
    rate = _quantity("rate", say.say("axis.rate", total=total, people=people), top)
    spec: Spec = {
        "data": rows, "width": 440, "height": 262,
        "encoding": {"x": _bands(along, labelAngle=0)},
        "layer": [
            *_interval_and_dot(rate, dot=190, width=3.5),
            {"mark": {"type": "text", "align": "left", "dx": 12, "fontSize": 17, "fontWeight": "bold"},
             "encoding": {"y": rate, "text": {"field": "rate", "format": ".1f"}}},
        ],
    }  # fmt: skip
    return draw(spec, id="chart-answer", title=say.say("chart.answer.title", along=along, total=total))


def _facets(layers: list[Spec], rows: Spec, *, along: str, across: bool) -> Spec:
    unit: Spec = {
        "width": 138, "height": 92, "layer": layers,
        "encoding": {"x": _bands(None, labelAngle=-40, labelFontSize=12, labelOverlap=False)},
    }  # fmt: skip
    if not across:
        return {"data": rows, **unit, "width": 320, "height": 240, "encoding": {"x": _bands(along, labelAngle=0)}}
    order = list(dict.fromkeys(row["across"] for row in rows["values"]))
    return {
        "data": rows, "columns": 2, "spacing": {"row": 14, "column": 14}, "spec": unit,
        "facet": {"field": "across", "type": "nominal", "title": None, "sort": order},
    }  # fmt: skip


def truth_chart(data: Data, say: Sentences, *, top: float) -> Markup:
    """Draw the exact rate of each cell as black lines. data: `tables.true_rate_table`. top: end of the scale."""
    across = len(data.columns) == 5
    keys = ("across", "along") if across else ("along",)
    rate = _quantity("rate", None, top)
    layers = [{"mark": {"type": "line", "color": BLACK, "strokeWidth": 2.5}, "encoding": {"y": rate}}]
    rows = _values(data, (*keys, "people", "total", "rate"))
    spec = _facets(layers, rows, along=label(data.columns[len(keys) - 1]), across=across)
    return draw(spec, id="chart-truth", title=say.say("chart.truth.title"))


def protected_chart(data: Data, hidden: Sequence[tuple[str, ...]], say: Sentences, *, top: float) -> Markup:
    """Draw the published rate of each cell; suppressed cells get a cross on the ground line.

    data: `tables.cell_table`. hidden: keys of suppressed cells.
    """
    across = len(data.columns) == 7
    keys = ("across", "along") if across else ("along",)
    rows = _values(data, (*keys, "people", "total", "rate", "low", "high"))
    rows["values"] += [{**dict(zip(keys, key, strict=True)), "gone": 0} for key in hidden]
    rate = _quantity("rate", None, top)
    cross = {"type": "point", "shape": "M-1,-1L1,1M-1,1L1,-1", "color": GREY, "strokeWidth": 2, "size": 60}
    layers = [
        *_interval_and_dot(rate, dot=75, width=2),
        {"mark": cross, "transform": [{"filter": "isValid(datum.gone)"}], "encoding": {"y": {**rate, "field": "gone"}}},
    ]
    spec = _facets(layers, rows, along=label(data.columns[len(keys) - 1]), across=across)
    return draw(spec, id="chart-protected", title=say.say("chart.protected.title"))


def attack_chart(data: Data, say: Sentences, *, id: str, width: int) -> Markup:
    """Draw each attack's success rate as a diamond beside guessing and the ceiling. data: `tables.attack_table`."""
    rows = _values(data, ("attack", "against", "attempts", "successes", "rate", "low", "high", "baseline", "ceiling"))
    for number, row in enumerate(rows["values"]):
        told = say.say("chart.attacks.row", attack=label(row["attack"]), against=row["against"])
        row |= {"row": number, "told": textwrap.wrap(told, width // 7)}
    lines = max(len(row["told"]) for row in rows["values"])
    x: Spec = {
        "type": "quantitative", "title": say.say("axis.success"), "scale": {"domain": [0, 1]},
        "axis": {"format": "%", "values": [0, 0.25, 0.5, 0.75, 1], "labelFlush": False},
    }  # fmt: skip
    tick = {"type": "tick", "thickness": 3, "size": 26}
    spec: Spec = {
        "data": rows, "width": width, "height": {"step": 58 + 17 * lines},
        "padding": {"left": 14, "right": 22, "top": 2, "bottom": 2},
        "encoding": {"y": {"field": "row", "type": "nominal", "title": None, "axis": None}},
        "layer": [
            {"mark": {"type": "text", "align": "left", "baseline": "bottom", "dy": -19, "dx": -10, "lineHeight": 17},
             "encoding": {"text": {"field": "told"}, "x": {"value": 0}}},
            {"mark": {"type": "rule", "color": VERMILLION, "strokeWidth": 3},
             "encoding": {"x": {**x, "field": "low"}, "x2": {"field": "high"}}},
            {"mark": {**tick, "color": BLACK}, "encoding": {"x": {**x, "field": "baseline"}}},
            {"mark": {"type": "point", "shape": "stroke", "angle": 90, "size": 700, "strokeWidth": 2.5, "color": BLACK,
                      "strokeDash": [3, 3]},
             "transform": [{"filter": "isValid(datum.ceiling)"}], "encoding": {"x": {**x, "field": "ceiling"}}},
            {"mark": {"type": "point", "shape": "diamond", "filled": True, "opacity": 1, "size": 190,
                      "color": VERMILLION},
             "encoding": {"x": {**x, "field": "rate"}}},
        ],
    }  # fmt: skip
    return draw(spec, id=id, title=say.say("chart.attacks.title"))


def budget_chart(lines: Sequence[BudgetLine], names: Mapping[PartyId, str], say: Sentences) -> Markup:
    """Draw spent (filled) and left (outlined) of each licence. names: party id -> name for people."""
    values = [
        {
            "told": say.say(
                "chart.budget.row", holder=names.get(line.holder, line.holder), purpose=label(line.purpose)
            ),
            "cap": line.cap_micro / 1e6, "spent": line.spent_micro / 1e6,
            "shown": say.say("chart.budget.spent", spent=epsilon(line.spent_micro), cap=epsilon(line.cap_micro)),
            "row": number,
        }
        for number, line in enumerate(lines)
    ]  # fmt: skip
    x: Spec = {
        "type": "quantitative", "title": say.say("axis.epsilon"), "axis": {"tickCount": 5, "format": "~g"},
        "scale": {"domain": [0, max(line.cap_micro for line in lines) / 1e6]},
    }  # fmt: skip
    spec: Spec = {
        "data": {"values": values}, "width": 600, "height": {"step": 62},
        "encoding": {"y": {"field": "row", "type": "nominal", "title": None, "axis": None}},
        "layer": [
            {"mark": {"type": "bar", "height": 20, "fill": "#ffffff", "stroke": BLUE, "strokeWidth": 1.5},
             "encoding": {"x": {**x, "field": "cap"}}},
            {"mark": {"type": "bar", "height": 20, "fill": BLUE}, "encoding": {"x": {**x, "field": "spent"}}},
            {"mark": {"type": "text", "align": "left", "baseline": "bottom", "dy": -13},
             "encoding": {"text": {"field": "told"}, "x": {"value": 0}}},
            {"mark": {"type": "text", "align": "right", "baseline": "bottom", "dy": -13},
             "encoding": {"text": {"field": "shown"}, "x": {"value": 600}}},
        ],
    }  # fmt: skip
    return draw(spec, id="chart-budget", title=say.say("chart.budget.title"))


def noise_chart(draws: Sequence[int], say: Sentences, *, id: str, measure: str) -> Markup:
    """Draw 20 equally likely noises as stacked dots around the exact value. draws: whole numbers."""
    reach = max(1, *(abs(value) for value in draws))
    step = max(1, math.ceil(2 * reach / 26))
    seen: Counter[int] = Counter()
    values = []
    for value in sorted(draws):
        place = math.floor(value / step + 0.5) * step
        seen[place] += 1
        values.append({"place": place, "level": seen[place] - 0.5})
    levels = max(seen.values())
    x: Spec = {
        "type": "quantitative", "title": say.say("axis.noise"),
        "axis": {"grid": False, "labelExpr": SIGNED, "labelFlush": False, "values": _around(reach)},
        "scale": {"domain": [-reach - step, reach + step], "nice": False},
    }  # fmt: skip
    spec: Spec = {
        "width": 320, "height": 13 * max(4, levels),
        "layer": [
            {"data": {"values": [{"place": 0}]}, "mark": {"type": "rule", "color": BLACK, "strokeWidth": 2},
             "encoding": {"x": {**x, "field": "place"}}},
            {"data": {"values": values}, "mark": {"type": "circle", "color": BLUE, "size": 95, "opacity": 1},
             "encoding": {"x": {**x, "field": "place"},
                          "y": {"field": "level", "type": "quantitative", "axis": None,
                                "scale": {"domain": [0, max(4, levels)], "nice": False}}}},
        ],
    }  # fmt: skip
    return draw(spec, id=id, title=say.say("chart.noise.title", measure=measure))
