"""Labels and metadata: the fields that other readers look for, with the run's numbers, and no number of a person."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from privshare.report.answer import finding
from privshare.report.facts import run_facts
from privshare.report.labels import privacy_facts, registry_record
from privshare.report.metadata import CONTEXT, metadata
from privshare.report.tables import all_tables
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
