"""The simulated city: the same from the same seed, with the finding and the untidiness that it promises."""

from __future__ import annotations

from collections import Counter, defaultdict

import pandas as pd
import pytest
from scipy.stats import beta

from privshare.errors import ParameterRefused
from privshare.holders.population import DISTRICTS, FLAT_DISTRICT, SCORE_BANDS, WORLDS, World, credit_city
from privshare.holders.truth import ENTITY
from privshare.secure.psi.identifiers import normalise

PERSON = {"accounts": "citizen_id", "loans": "account_holder", "events": "citizen"}


@pytest.fixture(scope="module")
def world() -> World:
    return credit_city(2_000, 7)


def test_the_same_seed_builds_the_same_world(world: World) -> None:
    again = credit_city(2_000, 7)
    for name, (frame, person) in world.tables.items():
        pd.testing.assert_frame_equal(frame, again.tables[name][0])
        assert person == again.tables[name][1]
    for name, frame in world.truth.frames.items():
        pd.testing.assert_frame_equal(frame, again.truth.frames[name])


def test_another_seed_builds_other_people(world: World) -> None:
    other = credit_city(2_000, 8)
    for name, person in PERSON.items():
        here, there = set(world.tables[name][0][person]), set(other.tables[name][0][person])
        assert len(here & there) < len(here) // 20


@pytest.mark.parametrize("people", [-1, 0, 1, 199, 1_000_001, 10**12])
def test_people_have_bounds(people: int) -> None:
    with pytest.raises(ParameterRefused, match="from 200 to 1000000"):
        credit_city(people, 1)


def test_the_smallest_world_is_a_world() -> None:
    small = credit_city(200, 3)
    assert all(len(frame) for frame, _ in small.tables.values())


def test_tables_and_truth_are_the_same_rows(world: World) -> None:
    """Truth has the person number that the holder's table has not, and nothing else apart."""
    for name, frame in world.truth.frames.items():
        shown, _ = world.tables[name]
        assert ENTITY not in shown.columns
        pd.testing.assert_frame_equal(frame.drop(columns=ENTITY), shown)


@pytest.mark.parametrize("table", PERSON)
def test_one_person_one_identifier(world: World, table: str) -> None:
    """One person keeps one normalised identifier over all rows and tables, and no two people share one."""
    frame = world.truth.frames[table]
    owners: dict[str, set[int]] = defaultdict(set)
    names: dict[int, set[str]] = defaultdict(set)
    for entity, who in zip(frame[ENTITY].tolist(), frame[PERSON[table]].tolist(), strict=True):
        name = normalise(who)
        assert name is not None
        owners[name].add(entity)
        names[entity].add(name)
    assert all(len(found) == 1 for found in owners.values())
    assert all(len(found) == 1 for found in names.values())


def test_identifiers_agree_over_holders(world: World) -> None:
    everywhere: dict[int, set[str | None]] = defaultdict(set)
    for table, column in PERSON.items():
        frame = world.truth.frames[table]
        for entity, who in zip(frame[ENTITY].tolist(), frame[column].tolist(), strict=True):
            everywhere[entity].add(normalise(who))
    assert all(len(names) == 1 for names in everywhere.values())
    assert len(set.union(*everywhere.values())) == len(everywhere)


def test_identifiers_come_in_several_styles(world: World) -> None:
    for table, column in PERSON.items():
        texts = world.tables[table][0][column]
        assert any(text.startswith(" ") for text in texts)
        assert any(text.startswith("hc") for text in texts)
        assert any(not text.isascii() for text in texts)
        assert any(text.startswith("HC") and text.isascii() for text in texts)


def test_the_heavy_citizen_is_there(world: World) -> None:
    """Somebody who would dominate a sum without a bound: at least 400 entries, twenty times the next."""
    counts = Counter(world.truth.frames["events"][ENTITY].tolist()).most_common(2)
    assert counts[0][1] >= 400
    assert counts[0][1] > 20 * counts[1][1]


def test_second_accounts_and_second_loans_occur(world: World) -> None:
    """What the declared rules are for: people with two accounts, some in another band, and people with two loans."""
    accounts = world.truth.frames["accounts"].groupby(ENTITY)["score_band"]
    assert (accounts.size() == 2).any()
    assert (accounts.nunique() == 2).any()
    assert (accounts.nunique()[accounts.size() == 2] == 1).any()
    assert (world.truth.frames["loans"].groupby(ENTITY).size() == 2).any()


def test_the_finding_is_there_to_be_found() -> None:
    """Top bands default less than low bands, except in the flat district. Clopper-Pearson bounds at 1e-9 a side."""
    world = credit_city(40_000, 2018)
    people = world.truth.frames["accounts"].merge(
        world.truth.frames["loans"].groupby(ENTITY)["defaulted"].max(), left_on=ENTITY, right_index=True
    )

    def bounds(rows: pd.DataFrame) -> tuple[float, float]:
        bad, all_of = int(rows["defaulted"].sum()), len(rows)
        return float(beta.ppf(1e-9, bad, all_of - bad + 1)), float(beta.ppf(1 - 1e-9, bad + 1, all_of - bad))

    usual = people[people["district"] != FLAT_DISTRICT]
    low, top = usual[usual["score_band"] == SCORE_BANDS[0]], usual[usual["score_band"] == SCORE_BANDS[-1]]
    assert bounds(low)[0] > bounds(top)[1]
    flat = people[people["district"] == FLAT_DISTRICT]
    for band in SCORE_BANDS:
        below, above = bounds(flat[flat["score_band"] == band])
        assert below < 0.10 < above


def test_values_are_in_the_declared_ranges(world: World) -> None:
    assert set(world.tables["accounts"][0]["district"]) <= set(DISTRICTS)
    assert set(world.tables["accounts"][0]["score_band"]) <= set(SCORE_BANDS)
    assert set(world.tables["loans"][0]["defaulted"]) == {0, 1}
    assert world.tables["loans"][0]["credit_limit"].ge(0).all()


def test_a_world_shows_nothing() -> None:
    for kind, build in WORLDS.items():
        world = build(200, 1)
        assert "HC0" not in repr(world) + repr(world.truth), kind
