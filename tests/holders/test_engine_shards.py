"""Run shard by shard, a shard a part of the people, an engine adds up to the whole: what a distributed one would do."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from privshare.holders.engines.pandas_engine import PandasEngine
from privshare.model.bounding import BoundingPlan, Discovery, Measure
from tests.holders.engine_tables import COLUMNS, ROWS, TOWN, WHO, Question, Row, asked_of, every_engine, questions
from tests.holders.engine_tables import frame_of as framed
from tests.holders.slow_engine import text_of

Shard = Callable[[Row], int]


def by_person(parts: int, salt: bytes) -> Shard:
    """The shard of a row: a hash of the text that its person is known by."""

    def shard(row: Row) -> int:
        told = (text_of(row[WHO]) or "").encode()
        return int.from_bytes(hashlib.blake2b(told, key=salt, digest_size=8).digest()) % parts

    return shard


def split(rows: Sequence[Row], parts: int, shard: Shard) -> list[list[Row]]:
    return [[row for row in rows if shard(row) == part] for part in range(parts)]


def added(answers: Sequence[Any]) -> Any:
    if isinstance(answers[0], dict):
        keys = sorted({key for answer in answers for key in answer})
        return {key: sum(answer.get(key, 0) for answer in answers) for key in keys}
    return tuple(sum(column) for column in zip(*answers, strict=True))


@settings(max_examples=80)
@given(rows=ROWS, asked=questions(), parts=st.integers(1, 5), salt=st.binary(min_size=1, max_size=8))
def test_shards_of_persons_add_up_to_the_whole(
    rows: list[Row], asked: tuple[Question, ...], parts: int, salt: bytes
) -> None:
    shards = [PandasEngine(framed(shard)) for shard in split(rows, parts, by_person(parts, salt))]
    whole = PandasEngine(framed(rows))
    for question in asked:
        assert added([asked_of(shard, question) for shard in shards]) == asked_of(whole, question)


@pytest.mark.usefixtures("one_database")
@settings(max_examples=8)
@given(rows=ROWS, asked=questions(), salt=st.binary(min_size=1, max_size=8))
def test_shards_add_up_from_every_store(rows: list[Row], asked: tuple[Question, ...], salt: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        answers: list[dict[str, list[Any]]] = []
        # No file is without rows, so a shard with nobody in it is none.
        for part in [rows, *filter(None, split(rows, 3, by_person(3, salt)))]:
            with every_engine([(part, COLUMNS)] * 4, Path(folder)) as engines:
                answers.append({store: [asked_of(each, one) for one in asked] for store, each in engines.items()})
    whole, *shards = answers
    for store, expected in whole.items():
        for place, answer in enumerate(expected):
            assert added([shard[store][place] for shard in shards]) == answer, store


def test_shards_of_rows_do_not_add_up() -> None:
    """What makes the test above one: a person in two shards is bounded twice."""
    rows: list[Row] = [{**dict.fromkeys(COLUMNS), WHO: "ada", TOWN: town} for town in "NNNSSS"]
    count = Measure("rows", None, 1, 1, 2)
    plan = BoundingPlan(WHO, (TOWN,), (("N",), ("S",)), (count,))
    found = Discovery(WHO, (TOWN,), count)
    for question, whole in ((plan, (1, 1)), (found, {("N",): 1, ("S",): 1})):
        assert asked_of(PandasEngine(framed(rows)), question) == whole
        halves = [asked_of(PandasEngine(framed(half)), question) for half in (rows[:3], rows[3:])]
        assert added(halves) in ((2, 2), {("N",): 2, ("S",): 2})
