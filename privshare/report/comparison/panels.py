"""A comparison arranged for reading: which rows stand in the matrix, what each cell says, and what it amounts to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from privshare.comparison.lab.verdict import Word
from privshare.report.comparison.facts import CellFacts, ComparisonFacts, EmptyCell, MeasuredCell, TechniqueFacts
from privshare.report.figures import epsilon, percent
from privshare.report.sentences import Sentences

WORDS = {
    Word.NOT_APPLICABLE: ("none", "compare.word_none"),
    Word.UNTRIED: ("none", "compare.word_untried"),
    Word.GUESSING: ("guessing", "compare.word_guessing"),
    Word.SOME: ("some", "compare.word_some"),
    Word.MOST: ("most", "compare.word_most"),
    Word.NEARLY_ALL: ("all", "compare.word_all"),
    Word.ALARM: ("alarm", "compare.word_alarm"),
}
"""Word -> its pattern, a class of the style sheet, and the id of what a reader is told."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A cell of the matrix. anchor: of its details. told: the number, "" for none. bar: the gain, 0 to 100 percent."""

    facts: CellFacts
    anchor: str
    told: str
    word: str
    shape: str
    bar: int


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the matrix. number: of its point on the frontier, from 1. cells: one for each attack, in their order."""

    number: int
    facts: TechniqueFacts
    name: str
    anchor: str
    cells: tuple[Shown, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """One finding. names: of what it is about; none where the sentence says it all."""

    sentence: str
    names: tuple[str, ...]


def lines_of(facts: ComparisonFacts, say: Sentences) -> tuple[Line, ...]:
    """Return every row, in the order of the document."""
    cells = {(cell.technique, cell.epsilon, cell.attack): cell for cell in facts.cells}
    lines = []
    for number, one in enumerate(facts.techniques, start=1):
        anchor = f"technique-{number}"
        shown = tuple(
            _shown(cells[one.technique, one.epsilon, attack.attack], f"{anchor}-{place}", say)
            for place, attack in enumerate(facts.attacks, start=1)
        )
        lines.append(Line(number, one, name_of(one, say), anchor, shown))
    return tuple(lines)


def at_one_budget(facts: ComparisonFacts, lines: Iterable[Line]) -> tuple[Line, ...]:
    """Return one row a technique: those with a budget at the one that is shown."""
    return tuple(line for line in lines if line.facts.epsilon in (None, facts.epsilon_shown))


def places_of(lines: Sequence[Line]) -> list[int]:
    """Return the places of attacks that apply to a technique at least; the others need no column."""
    return [
        place
        for place in range(len(lines[0].cells) if lines else 0)
        if any(isinstance(line.cells[place].facts, MeasuredCell) for line in lines)
    ]


def name_of(one: TechniqueFacts, say: Sentences) -> str:
    """Return what a technique at its setting is called."""
    if one.epsilon is None:
        return one.title
    return say.say("compare.at_epsilon", title=one.title, epsilon=epsilon_told(one.epsilon))


def epsilon_told(value: float) -> str:
    """Return an epsilon as it was written.

    >>> epsilon_told(0.1), epsilon_told(10.0)
    ('0.1', '10')
    """
    return epsilon(round(value * 1e6))


def findings(facts: ComparisonFacts, lines: Sequence[Line], say: Sentences) -> list[Found]:
    """Return what the matrix amounts to. lines: one a technique. An alarm comes first."""
    measured = [cell for cell in facts.cells if isinstance(cell, MeasuredCell)]
    alarms = [cell for cell in measured if cell.word is Word.ALARM]
    capped = [cell for cell in measured if cell.ceiling is not None and cell.attempts]
    beaten = tuple(line.name for line in lines if any(_beats(cell.facts) for cell in line.cells))
    kept = tuple(line.name for line in lines if line.facts.worst_gain == 0)
    whole, found = str(len(lines)), []
    if alarms:
        where = tuple(sorted({f"{cell.attack} / {cell.technique}" for cell in alarms}))
        found.append(Found(say.say("compare.alarm", number=str(len(alarms))), where))
    if beaten:
        found.append(Found(say.say("compare.beaten", number=str(len(beaten)), whole=whole), beaten))
    if kept:
        found.append(Found(say.say("compare.kept", number=str(len(kept)), whole=whole), kept))
    if capped and not alarms:
        found.append(Found(say.say("compare.under", number=str(len(capped))), ()))
    return found


def reasons(facts: ComparisonFacts, lines: Iterable[Line]) -> list[tuple[str, list[tuple[str, list[str]]]]]:
    """Return for each attack its reasons for n/a, each with the techniques it concerns; none without is there."""
    found: dict[str, dict[str, list[str]]] = {attack.attack: {} for attack in facts.attacks}
    for line in lines:
        for cell in line.cells:
            if isinstance(cell.facts, EmptyCell):
                found[cell.facts.attack].setdefault(cell.facts.reason, []).append(cell.facts.technique)
    return [(attack, list(by_reason.items())) for attack, by_reason in found.items() if by_reason]


def _word(cell: CellFacts) -> Word:
    return cell.word if isinstance(cell, MeasuredCell) else Word.NOT_APPLICABLE


def _beats(cell: CellFacts) -> bool:
    return isinstance(cell, MeasuredCell) and cell.word is Word.NEARLY_ALL and not cell.not_hidden


def _shown(cell: CellFacts, anchor: str, say: Sentences) -> Shown:
    shape, told = WORDS[_word(cell)]
    tried = isinstance(cell, MeasuredCell) and cell.attempts > 0
    number = percent(cell.success, 0) if isinstance(cell, MeasuredCell) and tried else ""
    bar = round(100 * min(1.0, max(0.0, cell.gain))) if isinstance(cell, MeasuredCell) and tried else 0
    return Shown(cell, anchor, number, say.say(told), shape, bar)
