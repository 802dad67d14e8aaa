"""Two labels that other people can read without privshare: a privacy label and a registry record.

`privacy_facts` carries the fields that experts asked a differential-privacy
label to carry (Dibia et al. 2025, arXiv 2507.15997): total, remaining and per-
release budget, parameters, unit, neighbouring relation, bounds, mechanisms.
`registry_record` has the field names of the Differential Privacy Deployments
Registry (OpenDP, transparency tier 3), one record a release. Of a simulation
both say that the people are simulated. Neither says more than the run did: the
sentences follow whether a cap was stated, a ledger kept, and bounds or groups
found in the records.
"""

from __future__ import annotations

from typing import Any

from privshare.model.release import NoisePart, Release
from privshare.report.figures import epsilon, label, listing
from privshare.report.opinions import account_opinion, opinion_fields
from privshare.report.sentences import Sentences, english
from privshare.scenario.adhoc.flags import states_no_cap
from privshare.scenario.outcome import Run
from privshare.use.release.mechanisms import GAUSSIAN, KEYED

FACTS_FORMAT = "privshare/privacy-facts/1"
FLAVOUR = {True: "approximate DP", False: "pure DP"}


def _delta(e15: int) -> str:
    """Return delta as a decimal text that any reader parses."""
    return f"{e15 / 10**15:.10g}"


def _mechanism(part: NoisePart) -> dict[str, Any]:
    return {
        "measure": part.measure,
        "mechanism": part.mechanism,
        "drawn_by": part.drawn_by,
        "sensitivity_l2" if part.mechanism == GAUSSIAN else "sensitivity_l1": part.sensitivity,
        "scale": part.scale,
        "in_units_of_one_over": part.grain,
        "epsilon": epsilon(part.loss.micro_epsilon),
        "delta": _delta(part.loss.delta_e15),
    }


def privacy_facts(run: Run, *, sentences: Sentences | None = None) -> dict[str, Any]:
    """Return the privacy label of a run; totals and what is left are None where no cap was stated."""
    say = sentences or english()
    uncapped = states_no_cap(run.policy)
    releases = [published.release for published in run.releases]
    adaptive = {pair.second for pair in run.remeasured}
    return {
        "format": FACTS_FORMAT,
        "simulated_people": run.people,
        "privacy_definition": say.say("record.definition"),
        "unit_of_privacy": say.say("use.unit_value"),
        "composition": _composition(run, say),
        "randomness": say.say("record.randomness"),
        "counted_beyond_this_run": run.ledger_kept,
        "budgets": [
            {
                "holder": line.holder,
                "purpose": line.purpose,
                "epsilon_total": None if uncapped else epsilon(line.cap_micro),
                "epsilon_spent": epsilon(line.spent_micro),
                "epsilon_remaining": None if uncapped else epsilon(line.cap_micro - line.spent_micro),
                "delta_total": None if uncapped else _delta(line.cap_delta_e15),
                "delta_spent": _delta(line.spent_delta_e15),
                "delta_remaining": None if uncapped else _delta(line.cap_delta_e15 - line.spent_delta_e15),
                **opinion_fields(account_opinion(line.holder, line.purpose, releases, adaptive)),
            }
            for line in run.budgets
        ],
        "releases": [
            {
                "id": published.release.id,
                "question": published.release.sentence,
                "holders": list(published.release.holders),
                "epsilon": epsilon(published.release.loss.micro_epsilon),
                "delta": _delta(published.release.loss.delta_e15),
                "neighbouring_relation": published.release.neighbouring,
                "bounds": [{"what": what, "value": value} for what, value in published.release.bounds],
                "minimum_group": published.release.minimum_group,
                "mechanisms": [_mechanism(part) for part in published.release.parts],
                **opinion_fields((published.release.evidence.batch_epsilon, published.release.evidence.batch_delta)),
            }
            for published in run.releases
        ],
        "not_protected_against": _not_protected_against(run, say),
    }


