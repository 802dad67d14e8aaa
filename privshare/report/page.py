"""The report: one self-contained HTML page, readable without network, script or colour.

Order: question and answer, categorize, secure, use, see, limits, verify. The
page reads a Run and nothing else. Everything printed goes through the two doors
of `engine.py`; only pictures that `svg.py` rebuilt enter unescaped.
Accessibility follows WCAG 2.2 AA; charts follow Chartability (role, title,
one-sentence finding, data table, file).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from privshare.model.category import Rung, RungKind
from privshare.model.party import PartyId
from privshare.model.release import Release
from privshare.report import charts, figures
from privshare.report.answer import Finding, finding, joint_release
from privshare.report.engine import engine_for
from privshare.report.findings import answer_sentence, districts_sentence, sizes_sentences
from privshare.report.matches import own_path, pairs_path
from privshare.report.paired import keys_of, rules_of
from privshare.report.panels import protocol_panel, release_panel
from privshare.report.remeasured import remeasured_sentences
from privshare.report.sentences import Sentences, english
from privshare.report.tables import Data, all_tables
from privshare.report.told_release import folded, numbers_told
from privshare.scenario.adhoc.flags import states_no_cap
from privshare.scenario.outcome import Run
from privshare.secure.signing import fingerprint
from privshare.use.worst_case import released_at_most

if TYPE_CHECKING:
    from jinja2 import Environment

    from privshare.attacks.adversary import AttackResult
    from privshare.categorize.plan import ColumnDecision

WITHOUT_MEMBERS = ("size/", "totals-")
"""Suites that tell nobody which people are shared; their leakage statements say so."""
REFUSALS = {
    "UnclassifiedColumn": "refusal.UnclassifiedColumn",
    "PurposeNotAllowed": "refusal.PurposeNotAllowed",
    "FormNotAllowed": "refusal.FormNotAllowed",
    "KeyNotAllowed": "refusal.KeyNotAllowed",
    "LicenceNotInForce": "refusal.LicenceNotInForce",
    "BudgetExhausted": "refusal.BudgetExhausted",
}
COMMAND = "privshare verify . --key {fingerprint}"


def render(run: Run, *, sentences: Sentences | None = None) -> str:
    """Return the report as one HTML document. sentences: the language; English where not given."""
    say = sentences or english()
    templates = templates_for(say)
    found = finding(run)
    tables = {data.name: data for data in all_tables(run, found)}
    names = {party.id: party.name for party in run.parties}
    public = fingerprint(bytes.fromhex(dict(run.keys)["run"]))
    return templates.get_template("page.html.j2").render(
        run=run,
        found=found,
        joint=joint_release(run),
        tables=tables,
        name=lambda party: names.get(party, party),
        totals=_totals(run),
        uncapped=states_no_cap(run.policy),
        forms=_forms(run.decisions),
        decisions={
            party.id: [decision for decision in run.decisions if decision.holder == party.id] for party in run.parties
        },
        answer=_answer(run, found, say),
        tightest=max(run.budgets, key=lambda line: line.spent_micro / max(1, line.cap_micro), default=None),
        best=max(run.attacks, key=lambda result: result.rate, default=None),
        pictures=_pictures(run, found, tables, names, say),
        attack_finding=_attack_finding(run.attacks, say),
        attacker_finding=_attack_finding(_aimed_at_tables(run), say),
        attacks=[_attack(result) for result in run.attacks],
        protocols=[
            protocol_panel(run, record, number, names, say, templates) for number, record in enumerate(run.protocols)
        ],
        releases=[release_panel(published, number, names, say) for number, published in enumerate(run.releases)],
        remeasured=[
            {
                "table": tables[f"combined-{pair.id}"],
                "told": folded(tables[f"combined-{pair.id}"]),
                "sentences": remeasured_sentences(pair, say),
            }
            for pair in run.remeasured
        ],
        not_stopped=tuple(dict.fromkeys(what for record in run.protocols for what in record.leakage.not_stopped)),
        fingerprint=public,
        command=COMMAND.format(fingerprint=public),
    )


def templates_for(say: Sentences) -> Environment:
    """Return the environment of the run's and the comparison's templates, in these sentences."""
    environment = engine_for(say)
    environment.globals |= {
        "own_path": own_path,
        "pairs_path": pairs_path,
        "paired_keys": keys_of,
        "paired_rules": rules_of,
        "forms_of": forms_of,
        "term": lambda iri: iri.rsplit("/", 1)[-1].rsplit("#", 1)[-1],
        "refusal_kind": lambda kind: say.say(REFUSALS.get(kind, "refusal.NotPermitted")),
    }
    return environment


def forms_of(decision: ColumnDecision) -> list[tuple[Rung, list[str]]]:
    """Return each form of a column with the purposes it serves, the widest form first."""
    purposes: dict[Rung, list[str]] = {}
    for purpose, rung in decision.rungs:
        purposes.setdefault(rung, []).append(figures.label(purpose))
    return sorted(purposes.items(), key=lambda item: -list(RungKind).index(item[0].kind))


def _answer(run: Run, found: Finding | None, say: Sentences) -> list[str]:
    names = {party.id: party.name for party in run.parties}
    linked = [
        say.say(
            "answer.paired" if link.fuzzy else "answer.linked",
            one=names[link.sides[0].party], other=names[link.sides[1].party],
            matches=figures.count(len(link.sides[0].matches)),
        )
        for link in run.links
    ]  # fmt: skip
    if found:
        return [answer_sentence(found, say), *districts_sentence(found, say), *linked]
    if linked or run.protocols or not run.releases:
        return linked or sizes_sentences(run, say) or [say.say("answer.none")]
    return [_released(published.release, say) for published in run.releases]


def _released(release: Release, say: Sentences) -> str:
    price = {"epsilon": figures.epsilon(release.loss.micro_epsilon), "delta": figures.delta(release.loss.delta_e15)}
    return say.say("answer.released", sentence=release.sentence, numbers=numbers_told(release, say.say), **price)


def _forms(decisions: tuple[ColumnDecision, ...]) -> dict[str, int]:
    names = {
        RungKind.OPEN: "open", RungKind.AFTER_DP: "noised", RungKind.AFTER_LINK: "link", RungKind.NEVER: "never",
    }  # fmt: skip
    widest = Counter(names.get(forms_of(d)[0][0].kind, "other") if d.rungs else "never" for d in decisions)
    return {name: widest[name] for name in ("open", "noised", "other", "link", "never")}


def _totals(run: Run) -> dict[str, Any]:
    return {
        "numbers": sum(v is not None for p in run.releases for cell in p.release.cells for v in cell.values),
        "open_rows": sum(len(record.rows) for record in run.open_records),
        "loss": released_at_most(published.release for published in run.releases),
        "no_members": bool(run.protocols)
        and all(record.leakage.suite.startswith(WITHOUT_MEMBERS) for record in run.protocols),
        "wire": sum(size for record in run.protocols for _, size in record.transcript.bytes_sent()),
        "caught": sum(bool(fraud.caught_by) for fraud in run.frauds),
    }


def _pictures(
    run: Run, found: Finding | None, tables: Mapping[str, Data], names: Mapping[PartyId, str], say: Sentences
) -> dict[str, Markup | None]:
    pictures: dict[str, Markup | None] = {"truth": None, "attacker": None, "attacks": None}
    if found:
        true, protected = tables.get("truth-rates"), tables["chart-protected"]
        high = protected.columns.index("high")
        reached = [float(row[-1] or 0) for row in true.rows] if true else []
        top = max([1.0, *reached, *(float(row[high] or 0) for row in protected.rows)])
        printed = {cell.key for cell in found.cells}
        joint = joint_release(run)
        hidden = [cell.key for cell in joint.release.cells if cell.key not in printed] if joint else []
        pictures["answer"] = charts.answer_chart(tables["chart-answer"], say)
        if true:
            pictures["truth"] = charts.truth_chart(true, say, top=top)
        pictures["protected"] = charts.protected_chart(protected, hidden, say, top=top)
    data = tables["chart-attacks"]
    aimed = {(result.attack, result.against) for result in _aimed_at_tables(run)}
    for name, width, rows in (
        ("attacker", 278, tuple(row for row in data.rows if row[:2] in aimed)),
        ("attacks", 420, data.rows),
    ):
        if rows:
            shown_rows = Data(data.name, data.columns, rows)
            pictures[name] = charts.attack_chart(shown_rows, say, id=f"picture-{name}", width=width)
    if run.budgets:
        pictures["budget"] = charts.budget_chart(run.budgets, names, say)
    return pictures


def _aimed_at_tables(run: Run) -> list[AttackResult]:
    """Return attacks of a kind that meets a ceiling somewhere: those read published tables, others the wire."""
    kinds = {result.attack for result in run.attacks if result.ceiling is not None}
    return [result for result in run.attacks if result.attack in kinds]


def _attack_finding(results: Sequence[AttackResult], say: Sentences) -> str:
    best = max(results, key=lambda result: result.rate, default=None)
    if best is None:
        return say.say("chart.attacks.none")
    return say.say(
        "chart.attacks.finding",
        number=figures.count(len(results)), rate=figures.percent(best.rate, 0), against=best.against,
    )  # fmt: skip


def _attack(result: AttackResult) -> dict[str, Any]:
    from privshare.attacks.adversary import wilson_interval  # only a run with attacks loads them

    low, high = wilson_interval(result.successes, result.attempts)
    above = result.ceiling is not None and low > result.ceiling
    return {"result": result, "low": low, "high": high, "better": low > result.baseline, "above": above}
