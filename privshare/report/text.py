"""The run, a verification and a ledger as lines for a terminal of 80 columns. No colour, no markup.

Promises: control and direction characters in names are spelled out, and every
sentence comes from the sentence file. Leaves to others: widths (`layout.py`).
"""

from __future__ import annotations

from collections.abc import Callable

from privshare.categorize.detection import Examination
from privshare.model.release import NoisePart, Release
from privshare.report.answer import finding
from privshare.report.figures import count, decimal, delta, epsilon, label, percent, plain, shown
from privshare.report.findings import answer_sentence, districts_sentence
from privshare.report.layout import INDENT, aligned, section, wrapped
from privshare.report.remeasured import remeasured_lines
from privshare.report.sentences import Sentences, english
from privshare.report.tables import Value, derived_tables, release_table
from privshare.report.verify import Verification
from privshare.scenario.outcome import Run
from privshare.use.release.accounting import expected_error

ROWS_SHOWN = 12


def summary_lines(run: Run, *, out: str, fingerprint: str, sentences: Sentences | None = None) -> list[str]:
    """Return a run in about forty lines: finding, releases, refusals, frauds, attacks, budget, report, command."""
    language = sentences or english()
    say = language.say
    names = {party.id: party.name for party in run.parties}
    releases = [
        (
            published.release.id,
            _numbers(published.release, say),
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
        if run.remeasured:
            lines.append(release.id)
        for table in (release_table(release), *derived_tables(release)):
            rows = [tuple(map(_written, row)) for row in table.rows[:ROWS_SHOWN]]
            lines += [*aligned([table.columns, *rows])]
            if len(table.rows) > ROWS_SHOWN:
                more = count(len(table.rows) - ROWS_SHOWN)
                lines.append(plain(INDENT + say("told.rows_more", number=more, out=out, table=table.name)))
        parts = [
            say("told.part_measure", measure=part.measure, **_priced(part))
            if part.measure
            else say("told.part_bound", **_priced(part))
            for part in release.parts
        ]
        bounds = [say("told.bound", what=what, value=value) for what, value in release.bounds]
        lines += ["", *section(say("told.split"), wrapped(parts)), *section(say("told.bounds"), wrapped(bounds))]
    return lines + closing(run, out, fingerprint, language)


def _numbers(release: Release, say: Callable[..., str]) -> str:
    printed = sum(value is not None for cell in release.cells for value in cell.values)
    return say("told.one_cell") if printed == 1 else say("told.cells", number=count(printed))


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


def _written(value: Value) -> str:
    return value if isinstance(value, str) else decimal(value) if isinstance(value, float) else shown(value)


def _priced(part: NoisePart) -> dict[str, str]:
    return {
        "epsilon": epsilon(part.loss.micro_epsilon),
        "delta": delta(part.loss.delta_e15),
        "scale": decimal(float(part.scale) / part.grain),
    }


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
        "ledger": "check.ledger", "messages": "check.messages",
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
        return [say.say("answer.none")]
    return [answer_sentence(found, say), *districts_sentence(found, say)]
