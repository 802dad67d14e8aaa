"""Keyed pseudonyms stop the dictionary and the link by pseudonym, and nothing else."""

from __future__ import annotations

import dataclasses

import numpy as np

from privshare.attacks import ATTACKS
from privshare.attacks.attack import NotApplicable, Targets
from privshare.comparison.lab.judging import judged
from privshare.comparison.lab.techniques import TECHNIQUES
from privshare.comparison.lab.techniques.technique import Protected
from privshare.comparison.lab.techniques.unkeyed_hash import hashed_rows
from privshare.model.entropy import SeededEntropy, seeded_generator
from privshare.model.surface import Surface, Values
from tests.comparison.lab.worlds import setting, small_world

WORLD = small_world()
TECHNIQUE = TECHNIQUES["keyed-pseudonyms"]
TEXTS = np.array([list(text.encode()) for text in WORLD.people.identifiers], np.uint8)


def protected() -> Protected:
    return TECHNIQUE.protect(WORLD, dataclasses.replace(setting(), entropy=SeededEntropy(3)))


def test_files_join_by_pseudonym_within_a_project_and_not_across_projects() -> None:
    surface = protected().surface
    assert surface.records is not None
    assert surface.later is not None
    assert surface.records.names is not None
    assert surface.later.names is not None
    assert len(set(surface.records.names)) == len(surface.records)
    assert not set(surface.records.names) & set(surface.later.names)


def test_every_run_has_a_key_of_its_own() -> None:
    one, other = (TECHNIQUE.protect(WORLD, setting()).surface.values for _ in range(2))
    assert one is not None
    assert other is not None
    assert not set(one.observed) & set(other.observed)


def test_what_stands_beside_the_pseudonym_is_as_it_was() -> None:
    raw, kept = TECHNIQUES["raw-release"].protect(WORLD, setting()).surface.records, protected().surface.records
    assert raw is not None
    assert kept is not None
    assert (raw.low == kept.low).all()
    assert (raw.secret == kept.secret).all()


def test_a_dictionary_names_nobody_without_the_key_and_everybody_where_there_is_none() -> None:
    cell = judged(WORLD, TECHNIQUE, protected(), ATTACKS["dictionary"])
    assert cell.result is not None
    assert cell.result.successes == 0
    plain = hashed_rows(TEXTS)  # the planted fault: SHA-256 without a key in the place of pseudonyms
    values = Values("the public", tuple(map(bytes, plain)), hashed_rows)
    targets = Targets(np.zeros(0, np.int64), space=lambda: iter([TEXTS]))
    named = ATTACKS["dictionary"].guess(Surface(values=values), targets, seeded_generator(1))
    assert not isinstance(named, NotApplicable)
    assert tuple(named) == WORLD.people.identifiers
