"""Swapped people: what stays exact, who moves, and what an attacker who knows a person finds."""

from __future__ import annotations

import numpy as np
import pytest

from privshare.comparison.lab.techniques import TECHNIQUES
from privshare.comparison.lab.techniques.series import OF, counted
from privshare.comparison.lab.techniques.swapping import AGE_GROUP, SHARE, swapped
from privshare.comparison.lab.techniques.technique import QUESTION
from privshare.comparison.lab.world import LabWorld
from privshare.model.entropy import seeded_generator
from privshare.model.surface import Codes
from privshare.secure.swapping import exchanged
from tests.comparison.lab.worlds import setting, small_world

WORLD = small_world()
JOINT = np.flatnonzero(WORLD.joint)
TECHNIQUE = TECHNIQUES["record-swapping"]


def by_age_group(world: LabWorld) -> Codes:
    """People by block, sex and age group: what partners agree in, by place."""
    counts = counted(world, ("block", "sex", "year"), "people").counts
    return counts.reshape(*counts.shape[:2], -1, AGE_GROUP).sum(axis=3)


@pytest.mark.parametrize("of", OF)
@pytest.mark.parametrize("by", [("sex", "year"), ("birth", "sex"), ("band", "sex", "year"), ()], ids="-".join)
def test_numbers_without_a_place_are_exact(by: tuple[str, ...], of: str) -> None:
    tables = TECHNIQUE.protect(WORLD, setting()).surface.tables
    assert tables is not None
    answer = tables().ask(by, of)
    assert answer is not None
    assert (answer.counts == counted(WORLD, by, of).counts).all()


def test_people_by_block_sex_and_age_group_stay_and_finer_or_other_tables_do_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mixed = swapped(WORLD, JOINT, seeded_generator(1), share=0.2)
    assert (by_age_group(mixed) == by_age_group(WORLD)).all()
    for by in (("block", "sex", "year"), ("district", "band")):
        assert (counted(mixed, by, "people").counts != counted(WORLD, by, "people").counts).any()
    monkeypatch.setattr(  # the planted fault: partners who are not alike
        "privshare.comparison.lab.techniques.swapping.exchanged",
        lambda places, alike, out, **rest: exchanged(places, alike * 0, out, **rest),
    )
    faulty = swapped(WORLD, JOINT, seeded_generator(1), share=0.2)
    assert (by_age_group(faulty) != by_age_group(WORLD)).any()


def test_one_in_twenty_moves_and_who_moved_is_the_same_in_rows_and_tables() -> None:
    protected = TECHNIQUE.protect(WORLD, setting())
    records, owners = protected.surface.records, protected.owners
    assert records is not None
    assert owners is not None
    assert records.names is None
    assert records.columns == ("birth", "sex", "district", "band")
    mixed = swapped(WORLD, owners, setting().chance)
    moved = (mixed.people.codes["block"] != WORLD.people.codes["block"]).sum()
    assert moved == 2 * round(SHARE * len(owners) / 2)
    assert (records.low == records.high).all()
    assert (records.low[:, 2] == mixed.people.codes["district"][owners]).all()
    assert (records.low[:, 0] == WORLD.people.codes["birth"][owners]).all()
    rows = np.zeros_like(protected.people.counts)
    np.add.at(rows, (records.low[:, 2], records.low[:, 3]), 1)
    assert (rows == protected.people.counts).all()
    assert protected.people.by == QUESTION


def test_the_same_chance_swaps_the_same_people_and_another_one_others() -> None:
    one, same, other = (swapped(WORLD, JOINT, seeded_generator(seed)).people.codes["block"] for seed in (1, 1, 2))
    assert (one == same).all()
    assert (one != other).any()


def test_a_table_without_a_person_is_the_swapped_one_less_its_row() -> None:
    tables = TECHNIQUE.protect(WORLD, setting()).surface.tables
    assert tables is not None
    series = tables()
    for handle in WORLD.secrets[:20].tolist():
        everybody, others = series.ask(("block",), "people"), series.ask(("block",), "people", without=handle)
        assert everybody is not None
        assert others is not None
        assert np.abs(everybody.counts - others.counts).sum() == 1
