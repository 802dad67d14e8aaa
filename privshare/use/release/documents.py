"""A release as a document: whole numbers, texts, lists and None only, so that canonical JSON keeps it exactly.

Promises: the round trip is exact, and a document with a missing, an unknown or
a wrongly typed part is refused, so what a signature covers is what is shown.
Leaves to others: the bytes (`secure/canonical.py`) and the signature
(`secure/signing.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Any, TypeVar

from privshare.errors import ParameterRefused, VerificationFailed
from privshare.model.bounding import Amount, Measure, Norm
from privshare.model.loss import PrivacyLoss
from privshare.model.party import ColumnName, PartyId, PurposeId
from privshare.model.release import Cell, Derived, Evidence, MeasureError, NoisePart, Release

FORMAT = "privshare/release/2"
Read = TypeVar("Read")
Kind = TypeVar("Kind", bound=StrEnum)


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
                "loss": _loss_document(part.loss),
                "map_epsilon": part.map_epsilon,
                "grain": part.grain,
            }
            for part in release.parts
        ],
        "public_noise": [{"measure": measure, "scales": list(scales)} for measure, scales in release.public_noise],
        "loss": _loss_document(release.loss),
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
        },
    }


def release_from_document(document: Mapping[str, Any], *, file: str = "release") -> Release:
    """Return the release that a document describes; raise VerificationFailed(file, reason) for any other document."""
    parts = _Parts(document, file, "the release")
    if parts.text("format") != FORMAT:
        raise VerificationFailed(file, f"it is not a document of format {FORMAT}")
    release = Release(
        id=parts.text("id"),
        request=parts.text("request"),
        sentence=parts.text("sentence"),
        purpose=PurposeId(parts.text("purpose")),
        holders=tuple(PartyId(name) for name in parts.texts("holders")),
        by=parts.texts("by"),
        measures=parts.texts("measures"),
        cells=parts.objects("cells", _cell),
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
        evidence=parts.part("evidence", _evidence),
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


def _cell(part: _Parts) -> Cell:
    return Cell(key=part.texts("key"), values=part.values("values"))


def _derived(part: _Parts) -> Derived:
    return Derived(
        name=part.text("name"),
        how=part.text("how"),
        by=part.texts("by"),
        measures=part.texts("measures"),
        unit=part.whole("unit"),
        cells=part.objects("cells", _cell),
    )


def _loss_document(loss: PrivacyLoss) -> dict[str, int]:
    return {"micro_epsilon": loss.micro_epsilon, "delta_e15": loss.delta_e15}


def _measure(part: _Parts) -> Measure:
    column = part.text_or_none("column")
    told = {name: part.whole(name) for name in ("lower", "upper", "bound", "centre", "grain")}
    amount, norm, name = part.one_of("amount", Amount), part.one_of("norm", Norm), part.text("name")
    try:
        return Measure(name, None if column is None else ColumnName(column), amount=amount, norm=norm, **told)
    except ParameterRefused:
        raise part.refusal("a measure is out of range") from None


def _evidence(part: _Parts) -> Evidence:
    return Evidence(
        errors=part.objects(
            "errors", lambda error: MeasureError(error.text("measure"), error.text("expected"), error.whole("half"))
        ),
        cut=part.objects("cut", lambda cut: (cut.text("measure"), cut.text("share"))),
        batch_epsilon=part.text("batch_epsilon"),
        batch_delta=part.text("batch_delta"),
        engines=part.texts("engines"),
        digest=part.text("digest"),
    )


def _noise_part(part: _Parts) -> NoisePart:
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


class _Parts:
    """Reads each part of one object once, with its type, and knows in the end whether anything is left over."""

    def __init__(self, document: Any, file: str, where: str) -> None:
        if not isinstance(document, Mapping):
            raise VerificationFailed(file, f"{where} is not an object")
        self._left, self._file, self._where = dict(document), file, where

    def _take(self, name: str, accepted: str, fits: Callable[[Any], bool]) -> Any:
        if name not in self._left:
            raise VerificationFailed(self._file, f"{self._where} has no {name!r}")
        value = self._left.pop(name)
        if not fits(value):
            raise VerificationFailed(self._file, f"{name!r} of {self._where} is not {accepted}")
        return value

    def refusal(self, reason: str) -> VerificationFailed:
        return VerificationFailed(self._file, reason)

    def text(self, name: str) -> str:
        return str(self._take(name, "a text", lambda value: type(value) is str))

    def text_or_none(self, name: str) -> str | None:
        found = self._take(name, "a text or null", lambda value: value is None or type(value) is str)
        return None if found is None else str(found)

    def one_of(self, name: str, kinds: type[Kind]) -> Kind:
        accepted = [kind.value for kind in kinds]
        return kinds(self._take(name, f"one of {', '.join(accepted)}", lambda value: value in accepted))

    def whole(self, name: str) -> int:
        return int(self._take(name, "a whole number", lambda value: type(value) is int))

    def texts(self, name: str) -> tuple[str, ...]:
        return tuple(self._take(name, "a list of texts", lambda value: _is_list(value, lambda item: type(item) is str)))

    def values(self, name: str) -> tuple[int | None, ...]:
        accepted = "a list of whole numbers and nulls"
        return tuple(self._take(name, accepted, lambda value: _is_list(value, lambda v: v is None or type(v) is int)))

    def objects(self, name: str, read: Callable[[_Parts], Read]) -> tuple[Read, ...]:
        found = []
        for item in self._take(name, "a list", lambda value: type(value) is list):
            parts = _Parts(item, self._file, f"an entry of {name!r}")
            found.append(read(parts))
            parts.nothing_else()
        return tuple(found)

    def part(self, name: str, read: Callable[[_Parts], Read]) -> Read:
        parts = _Parts(self._take(name, "an object", lambda value: isinstance(value, Mapping)), self._file, repr(name))
        found = read(parts)
        parts.nothing_else()
        return found

    def loss(self, name: str) -> PrivacyLoss:
        parts = _Parts(self._take(name, "an object", lambda value: isinstance(value, Mapping)), self._file, repr(name))
        try:
            loss = PrivacyLoss(parts.whole("micro_epsilon"), parts.whole("delta_e15"))
        except ParameterRefused:
            raise VerificationFailed(self._file, f"{name!r} of {self._where} is out of range") from None
        parts.nothing_else()
        return loss

    def nothing_else(self) -> None:
        if self._left:
            raise VerificationFailed(self._file, f"{self._where} has parts that format {FORMAT} does not know")


def _is_list(value: Any, fits: Callable[[Any], bool]) -> bool:
    return type(value) is list and all(fits(item) for item in value)
