"""What one party of a run between two machines writes and says: its own rows, who learned what, and both signatures.

    matches.csv    `match_id,own_row`: rows of its own table from 0, by match; only with members
    matches.weights.csv, matches.open.csv   as in `paired.py`; only where this party paired records
    leakage.json   the leakage statement
    session.json   what was agreed, who signed, digests and signatures; and the noised number, where there is one
    report.html    all of that for people

Promises: nothing of the other party's table is in it, and no key. Leaves to
others: how a folder appears whole or not at all (`staging.py`), how the page
looks (`party_page.py`).
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from privshare.model.loss import NO_LOSS, loss_document
from privshare.report.choice import choice_facts, choice_told
from privshare.report.figures import count, listing, shown
from privshare.report.layout import aligned, section, wrapped
from privshare.report.leaked import learned_lines, price_lines, price_told
from privshare.report.paired import OPEN_HEADER, WEIGHTS_HEADER, unread_lines
from privshare.report.row_numbers import written
from privshare.report.sentences import Sentences, english
from privshare.scenario.party.run import PartyRun

if TYPE_CHECKING:
    from privshare.report.party_page import PartyPage

MATCHES, LEAKAGE, SESSION, REPORT = "matches.csv", "leakage.json", "session.json", "report.html"
WEIGHTS, OPEN = "matches.weights.csv", "matches.open.csv"
HEADER = "match_id,own_row"


def party_files(run: PartyRun, *, sentences: Sentences | None = None) -> dict[str, bytes]:
    """Return the files of a run by path."""
    from privshare.report.party_page import page_bytes  # the template engine is not waited for before a run

    files = {LEAKAGE: document(asdict(run.found.statement)), SESSION: document(party_facts(run))}
    matches = run.found.matches
    if matches is not None:
        numbers = np.repeat(np.arange(len(matches)), np.diff(matches.starts))
        files[MATCHES] = written(HEADER, [numbers, matches.rows])
    if run.found.weight is not None and run.found.open_rows is not None:
        files[WEIGHTS] = written(WEIGHTS_HEADER, [np.arange(len(run.found.weight)), run.found.weight])
        files[OPEN] = written(OPEN_HEADER, run.found.open_rows)
    files[REPORT] = page_bytes(_page(run, say := sentences or english()), say)
    return files


def party_facts(run: PartyRun) -> dict[str, Any]:
    """Return a run as facts: names and sizes, what was agreed and signed, no row."""
    found = run.found
    return {
        "version": 1,
        "party": run.party,
        "peer": run.peer,
        "reveal": run.asked.reveal,
        "suite": found.suite,
        "columns": list(run.asked.key),
        "rows": run.rows,
        "missing": run.missing,
        "items": run.items,
        "clauses": list(run.clauses),
        **loss_document(run.loss),
        **({"choice": choice_facts(found.choice)} if found.choice else {}),
        **({"matches": len(found.matches), "matched_rows": len(found.matches.rows)} if found.matches else {}),
        **({"open": len(found.open_rows[0])} if found.open_rows else {}),
        **({"people": found.people, "noise": list(found.noise)} if found.noise else {}),
        **({"minimum_group": found.below} if found.below else {}),
        "session": dict(run.session),
    }


def party_lines(run: PartyRun, *, out: str, sentences: Sentences | None = None) -> list[str]:
    """Return a run as lines for a terminal."""
    say, found = sentences or english(), run.found
    lines: list[str] = []
    if found.matches is not None:
        told = say.say(
            "told.party_paired" if run.asked.fuzzy else "told.party_found",
            own=run.party, peer=run.peer, matches=count(len(found.matches)),
            matched=count(len(found.matches.rows)), rows=count(run.rows), missing=count(run.missing),
        )  # fmt: skip
        lines += [*wrapped([told], indent=""), ""]
    lines += unread_lines(run.party, found.unread, say)
    lines += [line for told in _noised(run, say) for line in (*wrapped([told], indent=""), "")]
    lines += [*wrapped(choice_told(found.choice, say)), ""] if found.choice else []
    lines += price_lines(run.party, run.loss, found.statement, say)
    lines += learned_lines(found.statement, say)
    files = [(f"{out}/{name}", told) for name, told in _files_told(run, say)]
    return lines + section(say.say("told.party_files"), aligned(files))[:-1]


def _noised(run: PartyRun, say: Sentences) -> list[str]:
    """Return the noised number in words, or that it is too small to be told."""
    found, told = run.found, []
    if found.people is not None:
        from privshare.use.release.accounting import interval

        half = count(interval(found.noise, 0.95))
        told = [say.say("told.party_size", own=run.party, peer=run.peer, number=shown(found.people), half=half)]
    if found.below:
        told.append(say.say("told.party_size_small", own=run.party, peer=run.peer, minimum=count(found.below)))
    return told


def _files_told(run: PartyRun, say: Sentences) -> list[tuple[str, str]]:
    """Return each file of the folder and what it is for."""
    found = run.found
    files = [(LEAKAGE, say.say("told.party_leakage")), (SESSION, say.say("told.party_session"))]
    if found.matches is not None:
        files.insert(0, (MATCHES, say.say("told.party_matches", own=run.party, peer=run.peer)))
    if found.weight is not None:
        files.insert(1, (WEIGHTS, say.say("told.pairs_weights", party=run.party)))
        files.insert(2, (OPEN, say.say("told.pairs_ties", party=run.party)))
    return [*files, (REPORT, say.say("told.party_report"))]


def _page(run: PartyRun, say: Sentences) -> PartyPage:
    from privshare.report.party_page import PartyPage, limits_told

    asked, found = run.asked, run.found
    names = {"own": run.party, "peer": run.peer}
    noised = run.loss != NO_LOSS
    if found.matches is not None:
        matches, matched = count(len(found.matches)), count(len(found.matches.rows))
        linked = "answer.paired" if asked.fuzzy else "answer.linked"
        answer = [say.say(linked, one=run.party, other=run.peer, matches=matches)]
        answer.append(say.say("party.rows", own=run.party, matched=matched, rows=count(run.rows), file=MATCHES))
        if found.open_rows is not None:
            answer.append(say.say("told.pairs_open", party=run.party, rows=count(len(found.open_rows[0]))))
        check = say.say("party.check_matches", matches=matches)
    else:
        answer, check = _noised(run, say), say.say("party.check_number")
    question = {"members": "party.question_members", "fuzzy": "party.question_fuzzy", "size": "party.question_size"}
    return PartyPage(
        party=run.party,
        others=(run.peer,),
        question=say.say(question[asked.reveal], **names),
        found=tuple(answer),
        table=None,
        asked=tuple(_asked_told(run, say)),
        why=tuple(choice_told(found.choice, say)) if found.choice else (say.say("party.one_suite", suite=found.suite),),
        statement=found.statement,
        price=price_told(run.party, run.loss, found.statement, say),
        files=_files_told(run, say),
        limits=limits_told(noised=noised, uncounted=noised and asked.ledger is None, say=say),
        checks=(say.say("party.check_signatures"), check),
        sessions=(run.session,),
    )


def _asked_told(run: PartyRun, say: Sentences) -> list[tuple[str, str]]:
    """Return what was asked, term by term."""
    from privshare.report.party_page import permitted_told

    parameters: Any = run.session["parameters"]
    asked, plan = run.asked, parameters.get("plan")
    terms: list[tuple[str, str]] = [(say.say("party.peer"), run.peer)]
    if plan is None:
        terms.append((say.say("party.key", party=run.party), listing(asked.key)))
    else:
        rules = [f"{name} {field['rule']}" for name, field in zip(asked.key, plan["fields"], strict=True)]
        least = say.say("party.least_value", least=count(plan["weight_min"]), keys=count(len(plan["keys"])))
        terms += [(say.say("party.fields", party=run.party), listing(rules)), (say.say("party.least"), least)]
    table = say.say("party.table_keys", rows=count(run.rows), missing=count(run.missing), items=count(run.items))
    terms.append((say.say("party.table", party=run.party), table))
    kept = asked.ledger is not None
    return terms + permitted_told(run.party, asked.purpose, run.clauses, run.loss, kept=kept, say=say)


def document(facts: Any) -> bytes:
    """Return facts as a JSON file."""
    return json.dumps(facts, indent=2, ensure_ascii=False).encode() + b"\n"
