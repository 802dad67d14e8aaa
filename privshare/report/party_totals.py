"""What one of three parties of `totals-3/1` writes and says: the noised cells, who learned what, and the signatures.

    totals.csv     a row a group: people and total, both noised; empty below the own licence's minimum group
    leakage.json   the leakage statement; its bytes are of this party's own two connections
    session.json   what was agreed, by which role, who signed, digests and signatures of both sessions
    report.html    all of that for people

At the unit a group is called by its number. Promises: nothing of another
party's table is in it, and no key. Leaves to others: how a folder appears whole
or not at all (`staging.py`), how the page looks (`party_page.py`).
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from privshare.model.loss import loss_document
from privshare.model.role import Role
from privshare.report.figures import count, listing, shown
from privshare.report.layout import aligned, section, wrapped
from privshare.report.leaked import learned_lines, price_lines, price_told
from privshare.report.party import LEAKAGE, REPORT, SESSION, document
from privshare.report.sentences import Sentences, english
from privshare.report.tables import Data, csv_bytes
from privshare.scenario.party.totals.request import REVEAL
from privshare.scenario.party.totals.run import COUNT, SUM, TotalsRun

if TYPE_CHECKING:
    from privshare.report.party_page import PartyPage

TOTALS = "totals.csv"


def totals_files(run: TotalsRun, *, sentences: Sentences | None = None) -> dict[str, bytes]:
    """Return the files of a run by path."""
    from privshare.report.party_page import page_bytes  # the template engine is not waited for before a run

    group = run.asked.column if run.asked.role is Role.GROUPING else "group"
    table, say = Data("totals", (group, COUNT, SUM), run.cells), sentences or english()
    return {
        TOTALS: csv_bytes(table),
        LEAKAGE: document(asdict(run.statement)),
        SESSION: document(totals_facts(run)),
        REPORT: page_bytes(_page(run, table, say), say),
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
    say = sentences or english()
    finding, *about = _told(run, say)
    rows = [("", COUNT, SUM), *((group, shown(people), shown(total)) for group, people, total in run.cells)]
    lines = [*wrapped([finding], indent=""), *aligned(rows), ""]
    lines += [line for told in about for line in (*wrapped([told], indent=""), "")]
    lines += price_lines(run.party, run.loss, run.statement, say)
    lines += learned_lines(run.statement, say)
    lines += [*wrapped([say.say("told.party_totals_broken", what="; ".join(run.statement.broken_by))]), ""]
    files = [(f"{out}/{name}", told) for name, told in _files_told(say)]
    return lines + section(say.say("told.party_files"), aligned(files))[:-1]


def _told(run: TotalsRun, say: Sentences) -> list[str]:
    """Return what the cells are, how far off, and whether some are left empty, in words."""
    from privshare.use.release.accounting import interval

    halves = {name: count(interval(scales, 0.95)) for name, scales in run.noise.items()}
    small = [say.say("told.party_totals_small", own=run.party, minimum=count(run.minimum))] if run.minimum else []
    return [
        say.say("told.party_totals", **run.asked.who),
        say.say("told.party_totals_noise", people=halves[COUNT], total=halves[SUM]),
        *small,
    ]


def _files_told(say: Sentences) -> list[tuple[str, str]]:
    """Return each file of the folder and what it is for."""
    return [
        (TOTALS, say.say("told.party_totals_file")),
        (LEAKAGE, say.say("told.party_leakage")),
        (SESSION, say.say("told.party_totals_session")),
        (REPORT, say.say("told.party_report")),
    ]


def _page(run: TotalsRun, table: Data, say: Sentences) -> PartyPage:
    from privshare.report.party_page import PartyPage, limits_told

    uncounted = run.asked.role is not Role.UNIT and run.asked.ledger is None
    who = run.asked.who
    return PartyPage(
        party=run.party,
        others=tuple(party for party in who.values() if party != run.party),
        question=say.say(
            "party.question_totals", grouping_holder=who["grouping_holder"], value_holder=who["value_holder"]
        ),
        found=tuple(_told(run, say)),
        table=table,
        asked=tuple(_asked_told(run, say)),
        why=(say.say("party.one_suite", suite=run.statement.suite),),
        statement=run.statement,
        price=price_told(run.party, run.loss, run.statement, say),
        files=_files_told(say),
        limits=limits_told(noised=True, uncounted=uncounted, say=say),
        checks=(say.say("party.check_signatures"), say.say("party.check_cells")),
        sessions=run.sessions,
    )


def _asked_told(run: TotalsRun, say: Sentences) -> list[tuple[str, str]]:
    """Return what was asked, term by term."""
    from privshare.report.party_page import permitted_told

    asked = run.asked
    parts = {Role.GROUPING: "party.grouping", Role.VALUING: "party.valuing", Role.UNIT: "party.unit"}
    terms = [
        (say.say("party.role", party=run.party), say.say(parts[asked.role])),
        (say.say("party.peer"), listing([name for role, name in asked.names.items() if role is not asked.role])),
        (say.say("party.value_max"), say.say("party.value_max_value", number=count(asked.value_max))),
    ]
    if asked.role is Role.UNIT:
        return [*terms, (say.say("party.price"), say.say("party.price_unit", party=run.party))]
    smallest = count(run.minimum) if run.minimum else say.say("party.smallest_any")
    return [
        *terms,
        (say.say("party.key", party=run.party), listing(asked.key)),
        (say.say("party.table", party=run.party), say.say("party.table_rows", rows=count(run.rows))),
        (say.say("party.smallest"), smallest),
        *permitted_told(run.party, asked.purpose, run.clauses, run.loss, kept=asked.ledger is not None, say=say),
    ]
