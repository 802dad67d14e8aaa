"""Labels and metadata: the fields that other readers look for, with the run's numbers, and no number of a person."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from privshare import run_scenario
from privshare.model.policy import Purpose
from privshare.report.answer import finding
from privshare.report.facts import run_facts
from privshare.report.labels import privacy_facts, registry_record
from privshare.report.metadata import CONTEXT, metadata
from privshare.report.tables import all_tables
from privshare.scenario.adhoc.flags import ASKED, PURPOSE
from privshare.scenario.adhoc.release import ReleaseRequest, release_scenario
from privshare.scenario.outcome import Run
from privshare.secure.canonical import canonical


def test_the_privacy_label_adds_up(run: Run) -> None:
    label = privacy_facts(run)
    for budget in label["budgets"]:
        spent, left = float(budget["epsilon_spent"]), float(budget["epsilon_remaining"])
        assert spent + left == float(budget["epsilon_total"])
        assert spent == sum(float(r["epsilon"]) for r in label["releases"] if budget["holder"] in r["holders"])
    assert [release["delta"] for release in label["releases"]] == ["2e-09", "2e-09", "0", "0"]
    assert label["releases"][2]["mechanisms"][0]["sensitivity_l1"] == 2
    assert label["counted_beyond_this_run"] is False


def test_a_label_never_says_that_a_release_protects_against_everything(run: Run) -> None:
    """Also where no protocol ran; and the words do not depend on the rows."""
    alone = privacy_facts(replace(run, protocols=()))["not_protected_against"]
    assert any("the table itself" in what for what in alone)
    assert any("no ledger was kept" in what for what in alone)
    kept = privacy_facts(replace(run, ledger_kept=True))["not_protected_against"]
    assert any("not on the ledger of this run" in what for what in kept)
    assert set(alone) < set(privacy_facts(run)["not_protected_against"])
    assert privacy_facts(replace(run, protocols=(), releases=()))["not_protected_against"] == []


def test_the_registry_record_has_the_registry_s_fields(run: Run) -> None:
    """Field names of the Differential Privacy Deployments Registry (OpenDP), transparency tier 3."""
    records = registry_record(run)
    assert len(records) == 4
    for record in records:
        deployment = record["deployment"]
        assert set(deployment) == {
            "name", "data_curator", "intended_use", "data_product_type", "data_product_region",
            "data_product_description", "publication_date", "dp_flavor", "privacy_loss", "model",
            "additional_dp_information", "implementation",
        }  # fmt: skip
        assert set(deployment["dp_flavor"]) == {"name", "data_domain", "unprotected_quantities"}
        assert set(deployment["privacy_loss"]) == {
            "privacy_unit", "privacy_unit_description", "privacy_parameters", "privacy_parameters_description",
        }  # fmt: skip
        assert "simulat" in deployment["name"] + deployment["data_product_region"]
    assert [record["deployment"]["dp_flavor"]["name"] for record in records] == ["approximate DP"] * 2 + ["pure DP"] * 2
    assert [record["deployment"]["model"]["model_type"] for record in records] == ["distributed"] * 2 + ["central"] * 2


def numbers_in(part: Any) -> list[int]:
    if isinstance(part, (dict, list)):
        return [n for value in (part.values() if isinstance(part, dict) else part) for n in numbers_in(value)]
    return [part] if type(part) is int else []


def names_in(part: Any) -> set[str]:
    if isinstance(part, dict):
        return set(part) | {name for value in part.values() for name in names_in(value)}
    if isinstance(part, list):
        return {name for value in part for name in names_in(value)}
    return set()


def test_metadata_uses_known_vocabularies_and_points_at_files(run: Run, folder: Path) -> None:
    document = metadata(run, all_tables(run, finding(run)))
    names = names_in(document["@graph"])
    assert all(name in ("@id", "@type", "@value") or name.split(":")[0] in CONTEXT for name in names)
    assert {"dcat:dataset", "prov:wasGeneratedBy", "dpv:hasPurpose"} <= names
    nodes = [node for node in document["@graph"] if node.get("@type") == "dcat:Distribution"]
    nodes += [part for node in document["@graph"] for part in node.get("dcat:distribution", ())]
    assert len(nodes) > 15
    for node in nodes:
        assert (folder / node["@id"]).is_file()
    local = {node["@id"] for node in document["@graph"]}
    for node in document["@graph"]:
        for value in node.values():
            for reference in value if isinstance(value, list) else [value]:
                if isinstance(reference, dict) and reference.get("@id", "").startswith("#"):
                    assert reference["@id"] in local


def test_facts_are_canonical_and_hold_no_exact_total(run: Run, folder: Path) -> None:
    facts = run_facts(run)
    assert json.loads((folder / "run.json").read_bytes()) == json.loads(canonical(facts))
    exact = {value for published in run.releases for row in published.truth for value in row if value > 1000}
    assert not exact & set(numbers_in(facts))
    assert {release["id"] for release in facts["releases"]} == {p.release.id for p in run.releases}
    assert facts["finding"]["direction"] == "falls"


# What the sentences say follows what the run did.

ENFORCED, UNCAPPED = "up to the cap in the policy of this run", "no cap was stated"
POLICY = """version = 1
title = "What the club may tell"
purposes = [{ id = "as-asked", sentence = "Tell the town", dpv = "https://w3id.org/dpv#PublicBenefit" }]

[[columns]]
holder = "club"
column = "who"
category = "direct-identifier"
grade = "important"
reason = "names one member"
ladder = { as-asked = "never" }

