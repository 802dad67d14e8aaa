"""Attribute inference: what rows or groups like a person's own say about the person.

Goal: one person's sensitive value. View: rows without names, or tables.
Background: date of birth, sex, district and score band.
From rows: those that agree best with what is known, each agreement weighted by
how rare it is (log of the share of rows that agree; after Fellegi and Sunter
1969, "A Theory for Record Linkage", abstract read), so that a row that was
masked in one column is found by the others. Where the reader knows who sent a
row, it is that row; and if it contradicts what is known of its sender, it was
perturbed as a whole, tells nothing, and the attack leaves this person out.
Among the rest a report under local differential privacy is true as often as
its loss allows at most.
From tables: the finest group that is answered and shown. Either way the guess
is yes where the rate is above the overall one (`groups.evidence`): a group
need not be small to tell, which is what l-diversity answers to.
Inference is one of the three risks of the Article 29 Working Party's Opinion
05/2014 (summaries of it read, not the opinion). What is learned of a group is
no breach of anybody's promise; the coins of the lab leave only what is about
the person.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from privshare.attacks.adversary import Adversary
from privshare.attacks.attack import Attack, Goal, Guesses, NotApplicable, Targets
from privshare.attacks.fitting import known_columns
from privshare.attacks.groups import Weights, ask_both, evidence
from privshare.model.entropy import WorldGenerator
from privshare.model.surface import UNKNOWN, Codes, Records, Surface, TableSeries

GROUPS = (
    ("district", "band", "sex", "year"),
    ("district", "band", "sex"),
    ("district", "band"),
    ("district",),
)


def evidence_of_rows(records: Records, known: dict[str, Codes]) -> Weights:
    """Return per target the evidence of the rows that agree best, among those that show the sensitive value."""
    count = max(len(codes) for codes in known.values())
    places = np.flatnonzero(records.secret != UNKNOWN)
    if not len(places):
        return np.zeros(count)
    agreement = np.zeros((count, len(places)), np.float32)
    for column in known_columns(records, known):
        axis, codes = records.columns.index(column), known[column][:, None]
        agrees = (records.low[places, axis] <= codes) & (codes <= records.high[places, axis])
        share = agrees.mean(axis=1, keepdims=True)
        agreement += np.where(agrees, -np.log(np.maximum(share, 1 / (2 * len(places)))), 0)
    best = agreement >= agreement.max(axis=1, keepdims=True) - 1e-4
    secret = records.secret[places]
    return evidence(best.sum(axis=1), (best & (secret == 1)).sum(axis=1), _rate(secret))


def evidence_of_senders(records: Records, handles: Codes, known: Mapping[str, Codes]) -> Weights:
    """Return per target the evidence of the row it sent itself, 0 where it sent none or the row shows no value.

    Not a number where the row contradicts what is known of the target.
    """
    assert records.senders is not None  # noqa: S101 - the caller asked
    order = np.argsort(records.senders, kind="stable")
    found = order[np.minimum(np.searchsorted(records.senders, handles, sorter=order), len(order) - 1)]
    told = (records.senders[found] == handles) & (records.secret[found] != UNKNOWN)
    fits = np.ones(len(handles), np.bool_)
    for column in known_columns(records, known):
        axis = records.columns.index(column)
        fits &= (records.low[found, axis] <= known[column]) & (known[column] <= records.high[found, axis])
    return np.where(told, np.where(fits, np.where(records.secret[found] == 1, 1.0, -1.0), np.nan), 0.0)


def evidence_of_tables(series: TableSeries, known: dict[str, Codes]) -> Weights | None:
    """Return per target the evidence of the finest group that is shown, 0 where none is; None: nothing is answered."""
    asked = (ask_both(series, by) for by in GROUPS if set(by) <= set(series.domains))
    answered = [tables for tables in asked if tables is not None]
    if not answered:
        return None
    rate = answered[-1].rate  # of the coarsest table: there the least is withheld
    found = np.zeros(len(known[answered[0].by[0]]))
    for tables in answered:
        people, secret, shown = tables.at(known)
        found = np.where((found == 0) & shown, evidence(people, secret, rate), found)
    return found


def _rate(secret: Codes) -> float:
    return min(0.99, max(0.01, float((secret == 1).mean())))


def _guess(surface: Surface, targets: Targets, chance: WorldGenerator) -> Guesses | NotApplicable:
    records, known = surface.records, dict(targets.known)
    found: Weights | None = None
    if records is not None and len(records) and (records.secret != UNKNOWN).any():
        if records.senders is not None:
            found = evidence_of_senders(records, targets.handles, known)
        elif known_columns(records, known):
            found = evidence_of_rows(records, known)
    if found is None and surface.tables is not None:
        found = evidence_of_tables(surface.tables(), known)
    if found is None:
        return NotApplicable("nothing that is published shows the sensitive value beside what this adversary knows")
    guesses = np.where(found == 0, chance.integers(2, size=len(targets)), (found > 0).astype(np.int64))
    return np.where(np.isnan(found), -1, guesses)


ATTRIBUTE_INFERENCE = Attack(
    name="attribute-inference",
    title="attribute inference from rows or groups like the person's",
    goal=Goal.SECRET,
    adversary=Adversary(
        "learn whether one named person defaulted",
        "rows without names, or tables where there are no rows",
        "the person's date of birth, sex, district and score band",
    ),
    knows=("birth", "year", "sex", "district", "band"),
    guess=_guess,
)
