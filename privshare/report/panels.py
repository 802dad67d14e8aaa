"""What the page shows of one protocol run and of one release, worked out before the template sees it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from privshare.model.party import PartyId
from privshare.model.release import ONE_HOLDER, Release
from privshare.report import charts, figures
from privshare.report.choice import choice_told
from privshare.report.leaked import sizes_told
from privshare.report.sentences import Sentences
from privshare.report.sequence import sequence_picture
from privshare.report.tables import derived_tables, dots, noise_table, release_table
from privshare.report.told_release import (
    audit_command,
    bounds_told,
    evidence_told,
    for_people,
    has_intervals,
    ingredients,
)
from privshare.scenario.outcome import ProtocolRecord, PublishedRelease, Run
from privshare.use.release.accounting import believer_odds, loss_everywhere
from privshare.use.release.mechanisms import GAUSSIAN

if TYPE_CHECKING:
    from jinja2 import Environment

TALL = 8
"""Cells from which a release's table folds away."""
BROAD = 3
"""Columns from which a release's table has the card's whole width."""
SHORT = 12
"""Rows up to which a table computed from a release stands open beside it."""


def protocol_panel(
    run: Run,
    record: ProtocolRecord,
    number: int,
    names: Mapping[PartyId, str],
    say: Sentences,
    templates: Environment,
) -> dict[str, Any]:
    """Return one protocol run: its question in words, leakage, totals, and the sequence picture."""
    questions = [*(published.question for published in run.releases), *(link.question for link in run.links)]
    asked = {question.id: question.sentence for question in questions}
    return {
        "sentence": asked.get(record.for_question, record.for_question),
        "leakage": record.leakage,
        "choice": choice_told(record.choice, say) if record.choice else [],
        "seconds": record.seconds,
        "lanes": len({party for message in record.transcript.messages for party in (message.sender, message.receiver)}),
        "messages": len(record.transcript.messages),
        "bytes": sum(size for _, size in record.transcript.bytes_sent()),
        "sizes": sizes_told(record.leakage, say),
        "picture": sequence_picture(record.transcript, names, say, templates, id=f"sequence-{number}"),
    }


def release_panel(
    published: PublishedRelease, number: int, names: Mapping[PartyId, str], say: Sentences
) -> dict[str, Any]:
    """Return one release: tables, expected errors, odds, and a dotplot for each kind of noise in it."""
    release = published.release
    table, derived = release_table(release), derived_tables(release)
    told = for_people(release, table)
    beside = [for_people(release, data) for data in derived if len(data.rows) <= SHORT]
    return {
        "published": published,
        "holders": figures.listing([names.get(holder, holder) for holder in release.holders]),
        "odds": _odds(release, say),
        "table": table,
        "told": told,
        "tall": len(release.cells) > TALL,
        "broad": len(release.cells) > TALL or len(told.columns) > BROAD or bool(beside),
        "beside": beside,
        "brackets": any(map(has_intervals, (table, *derived))),
        "ingredients": figures.listing([figures.label(name) for name in ingredients(release)]),
        "derived": derived,
        "noise_table": noise_table(release),
        "bounds": bounds_told(release, say.say),
        "evidence": evidence_told(release, say.say, name=figures.label),
        "audit": audit_command(release, "."),
        "gaussian": any(part.mechanism == GAUSSIAN for part in release.parts),
        "chooses": release.suite.startswith(ONE_HOLDER),
        "single": _single(release) if len(release.cells) == 1 and not derived else [],
        "noises": _noises(release, number, say),
    }


def _odds(release: Release, say: Sentences) -> str:
    """Return how often somebody who believes in even odds is right at most; 100 in 100 would be no bound."""
    in_100 = math.ceil(100 * believer_odds(loss_everywhere(release)))
    return say.say("use.odds_above", odds="99") if in_100 > 99 else say.say("use.odds", odds=figures.count(in_100))


def _single(release: Release) -> list[dict[str, str]]:
    halves = {error.measure: error.half for error in release.evidence.errors}
    return [
        {
            "measure": figures.label(measure),
            "number": figures.shown(value),
            "half": figures.count(halves[measure]),
        }
        for measure, value in zip(release.measures, release.cells[0].values, strict=True)
        if measure in halves
    ]


def _noises(release: Release, number: int, say: Sentences) -> list[dict[str, Any]]:
    """Return a dotplot for every distinct noise; measures that share one share the picture."""
    sharing: dict[tuple[str, ...], list[str]] = {}
    for measure, scales in release.public_noise:
        sharing.setdefault(tuple(scales), []).append(measure)
    noises = []
    for position, (scales, measures) in enumerate(sharing.items()):
        told = figures.listing([figures.label(measure) for measure in measures])
        picture = charts.noise_chart(dots(scales), say, id=f"noise-{number}-{position}", measure=told)
        noises.append({"measures": told, "picture": picture})
    return noises
