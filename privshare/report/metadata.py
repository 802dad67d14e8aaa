"""Metadata for catalogues: DCAT 3 datasets, PROV-O activities, W3C DPV purposes and measures, as JSON-LD 1.1.

The context is written out, so a reader needs no network. Identifiers are
relative to the run folder, and its parties are named within it.
"""

from __future__ import annotations

from typing import Any

from privshare.model.release import Release
from privshare.report.tables import Data
from privshare.scenario.outcome import Run

CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcterms": "http://purl.org/dc/terms/",
    "dpv": "https://w3id.org/dpv#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "prov": "http://www.w3.org/ns/prov#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
RUN = "#run"


def _ref(name: str) -> dict[str, str]:
    return {"@id": name}


def _file(path: str, kind: str) -> dict[str, Any]:
    return {
        "@id": path,
        "@type": "dcat:Distribution",
        "dcat:downloadURL": _ref(path),
        "dcat:mediaType": _ref(f"https://www.iana.org/assignments/media-types/{kind}"),
    }


def _dataset(run: Run, release: Release) -> dict[str, Any]:
    return {
        "@id": f"#release-{release.id}",
        "@type": "dcat:Dataset",
        "dcterms:title": release.sentence,
        "dcterms:identifier": release.id,
        "dcterms:issued": {"@value": run.started, "@type": "xsd:dateTime"},
        "dcterms:publisher": [_ref(f"#party-{holder}") for holder in release.holders],
        "dpv:hasPurpose": _ref(run.policy.purposes[release.purpose].dpv),
        "dpv:hasTechnicalMeasure": _ref("dpv:DifferentialPrivacy"),
        "prov:wasGeneratedBy": _ref(f"#answering-{release.id}"),
        "dcat:distribution": [
            _file(f"releases/{release.id}.json", "application/json"),
            _file(f"tables/release-{release.id}.csv", "text/csv"),
        ],
    }


def _activity(release: Release) -> dict[str, Any]:
    return {
        "@id": f"#answering-{release.id}",
        "@type": "prov:Activity",
        "prov:wasInformedBy": _ref(RUN),
        "prov:wasAssociatedWith": [_ref(f"#party-{holder}") for holder in release.holders],
        "prov:used": [_ref(f"#records-{holder}") for holder in release.holders],
    }


def metadata(run: Run, tables: tuple[Data, ...]) -> dict[str, Any]:
    """Return the JSON-LD document of a run folder. tables: all of `tables.all_tables`."""
    graph: list[dict[str, Any]] = [
        {
            "@id": "",
            "@type": "dcat:Catalog",
            "dcterms:title": run.title,
            "dcterms:description": run.question,
            "dcat:dataset": [_ref(f"#release-{published.release.id}") for published in run.releases]
            + [_ref(f"#open-{record.id}") for record in run.open_records],
            "foaf:page": _ref("report.html"),
        },
        {"@id": RUN, "@type": "prov:Activity", "prov:startedAtTime": {"@value": run.started, "@type": "xsd:dateTime"}},
    ]
    graph += [
        {"@id": f"#party-{party.id}", "@type": ["prov:Agent", "prov:Organization", "foaf:Organization"],
         "foaf:name": party.name}
        for party in run.parties
    ]  # fmt: skip
    records = ["prov:Entity"] if run.people is None else ["prov:Entity", "dpv:SyntheticData"]
    graph += [
        {"@id": f"#records-{seal.holder}", "@type": records,
         "prov:wasAttributedTo": _ref(f"#party-{seal.holder}")}
        for seal in run.seals
    ]  # fmt: skip
    for published in run.releases:
        graph += [_dataset(run, published.release), _activity(published.release)]
    graph += [
        {"@id": f"#open-{record.id}", "@type": "dcat:Dataset", "dcterms:title": record.title,
         "dcterms:publisher": _ref(f"#party-{record.holder}"),
         "dcat:distribution": [_file(f"open/{record.id}.json", "application/json")]}
        for record in run.open_records
    ]  # fmt: skip
    graph += [_file(f"tables/{data.name}.csv", "text/csv") for data in tables if not data.name.startswith("release-")]
    return {"@context": CONTEXT, "@graph": graph}
