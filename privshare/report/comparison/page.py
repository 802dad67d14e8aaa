"""The page of a comparison: one self-contained HTML file, readable without network, script or colour.

Order: what was compared and found, the matrix, worth and cost, the frontier,
attacks under their ceiling, growth, trust, every cell in full, limits, verify.
It reads the document and nothing else; everything printed goes through the two
doors of `report/page.py`. A cell of the matrix is a number, a word and a bar
with a pattern, and leads to its details.
"""

from __future__ import annotations

import re

from markupsafe import Markup, escape

from privshare.comparison.lab.cell import CHANCE
from privshare.comparison.lab.verdict import MOST, NEARLY_ALL
from privshare.report import figures
from privshare.report.comparison.charts import ceiling_chart, frontier_chart, growth_chart
from privshare.report.comparison.facts import ComparisonFacts, EmptyCell, MeasuredCell, TechniqueFacts
from privshare.report.comparison.panels import (
    WORDS,
    at_one_budget,
    epsilon_told,
    findings,
    lines_of,
    places_of,
    reasons,
)
from privshare.report.comparison.tables import cell_table, growth_table
from privshare.report.page import COMMAND, templates_for
from privshare.report.sentences import Sentences, english
from privshare.report.tables import Data

# Before a consonant and a vowel, or "str", four letters from either end of a word.
_SYLLABLE = re.compile(
    r"(?<=[a-z]{4})(?:(?<=[aeiou])(?=[^aeiou\W]h?[aeiou])|(?<=[^aeiou\W])(?=[^aeioulr\W]h?[aeiou])|(?<=n)(?=str))(?=[a-z]{4})"
)


def render(facts: ComparisonFacts, *, fingerprint: str, sentences: Sentences | None = None) -> str:
    """Return the page as one HTML document. fingerprint: of the key that signs its folder."""
    say = sentences or english()
    templates = templates_for(say)
    templates.globals |= {"budget": epsilon_told, "rate": rate, "pace": pace, "tried": _tried, "hyphenated": hyphenated}
    templates.globals |= {"worst": lambda one: worst_told(one, say), "ceiling": figures.ceiling}
    lines = lines_of(facts, say)
    shown, places = at_one_budget(facts, lines), places_of(lines)
    return templates.get_template("comparison.html.j2").render(
        facts=facts,
        lines=lines,
        rows=shown,
        places=places,
        idle=[attack.title for place, attack in enumerate(facts.attacks) if place not in places],
        findings=findings(facts, shown, say),
        words=[(shape, say.say(told), _meaning(told, say)) for shape, told in dict(WORDS.items()).values()],
        frontier=frontier_chart(lines, say),
        best=sorted((line for line in lines if line.facts.on_frontier), key=lambda line: line.facts.utility.mean_error),
        ceilings=_ceilings(facts, say),
        growth=growth_chart(facts, say),
        growth_data=growth_table(facts),
        reasons=reasons(facts, shown),
        alarmed=bool([cell for cell in facts.cells if isinstance(cell, MeasuredCell) and cell.word.name == "ALARM"]),
        fingerprint=fingerprint,
        command=COMMAND.format(fingerprint=fingerprint),
    )


def rate(share: float) -> str:
    """Return a rate in percent; one that is small and not 0 says so.

    >>> rate(0.5), rate(0.0), rate(2e-7)
    ('50.0%', '0.0%', 'below 0.1%')
    """
    return "below 0.1%" if 0 < share < 0.0005 else figures.percent(share)


def pace(seconds: float) -> str:
    """Return seconds to two digits.

    >>> pace(0.0123), pace(12.3), pace(0.0000041)
    ('0.012', '12', '0.0000041')
    """
    if seconds >= 10:
        return figures.decimal(seconds, 0)
    return f"{float(f'{seconds:.2g}'):.9f}".rstrip("0").rstrip(".")


def hyphenated(text: str) -> Markup:
    """Return a text with places where its long words may be broken, by a rule that does for English.

    >>> hyphenated("re-identification <b>")
    Markup('re-iden&shy;ti&shy;fi&shy;ca&shy;tion &lt;b&gt;')
    """
    told = _SYLLABLE.sub("\N{SOFT HYPHEN}", figures.plain(text))
    return Markup(str(escape(told)).replace("\N{SOFT HYPHEN}", "&shy;"))  # noqa: S704 - escaped just before


def worst_told(one: TechniqueFacts, say: Sentences) -> str:
    """Return how far the most successful attack on a technique came."""
    if one.worst_gain is None:
        return say.say("compare.untested")
    if one.worst_attack is None:
        return say.say("compare.no_gain")
    return say.say("compare.worst_gain", gain=figures.percent(one.worst_gain, 0), attack=one.worst_attack)


def _tried(cell: MeasuredCell | EmptyCell) -> bool:
    return isinstance(cell, MeasuredCell)


def _ceilings(facts: ComparisonFacts, say: Sentences) -> list[tuple[TechniqueFacts, Markup, Data]]:
    """Return the picture and the table of each technique whose attacks were tried at several budgets."""
    found = []
    for number, one in enumerate(_first_of_each(facts)):
        title = say.say("compare.ceiling_title", title=one.title)
        picture = ceiling_chart(facts, one.technique, id=f"chart-ceiling-{number}", title=title)
        if picture is not None:
            found.append((one, picture, _capped(facts, one.technique)))
    return found


def _capped(facts: ComparisonFacts, technique: str) -> Data:
    table = cell_table(facts)
    wanted = ("attack", "epsilon", "success", "low", "high", "baseline", "ceiling", "chance", "attempts")
    places = [table.columns.index(name) for name in wanted]
    has, of = table.columns.index("ceiling"), table.columns.index("technique")
    rows = [
        tuple(row[place] for place in places) for row in table.rows if row[of] == technique and row[has] is not None
    ]
    return Data(table.name, wanted, tuple(sorted(rows, key=lambda row: (str(row[0]), row[1] or 0))))


def _first_of_each(facts: ComparisonFacts) -> list[TechniqueFacts]:
    return list({one.technique: one for one in reversed(facts.techniques) if one.epsilon is not None}.values())[::-1]


def _meaning(told: str, say: Sentences) -> str:
    """Return what a word stands for."""
    if told == "compare.word_most":
        return say.say("compare.means_most", share=figures.percent(MOST, 0))
    if told == "compare.word_all":
        return say.say("compare.means_all", share=figures.percent(NEARLY_ALL, 0))
    if told == "compare.word_alarm":
        return say.say("compare.means_alarm", chance=f"{1 / CHANCE:,.0f}")
    plain = {
        "compare.word_none": "compare.means_none", "compare.word_untried": "compare.means_untried",
        "compare.word_guessing": "compare.means_guessing", "compare.word_some": "compare.means_some",
    }  # fmt: skip
    return say.say(plain[told])
