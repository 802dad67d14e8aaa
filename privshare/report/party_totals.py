"""What one of three parties of `totals-3/1` writes and says: the noised cells, who learned what, and the signatures.

    totals.csv     a row a group: people and total, both noised; empty below the own licence's minimum group
    leakage.json   the leakage statement; its bytes are of this party's own two connections
    session.json   what was agreed, by which role, who signed, digests and signatures of both sessions

At the unit a group is called by its number. Promises: nothing of another
party's table is in it, and no key. Leaves to others: how a folder appears whole
or not at all (`staging.py`).
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from privshare.model.loss import loss_document
from privshare.model.role import Role
from privshare.report.figures import count, shown
from privshare.report.layout import aligned, section, wrapped
from privshare.report.party import LEAKAGE, SESSION, document, learned_lines, price_lines
from privshare.report.sentences import Sentences, english
from privshare.report.tables import Data, csv_bytes
from privshare.scenario.party.totals.request import REVEAL
from privshare.scenario.party.totals.run import COUNT, SUM, TotalsRun

TOTALS = "totals.csv"


def totals_files(run: TotalsRun) -> dict[str, bytes]:
    """Return the files of a run by path."""
    group = "group" if run.asked.role is Role.UNIT else run.asked.column
    header = (group if run.asked.role is Role.GROUPING else "group", COUNT, SUM)
    return {
        TOTALS: csv_bytes(Data("totals", header, run.cells)),
        LEAKAGE: document(asdict(run.statement)),
        SESSION: document(totals_facts(run)),
    }


def totals_facts(run: TotalsRun) -> dict[str, Any]:
    """Return a run as facts: names, public terms, noised cells, what was agreed and signed, no row."""
    asked = run.asked
    return {
        "version": 1,
        "party": run.party,
        "role": str(asked.role),
        "parties": {str(role): name for role, name in asked.names.items()},
        "reveal": REVEAL,
        "suite": run.statement.suite,
        "columns": list(asked.key),
        "rows": run.rows,
        "clauses": list(run.clauses),
        **loss_document(run.loss),
        "value_max": asked.value_max,
        "identifiers_max": asked.identifiers_max,
        "minimum_group": run.minimum,
        "noise": {name: list(scales) for name, scales in run.noise.items()},
        "cells": [{"group": group, COUNT: people, SUM: total} for group, people, total in run.cells],
        "sessions": [dict(session) for session in run.sessions],
    }


def totals_lines(run: TotalsRun, *, out: str, sentences: Sentences | None = None) -> list[str]:
    """Return a run as lines for a terminal."""
    from privshare.use.release.accounting import interval

    say = sentences or english()
    halves = {name: count(interval(scales, 0.95)) for name, scales in run.noise.items()}
    rows = [("", COUNT, SUM), *((group, shown(people), shown(total)) for group, people, total in run.cells)]
    lines = [
        *wrapped([say.say("told.party_totals", **run.asked.who)], indent=""),
        *aligned(rows),
        "",
        *wrapped([say.say("told.party_totals_noise", people=halves[COUNT], total=halves[SUM])], indent=""),
        "",
    ]
    if run.minimum:
        told = say.say("told.party_totals_small", own=run.party, minimum=count(run.minimum))
        lines += [*wrapped([told], indent=""), ""]
    lines += price_lines(run.party, run.loss, run.statement, say)
    lines += learned_lines(run.statement, say)
    lines += [*wrapped([say.say("told.party_totals_broken", what="; ".join(run.statement.broken_by))]), ""]
    files = [
        (f"{out}/{TOTALS}", say.say("told.party_totals_file")),
        (f"{out}/{LEAKAGE}", say.say("told.party_leakage")),
        (f"{out}/{SESSION}", say.say("told.party_totals_session")),
    ]
    return lines + section(say.say("told.party_files"), aligned(files))[:-1]
