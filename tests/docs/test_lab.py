"""The lab's registries and the pages about them keep step: headings, rows, pictures, figures without noise."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from privshare.attacks import ATTACKS
from privshare.attacks.tables import TABLE_ATTACKS
from privshare.comparison.lab.hazards import HAZARDS
from privshare.comparison.lab.techniques import TECHNIQUES
from privshare.report.comparison.document import comparison_facts
from privshare.scenario.lab.comparing import compare_scenario, losses_of
from privshare.scenario.loader import load_scenario
from tests.docs import lab
from tests.docs.lab_index import FRAMES, TABLE_FRAMES, entry, index_of_attacks, index_of_techniques
from tests.docs.lab_tables import block, drawn
from tests.house.repository import ROOT

HEADINGS = ["Idea", "How", "What leaks", "What stops it", "Cost", "When to use", "References"]
PAGES = [
    *((lab.PAGES / "techniques" / f"{name}.md") for name in TECHNIQUES),
    *((lab.PAGES / "attacks" / f"{name}.md") for name in (*ATTACKS, *TABLE_ATTACKS)),
]
LINES_MAX = 120
SVG = "{http://www.w3.org/2000/svg}"
# What a world and its seed settle: no noise, no keys, no solver.
SETTLED = (
    ("raw-release", "small-count-suppression", "k-anonymity", "record-swapping"),
    ("dictionary", "re-identification", "linkage-of-releases", "attribute-inference", "differencing", "membership"),
)


def _lines(page: Path) -> list[list[str]]:
    """Return the cells of the measured table's lines, without its head."""
    table = lab.between(page, "measured").split("\n\n")[1]
    assert table.startswith("| ")
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]]


def _by_hand(page: Path) -> str:
    text = page.read_text("utf-8").split("## References")[0]
    return re.sub(r"<!-- (\w+) -->.*?<!-- /\1 -->", "", text, flags=re.S)


def _id(page: Path) -> str:
    return f"{page.parent.name}/{page.stem}"


@pytest.mark.parametrize("name", HAZARDS)
def test_every_hazard_stands_in_the_table_of_the_command(name: str) -> None:
    hazard = HAZARDS[name]
    row = f"| {hazard.name} | `{hazard.attack}` | {hazard.safeguard} | {hazard.switched_off} |"
    assert row in (ROOT / "docs" / "reference" / "cli.md").read_text("utf-8")


@pytest.mark.parametrize("page", PAGES, ids=_id)
def test_a_page_has_its_seven_headings_and_says_what_the_registry_says(page: Path) -> None:
    text = page.read_text("utf-8")
    assert re.findall(r"^## (.+)$", text, re.M) == HEADINGS
    assert re.search(rf"^# .+: `{page.stem}`$", text, re.M)
    assert len(text.splitlines()) <= LINES_MAX
    assert lab.between(page, "entry").strip() == entry(page.stem, page.parent.name)
    assert all(part.strip() for part in re.split(r"^## .+$", text, flags=re.M))


@pytest.mark.parametrize("page", PAGES, ids=_id)
def test_figures_stand_between_markers_only(page: Path) -> None:
    """What is written by hand would not change with the code."""
    assert re.findall(r"\b\d+\.\d{2,}\b", _by_hand(page)) == []


def test_no_page_without_an_entry_and_no_entry_without_a_page() -> None:
    there = {path for folder in ("techniques", "attacks") for path in (lab.PAGES / folder).glob("*.md")}
    assert there == {*PAGES, lab.PAGES / "techniques" / "README.md", lab.PAGES / "attacks" / "README.md"}
    pictures = {path for folder in ("techniques", "attacks") for path in (lab.PAGES / folder).glob("*.svg")}
    assert pictures == {page.with_suffix(".svg") for page in PAGES}


def test_the_indexes_are_the_registries() -> None:
    techniques, attacks = (lab.PAGES / folder / "README.md" for folder in ("techniques", "attacks"))
    assert lab.between(techniques, "index").strip() == index_of_techniques()
    assert lab.between(attacks, "index").strip() == index_of_attacks(FRAMES)
    assert lab.between(attacks, "tables").strip() == index_of_attacks(TABLE_FRAMES)
    matrix = lab.between(techniques, "measured").splitlines()
    assert re.findall(r"\[([\w-]+)\]", matrix[1]) == list(ATTACKS)
    assert [line.split("]")[0].removeprefix("| [") for line in matrix[3:] if line.startswith("| [")] == list(TECHNIQUES)