def _not_protected_against(run: Run, say: Sentences) -> list[str]:
    """Return what no release stops, whatever its numbers are, and what the suites of this run do not."""
    told = {what for record in run.protocols for what in record.leakage.not_stopped}
    if run.releases:
        others = say.say("record.open_others" if run.ledger_kept else "record.open_others_gone")
        told |= {say.say("record.open_holder"), say.say("record.open_spellings"), say.say("record.open_policy")}
        told |= {say.say("record.open_use"), others}
    return sorted(told)


def registry_record(run: Run, *, sentences: Sentences | None = None) -> list[dict[str, Any]]:
    """Return one registry record a release."""
    say = sentences or english()
    return [{"deployment": _deployment(run, published.release, say)} for published in run.releases]


def _deployment(run: Run, release: Release, say: Sentences) -> dict[str, Any]:
    names = {party.id: party.name for party in run.parties}
    curators = listing([names.get(holder, holder) for holder in release.holders])
    joint = len(release.holders) > 1
    return {
        "name": say.say("record.name_brought" if run.people is None else "record.name", id=release.id),
        "data_curator": curators,
        "intended_use": run.policy.purposes[release.purpose].sentence,
        "data_product_type": say.say("record.product"),
        "data_product_region": say.say("record.region_brought" if run.people is None else "record.region"),
        "data_product_description": release.sentence,
        "publication_date": run.started[:10],
        "dp_flavor": {
            "name": FLAVOUR[release.loss.delta_e15 > 0],
            "data_domain": say.say("record.domain", measures=listing([label(name) for name in release.measures])),
            "unprotected_quantities": say.say(
                "record.unprotected_found" if _groups_found(release) else "record.unprotected"
            ),
        },
        "privacy_loss": {
            "privacy_unit": "person",
            "privacy_unit_description": release.neighbouring,
            "privacy_parameters": {
                "epsilon": epsilon(release.loss.micro_epsilon),
                "delta": _delta(release.loss.delta_e15),
            },
            "privacy_parameters_description": say.say("record.parameters"),
        },
        "model": {
            "model_type": "distributed" if joint else "central",
            "model_type_description": say.say("record.joint") if joint else say.say("record.central"),
            "release_type": "static",
            "release_type_description": say.say("record.static" if run.ledger_kept else "record.static_gone"),
            "interactivity": "non-interactive",
        },
        "additional_dp_information": {
            "post_processing": _processing(release, say),
            "composition": _composition(run, say),
        },
        "implementation": {
            "pre_processing_eda_hyperparameter_tuning": _tuning(release, say),
            "mechanisms": sorted({part.mechanism for part in release.parts}),
            "justification": say.say("record.justification", clauses=listing(release.clauses)),
        },
    }


def _composition(run: Run, say: Sentences) -> str:
    told = say.say("record.composition_uncapped" if states_no_cap(run.policy) else "record.composition")
    batches = any(part.mechanism == GAUSSIAN for published in run.releases for part in published.release.parts)
    return f"{told}; {say.say('record.composition_gaussian')}" if batches else told


def _bounds_chosen(release: Release) -> bool:
    """Tell whether a bound was chosen from noised histograms; in the linkage suites "" marks dummies instead."""
    from privshare.use.release.published import SUITE  # only a run with releases loads it

    return release.suite == SUITE and any(part.measure == "" for part in release.parts)


def _groups_found(release: Release) -> bool:
    return any(part.mechanism == KEYED for part in release.parts)


def _tuning(release: Release, say: Sentences) -> str:
    if _bounds_chosen(release):
        return say.say("record.tuning_both" if _groups_found(release) else "record.tuning_bounds")
    return say.say("record.tuning_groups" if _groups_found(release) else "record.tuning")


def _processing(release: Release, say: Sentences) -> str:
    from privshare.use.release.published import UNJUDGED

    if release.minimum_group == 0 or any(value == UNJUDGED for _, value in release.bounds):
        return say.say("record.processing_none")
    return say.say("record.processing", minimum=str(release.minimum_group))
