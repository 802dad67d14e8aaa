"""A look and what was measured after it, as one table: in sentences, as facts, and checked against both releases.

The combined table is signed by nobody: it follows from two signed releases,
so whoever verifies a folder computes it anew and compares.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from privshare.errors import InputRefused, VerificationFailed
from privshare.model.loss import NO_LOSS, loss_document
from privshare.model.release import Release
from privshare.report.figures import count, epsilon, exact_percent
from privshare.report.layout import tabled, wrapped
from privshare.report.sealed import SealedFolder
from privshare.report.sentences import Sentences
from privshare.report.shape import part, parts
from privshare.report.tables import combined_table, csv_bytes
from privshare.scenario.outcome import RemeasureRecord

if TYPE_CHECKING:
    from privshare.use.release.remeasure import Row

FACTS = "run.json"
ROWS_SHOWN = 12


def remeasured_lines(pair: RemeasureRecord, *, out: str, sentences: Sentences) -> list[str]:
    """Return the combined table, what was reached, and what it cost in all."""
    say = sentences.say
    head = (*pair.by, pair.measure, say("remeasured.low"), say("remeasured.high"), say("remeasured.reached"))
    rows = [_row(row, sentences) for row in pair.rows[:ROWS_SHOWN]]
    lines = tabled([head, *rows], words=[*(True for _ in pair.by), False, False, False, True])
    if len(pair.rows) > ROWS_SHOWN:
        more = count(len(pair.rows) - ROWS_SHOWN)
        lines.append(f"  {say('told.rows_more', number=more, out=out, table=f'combined-{pair.id}')}")
    return [*lines, "", *wrapped(remeasured_sentences(pair, sentences), indent=""), ""]


def remeasured_sentences(pair: RemeasureRecord, sentences: Sentences) -> list[str]:
    """Return what the two measurements were for, whether it was reached, and their price."""
    say, share = sentences.say, exact_percent(pair.share)
    second = pair.choice.micro
    told = [say("remeasured.what", look=pair.look, look_epsilon=epsilon(_look_micro(pair)))]
    if pair.choice.promised == 0:
        told.append(say("remeasured.nothing"))
    elif pair.choice.needed == 0:
        told.append(say("remeasured.enough", share=share, promised=count(pair.choice.promised)))
    elif pair.choice.needed == pair.choice.micro:
        promised = count(pair.choice.promised)
        told.append(say("remeasured.second", id=pair.id, epsilon=epsilon(second), share=share, promised=promised))
    else:
        told.append(say("remeasured.short", id=pair.id, epsilon=epsilon(second), share=share))
    spent, most = epsilon(pair.spent.micro_epsilon), epsilon(pair.most_micro)
    if not second:
        return [*told, say("remeasured.price_alone", spent=spent, most=most), say("remeasured.interval_alone")]
    return [*told, say("remeasured.price", spent=spent, most=most), say("remeasured.interval")]


def remeasured_facts(pair: RemeasureRecord) -> dict[str, Any]:
    """Return the record as texts and whole numbers."""
    return {
        "id": pair.id,
        "look": pair.look,
        "second": pair.second,
        "target_millionths": int(pair.share * 10**6),
        "most_micro_epsilon": pair.most_micro,
        "spent": loss_document(pair.spent),
        "needed_micro_epsilon": pair.choice.needed,
        "promised": pair.choice.promised,
        "table": f"combined-{pair.id}",
        "groups": _group_facts(pair.rows),
    }


def check_combined(sealed: SealedFolder, releases: Mapping[str, Release]) -> None:
    """Check that every combined table is what its two signed releases make together, at the sum of their losses."""
    from privshare.use.release.remeasure import combine  # only a run that measured twice loads it

    by_id = {release.id: release for release in releases.values()}
    for stated in parts(sealed.document(FACTS), "remeasured", dict, file=FACTS):
        look, second = (by_id.get(part(stated, name, str, file=FACTS)) for name in ("look", "second"))
        if look is None or (second is None and stated["second"]):
            raise VerificationFailed(FACTS, "it combines a release that is not in the folder")
        share = Fraction(part(stated, "target_millionths", int, file=FACTS), 10**6)
        try:
            rows = combine(look, second, share)
        except (InputRefused, ArithmeticError, LookupError, ValueError):
            raise VerificationFailed(FACTS, "it combines releases that cannot be combined") from None
        table = combined_table(part(stated, "id", str, file=FACTS), look.by, look.measures[0], rows)
        if sealed.read(f"tables/{table.name}.csv") != csv_bytes(table):
            raise VerificationFailed(f"tables/{table.name}.csv", "it is not what the two signed releases make together")
        losses = [release.loss for release in (look, second) if release is not None]
        told = loss_document(sum(losses, NO_LOSS))
        if stated.get("spent") != told or stated.get("groups") != _group_facts(rows):
            raise VerificationFailed(FACTS, "a combined table in it is not what the two signed releases make together")


def _group_facts(rows: tuple[Row, ...]) -> list[dict[str, Any]]:
    return [
        {"key": list(row.key), "value": row.value, "half": row.half, "standing": row.standing.value, "met": row.met}
        for row in rows
    ]


def _look_micro(pair: RemeasureRecord) -> int:
    return pair.spent.micro_epsilon - pair.choice.micro


def _row(row: Row, sentences: Sentences) -> tuple[str, ...]:
    from privshare.use.release.planning import Standing

    say = sentences.say
    if row.value is None:
        return (*row.key, "", "", "", say("plan.not_printed"))
    met = say("remeasured.met") if row.met else say("remeasured.missed")
    told = say("plan.reaches_zero") if row.standing is Standing.TOO_SMALL else met
    return (*row.key, count(row.value), count(row.value - row.half), count(row.value + row.half), told)