[[columns]]
holder = "club"
column = "town"
category = "quasi-identifier"
grade = "general"
reason = "narrows down"
ladder = { as-asked = "after-dp(epsilon<=1)" }

[[licences]]
id = "club/town"
holder = "club"
purpose = "as-asked"
epsilon = "3"
delta = "0"
minimum_group = 5
expires = 2099-12-31
"""


def released(tmp_path: Path, *, ledger: bool = False, given_keys: bool = True, **terms: Any) -> Run:
    """Return the run of one release of a small table that somebody brought."""
    (tmp_path / "t.csv").write_text("who,town,value\na,N,1\nb,S,2\nc,N,3\n", "utf-8")
    (tmp_path / "k.csv").write_text("town\nN\nS\n", "utf-8")
    keys = tmp_path / "k.csv" if given_keys else None
    asked = ReleaseRequest(tmp_path / "t.csv", ("town",), "who", "1", keys=keys, **terms)
    run: Run = run_scenario(release_scenario(asked), ledger_path=tmp_path / "x.ledger" if ledger else None)[0]
    return run


def deployment(run: Run) -> dict[str, Any]:
    (record,) = registry_record(run)
    return dict(record["deployment"])


def tuning(run: Run) -> str:
    return str(deployment(run)["implementation"]["pre_processing_eda_hyperparameter_tuning"])


def test_flags_are_counted_and_state_no_cap(tmp_path: Path, run: Run) -> None:
    flags = released(tmp_path, count_bound=2)
    for told in (privacy_facts(flags)["composition"], deployment(flags)["additional_dp_information"]["composition"]):
        assert UNCAPPED in told
        assert "enforced" not in told
    (budget,) = privacy_facts(flags)["budgets"]
    assert budget["epsilon_spent"] == "1"
    assert {budget[f"{what}_{part}"] for what in ("epsilon", "delta") for part in ("total", "remaining")} == {None}
    assert ENFORCED in privacy_facts(run)["composition"]
    for record in registry_record(run):
        assert ENFORCED in record["deployment"]["additional_dp_information"]["composition"]


def test_a_policy_file_may_call_its_purpose_as_it_likes(tmp_path: Path) -> None:
    """The flags' purpose is told by all of it, not by an id that a file may have too."""
    (tmp_path / "p.toml").write_text(POLICY, "utf-8")
    filed = released(tmp_path, count_bound=2, policy=tmp_path / "p.toml", purpose="as-asked")
    assert set(filed.policy.purposes) == {PURPOSE}
    assert ENFORCED in privacy_facts(filed)["composition"]
    assert [budget["epsilon_total"] for budget in privacy_facts(filed)["budgets"]] == ["3"]
    assert "below 5 are not printed" in deployment(filed)["additional_dp_information"]["post_processing"]
    purposes: dict[Any, Purpose] = {PURPOSE: ASKED}
    assert UNCAPPED in privacy_facts(replace(filed, policy=replace(filed.policy, purposes=purposes)))["composition"]


@pytest.mark.parametrize("bound", [2, None])
@pytest.mark.parametrize("given_keys", [True, False])
def test_tuning_and_unprotected_quantities_follow_the_release(
    tmp_path: Path, bound: int | None, given_keys: bool
) -> None:
    run = released(tmp_path, given_keys=given_keys, count_bound=bound)
    told = tuning(run)
    assert ("chosen from noised histograms" in told) == (bound is None)
    assert ("found in" in told) == (not given_keys)
    assert told.startswith("none here") == (bound is not None and given_keys)
    unprotected = deployment(run)["dp_flavor"]["unprotected_quantities"]
    assert unprotected.startswith("the keys of the table") == given_keys
    assert ("found in the records, inside the stated loss" in unprotected) == (not given_keys)


def test_dummies_of_a_linkage_suite_are_no_choice_of_a_bound(run: Run) -> None:
    joint = [published.release for published in run.releases if published.release.suite != "statistic/1"]
    assert any(part.measure == "" for release in joint for part in release.parts)
    for record in registry_record(run):
        told = record["deployment"]["implementation"]["pre_processing_eda_hyperparameter_tuning"]
        assert told.startswith("none here")


def test_no_smallest_group_leaves_nothing_out(tmp_path: Path) -> None:
    flags = released(tmp_path, count_bound=2)
    assert flags.releases[0].release.minimum_group == 0
    assert deployment(flags)["additional_dp_information"]["post_processing"].startswith("none: ")
    (tmp_path / "p.toml").write_text(POLICY + SUMS, "utf-8")
    sums = released(
        tmp_path, count=False, total="value", bounds=(0, 9), total_bound=9,
        policy=tmp_path / "p.toml", purpose="as-asked",
    )  # fmt: skip
    assert sums.releases[0].release.minimum_group == 5
    assert all(None not in cell.values for cell in sums.releases[0].release.cells), "nothing counts, nothing is judged"
    assert deployment(sums)["additional_dp_information"]["post_processing"].startswith("none: ")


SUMS = """
[[columns]]
holder = "club"
column = "value"
category = "sensitive-attribute"
grade = "general"
reason = "what a member has"
ladder = { as-asked = "after-dp(epsilon<=1)" }
"""


@pytest.mark.parametrize("kept", [True, False])
def test_the_same_bytes_again_are_promised_only_where_a_ledger_is_kept(tmp_path: Path, kept: bool) -> None:
    told = deployment(released(tmp_path, ledger=kept, count_bound=2))["model"]["release_type_description"]
    assert ("returns the same bytes" in told) == kept
    assert ("draws other noise" in told) == (not kept)
