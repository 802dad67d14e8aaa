"""The small picture of a lab page: how often one attack after the other, or one against each technique, was right.

Meanings are those of `report/charts.py`: the attacker a vermillion diamond, the ceiling black; number and word stand
beside each bar, and everything drawn is told in the description, for who listens.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from privshare.report.charts import BLACK, GREY, VERMILLION
from privshare.report.svg import FONT, draw

Spec = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Bar:
    """One line of a picture. rate, low, high, mark, ceiling: in [0, 1]. mark: what the rate is held against."""

    label: str
    rate: float
    low: float
    high: float
    mark: float
    ceiling: float | None
    word: str

    @property
    def told(self) -> str:
        """The line in words, with the figures of the table beside it."""
        ceiling = "" if self.ceiling is None else f", ceiling {self.ceiling:.2f}"
        return (
            f"{self.label}: {self.rate:.2f} ({self.low:.2f} to {self.high:.2f}), {self.mark:.2f}{ceiling}, {self.word}"
        )


def picture(bars: Sequence[Bar], *, id: str, title: str, mark: str = "guessing") -> str:
    """Return the picture as a file of its own. mark: what Bar.mark is. Where there are no bars, one line says so."""
    key = [f"diamond: share of right guesses; line: 95 % interval; thin grey mark: {mark}"]
    if any(bar.ceiling is not None for bar in bars):
        key.append("thick black mark: ceiling of the stated loss")
    drawn = draw(_spec(bars, title, key), id=id, title=title) if bars else draw(_empty(title), id=id, title=title)
    told = ". ".join((*key, *(bar.told for bar in bars))) if bars else "Nothing in the lab applies."
    text = str(drawn).replace("</title>", f'</title><desc id="{id}-description">{escape(told)}.</desc>', 1)
    text = text.replace("aria-labelledby=", f'aria-describedby="{id}-description" aria-labelledby=', 1)
    # Alone in a file it has no page around it that would say which letters to use.
    return text.replace("<svg ", f'<svg font-family="{FONT}" ', 1) + "\n"


def _empty(title: str) -> Spec:
    return {
        "data": {"values": [{}]}, "width": 460, "height": 30, "background": "white", "title": _title(title, []),
        "mark": {"type": "text"}, "encoding": {"text": {"value": "n/a: nothing that is published can be attacked so"}},
    }  # fmt: skip


def _spec(bars: Sequence[Bar], title: str, key: list[str]) -> Spec:
    values = [
        {
            "label": bar.label, "rate": bar.rate, "low": bar.low, "high": bar.high, "mark": bar.mark,
            "ceiling": bar.ceiling, "none": 0, "told": f"{bar.rate:.2f}  {bar.word}",
        }
        for bar in bars
    ]  # fmt: skip
    y: Spec = {
        "field": "label", "type": "nominal", "title": None, "sort": [bar.label for bar in bars],
        "axis": {"labelLimit": 300, "ticks": False, "domain": False, "labelPadding": 6},
    }  # fmt: skip
    scale: Spec = {"domain": [0, 1]}

    def x(field: str) -> Spec:
        axis = {"format": ".2f", "values": [0, 0.25, 0.5, 0.75, 1]}
        return {"field": field, "type": "quantitative", "title": None, "scale": scale, "axis": axis}

    tick: Spec = {"type": "tick", "thickness": 2, "height": 18, "color": GREY, "opacity": 1}
    return {
        "data": {"values": values}, "width": 320, "height": {"step": 24}, "background": "white",
        # Letters are measured in one font and drawn in whichever the reader has, which may be a fifth wider.
        "padding": {"left": 36, "right": 44, "top": 6, "bottom": 4}, "title": _title(title, key),
        "layer": [
            {"mark": {"type": "bar", "height": 10, "color": VERMILLION, "opacity": 0.25},
             "encoding": {"y": y, "x": x("none"), "x2": {"field": "rate"}}},
            {"mark": tick, "encoding": {"y": y, "x": x("mark")}},
            {"mark": {**tick, "thickness": 5, "color": BLACK}, "transform": [{"filter": "isValid(datum.ceiling)"}],
             "encoding": {"y": y, "x": x("ceiling")}},
            {"mark": {"type": "rule", "color": VERMILLION, "strokeWidth": 2.5},
             "encoding": {"y": y, "x": x("low"), "x2": {"field": "high"}}},
            {"mark": {"type": "point", "shape": "diamond", "filled": True, "opacity": 1, "size": 90,
                      "color": VERMILLION}, "encoding": {"y": y, "x": x("rate")}},
            {"mark": {"type": "text", "align": "left", "baseline": "middle", "dx": 335},
             "encoding": {"y": y, "x": x("none"), "text": {"field": "told"}}},
        ],
    }  # fmt: skip


def _title(title: str, key: list[str]) -> Spec:
    return {"text": title, "subtitle": key, "anchor": "start", "fontSize": 15, "subtitleFontSize": 13, "offset": 10}