@pytest.mark.parametrize("page", [page for page in PAGES if page.stem not in TABLE_ATTACKS], ids=_id)
def test_a_new_entry_fails_here_until_it_is_measured(page: Path) -> None:
    """Written anew by python -m tests.docs.lab."""
    lines = _lines(page)
    others = list(ATTACKS) if page.parent.name == "techniques" else list(TECHNIQUES)
    told = [re.match(r"\[([\w-]+)\]", line[0]) for line in lines]
    assert list(dict.fromkeys(found[1] for found in told if found)) == others
    assert all(told)
    swept = [f"{loss.epsilon:g}" for loss in losses_of(lab.SWEEP)]
    for other in others:
        technique = TECHNIQUES[page.stem if page.parent.name == "techniques" else other]
        rows = [line for line in lines if line[0].startswith(f"[{other}]")]
        if rows[0][2] == "n/a":
            assert len(rows) == 1
            assert len(rows[0][8]) > 10, "no reason"
        else:
            assert [row[1] for row in rows] == (swept if technique.budgeted else [""])


@pytest.mark.parametrize("page", PAGES, ids=_id)
def test_a_picture_has_a_title_and_tells_the_figures_of_its_table(page: Path) -> None:
    assert f"]({page.stem}.svg)" in lab.between(page, "measured")
    root = ElementTree.fromstring(page.with_suffix(".svg").read_text("utf-8"))
    title, told = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert title is not None
    assert told is not None
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == title.get("id")
    assert root.get("aria-describedby") == told.get("id")
    assert page.stem in (title.text or "")
    if page.stem in TABLE_ATTACKS:
        return
    technique = page.parent.name == "techniques"
    for cells in _lines(page):
        name, epsilon, right = cells[0].split("]")[0][1:], cells[1], cells[2]
        label = name if technique or not epsilon else f"{name}, epsilon {epsilon}"
        shown = right != "n/a" and (not technique or epsilon in ("", "1"))
        if shown:
            assert f"{label}: {right} (" in (told.text or "")


@pytest.mark.parametrize("name", TABLE_ATTACKS)
def test_attacks_on_a_pair_of_tables_find_what_their_page_says(name: str) -> None:
    page = lab.PAGES / "attacks" / f"{name}.md"
    assert lab.between(page, "measured").strip() == block(name, lab.SEED)
    told = re.compile("<desc.*</desc>")  # the shapes are the drawing library's, and may change with it
    assert told.findall(page.with_suffix(".svg").read_text("utf-8")) == told.findall(drawn(name, lab.SEED))


def test_what_no_noise_is_in_is_found_again() -> None:
    """A figure that the seed settles is that of the page, on both sides."""
    techniques, attacks = SETTLED
    compared = compare_scenario(
        load_scenario("demo"), people=lab.PEOPLE_COMPARED, seed=lab.SEED, sweep=lab.SWEEP,
        techniques=techniques, attacks=attacks, sizes=(),
    )  # fmt: skip
    cells = comparison_facts(compared).cells
    assert len(cells) == len(techniques) * len(attacks)
    for cell in cells:
        sides = (
            ("techniques", cell.technique, "attacks", cell.attack),
            ("attacks", cell.attack, "techniques", cell.technique),
        )
        for folder, own, across, other in sides:
            line = lab.row(f"[{other}](../{across}/{other}.md)", cell)
            assert line in lab.between(lab.PAGES / folder / f"{own}.md", "measured").splitlines()


def test_a_block_is_filled_in_its_place_and_a_missing_one_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lab, "ROOT", tmp_path)
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- cost -->\nold\n<!-- /cost -->\nafter\n")
    lab.fill(page, "cost", r"new \1")
    assert page.read_text() == "before\n<!-- cost -->\n\nnew \\1\n<!-- /cost -->\nafter\n"
    with pytest.raises(ValueError, match="0 blocks measured"):
        lab.fill(page, "measured", "x")
