"""A comparison as lines for a terminal of 100 columns: the matrix in numbers and words, worth and cost, where it lies.

A matrix too wide for a terminal continues below in further columns; a
technique with a budget stands at one epsilon of the sweep.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from privshare.comparison.lab.verdict import Word
from privshare.report.comparison.facts import ComparisonFacts, MeasuredCell
from privshare.report.comparison.page import pace
from privshare.report.comparison.panels import Line, Shown, at_one_budget, epsilon_told, findings, lines_of, places_of
from privshare.report.figures import count, decimal, listing, percent, plain, size
from privshare.report.layout import INDENT, section, tabled, wrapped
from privshare.report.sentences import Sentences, english

WIDTH = 100
CELL = 16
_GAP = "  "


def comparison_lines(
    facts: ComparisonFacts, *, out: str, fingerprint: str, sentences: Sentences | None = None
) -> list[str]:
    """Return a comparison as lines. out, fingerprint: of the folder that was written."""
    language = sentences or english()
    say, lines = language.say, lines_of(facts, language)
    shown = at_one_budget(facts, lines)
    told = [
        say(
            "compare.told_people", people=count(facts.people), both=count(facts.known_to_both),
            targets=count(facts.targets), seed=str(facts.world_seed),
        )
    ]  # fmt: skip
    rest = [epsilon_told(epsilon) for epsilon in facts.epsilons if epsilon != facts.epsilon_shown]
    if rest:
        told.append(say("compare.told_rest", epsilons=listing(rest)))
    used = places_of(shown)
    idle = [attack.attack for place, attack in enumerate(facts.attacks) if place not in used]
    if idle:
        told.append(say("compare.idle", attacks=listing(idle)))
    if any(not isinstance(cell.facts, MeasuredCell) for line in shown for cell in line.cells):
        told.append(say("compare.told_reasons"))
    found = [*section(say("compare.told_matrix"), _matrix(facts, shown))]
    found += section(say("compare.told_worth"), _worth(shown, language))
    found += section(say("compare.found"), _found(facts, shown, language))
    found += [*wrapped(told, indent=""), ""]
    # Paths and commands are copied, so they are never wrapped.
    ways = (say("compare.told_report", out=out), say("compare.told_verify", out=out, fingerprint=fingerprint))
    return [*found, *map(plain, ways)]


def _found(facts: ComparisonFacts, lines: Sequence[Line], sentences: Sentences) -> list[str]:
    told = []
    for found in findings(facts, lines, sentences):
        told += wrapped([found.sentence])
        told += wrapped([listing(found.names)], indent=INDENT * 2) if found.names else []
    return told


def _matrix(facts: ComparisonFacts, lines: Sequence[Line]) -> list[str]:
    """Return blocks of as many attacks as fit side by side."""
    names = [_called(line) for line in lines]
    head = max((len(name) for name in names), default=0)
    at_once = max(1, (WIDTH - len(INDENT) - head) // (CELL + len(_GAP)))
    told: list[str] = []
    places = places_of(lines)
    for start in range(0, len(places), at_once):
        block = places[start : start + at_once]
        titles = [textwrap.wrap(facts.attacks[place].attack, CELL) for place in block]
        tall = max(map(len, titles))
        rows = [("", *(_part(title, tall, place) for title in titles)) for place in range(tall)]
        rows += [
            (name, *(_cell(line.cells[place]) for place in block)) for name, line in zip(names, lines, strict=True)
        ]
        told += ["", *(_row(row, head) for row in rows)] if told else [_row(row, head) for row in rows]
    return told


def _row(row: Sequence[str], head: int) -> str:
    return (INDENT + row[0].ljust(head) + "".join(_GAP + part.ljust(CELL) for part in row[1:])).rstrip()


def _part(title: Sequence[str], tall: int, place: int) -> str:
    """Return one line of a title of several, set at the bottom."""
    before = tall - len(title)
    return title[place - before] if place >= before else ""


def _cell(cell: Shown) -> str:
    if isinstance(cell.facts, MeasuredCell) and cell.facts.word is Word.ALARM:
        return f"{cell.told} ABOVE"
    return f"{cell.told:>4} {cell.word}" if cell.told else f"{'':>4} {cell.word}"


def _called(line: Line) -> str:
    epsilon = line.facts.epsilon
    return plain(line.facts.technique if epsilon is None else f"{line.facts.technique} ({epsilon_told(epsilon)})")


def _worth(lines: Sequence[Line], sentences: Sentences) -> list[str]:
    say = sentences.say
    head = (
        say("compare.technique"), say("compare.told_error"), say("compare.withheld"), say("compare.told_order"),
        say("compare.told_linked"), say("compare.seconds"), say("compare.bytes"),
    )  # fmt: skip
    rows = []
    for line in lines:
        useful = line.facts.utility
        linked = "-" if useful.linkage is None else decimal(useful.linkage.f1, 3)
        rows.append((
            _called(line), decimal(useful.mean_error), count(useful.withheld), percent(useful.order_kept, 0), linked,
            pace(line.facts.seconds), size(line.facts.bytes),
        ))  # fmt: skip
    return tabled([head, *rows], words=[True, *(False,) * 6])
