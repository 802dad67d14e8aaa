"""The run, a verification and a ledger as lines for a terminal of 80 columns. No colour, no markup.

Promises: control and direction characters in names are spelled out, and every
sentence comes from the sentence file. Leaves to others: widths (`layout.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from privshare.model.release import Release
from privshare.report.answer import finding
from privshare.report.figures import count, decimal, epsilon, label, percent, plain, shown
from privshare.report.findings import answer_sentence, districts_sentence, sizes_sentences
from privshare.report.layout import INDENT, aligned, section, tabled, wrapped
from privshare.report.remeasured import remeasured_lines
from privshare.report.sentences import Sentences, english
from privshare.report.tables import derived_tables, release_table
from privshare.report.told_release import (
    audit_command,
    bounds_told,
    evidence_told,
    for_people,
    has_intervals,
    ingredients,
    numbers_told,
    price_told,
)
from privshare.scenario.outcome import Run

if TYPE_CHECKING:
    from privshare.categorize.detection import Examination
    from privshare.report.verify import Verification

ROWS_SHOWN = 12


def summary_lines(run: Run, *, out: str, fingerprint: str, sentences: Sentences | None = None) -> list[str]:
    """Return a run in about forty lines: finding, releases, refusals, frauds, attacks, budget, report, command."""
    from privshare.use.release.accounting import expected_error  # a link's last lines need none of it

    language = sentences or english()
    say = language.say
    names = {party.id: party.name for party in run.parties}
    releases = [
        (
            published.release.id,
            numbers_told(published.release, say),
            say("told.loss", epsilon=epsilon(published.release.loss.micro_epsilon)),
            say("told.error", error=decimal(max(expected_error(s) for _, s in published.release.public_noise))),
        )
        for published in run.releases
    ]
    attacks = [
        (
            say("told.right", rate=percent(result.rate, 0)),
            say("told.guessing", baseline=percent(result.baseline, 0)),
            say("told.attack", attack=label(result.attack), against=result.against),
        )
        for result in run.attacks
    ]
    budgets = [
        (
            names.get(line.holder, line.holder),
            label(line.purpose),
            say("told.spent", spent=epsilon(line.spent_micro), cap=epsilon(line.cap_micro)),
        )
        for line in run.budgets
    ]
    frauds = [
        (say("told.caught"), say("told.fraud", planted=fraud.planted, safeguard=fraud.caught_by))
        if fraud.caught_by
        else (say("told.missed"), fraud.planted)
        for fraud in run.frauds
    ]
    refusals = [(refusal.question.id, say("told.accepted", accepted=refusal.accepted)) for refusal in run.refusals]
    lines = [*wrapped([run.question], indent=""), ""]
    lines += section(say("told.found"), wrapped(_found(run, language)))
    lines += section(say("told.released"), aligned(releases))
    remeasured = [line for pair in run.remeasured for line in remeasured_lines(pair, out=out, sentences=language)]
    lines += section(say("remeasured.title"), remeasured)
    lines += section(say("told.refused"), aligned(refusals))
    lines += section(say("told.frauds"), aligned(frauds))
    lines += section(say("told.attacks"), aligned(attacks))
    lines += section(say("told.budget"), aligned(budgets))
    return lines + closing(run, out, fingerprint, language)


def release_lines(run: Run, *, out: str, fingerprint: str, sentences: Sentences | None = None) -> list[str]:
    """Return the one release of a run on somebody's own table: its numbers, its price and its bounds."""
    language = sentences or english()
    say = language.say
    lines = [line for pair in run.remeasured for line in remeasured_lines(pair, out=out, sentences=language)]
    for published in run.releases:
        release = published.release
        if len(run.releases) > 1 or run.remeasured:
            lines.append(plain(release.sentence))
        lines += [*_tables(release, out, say), ""]
        bounds = [
            say("told.bound", what=bound.of, value="; ".join(bound.told)) if bound.of else one
            for bound in bounds_told(release, say)
            for one in (bound.told if not bound.of else bound.told[:1])
        ]
        stored = [say("use.stored")] if published.from_store else []
        lines += section(say("told.split"), wrapped([*stored, *price_told(release, say)]))
        lines += section(say("told.bounds"), wrapped(bounds))
        lines += section(say("evidence.title"), wrapped(evidence_told(release, say)))
    audits = [audit_command(published.release, out) for published in run.releases]
    told = [plain(say("evidence.audit", command=command)) for command in audits if command]
    return [*lines, *closing(run, out, fingerprint, language), *told]


