"""A release as a document: whole numbers, texts, lists and None only, so that canonical JSON keeps it exactly.

Promises: the round trip is exact, and a document with a missing, an unknown or
a wrongly typed part is refused, so what a signature covers is what is shown.
Leaves to others: the reading of one part (`reading.py`), the bytes
(`secure/canonical.py`) and the signature (`secure/signing.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from privshare.errors import ParameterRefused, VerificationFailed
from privshare.model.bounding import Amount, Measure, Norm
from privshare.model.loss import loss_document
from privshare.model.party import ColumnName, PartyId, PurposeId
from privshare.model.release import Bias, BiasCell, Cell, Derived, Evidence, MeasureError, NoisePart, Release
from privshare.use.release.reading import Parts

FORMAT = "privshare/release/2"
DOCUMENT_MAX = 1 << 28
"""Largest document of a release, bytes."""
FILE_MAX = DOCUMENT_MAX + (1 << 20)
"""Largest file of one: the document with its signatures."""
BIAS_CELL = ("estimate", "low", "high")


def release_document(release: Release) -> dict[str, Any]:
    """Return the release as a document of texts, whole numbers, lists and None."""
    return {
        "format": FORMAT,
        "id": release.id,
        "request": release.request,
        "sentence": release.sentence,
        "purpose": release.purpose,
        "holders": list(release.holders),
        "by": list(release.by),
        "measures": list(release.measures),
        "cells": _cells_document(release.cells),
        "parts": [
            {
                "measure": part.measure,
                "mechanism": part.mechanism,
                "drawn_by": part.drawn_by,
                "sensitivity": part.sensitivity,
                "scale": part.scale,
                "loss": loss_document(part.loss),
                "map_epsilon": part.map_epsilon,
                "grain": part.grain,
            }
            for part in release.parts
        ],
        "public_noise": [{"measure": measure, "scales": list(scales)} for measure, scales in release.public_noise],
        "loss": loss_document(release.loss),
        "bounds": [{"what": what, "value": value} for what, value in release.bounds],
        "clauses": list(release.clauses),
        "minimum_group": release.minimum_group,
        "suite": release.suite,
        "neighbouring": release.neighbouring,
        "bounded": [
            {
                "name": measure.name,
                "column": measure.column,
                "lower": measure.lower,
                "upper": measure.upper,
                "bound": measure.bound,
                "amount": measure.amount.value,
                "centre": measure.centre,
                "norm": measure.norm.value,
                "grain": measure.grain,
            }
            for measure in release.bounded
        ],
        "derived": [
            {
                "name": table.name,
                "how": table.how,
                "by": list(table.by),
                "measures": list(table.measures),
                "unit": table.unit,
                "cells": _cells_document(table.cells),
            }
            for table in release.derived
        ],
        "evidence": {
            "errors": [
                {"measure": error.measure, "expected": error.expected, "half": error.half}
                for error in release.evidence.errors
            ],
            "cut": [{"measure": measure, "share": share} for measure, share in release.evidence.cut],
            "batch_epsilon": release.evidence.batch_epsilon,
            "batch_delta": release.evidence.batch_delta,
            "engines": list(release.evidence.engines),
            "digest": release.evidence.digest,
            **_bias_document(release),
        },
    }


def release_from_document(document: Mapping[str, Any], *, file: str = "release") -> Release:
    """Return the release that a document describes; raise VerificationFailed(file, reason) for any other document."""
    parts = Parts(document, file, "the release", format=FORMAT)
    if parts.text("format") != FORMAT:
        raise VerificationFailed(file, f"it is not a document of format {FORMAT}")
    cells = parts.objects("cells", _cell)
    release = Release(
        id=parts.text("id"),
        request=parts.text("request"),
        sentence=parts.text("sentence"),
        purpose=PurposeId(parts.text("purpose")),
        holders=tuple(PartyId(name) for name in parts.texts("holders")),
        by=parts.texts("by"),
        measures=parts.texts("measures"),
        cells=cells,
        parts=parts.objects("parts", _noise_part),
        public_noise=parts.objects("public_noise", lambda noise: (noise.text("measure"), noise.texts("scales"))),
        loss=parts.loss("loss"),
        bounds=parts.objects("bounds", lambda bound: (bound.text("what"), bound.text("value"))),
        clauses=parts.texts("clauses"),
        minimum_group=parts.whole("minimum_group"),
        suite=parts.text("suite"),
        neighbouring=parts.text("neighbouring"),
        bounded=parts.objects("bounded", _measure),
        derived=parts.objects("derived", _derived),
        evidence=parts.part("evidence", lambda part: _evidence(part, [cell.key for cell in cells])),
    )
    parts.nothing_else()
    for by, measures, cells in (
        (release.by, release.measures, release.cells),
        *((table.by, table.measures, table.cells) for table in release.derived),
    ):
        if any(len(cell.key) != len(by) or len(cell.values) != len(measures) for cell in cells):
            raise VerificationFailed(file, "a cell has another shape than its table")
    return release


def _cells_document(cells: Sequence[Cell]) -> list[dict[str, Any]]:
    return [{"key": list(cell.key), "values": list(cell.values)} for cell in cells]


def _bias_document(release: Release) -> dict[str, Any]:
    """Return the biases; nothing where none was asked for, as in documents from before there were any."""
    if not release.evidence.bias:
        return {}
    return {
        "bias": [
            {
                "measure": bias.measure,
                "bound": bias.bound,
                "up_to": bias.up_to,
                "half": bias.half,
                "cells": [
                    {"key": list(cell.key), **(asdict(one) if one else dict.fromkeys(BIAS_CELL))}
                    for cell, one in zip(release.cells, bias.cells, strict=True)
                ],
            }
            for bias in release.evidence.bias
        ]
    }


def _cell(part: Parts) -> Cell:
    return Cell(key=part.texts("key"), values=part.values("values"))


def _derived(part: Parts) -> Derived:
    return Derived(
        name=part.text("name"),
        how=part.text("how"),
        by=part.texts("by"),
        measures=part.texts("measures"),
        unit=part.whole("unit"),
        cells=part.objects("cells", _cell),
    )


def _measure(part: Parts) -> Measure:
    column = part.text_or_none("column")
    told = {name: part.whole(name) for name in ("lower", "upper", "bound", "centre", "grain")}
    amount, norm, name = part.one_of("amount", Amount), part.one_of("norm", Norm), part.text("name")
    try:
        return Measure(name, None if column is None else ColumnName(column), amount=amount, norm=norm, **told)
    except ParameterRefused:
        raise part.refusal("a measure is out of range") from None


def _evidence(part: Parts, keys: Sequence[tuple[str, ...]]) -> Evidence:
    told = part.has("bias")
    biases = part.objects("bias", _bias) if told else ()
    if told != bool(biases) or any(its != tuple(keys) for _, its in biases):
        raise part.refusal("a bias has another shape than the release, or says nothing")
    return Evidence(
        errors=part.objects(
            "errors", lambda error: MeasureError(error.text("measure"), error.text("expected"), error.whole("half"))
        ),
        cut=part.objects("cut", lambda cut: (cut.text("measure"), cut.text("share"))),
        batch_epsilon=part.text("batch_epsilon"),
        batch_delta=part.text("batch_delta"),
        engines=part.texts("engines"),
        digest=part.text("digest"),
        bias=tuple(bias for bias, _ in biases),
    )


def _bias(part: Parts) -> tuple[Bias, tuple[tuple[str, ...], ...]]:
    """Return a bias, and the keys of its cells."""
    cells = part.objects("cells", _bias_cell)
    bias = Bias(
        part.text("measure"),
        part.whole("bound"),
        part.whole("up_to"),
        part.whole("half"),
        tuple(cell for _, cell in cells),
    )
    return bias, tuple(key for key, _ in cells)


def _bias_cell(part: Parts) -> tuple[tuple[str, ...], BiasCell | None]:
    key, told = part.texts("key"), [part.whole_or_none(name) for name in BIAS_CELL]
    found = [value for value in told if value is not None]
    if found and len(found) != len(told):
        raise part.refusal("a bias is told in part")
    return key, BiasCell(*found) if found else None


def _noise_part(part: Parts) -> NoisePart:
    return NoisePart(
        measure=part.text("measure"),
        mechanism=part.text("mechanism"),
        drawn_by=PartyId(part.text("drawn_by")),
        sensitivity=part.whole("sensitivity"),
        scale=part.text("scale"),
        loss=part.loss("loss"),
        map_epsilon=part.text("map_epsilon"),
        grain=part.whole("grain"),
    )
