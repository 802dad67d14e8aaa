"""The page in a real browser, where there is one: nothing overflows, nothing is fetched, every text keeps its contrast.

The page itself runs no script. It is shown here inside a frame of a given
width, and a script of the test looks into the frame.
"""

from __future__ import annotations

import html
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from privshare.report.comparison.page import render
from tests.report.comparison.made_up import facts

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--virtual-time-budget=10000", "--dump-dom",
)  # fmt: skip
LOOK = """
const page = document.querySelector('iframe').contentDocument;
const parts = colour => colour.match(/[0-9.]+/g).map(Number);
const light = colour => { const [r, g, b] = parts(colour).slice(0, 3).map(c => c / 255)
  .map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
const paper = element => { for (let e = element; e; e = e.parentElement) {
  const colour = getComputedStyle(e).backgroundColor; if ((parts(colour)[3] ?? 1) > 0) return colour; }
  return 'rgb(255, 255, 255)'; };
const faint = [];
for (const e of page.querySelectorAll('body *')) {
  const own = [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
  if (!own || e.closest('svg, .hidden, .skip')) continue;
  const [a, b] = [light(getComputedStyle(e).color), light(paper(e))].sort((x, y) => y - x);
  if ((a + 0.05) / (b + 0.05) < 4.5) faint.push(e.className + ': ' + e.textContent.trim().slice(0, 40));
}
const cut = [...page.querySelectorAll('.matrix .word, .matrix .rate')].filter(e => e.scrollWidth > e.clientWidth + 1);
const small = [...page.querySelectorAll('.matrix td a')].filter(e => e.getBoundingClientRect().height < 24);
const out = { wide: page.documentElement.scrollWidth, faint, cut: cut.map(e => e.textContent), small: small.length,
  cells: page.querySelectorAll('.matrix td a').length, fetched: performance.getEntriesByType('resource').length };
document.title = JSON.stringify(out);
"""

WORSE = """
.word { color: #bbb; } main { width: 1400px; }
.matrix td a { display: block !important; min-height: 0 !important; padding: 0 !important; height: 9px; }
"""


def seen(page: str, width: int, room: Path) -> dict[str, Any]:
    """Return what the test's script finds in the page at this width."""
    assert BROWSER is not None
    open_page = page.replace('http-equiv="Content-Security-Policy"', 'name="policy"')  # else no script may look
    frame = f'<iframe width="{width}" height="900" style="border:0" srcdoc="{html.escape(open_page)}"></iframe>'
    host = room / "host.html"
    host.write_text(f"<!doctype html><title>none</title>{frame}<script>onload = () => {{ {LOOK} }}</script>")
    asked = [BROWSER, *FLAGS, f"--user-data-dir={room / 'profile'}", host.as_uri()]
    told = subprocess.run(asked, capture_output=True, text=True, check=True, timeout=120).stdout
    return dict(json.loads(html.unescape(told.split("<title>")[1].split("</title>")[0])))


@pytest.mark.skipif(BROWSER is None, reason="no browser on this machine")
@pytest.mark.parametrize("width", [390, 1280])
def test_it_reads_well_at_this_width(width: int, tmp_path: Path) -> None:
    found = seen(render(facts(alarm=True), fingerprint="SHA256:0123"), width, tmp_path)
    assert found["wide"] <= width, "the page itself does not scroll sideways; a wide table or picture does, alone"
    assert found["faint"] == []
    assert found["cut"] == []
    assert (found["small"], found["fetched"]) == (0, 0)
    assert found["cells"] == 9 + 15


@pytest.mark.skipif(BROWSER is None, reason="no browser on this machine")
def test_the_look_has_teeth(tmp_path: Path) -> None:
    page = render(facts(), fingerprint="SHA256:0123")
    worse = page.replace("</style>", WORSE + "</style>", 1)
    found = seen(worse, 390, tmp_path)
    assert found["wide"] > 390
    assert found["faint"]
    assert found["small"]
