"""The page: self-contained, escaped, ordered, readable for everybody, and whole for odd runs too."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

import privshare.report
from privshare.model.loss import PrivacyLoss
from privshare.report.figures import plain
from privshare.report.page import render
from privshare.report.panels import _odds
from privshare.report.sentences import english
from privshare.scenario.outcome import Run
from tests.report.parsed import Page

ALLOWED_COLOURS = {
    "#0072B2", "#D55E00", "#000000", "#000", "#6b6b6b", "#8a8a84", "#1a1a1a", "#333", "#333333",  # ink
    "#e3e3de", "#ffffff", "none", "transparent",  # paper and grid
}  # fmt: skip


@pytest.fixture(scope="session")
def html(run: Run) -> str:
    return render(run)


@pytest.fixture(scope="session")
def page(html: str) -> Page:
    return Page(html)


def test_it_is_one_file_without_scripts_or_network(page: Page, html: str) -> None:
    assert page.of("script", "iframe", "img", "object", "embed", "form", "base") == []
    assert [attributes["href"] for _, attributes in page.of("link")] == ["data:,"]
    for _, attributes in page.tags:
        assert not [name for name in attributes if name.startswith("on")]
        for name in ("href", "src", "xlink:href"):
            assert re.match(r"^(#[a-z]+|tables/[a-z0-9-]+\.csv|data:,)$", attributes.get(name) or "#a"), attributes
    assert not re.search(r"url\((?!#)|@import|@font-face", html)
    policy = next(a["content"] for _, a in page.of("meta") if a.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None
    assert policy.startswith("default-src 'none';")
    assert "script" not in policy


def test_links_lead_somewhere(page: Page, folder: Path) -> None:
    ids = {attributes.get("id") for _, attributes in page.tags}
    for _, attributes in page.of("a"):
        target = attributes["href"] or ""
        assert target[1:] in ids if target.startswith("#") else (folder / target).is_file()


def test_no_id_stands_twice(page: Page) -> None:
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    for _, attributes in page.tags:
        for name in ("aria-labelledby", "clip-path"):
            if name in attributes:
                assert re.sub(r"^url\(#|\)$", "", attributes[name] or "") in ids


def test_headings_are_in_order(page: Page) -> None:
    levels = [int(tag[1]) for tag, _ in page.of("h1", "h2", "h3", "h4", "h5", "h6")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_the_order_is_answer_categorize_secure_use_see(page: Page) -> None:
    sections = [attributes["id"] for _, attributes in page.of("section")]
    assert sections == ["answer", "categorize", "secure", "use", "see", "limits", "verify"]


def test_language_title_landmarks(page: Page) -> None:
    assert page.of("html")[0][1]["lang"] == "en"
    assert len(page.of("main")) == len(page.of("nav")) == 1
    assert len(page.of("title")) == 1 + len(pictures(page))


def pictures(page: Page) -> list[dict[str, str | None]]:
    """Pictures but the small marks of legends, which stand beside their words."""
    return [attributes for _, attributes in page.of("svg") if attributes.get("class") != "mark"]


def test_every_picture_has_a_name(page: Page) -> None:
    assert len(pictures(page)) == 15
    assert all(attributes["role"] == "img" and attributes["aria-labelledby"] for attributes in pictures(page))
    marks = [attributes for _, attributes in page.of("svg") if attributes.get("class") == "mark"]
    assert all(attributes["aria-hidden"] == "true" for attributes in marks)


def test_every_chart_has_a_sentence_a_table_and_a_file(page: Page, html: str) -> None:
    assert len(page.of("figure")) == len(page.of("figcaption"))
    for name in ("chart-answer", "truth-rates", "chart-protected", "chart-attacks", "chart-budget", "chart-messages"):
        assert f'href="tables/{name}.csv"' in html
    assert html.count("tables/chart-noise-") >= 4


def test_tables_have_captions_and_scopes(page: Page) -> None:
    assert len(page.of("table")) == len(page.of("caption"))
    assert all("scope" in attributes for _, attributes in page.of("th"))


def test_scrolling_parts_can_be_reached_by_keyboard(page: Page) -> None:
    for _, attributes in page.of("div"):
        if attributes.get("role") == "region":
            assert attributes["tabindex"] == "0"
            assert attributes["aria-label"]


def test_colours_are_few_and_marks_keep_three_to_one(page: Page) -> None:
    seen = {
        attributes[name]
        for tag, attributes in page.tags
        for name in ("fill", "stroke")
        if attributes.get(name) and tag in ("g", "path", "line", "rect", "text", "circle")
    }
    assert seen <= ALLOWED_COLOURS, seen - ALLOWED_COLOURS
    for colour in ("#0072B2", "#D55E00", "#6b6b6b", "#8a8a84"):
        assert contrast(colour, "#ffffff") >= 3, colour


def test_texts_keep_four_and_a_half_to_one() -> None:
    css = (Path(privshare.report.__file__).parent / "templates" / "style.css").read_text()
    for colour in ("#1a1a1a", "#55554f", "#005c91", "#333333"):
        assert contrast(colour, "#ffffff") >= 4.5, colour
        assert colour in css or colour == "#333333"
    assert contrast("#1a1a1a", "#e9f3f9") >= 4.5
    assert contrast("#1a1a1a", "#f5f5f1") >= 4.5


def contrast(one: str, other: str) -> float:
    def luminance(colour: str) -> float:
        parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(
    ("micro", "told"),
    [
        (500_000, "is right about it at most 63 times in 100"),
        (4_500_000, "is right about it at most 99 times in 100"),
        (6_000_000, "may be right about it more than 99 times in 100"),  # 99.75, and no bound if it were rounded up
        (20_000_000, "may be right about it more than 99 times in 100"),
    ],
)
def test_odds_near_certainty_are_no_bound_of_100_in_100(run: Run, micro: int, told: str) -> None:
    release = next(found.release for found in run.releases if len(found.release.holders) == 1)
    sentence = _odds(replace(release, loss=PrivacyLoss(micro)), english())
    assert told in sentence
    assert "100 times" not in sentence


def test_a_ceiling_near_certainty_is_no_bound(run: Run) -> None:
    certain = replace(run, attacks=tuple(replace(result, ceiling=0.9997) for result in run.attacks))
    text = render(certain)
    assert "The stated loss allows more than 99%, and so stops no such attack." in text
    assert "allows 100.0%" not in text


def test_no_line_of_the_page_ends_within_a_power_of_ten(html: str) -> None:
    assert "×\N{NO-BREAK SPACE}10" in html
    assert " × 10" not in html


def test_it_says_what_it_must(html: str, page: Page, run: Run) -> None:
    text = " ".join(" ".join(page.texts).split())
    for sentence in (
        run.question,
        "Possible only because these people are simulated.",
        "epsilon 0.5, delta 2 × 10⁻⁹, at each holder asked",
        "add or remove one person, over all rows of the table",
        "Someone who gives even odds that you are in these data is right about it at most 63 times in 100",
        "nothing here catches it",
        "Right 200 of 200 times: 100.0% (95 in 100 interval 98.1% to 100.0%). Guessing gets 0.0%.",
        "The stated loss allows 62.3% at most.",
        "No decision about a real person is made here",
        "A person whom every holder knows is charged in several ledgers at once.",
        "unit and platform together: all values of the platform's identifiers",
    ):
        assert sentence in text, sentence
    for refusal in run.refusals:
        assert refusal.clause in text
        assert plain(refusal.accepted) in text
    assert re.search(r"privshare verify \. --key SHA256:[0-9a-f-]{39}", text)
    assert text.count("simulated") > 3
