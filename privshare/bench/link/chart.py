"""Growth as one picture: seconds, bytes and memory by rows a side, both axes in powers, each contestant a shape."""

from __future__ import annotations

from typing import Any

from privshare.bench.link.growth import Growth, GrowthPoint
from privshare.report.charts import BLUE, GREY, VERMILLION
from privshare.report.svg import FONT, draw

GREEN = "#009E73"
SHAPES = ("circle", "diamond", "triangle-up", "square")
COLOURS = (BLUE, VERMILLION, GREEN, GREY)
"""Of Okabe and Ito, as in the reports; the shape says the same, so that no reader needs the colour."""
PANELS = ("wall s", "wall s, thin link", "CPU s, all parties", "CPU µs a row", "MB sent", "peak MiB a party")
FLAT = "CPU µs a row"
"""The panel in which proportion is a level line."""


def growth_chart(found: Growth) -> str:
    """Return the chart as an SVG document. Dashed: in proportion to the rows, through the first's last point."""
    first = found.of(found.names[0])[-1]
    values = [
        {"who": point.name, "rows": point.rows, "panel": panel, "value": figure}
        for point in found.points
        for panel, figure in zip(PANELS, _figures(point), strict=True)
        if figure is not None
    ]
    values += [
        {"rows": size, "panel": panel, "proportional": figure * (1 if panel == FLAT else size / first.rows)}
        for panel, figure in zip(PANELS, _figures(first), strict=True)
        if figure is not None
        for size in {point.rows for point in found.points if point.rows * 64 >= first.rows}
    ]
    who: dict[str, Any] = {
        "field": "who", "type": "nominal", "sort": list(found.names), "title": None,
        "scale": {"domain": list(found.names), "range": list(SHAPES[: len(found.names)])},
        "legend": {"orient": "top", "columns": 1, "labelLimit": 400, "labelFontSize": 13},
    }  # fmt: skip
    colour = {**who, "scale": {"domain": list(found.names), "range": list(COLOURS[: len(found.names)])}}
    across = {
        "field": "rows", "type": "quantitative", "title": "rows a side",
        "scale": {"type": "log", "base": 2, "nice": False},
        "axis": {"values": sorted({point.rows for point in found.points})[::2], "labelExpr": _POWER, "grid": False},
    }  # fmt: skip
    up = {"type": "quantitative", "title": None, "scale": {"type": "log"}, "axis": {"tickCount": 4, "format": "~g"}}
    spec: dict[str, Any] = {
        "data": {"values": values}, "columns": 2, "spacing": 24,
        "facet": {"field": "panel", "type": "nominal", "title": None, "sort": list(PANELS)},
        "resolve": {"scale": {"y": "independent"}},
        "spec": {
            "width": 270, "height": 190,
            "encoding": {"x": across},
            "layer": [
                {"transform": [{"filter": "isValid(datum.proportional)"}],
                 "mark": {"type": "line", "color": GREY, "strokeDash": [5, 4], "strokeWidth": 1.2},
                 "encoding": {"y": {**up, "field": "proportional"}}},
                {"transform": [{"filter": "isValid(datum.value)"}],
                 "mark": {"type": "line", "strokeWidth": 1.5},
                 "encoding": {"y": {**up, "field": "value"}, "color": colour}},
                {"transform": [{"filter": "isValid(datum.value)"}],
                 "mark": {"type": "point", "filled": True, "opacity": 1, "size": 60},
                 "encoding": {"y": {**up, "field": "value"}, "shape": who, "color": colour}},
            ],
        },
    }  # fmt: skip
    title = "Wall and CPU seconds, bytes sent and peak memory by rows a side, both axes logarithmic"
    drawn = str(draw({**spec, "background": "white"}, id="link-growth", title=title))
    # Alone in a file it has no page around it that would say which letters to use.
    return drawn.replace("<svg ", f'<svg font-family="{FONT}" ', 1) + "\n"


def _figures(point: GrowthPoint) -> tuple[float | None, ...]:
    cpu = point.cpu.median
    return point.wall.median, point.thin, cpu, cpu * 1e6 / point.rows, point.bytes / 1e6, point.peak.median


_POWER = "'2' + {'8': '⁸', '12': '¹²', '16': '¹⁶', '20': '²⁰', '24': '²⁴'}[format(log(datum.value) / log(2), '.0f')]"
