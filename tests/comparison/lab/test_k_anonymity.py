"""Generalised releases: k and l as a reader counts them, tables as a slow twin makes them, and who gets past it."""

from __future__ import annotations

import dataclasses
from collections import Counter, defaultdict

import numpy as np
import pytest

from privshare.attacks import ATTACKS
from privshare.comparison.confidence import lowest_share
from privshare.comparison.lab.judging import judged
from privshare.comparison.lab.techniques import TECHNIQUES
from privshare.comparison.lab.techniques.k_anonymity import DISTINCT, GeneralisedSeries, K, released
from privshare.comparison.lab.techniques.technique import IDENTIFYING, Protected
from privshare.holders.people import DAYS
from privshare.model.surface import UNKNOWN, Codes, Records
from tests.comparison.lab.worlds import setting, small_world

WORLD = small_world()
JOINT = np.flatnonzero(WORLD.joint)


def protected() -> tuple[Protected, Records, Records, Codes]:
    made = TECHNIQUES["k-anonymity"].protect(WORLD, setting())
    assert made.surface.records is not None
    assert made.surface.later is not None
    assert made.owners is not None
    return made, made.surface.records, made.surface.later, made.owners


def classes(records: Records) -> tuple[Counter[bytes], dict[bytes, set[int]]]:
    """Rows and sensitive values by what the rows show of birth, sex and district."""
    rows, values = Counter[bytes](), defaultdict[bytes, set[int]](set)
    for low, high, secret in zip(records.low[:, :3], records.high[:, :3], records.secret.tolist(), strict=True):
        shown = low.tobytes() + high.tobytes()
        rows[shown] += 1
        values[shown].add(secret)
    return rows, values


@pytest.mark.parametrize("people", [2_000, 20_000])
def test_every_class_has_k_rows_and_both_values(people: int) -> None:
    world = small_world(people, 11)
    made = TECHNIQUES["k-anonymity"].protect(world, setting())
    records, later = made.surface.records, made.surface.later
    assert records is not None
    assert later is not None
    rows, values = classes(records)
    assert len(rows) > people // 60, "boxes are not the whole domain"
    assert min(rows.values()) >= K
    assert min(map(len, values.values())) == DISTINCT
    assert min(classes(later)[0].values()) >= K
    assert len(records) == world.joint.sum(), "no row is withheld"
    faulty, _, _ = released(world, np.flatnonzero(world.joint), k=K - 1, distinct=1)
    rows, values = classes(faulty)
    assert min(rows.values()) == K - 1, "the planted fault is seen by the same counter"
    assert min(map(len, values.values())) == 1


def test_a_row_shows_its_box_the_band_and_the_value_and_no_name() -> None:
    made, records, later, owners = protected()
    for rows, whose in ((records, owners), (later, made.later_owners)):
        assert rows.names is None
        codes = np.stack([WORLD.people.codes[name][whose] for name in IDENTIFYING], axis=1)
        assert (rows.low[:, :3] <= codes).all()
        assert (codes <= rows.high[:, :3]).all()
    assert (records.low[:, 3] == WORLD.people.codes["band"][owners]).all()
    assert (records.low[:, 3] == records.high[:, 3]).all()
    assert (records.secret == WORLD.people.secret[owners]).all()
    assert (later.secret == UNKNOWN).all()
    assert (np.diff(owners) < 0).any(), "rows are in no order that tells"


def test_who_knows_birth_sex_and_district_is_right_about_one_row_in_k_at_most() -> None:
    # Rows of a box are alike to this adversary and in random order, so a guess is right with probability 1/k at most.
    # More is seen with a chance of 1e-9 or less where guesses are independent; the world is fixed, so never here.
    world, attack = small_world(20_000, 11), ATTACKS["re-identification"]
    assert set(attack.knows) == set(IDENTIFYING)
    found = {}
    for name in ("k-anonymity", "keyed-pseudonyms"):
        technique = TECHNIQUES[name]
        result = judged(world, technique, technique.protect(world, setting()), attack).result
        assert result is not None
        assert result.attempts == 500
        found[name] = lowest_share(result.successes, result.attempts, 1e-9)
    assert found["k-anonymity"] <= 1 / K
    assert found["keyed-pseudonyms"] > 0.8, "the same people, found where rows are exact"


