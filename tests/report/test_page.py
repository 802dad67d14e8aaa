"""The page: self-contained, escaped, ordered, readable for everybody, and whole for odd runs too."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

import privshare.report
from privshare.model.party import Party, PartyId
from privshare.model.release import Cell
from privshare.report.figures import plain
from privshare.report.page import render
from privshare.report.svg import inline
from privshare.scenario.outcome import Run

VOID = {"meta", "link", "br", "line", "path", "rect", "circle", "img", "input", "hr"}
ALLOWED_COLOURS = {
    "#0072B2", "#D55E00", "#000000", "#000", "#6b6b6b", "#8a8a84", "#1a1a1a", "#333", "#333333",  # ink
    "#e3e3de", "#ffffff", "none", "transparent",  # paper and grid
}  # fmt: skip


class Page(HTMLParser):
    """Collects tags with attributes and texts; fails on tags that do not nest."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.texts: list[str] = []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def of(self, *names: str) -> list[tuple[str, dict[str, str | None]]]:
        return [(tag, attributes) for tag, attributes in self.tags if tag in names]


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


NASTY = "<script>alert(1)</script>\u202eevil\x1b[31m\"'&{{ 987*13 }}{% raw %}"


def nasty_run(run: Run) -> Run:
    """Put one nasty text wherever a scenario can put a text."""
    parties = tuple(replace(party, name=NASTY, role=NASTY) for party in run.parties)
    release = run.releases[1]
    cells = tuple(Cell((NASTY + cell.key[0], NASTY + cell.key[1]), cell.values) for cell in release.release.cells)
    worse = replace(
        release,
        release=replace(release.release, sentence=NASTY, cells=cells, bounds=((NASTY, NASTY),), clauses=(NASTY,)),
        question=replace(release.question, sentence=NASTY),
        utility=tuple(replace(utility, worst_group=(NASTY,)) for utility in release.utility),
    )
    protocol = run.protocols[1]
    told = replace(
        protocol.leakage,
        adversary=NASTY, suite=NASTY, broken_by=(NASTY,), not_stopped=(NASTY,), public_sizes=((NASTY, 1),),
        learned=tuple((party, (NASTY,)) for party, _ in protocol.leakage.learned),
    )  # fmt: skip
    return replace(
        run,
        title=NASTY, question=NASTY, started=NASTY, parties=parties,
        policy=replace(run.policy, title=NASTY, digest=NASTY),
        decisions=tuple(replace(d, column=NASTY, reason=NASTY, grade=NASTY, dpv=NASTY) for d in run.decisions),
        open_records=tuple(
            replace(record, title=NASTY, rows=tuple(tuple(NASTY for _ in row) for row in record.rows), clauses=(NASTY,))
            for record in run.open_records
        ),
        releases=(run.releases[0], worse, *run.releases[2:]),
        refusals=tuple(replace(r, clause=NASTY, refused=NASTY, accepted=NASTY, kind=NASTY) for r in run.refusals),
        protocols=(run.protocols[0], replace(protocol, leakage=told)),
        frauds=tuple(replace(f, planted=NASTY, by=NASTY, evidence=NASTY, lesson=NASTY) for f in run.frauds),
        attacks=tuple(
            replace(a, attack=NASTY, against=NASTY, note=NASTY, adversary=replace(a.adversary, goal=NASTY, view=NASTY))
            for a in run.attacks
        ),
        components=tuple(replace(part, name=NASTY, reason=NASTY) for part in run.components),
        log=replace(run.log, checkpoint=NASTY),
    )  # fmt: skip


def test_names_are_escaped_and_neutralised_everywhere(run: Run) -> None:
    html = render(nasty_run(run))
    page = Page(html)
    assert page.of("script") == []
    assert "\u202e" not in html
    assert "\x1b" not in html
    assert "12831" not in html
    shown = plain(NASTY)
    assert sum(shown in text for text in page.texts) > 100
    for _, attributes in page.tags:
        assert not [name for name in attributes if name.startswith("on")]


def test_pictures_keep_shapes_and_texts_only() -> None:
    hostile = (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" onload="x()">'
        '<script>x()</script><foreignObject><p>x</p></foreignObject><a xlink:href="javascript:x()"><text>x</text></a>'
        '<text style="fill:url(http://x)" fill="url(http://x)" onclick="x()">A\u202eB</text><image href="http://x"/></svg>'
    )
    kept = str(inline(hostile, id="i", title="\u202e<b>"))
    assert not re.search(r"script|foreign|href|onload|onclick|http://x|style|<image|\u202e|<b>", kept)
    assert "A&lt;U+202E&gt;B" in kept


@pytest.mark.parametrize(
    "parts",
    [
        {"releases": ()}, {"protocols": ()}, {"attacks": ()}, {"frauds": ()}, {"refusals": ()}, {"open_records": ()},
        {"seals": ()}, {"components": ()}, {"ledger_kept": True},
        {"releases": (), "protocols": (), "attacks": (), "frauds": (), "refusals": (), "open_records": (), "seals": (),
         "components": (), "budgets": (), "decisions": ()},
    ],
)  # fmt: skip
def test_a_run_without_some_part_is_still_a_page(changed: Callable[..., Run], parts: dict[str, Any]) -> None:
    Page(render(changed(**parts)))


def test_a_joint_table_with_one_key_or_all_hidden_is_still_a_page(changed: Callable[..., Run], run: Run) -> None:
    joint = run.releases[1]
    one_key = replace(
        joint.release,
        by=("score_band",),
        cells=tuple(Cell(cell.key[1:], cell.values) for cell in joint.release.cells[:5]),
    )
    Page(render(changed(releases=(replace(joint, release=one_key, truth=joint.truth[:5]),))))
    hidden = replace(joint.release, cells=tuple(Cell(cell.key, (None, None)) for cell in joint.release.cells))
    told = render(changed(releases=(replace(joint, release=hidden),)))
    assert "This run published no table over several holders" in told


def test_a_broken_promise_is_said(changed: Callable[..., Run], run: Run) -> None:
    last = replace(run.attacks[-1], successes=180)
    assert "above the ceiling: the promise is broken" in render(changed(attacks=(last,)))


def test_a_stored_release_says_that_nothing_ran(changed: Callable[..., Run], run: Run) -> None:
    stored = replace(run.releases[0], from_store=True)
    assert "nothing ran again and nothing was debited" in render(changed(releases=(stored,)))


def test_a_party_of_unknown_name_is_shown_by_its_id(changed: Callable[..., Run]) -> None:
    html = render(changed(parties=(Party(PartyId("platform"), "Lantern", "r", True),)))
    assert ">bank<" in html
