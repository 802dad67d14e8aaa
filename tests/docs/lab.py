"""Measures the lab and writes figures and pictures into the pages about it: `python -m tests.docs.lab`.

One comparison, with a fixed world, gives each technique its attacks and each
attack its techniques; hazards and attacks on a pair of tables are played
beside it. Pages keep their prose, which repeats no figure: figures stand
between markers only, and everything between markers is replaced.
Noise has no seed, so two runs of this differ, mostly within the intervals.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from privshare.attacks import ATTACKS
from privshare.attacks.adversary import wilson_interval
from privshare.attacks.tables import TABLE_ATTACKS
from privshare.comparison.lab.hazards import HAZARDS
from privshare.comparison.lab.hazards.hazard import Played
from privshare.comparison.lab.techniques import TECHNIQUES
from privshare.report.comparison.document import comparison_facts
from privshare.report.comparison.facts import CellFacts, ComparisonFacts, EmptyCell, MeasuredCell, TechniqueFacts
from privshare.scenario.lab.comparing import compare_scenario
from privshare.scenario.lab.hazards import play_hazard
from privshare.scenario.loader import load_scenario
from tests.docs.lab_index import FRAMES, TABLE_FRAMES, entry, index_of_attacks, index_of_techniques
from tests.docs.lab_picture import Bar, picture
from tests.docs.lab_tables import block
from tests.docs.lab_tables import drawn as drawn_tables
from tests.house.repository import ROOT

PEOPLE_COMPARED, SEED, SWEEP = 4_000, 42, "epsilon=0.3,1,3"
PAGES = ROOT / "docs" / "explanation"
HEAD = "| epsilon | right | of | 95 % interval | guessing | control | ceiling | in a word |"


@dataclass(frozen=True, slots=True)
class Found:
    """Everything that was measured anew."""

    facts: ComparisonFacts
    hazards: Mapping[str, Played]

    @property
    def when(self) -> str:
        """The day of it, UTC."""
        return self.facts.started[:10]


def measured() -> Found:
    """Run the comparison and the hazards."""
    demo = load_scenario("demo")
    facts = comparison_facts(compare_scenario(demo, people=PEOPLE_COMPARED, seed=SEED, sweep=SWEEP, sizes=()))
    hazards = {name: play_hazard(hazard, demo, people=PEOPLE_COMPARED, seed=SEED) for name, hazard in HAZARDS.items()}
    return Found(facts, hazards)


def fill(page: Path, marker: str, text: str) -> None:
    """Put text between `<!-- marker -->` and `<!-- /marker -->` of a page, which must both be there."""
    told = page.read_text("utf-8")
    filled, count = re.subn(
        rf"(<!-- {marker} -->\n).*?(<!-- /{marker} -->)", lambda at: f"{at[1]}\n{text}\n{at[2]}", told, flags=re.S
    )
    if count != 1:
        raise ValueError(f"{page.relative_to(ROOT)} has {count} blocks {marker}")
    page.write_text(filled, "utf-8")


def between(page: Path, marker: str) -> str:
    """Return what stands between the markers of a page."""
    found = re.search(rf"<!-- {marker} -->\n(.*?)<!-- /{marker} -->", page.read_text("utf-8"), re.S)
    assert found, f"{page.name} has no block {marker}"
    return found[1]


def row(first: str, cell: CellFacts) -> str:
    """Return the line of one cell. first: what the cell is about."""
    epsilon = "" if cell.epsilon is None else f"{cell.epsilon:g}"
    if isinstance(cell, EmptyCell):
        return f"| {first} | | n/a | | | | | | {cell.reason} |"
    control = "" if cell.control is None else _rate(cell.control.successes / max(1, cell.control.attempts))
    ceiling = "" if cell.ceiling is None else f"{cell.ceiling:.2f}"
    return (
        f"| {first} | {epsilon} | {cell.success:.2f} | {cell.attempts:,} | {cell.interval[0]:.2f} to "
        f"{cell.interval[1]:.2f} | {_rate(cell.baseline)} | {control} | {ceiling} | {cell.word} |"
    )


def rows(cells: Sequence[CellFacts], labels: Mapping[str, str], by: str) -> list[str]:
    """Return the lines of some cells; one that applies at no epsilon is told once. by: "technique" or "attack"."""
    lines = [row(labels[getattr(cell, by)], cell) for cell in cells]
    return list(dict.fromkeys(lines))


def bars(cells: Sequence[CellFacts], by: str) -> list[Bar]:
    """Return the lines of a picture: what was measured, in order."""
    return [
        Bar(
            getattr(cell, by) + ("" if cell.epsilon is None or by == "attack" else f", epsilon {cell.epsilon:g}"),
            cell.success, *cell.interval, cell.baseline, cell.ceiling, cell.word,
        )
        for cell in cells
        if isinstance(cell, MeasuredCell) and cell.attempts
    ]  # fmt: skip


def technique_page(found: Found, name: str) -> None:
    """Write figures, costs and picture of one technique."""
    page, facts = PAGES / "techniques" / f"{name}.md", found.facts
    cells = sorted(
        (cell for cell in facts.cells if cell.technique == name), key=lambda c: list(ATTACKS).index(c.attack)
    )
    links = {attack: f"[{attack}](../attacks/{attack}.md)" for attack in ATTACKS}
    shown = [cell for cell in cells if cell.epsilon in (None, facts.epsilon_shown)]
    title = f"Attacks on {name}" + (f", epsilon {facts.epsilon_shown:g}" if TECHNIQUES[name].budgeted else "")
    page.with_suffix(".svg").write_text(picture(bars(shown, "attack"), id="lab", title=title), "utf-8")
    table = [f"| attack {HEAD}", "|" + " --- |" * 9, *rows(cells, links, "attack")]
    fill(
        page,
        "measured",
        "\n".join([f"![{title}: the table below as a picture]({name}.svg)", "", *table, "", told(found)]),
    )
    fill(page, "cost", "\n".join(_costs([one for one in facts.techniques if one.technique == name])))


def attack_page(found: Found, name: str) -> None:
    """Write figures, costs and picture of one attack of the lab."""
    page = PAGES / "attacks" / f"{name}.md"
    cells = [cell for cell in found.facts.cells if cell.attack == name]
    links = {technique: f"[{technique}](../techniques/{technique}.md)" for technique in TECHNIQUES}
    hazards = [played for played in found.hazards.values() if played.hazard.attack == name]
    title = f"{name} against each technique" + (", and hazards" if hazards else "")
    drawn = [*bars(cells, "technique"), *_hazard_bars(hazards)]
    page.with_suffix(".svg").write_text(picture(drawn, id="lab", title=title), "utf-8")
    table = [f"| technique {HEAD}", "|" + " --- |" * 9, *rows(cells, links, "technique")]
    lines = [f"![{title}: the tables below as a picture]({name}.svg)", "", *table, "", told(found)]
    fill(page, "measured", "\n".join([*lines, *_hazards(hazards)]))
    seconds = sorted((cell.seconds, cell.technique) for cell in cells if isinstance(cell, MeasuredCell))
    if not seconds:
        fill(page, "cost", "No technique of the lab lets anything out that it could work on, so nothing was timed.")
        return
    least, most = seconds[0], seconds[-1]
    fill(
        page, "cost",
        f"Seconds for all targets, control group included: {least[0]:.1g} (`{least[1]}`) to {most[0]:.1g} "
        f"(`{most[1]}`), on two cores that did other things as well.",
    )  # fmt: skip


def table_page(name: str) -> None:
    """Write figures and picture of one attack on a pair of tables."""
    page = PAGES / "attacks" / f"{name}.md"
    fill(page, "measured", block(name, SEED))
    page.with_suffix(".svg").write_text(drawn_tables(name, SEED), "utf-8")


def overview(found: Found) -> str:
    """Return the matrix at the epsilon that is shown: share of right guesses and the word for it."""
    facts = found.facts
    cells = {(c.technique, c.attack): c for c in facts.cells if c.epsilon in (None, facts.epsilon_shown)}
    lines = ["| |" + "".join(f" [{attack}](../attacks/{attack}.md) |" for attack in ATTACKS)]
    lines.append("|" + " --- |" * (len(ATTACKS) + 1))
    for name in TECHNIQUES:
        row_of = (cells[name, attack] for attack in ATTACKS)
        told_of = (f"{c.success:.2f} {c.word}" if isinstance(c, MeasuredCell) else "n/a" for c in row_of)
        lines.append(f"| [{name}]({name}.md) | " + " | ".join(told_of) + " |")
    return "\n".join([*lines, "", f"Techniques with a budget at epsilon {facts.epsilon_shown:g}. {told(found)}"])


def told(found: Found) -> str:
    """Return what the figures are of."""
    facts = found.facts
    return (
        f"Measured {found.when} on {facts.people:,} simulated people, of whom {facts.known_to_both:,} are known to "
        f"both holders and {facts.targets:,} are targets of each kind; world seed {facts.world_seed}. Noise has no "
        "seed: another run gives other figures, mostly within the intervals. Columns and words: [the lab](../lab.md)."
    )


def _rate(rate: float) -> str:
    """Return a rate with as many digits as tell it from 0 and 1.

    >>> [_rate(rate) for rate in (0.0, 0.5, 2.08e-7, 0.999)]
    ['0', '0.50', '2e-07', '1.00']
    """
    return "0" if rate == 0 else f"{rate:.1g}" if rate < 0.005 else f"{rate:.2f}"


def _hazards(played: Sequence[Played]) -> list[str]:
    if not played:
        return []
    lines = ["", "With one safeguard switched off (`privshare attack NAME --hazard X`), on the same people:", ""]
    lines += ["| hazard | safeguard | right | 95 % interval | ceiling |", "|" + " --- |" * 5]
    for one in played:
        for result, on in ((one.guarded, "on"), (one.unguarded, "off")):
            low, high = wilson_interval(result.successes, result.attempts)
            ceiling = "" if result.ceiling is None else f"{result.ceiling:.2f}"
            lines.append(
                f"| `{one.hazard.name}` | {on}: {result.against} | {result.rate:.2f} of {result.attempts:,} | "
                f"{low:.2f} to {high:.2f} | {ceiling} |"
            )
    return lines


def _hazard_bars(played: Sequence[Played]) -> list[Bar]:
    return [
        Bar(
            f"{one.hazard.name}: safeguard {on}", result.rate, *wilson_interval(result.successes, result.attempts),
            result.baseline, result.ceiling, "hazard",
        )
        for one in played
        for result, on in ((one.guarded, "on"), (one.unguarded, "off"))
    ]  # fmt: skip


def _costs(settings: Sequence[TechniqueFacts]) -> list[str]:
    head = "| epsilon | seconds | bytes | mean error | worst error | withheld | order kept | F1 of the linkage |"
    lines = [head, "|" + " --- |" * 8]
    for one in settings:
        useful, epsilon = one.utility, "" if one.epsilon is None else f"{one.epsilon:g}"
        linked = "" if useful.linkage is None else f"{useful.linkage.f1:.2f}"
        lines.append(
            f"| {epsilon} | {one.seconds:.1g} | {one.bytes:,} | {useful.mean_error:,.2f} | {useful.worst_error:,} | "
            f"{useful.withheld} | {useful.order_kept:.0%} | {linked} |"
        )
    return [
        *lines, "",
        "Seconds of protecting, on two cores that did other things as well; bytes between parties and to the public; "
        "errors in people, of a number of the question; numbers withheld; pairs of districts in the true order, "
        "of which a coin keeps half. Noise was drawn once.",
    ]  # fmt: skip


def main() -> None:
    """Measure once and write every page."""
    found = measured()
    for name in TECHNIQUES:
        technique_page(found, name)
    for name in ATTACKS:
        attack_page(found, name)
    for name in TABLE_ATTACKS:
        table_page(name)
    for name in TECHNIQUES:
        fill(PAGES / "techniques" / f"{name}.md", "entry", entry(name, "techniques"))
    for name in (*ATTACKS, *TABLE_ATTACKS):
        fill(PAGES / "attacks" / f"{name}.md", "entry", entry(name, "attacks"))
    fill(PAGES / "techniques" / "README.md", "index", index_of_techniques())
    fill(PAGES / "techniques" / "README.md", "measured", overview(found))
    fill(PAGES / "attacks" / "README.md", "index", index_of_attacks(FRAMES))
    fill(PAGES / "attacks" / "README.md", "tables", index_of_attacks(TABLE_FRAMES))


if __name__ == "__main__":
    main()
