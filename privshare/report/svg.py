"""A Vega-Lite spec made into one inline SVG: no script, no link, no id that could clash, a title for listeners.

vl-convert draws offline; nothing is fetched. What it returns is parsed and
built again from an allow-list of elements and attributes, so that only shapes
and texts reach the page, whatever the names in the data are.
"""

from __future__ import annotations

import re
import threading
from typing import Any
from xml.etree import ElementTree

from markupsafe import Markup

from privshare.report.figures import plain

ELEMENTS = frozenset({"svg", "g", "path", "line", "rect", "text", "tspan", "clipPath", "defs", "circle"})
ATTRIBUTES = frozenset({
    "d", "x", "y", "x1", "x2", "y1", "y2", "dx", "dy", "cx", "cy", "r", "rx", "width", "height", "viewBox", "transform",
    "fill", "fill-opacity", "stroke", "stroke-width", "stroke-opacity", "stroke-dasharray", "stroke-linecap",
    "stroke-miterlimit", "opacity", "text-anchor", "font-size", "font-weight", "font-style", "clip-path", "id",
    "display",
})  # fmt: skip
NAMESPACE = "{http://www.w3.org/2000/svg}"
REFERENCE = re.compile(r"^url\(#([A-Za-z0-9_-]+)\)$")
FONT = "Helvetica, Arial, sans-serif"
CONFIG: dict[str, Any] = {
    "aria": False,
    "background": None,
    "font": FONT,
    "padding": 2,
    "view": {"stroke": None},
    "axis": {
        "labelFontSize": 14, "titleFontSize": 14, "titleFontWeight": "normal", "labelColor": "#333",
        "titleColor": "#333",
        "gridColor": "#e3e3de", "domainColor": "#6b6b6b", "tickColor": "#6b6b6b", "titlePadding": 8,
    },
    "axisX": {"grid": False},
    "header": {"labelFontSize": 14, "labelFontWeight": "bold", "labelColor": "#1a1a1a", "labelPadding": 4},
    "text": {"fontSize": 14, "color": "#1a1a1a"},
}  # fmt: skip


def warm_up() -> None:
    """Start the drawing library on a thread of its own: half a second, once a process, while tables are read.

    It does not hold the interpreter lock. A chart that is drawn before it is done waits for it. No daemon: a process
    that ends meanwhile, since it refuses or draws nothing, would leave it with the import lock in its hands, and
    whatever else imports while the interpreter ends would wait forever.
    """
    threading.Thread(target=_start, name="drawing").start()


def _start() -> None:
    import vl_convert

    vl_convert.vegalite_to_svg({"mark": "point", "data": {"values": []}, "encoding": {}})


def draw(spec: dict[str, Any], *, id: str, title: str) -> Markup:
    """Return the chart as inline SVG. id: unique on the page. title: read out in place of the picture."""
    import vl_convert  # 0.1 s and 80 MB: only when a chart is drawn

    return inline(vl_convert.vegalite_to_svg(_plain_texts({"config": CONFIG, **spec})), id=id, title=title)


def _plain_texts(part: Any) -> Any:
    """Spell out invisible characters in every text of a spec: a control character aborts the drawing library."""
    if isinstance(part, dict):
        return {name: _plain_texts(value) for name, value in part.items()}
    if isinstance(part, (list, tuple)):
        return [_plain_texts(value) for value in part]
    return plain(part) if isinstance(part, str) else part


def inline(text: str, *, id: str, title: str) -> Markup:
    """Return an SVG document as a safe inline element with role, title and ids of its own.

    >>> "script" in inline('<svg xmlns="http://www.w3.org/2000/svg"><script>x</script></svg>', id="a", title="t")
    False
    """
    root = ElementTree.fromstring(text)  # noqa: S314 - written by the chart library or our own template just before
    _keep_allowed(root, id)
    root.set("role", "img")
    root.set("aria-labelledby", f"{id}-title")
    label = ElementTree.Element(f"{NAMESPACE}title", {"id": f"{id}-title"})
    label.text = plain(title)
    root.insert(0, label)
    ElementTree.register_namespace("", NAMESPACE.strip("{}"))
    return Markup(ElementTree.tostring(root, encoding="unicode"))  # noqa: S704 - rebuilt from the allow-list above


def _keep_allowed(element: ElementTree.Element, prefix: str) -> None:
    for child in list(element):
        invisible = child.get("class") == "background" and child.get("stroke") is None and child.get("fill") is None
        if child.tag.removeprefix(NAMESPACE) not in ELEMENTS or invisible:
            element.remove(child)
        else:
            _keep_allowed(child, prefix)
    if element.text:
        element.text = plain(element.text)
    for name, value in list(element.attrib.items()):
        reference = REFERENCE.match(value)
        if name not in ATTRIBUTES or ("url(" in value and not reference):
            del element.attrib[name]
        elif reference:
            element.set(name, f"url(#{prefix}-{reference[1]})")
        elif name == "id":
            element.set(name, f"{prefix}-{value}")