def series() -> GeneralisedSeries:
    _, records, _, _ = protected()
    _, box, owners = released(WORLD, protected()[3])
    return GeneralisedSeries(records, box, owners, WORLD.people.domains)


def by_hand(records: Records, kept: Codes, by: tuple[str, ...]) -> np.ndarray:
    """The table cell by cell: each row in equal parts over the codes of its box."""
    table = np.zeros([WORLD.people.domains[name] for name in by])
    for row in kept:
        parts = np.ones(())
        for name in by:
            column = records.columns.index("birth" if name == "year" else name)
            codes = np.arange(records.low[row, column], records.high[row, column] + 1)
            codes = codes // DAYS if name == "year" else codes
            parts = parts[..., None] * np.bincount(codes, minlength=WORLD.people.domains[name]) / len(codes)
        table += parts
    return table


@pytest.mark.parametrize("of", ["people", "secret"])
@pytest.mark.parametrize(
    "by", [(), ("district", "band"), ("year",), ("sex", "year", "district"), ("birth",)], ids="-".join
)
def test_tables_are_those_of_the_twin(by: tuple[str, ...], of: str) -> None:
    made = series()
    answer = made.ask(by, of)
    assert answer is not None
    kept = np.flatnonzero(made.records.secret == 1) if of == "secret" else np.arange(len(made.records))
    exact = by_hand(made.records, kept, by)
    assert answer.counts.shape == exact.shape
    assert answer.shown.all()
    assert np.abs(answer.counts - exact).max() <= 0.5 + 1e-6
    assert abs(exact.sum() - len(kept)) < 1e-6


@pytest.mark.parametrize("by", [("block",), ("district", "block"), ("birth", "year")])
def test_what_no_row_has_is_not_answered(by: tuple[str, ...]) -> None:
    assert series().ask(by, "people") is None
    assert "block" not in series().domains
    assert series().ask(("district",), "people", blocks=(1, 2)) is None


def test_without_a_person_the_row_goes_and_a_box_that_breaks_goes_with_it() -> None:
    made = series()
    rows, _ = classes(made.records)
    broken = 0
    for place, handle in enumerate(made.owner.tolist()):
        if place % 3:
            continue
        shown = made.records.low[place, :3].tobytes() + made.records.high[place, :3].tobytes()
        alike = np.array([
            low.tobytes() + high.tobytes() == shown
            for low, high in zip(made.records.low[:, :3], made.records.high[:, :3], strict=True)
        ])  # fmt: skip
        alone = (made.records.secret[alike] == made.records.secret[place]).sum() == 1
        expected = rows[shown] if rows[shown] == K or alone else 1
        answer = made.ask((), "people", without=handle)
        assert answer is not None
        assert len(made.records) - int(answer.counts) == expected
        broken += expected > 1
    assert broken > 0
    stranger = made.ask((), "people", without=int(WORLD.outsiders[0]))
    assert stranger is not None
    assert int(stranger.counts) == len(made.records)


def test_few_people_or_one_value_only_publish_nothing() -> None:
    nobody, few = JOINT[:0], JOINT[: K - 1]
    for handles in (nobody, few, JOINT[WORLD.people.secret[JOINT] == 0]):
        records, box, owners = released(WORLD, handles)
        assert len(records) == len(box) == len(owners) == 0
        answer = GeneralisedSeries(records, box, owners, WORLD.people.domains).ask(("district", "band"), "people")
        assert answer is not None
        assert not answer.counts.any()


def test_nobody_known_to_both_is_an_empty_release_of_every_technique() -> None:
    people = dataclasses.replace(WORLD.people, platform=WORLD.joint & False, bank=WORLD.joint & False)
    empty = dataclasses.replace(WORLD, people=people, joint=WORLD.joint & False)
    for name in ("keyed-pseudonyms", "small-count-suppression", "complementary-suppression", "k-anonymity",
                 "record-swapping"):  # fmt: skip
        made = TECHNIQUES[name].protect(empty, setting())
        assert not made.people.counts.any()
        for rows in (made.surface.records, made.surface.later):
            assert rows is None or len(rows) == 0
