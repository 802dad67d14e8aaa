"""The page: self-contained, escaped, in order, readable for everybody, and whole for odd comparisons too."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

import pytest

from privshare.report.comparison.page import render
from tests.report.comparison.made_up import facts, without_attacks
from tests.report.parsed import Page
from tests.report.test_page import ALLOWED_COLOURS, contrast

FINGERPRINT = "SHA256:" + "-".join(["0123"] * 8)
ODD = {"plain": facts(), "alarm": facts(alarm=True), "nothing": without_attacks()}
HTML = {name: render(made, fingerprint=FINGERPRINT) for name, made in ODD.items()}


@pytest.fixture(params=list(ODD))
def html(request: pytest.FixtureRequest) -> str:
    return HTML[request.param]


def text_of(html: str) -> str:
    return " ".join(" ".join(Page(html).texts).replace("\N{SOFT HYPHEN}", "").split())


def test_it_is_one_file_without_scripts_or_network(html: str) -> None:
    page = Page(html)
    assert page.of("script", "iframe", "img", "object", "embed", "form", "base") == []
    for _, attributes in page.tags:
        assert not [name for name in attributes if name.startswith("on")]
        for name in ("href", "src", "xlink:href"):
            assert re.match(r"^(#[a-z0-9-]+|[a-z]+\.csv|data:,)$", attributes.get(name) or "#a"), attributes
    assert not re.search(r"url\((?!#)|@import|@font-face|https?://(?!www\.w3\.org)", html)
    policy = next(a["content"] for _, a in page.of("meta") if a.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None
    assert policy.startswith("default-src 'none';")


def test_links_lead_somewhere_and_no_id_stands_twice(html: str) -> None:
    page = Page(html)
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    files = {"cells.csv", "techniques.csv", "growth.csv"}
    for _, attributes in page.of("a"):
        target = attributes["href"] or ""
        assert target[1:] in ids if target.startswith("#") else target in files


def test_headings_landmarks_tables_and_pictures(html: str) -> None:
    page = Page(html)
    levels = [int(tag[1]) for tag, _ in page.of("h1", "h2", "h3", "h4")]
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert len(page.of("main")) == len(page.of("nav")) == 1
    assert len(page.of("table")) == len(page.of("caption"))
    assert all("scope" in attributes for _, attributes in page.of("th"))
    for _, attributes in page.of("div"):
        if attributes.get("role") == "region":
            assert attributes["tabindex"] == "0"
            assert attributes["aria-label"]
    marks = [attributes for _, attributes in page.of("svg") if attributes.get("class") == "mark"]
    pictures = [attributes for _, attributes in page.of("svg") if attributes.get("class") != "mark"]
    assert all(attributes["aria-hidden"] == "true" for attributes in marks)
    assert all(attributes["role"] == "img" and attributes["aria-labelledby"] for attributes in pictures)
    assert len(page.of("figure")) == len(page.of("figcaption")) == len(pictures)


def test_every_cell_of_the_matrix_leads_to_its_details() -> None:
    made, page = ODD["plain"], Page(HTML["plain"])
    cells = [attributes for _, attributes in page.of("td") if (attributes.get("class") or "").startswith("cell ")]
    shown = 3 * len(made.attacks)  # one row a technique, then every budget
    assert len(cells) == shown + len(made.cells)
    rows = {attributes["id"] for _, attributes in page.of("tr") if "id" in attributes}
    assert len(rows) == len(made.cells) + len(made.attacks)


def test_a_cell_is_a_number_a_word_and_a_pattern() -> None:
    found = re.search(r'<td class="cell cell-most".*?</td>', HTML["plain"], re.S)
    assert found
    assert '<span class="rate">85%</span>' in found[0]
    assert '<span class="word">most</span>' in found[0]
    assert re.search(r'class="fill fill-most" style="width:70%"', found[0])


def test_an_alarm_comes_first_and_is_no_matter_of_colour() -> None:
    text = text_of(HTML["alarm"])
    assert "Alarm: the ceiling of the stated loss is passed" in text
    assert text.index("Alarm:") < text.index("that lose nearly all targets")
    assert "membership / central-dp" in text
    assert "No attack passed it" not in text
    assert "Alarm" not in text_of(HTML["plain"])
    assert "No attack passed it further than chance explains" in text_of(HTML["plain"])


def test_a_ceiling_near_certainty_is_no_bound() -> None:
    made = ODD["plain"]
    cells = [replace(cell, ceiling=0.9997) if getattr(cell, "ceiling", None) else cell for cell in made.cells]
    page = render(replace(made, cells=tuple(cells)), fingerprint=FINGERPRINT)
    near = re.findall(r'data-label="ceiling of the stated loss">([^<]*)<', page)
    assert "more than 99%" in near
    assert "100.0%" not in near


def test_reasons_and_chances_are_told() -> None:
    text = text_of(HTML["alarm"])
    assert "nobody sees a value in the place of an identifier" in text
    assert "at the ceiling, so many or more have probability" in text
    assert "85 of 100: 85.0% (from 76.7% to 90.7%)" in text
    assert "below 0.1%" in text
    assert "1 of 100: values of nobody" in text


def test_nothing_to_draw_is_said() -> None:
    text = text_of(HTML["nothing"])
    assert "No attack could be tried, so nothing is known of the risk." in text
    assert "there is nothing to draw" in text
    assert "no attack that applies gets more than guessing" not in text, "an untested technique is not praised"


def test_names_are_escaped_and_spelled_out(html: str) -> None:
    assert "<b>small</b>" not in html
    assert "&lt;b&gt;small" in html
    assert "\x1b" not in html
    assert "\u202e" not in html
    assert "U+202E" in html


def test_both_seeds_are_told_apart(html: str) -> None:
    text = text_of(html)
    assert "World seed 2018" in text
    assert "Noise and keys have no seed" in text


def test_colours_keep_their_contrast(html: str) -> None:
    seen = {
        attributes[name]
        for tag, attributes in Page(html).tags
        for name in ("fill", "stroke")
        if attributes.get(name) and tag in ("g", "path", "line", "rect", "text", "circle")
    }
    assert seen <= ALLOWED_COLOURS, seen - ALLOWED_COLOURS
    for paper in ("#fdf3ea", "#fae0cb", "#f4bd97", "#ffffff"):
        assert paper in html or paper == "#ffffff"
        assert contrast("#1a1a1a", paper) >= 4.5
    assert contrast("#b34700", "#ffffff") >= 3
    assert contrast("#6b6b6b", "#ffffff") >= 3
