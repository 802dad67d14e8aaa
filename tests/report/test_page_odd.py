"""The page of odd runs: hostile names, missing parts, tables that somebody brought."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from privshare.model.party import Party, PartyId
from privshare.model.release import Cell
from privshare.report.contents import contents
from privshare.report.figures import plain
from privshare.report.labels import registry_record
from privshare.report.page import render
from privshare.report.svg import inline
from privshare.report.terminal.run import summary_lines
from privshare.scenario.outcome import Run
from tests.report.parsed import Page

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


def brought(run: Run) -> Run:
    """Return the run as if somebody had brought the tables: nobody knows the truth of them."""
    return replace(
        run,
        people=None,
        seed=None,
        releases=tuple(replace(published, truth=(), utility=()) for published in run.releases),
        attacks=(),
        frauds=(),
    )


def test_of_tables_that_somebody_brought_no_truth_is_shown(run: Run) -> None:
    files = contents(brought(run))
    page = files["report.html"].decode()
    assert not [path for path in files if "truth" in path]
    assert "truth-" not in page
    assert "card panel-truth" not in page
    assert "simulated people" not in page
    assert "These tables were brought. Their truth is not shown" in page
    assert "card panel-protected" in page
    assert "simulat" not in str(registry_record(brought(run)))
    assert "SyntheticData" not in files["metadata.jsonld"].decode()
    assert "simulated people" not in "\n".join(summary_lines(brought(run), out="o", fingerprint="f"))
