"""A release and its document are the same thing, exactly; any other document is refused."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privshare.errors import VerificationFailed
from privshare.model.loss import DELTA_UNIT, PrivacyLoss
from privshare.model.party import PartyId, PurposeId
from privshare.model.release import Cell, NoisePart, Release
from privshare.secure.canonical import canonical, parse_canonical
from privshare.use.release.documents import release_document, release_from_document

WHOLE = st.integers(-(2**53) + 1, 2**53 - 1)
TEXT = st.text(st.characters(codec="utf-8"), max_size=8)
LOSS = st.builds(PrivacyLoss, st.integers(0, 2**53 - 1), st.integers(0, DELTA_UNIT))


def shaped(width: int, count: int) -> st.SearchStrategy[tuple[Cell, ...]]:
    key = st.tuples(*[TEXT] * width)
    values = st.tuples(*[st.none() | WHOLE] * count)
    return st.lists(st.builds(Cell, key, values), max_size=3).map(tuple)


@st.composite
def releases(draw: st.DrawFn) -> Release:
    by, measures = (draw(st.lists(TEXT, max_size=3).map(tuple)) for _ in range(2))
    texts = st.lists(TEXT, max_size=3).map(tuple)
    part = st.builds(NoisePart, TEXT, TEXT, TEXT.map(PartyId), WHOLE, TEXT, LOSS, TEXT)
    return Release(
        id=draw(TEXT),
        request=draw(TEXT),
        sentence=draw(TEXT),
        purpose=PurposeId(draw(TEXT)),
        holders=tuple(PartyId(name) for name in draw(texts)),
        by=by,
        measures=measures,
        cells=draw(shaped(len(by), len(measures))),
        parts=draw(st.lists(part, max_size=2).map(tuple)),
        public_noise=draw(st.lists(st.tuples(TEXT, texts), max_size=2).map(tuple)),
        loss=draw(LOSS),
        bounds=draw(st.lists(st.tuples(TEXT, TEXT), max_size=2).map(tuple)),
        clauses=draw(texts),
        minimum_group=draw(WHOLE),
        suite=draw(TEXT),
        neighbouring=draw(TEXT),
    )


@given(releases())
def test_the_round_trip_through_canonical_bytes_is_exact(release: Release) -> None:
    data = canonical(release_document(release))
    assert release_from_document(parse_canonical(data, file="release")) == release


RELEASE = Release(
    id="q",
    request="ab" * 32,
    sentence="How many?",
    purpose=PurposeId("p"),
    holders=(PartyId("bank"),),
    by=("town",),
    measures=("people",),
    cells=(Cell(("N",), (-4,)), Cell(("S",), (None,))),
    parts=(NoisePart("people", "two-sided geometric", PartyId("bank"), 2, "4.0", PrivacyLoss(500_000), "0.5"),),
    public_noise=(("people", ("4.0",)),),
    loss=PrivacyLoss(500_000),
    bounds=(("people", "2"),),
    clauses=("bank.town",),
    minimum_group=10,
    suite="statistic/1",
)


def places(document: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a document, by path."""
    yield path
    if isinstance(document, dict | list):
        for name in document if isinstance(document, dict) else range(len(document)):
            yield from places(document[name], (*path, name))


def changed(path: tuple[Any, ...], change: Any) -> dict[str, Any]:
    document = copy.deepcopy(release_document(RELEASE))
    at: Any = document
    for step in path[:-1]:
        at = at[step]
    change(at, path[-1])
    return document


def test_every_part_is_needed_typed_and_the_only_one() -> None:
    """At every place: take it away, put a float, a boolean, a text or a list there, put something unknown beside it."""
    tried = 0
    for path in places(release_document(RELEASE)):
        if not path:
            continue
        value = release_document(RELEASE)
        for step in path:
            value = value[step]
        wrongs: list[Any] = [
            wrong
            for wrong in (1.5, True, "", 7, None, [], {}, [[]])
            if type(wrong) is not type(value) and not (path[0] == "cells" and "values" in path and wrong in (None, 7))
        ]
        documents = [changed(path, lambda at, name, w=wrong: at.__setitem__(name, w)) for wrong in wrongs]
        if isinstance(path[-1], str):
            documents.append(changed(path, lambda at, name: at.pop(name)))
            documents.append(changed(path, lambda at, name: at.__setitem__(f"{name}_", 1)))
        for document in documents:
            tried += 1
            with pytest.raises(VerificationFailed):
                release_from_document(document, file="x.json")
    assert tried > 300


@pytest.mark.parametrize("document", [None, [], "release", 7, {}, {"format": "privshare/release/2"}])
def test_what_is_no_release_is_refused(document: Any) -> None:
    with pytest.raises(VerificationFailed, match=r"x\.json"):
        release_from_document(document, file="x.json")


@pytest.mark.parametrize("path", [("cells", 0, "key"), ("cells", 0, "values")])
def test_a_cell_of_another_shape_is_refused(path: tuple[Any, ...]) -> None:
    with pytest.raises(VerificationFailed, match="shape"):
        release_from_document(changed(path, lambda at, name: at[name].append(at[name][0])))


@pytest.mark.parametrize("loss", [{"micro_epsilon": -1, "delta_e15": 0}, {"micro_epsilon": 0, "delta_e15": 10**15 + 1}])
def test_a_loss_out_of_range_is_refused(loss: dict[str, int]) -> None:
    with pytest.raises(VerificationFailed, match="range"):
        release_from_document({**release_document(RELEASE), "loss": loss})


def test_a_document_holds_nothing_that_canonical_json_could_round() -> None:
    text = json.dumps(release_document(RELEASE))
    kinds = {type(value) for value in walk(json.loads(text))}
    assert kinds <= {str, int, type(None)}


def walk(document: Any) -> Iterator[Any]:
    if isinstance(document, dict | list):
        for child in document.values() if isinstance(document, dict) else document:
            yield from walk(child)
    else:
        yield document
