"""What one party of a run between two machines writes and says: its own rows, who learned what, and both signatures.

    matches.csv    `match_id,own_row`: rows of its own table from 0, by match; only with members
    matches.weights.csv, matches.open.csv   as in `paired.py`; only where this party paired records
    leakage.json   the leakage statement
    session.json   what was agreed, who signed, digests and signatures; and the noised number, where there is one

Promises: nothing of the other party's table is in it, and no key. Leaves to
others: how a folder appears whole or not at all (`staging.py`).
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import numpy as np

from privshare.model.leakage import LeakageStatement
from privshare.model.loss import NO_LOSS, PrivacyLoss, loss_document
from privshare.model.party import PartyId
from privshare.report.choice import choice_facts, choice_told
from privshare.report.figures import count, delta, epsilon, shown
from privshare.report.layout import aligned, section, wrapped
from privshare.report.paired import OPEN_HEADER, WEIGHTS_HEADER, unread_lines
from privshare.report.row_numbers import written
from privshare.report.sentences import Sentences, english
from privshare.scenario.party.run import PartyRun

MATCHES, LEAKAGE, SESSION = "matches.csv", "leakage.json", "session.json"
WEIGHTS, OPEN = "matches.weights.csv", "matches.open.csv"
HEADER = "match_id,own_row"


def party_files(run: PartyRun) -> dict[str, bytes]:
    """Return the files of a run by path."""
    files = {LEAKAGE: document(asdict(run.found.statement)), SESSION: document(party_facts(run))}
    matches = run.found.matches
    if matches is not None:
        numbers = np.repeat(np.arange(len(matches)), np.diff(matches.starts))
        files[MATCHES] = written(HEADER, [numbers, matches.rows])
    if run.found.weight is not None and run.found.open_rows is not None:
        files[WEIGHTS] = written(WEIGHTS_HEADER, [np.arange(len(run.found.weight)), run.found.weight])
        files[OPEN] = written(OPEN_HEADER, run.found.open_rows)
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
    if found.people is not None:
        lines += [*wrapped([_size(run, found.people, say)], indent=""), ""]
    if found.below:
        told = say.say("told.party_size_small", own=run.party, peer=run.peer, minimum=count(found.below))
        lines += [*wrapped([told], indent=""), ""]
    lines += [*wrapped(choice_told(found.choice, say)), ""] if found.choice else []
    lines += price_lines(run.party, run.loss, found.statement, say)
    lines += learned_lines(found.statement, say)
    files = [
        (f"{out}/{LEAKAGE}", say.say("told.party_leakage")),
        (f"{out}/{SESSION}", say.say("told.party_session")),
    ]
    if found.matches is not None:
        files.insert(0, (f"{out}/{MATCHES}", say.say("told.party_matches", own=run.party, peer=run.peer)))
    if found.weight is not None:
        files.insert(1, (f"{out}/{WEIGHTS}", say.say("told.pairs_weights", party=run.party)))
        files.insert(2, (f"{out}/{OPEN}", say.say("told.pairs_ties", party=run.party)))
    return lines + section(say.say("told.party_files"), aligned(files))[:-1]


def _size(run: PartyRun, people: int, say: Sentences) -> str:
    from privshare.use.release.accounting import interval

    half = interval(run.found.noise, 0.95)
    return say.say("told.party_size", own=run.party, peer=run.peer, number=shown(people), half=count(half))


def price_lines(party: PartyId, loss: PrivacyLoss, told: LeakageStatement, say: Sentences) -> list[str]:
    """Return what a noised answer costs at a party, and somebody in both tables, as lines; none for what is exact."""
    if loss == NO_LOSS or told.in_both is None:
        return []
    prices = [{"epsilon": epsilon(one.micro_epsilon), "delta": delta(one.delta_e15)} for one in (loss, told.in_both)]
    own = say.say("told.party_price", party=party, **prices[0])
    return [*wrapped([own], indent=""), *wrapped([say.say("told.link_both", **prices[1])]), ""]


def learned_lines(told: LeakageStatement, say: Sentences) -> list[str]:
    """Return who learned what, against whom that holds, and what nothing stops, as lines for a terminal."""
    rows = [
        (party if number == 0 else "", sentence)
        for party, sentences in told.learned
        for number, sentence in enumerate(sentences)
    ]
    words = [
        say.say("told.link_against", adversary=told.adversary),
        *(say.say("told.link_not_stopped", what=what) for what in told.not_stopped),
    ]
    return [*section(say.say("told.link_learned", suite=told.suite), aligned(rows))[:-1], *wrapped(words), ""]


def document(facts: Any) -> bytes:
    """Return facts as a JSON file."""
    return json.dumps(facts, indent=2, ensure_ascii=False).encode() + b"\n"