def _tables(release: Release, out: str, say: Callable[..., str]) -> list[str]:
    """Return a release's tables as aligned lines, an interval in the cell of its number."""
    lines: list[str] = []
    tables = (release_table(release), *derived_tables(release))
    for table in tables:
        told = for_people(release, table)
        worded = {place for row in table.rows for place, value in enumerate(row) if isinstance(value, str)}
        words = {table.columns[place] for place in worded}
        rows = [tuple(map(shown, row)) for row in told.rows[:ROWS_SHOWN]]
        lines += tabled([told.columns, *rows], words=[name in words for name in told.columns])
        if len(table.rows) > ROWS_SHOWN:
            more = count(len(table.rows) - ROWS_SHOWN)
            lines.append(plain(INDENT + say("told.rows_more", number=more, out=out, table=table.name)))
    if any(map(has_intervals, tables)):
        lines += wrapped([say("told.brackets")])
    if aside := ingredients(release):
        named = {"measures": ", ".join(aside), "out": out, "table": tables[0].name}
        lines += wrapped([say("told.ingredients", **named)])
    return lines if release.cells else [*lines, *wrapped([say("told.no_group")])]


def examination_lines(found: Examination, *, out: str | None, sentences: Sentences | None = None) -> list[str]:
    """Return what each column of a table seems to be, why, and how sure that is; then who stands out in it."""
    say = (sentences or english()).say
    columns = [
        (said.column, say("examined.category", category=label(said.category.value), confidence=said.confidence))
        for said in found.suggestions
    ]
    reasons = [(said.column, said.reason) for said in found.suggestions]
    risks = [
        (
            " + ".join(risk.columns),
            say("examined.unique", unique=count(risk.unique), rows=count(risk.rows)),
            say("examined.small", small=count(risk.small), limit=count(risk.limit)),
        )
        for risk in found.risks
    ]
    lines = section(say("examined.columns"), aligned(columns)) + section(say("examined.reasons"), aligned(reasons))
    lines += section(say("examined.risks"), aligned(risks))
    lines += [*wrapped([say("examined.person")], indent=""), ""]
    lines.append(plain(say("examined.draft", out=out)) if out is not None else say("examined.no_draft"))
    return lines


def closing(run: Run, out: str, fingerprint: str, sentences: Sentences) -> list[str]:
    """Return the last lines of a run: whose people these are, where the report lies, how to verify it."""
    say = sentences.say
    people = say("told.brought") if run.people is None else say("told.simulated", people=count(run.people))
    notes = [people] if run.ledger_kept else [people, say("told.ledger_gone")]
    # Paths and commands are copied, so they are never wrapped.
    links = [plain(say("told.report", out=out)), plain(say("told.verify", out=out, fingerprint=fingerprint))]
    return [*wrapped(notes, indent=""), "", *links]


def verification_lines(checked: Verification, *, sentences: Sentences | None = None) -> list[str]:
    """Return what was checked, and whether the folder is authenticated or only consistent."""
    say = (sentences or english()).say
    told = {
        "files": "check.files", "log": "check.log", "witnesses": "check.witnesses", "seals": "check.seals",
        "open": "check.open", "releases": "check.releases", "links": "check.links",
        "ledger": "check.ledger", "messages": "check.messages", "cells": "check.cells", "tables": "check.tables",
    }  # fmt: skip
    lines = aligned([(count(number), say(told[what])) for what, number in checked.checks], right=True)
    lines.append("")
    if checked.authenticated:
        lines.append(say("check.authenticated", fingerprint=checked.fingerprint))
        return lines
    lines += wrapped([say("check.consistent")], indent="")
    lines.append(say("check.signed_by", fingerprint=checked.fingerprint))
    return lines


def _found(run: Run, say: Sentences) -> list[str]:
    found = finding(run)
    if found is None:
        return sizes_sentences(run, say) or [say.say("answer.none")]
    return [answer_sentence(found, say), *districts_sentence(found, say)]
