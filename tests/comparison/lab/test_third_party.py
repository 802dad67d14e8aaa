"""Joins at a third party: the exact table, the right pairs, and what the third party has of everybody."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

from privshare.comparison.lab.techniques import TECHNIQUES
from privshare.comparison.lab.techniques.series import counted
from privshare.comparison.lab.techniques.technique import QUESTION
from privshare.comparison.lab.techniques.third_party import answered, joined
from tests.comparison.lab.worlds import setting, small_world

WORLD = small_world()
JOINS = ("pooled-join", "hash-join")


@pytest.mark.parametrize("name", JOINS)
def test_the_table_is_the_exact_one_and_the_pairs_are_the_people_of_both(name: str) -> None:
    protected = TECHNIQUES[name].protect(WORLD, setting())
    assert (protected.people.counts == counted(WORLD, QUESTION, "people").counts).all()
    assert (protected.secret.counts == counted(WORLD, QUESTION, "secret").counts).all()
    assert protected.linked is not None
    assert (protected.linked[:, 0] == protected.linked[:, 1]).all()
    assert sorted(protected.linked[:, 0]) == np.flatnonzero(WORLD.joint).tolist()


@pytest.mark.parametrize("name", JOINS)
def test_the_third_party_sees_every_identifier_as_it_was_sent(name: str) -> None:
    protected = TECHNIQUES[name].protect(WORLD, setting())
    values, owners = protected.surface.values, protected.value_owners
    assert values is not None
    assert owners is not None
    assert values.seen_by == "the third party"
    assert sorted(owners) == np.flatnonzero(WORLD.people.platform | WORLD.people.bank).tolist()
    sent = [WORLD.people.identifiers[owner].encode() for owner in owners]
    if name == "hash-join":
        sent = [hashlib.sha256(text).digest() for text in sent]
    assert list(values.observed) == sent
    assert values.recipe is not None
    texts = np.frombuffer("".join(WORLD.people.identifiers[:3]).encode(), np.uint8).reshape(3, -1)
    assert values.recipe(texts).shape == (3, len(sent[0]))


def test_rows_that_do_not_match_are_not_joined() -> None:
    pairs = joined(np.array([4, 1, 2]), np.array([2, 3, 4]), [b"a", b"b", b"c", b"d", b"e"])
    assert pairs.tolist() == [[4, 4], [2, 2]]
    assert joined(np.array([1]), np.array([], np.int64), [b"a", b"b"]).shape == (0, 2)
    people, secret = answered(WORLD, *np.zeros((2, 0), np.int64))
    assert not people.counts.any()
    assert not secret.counts.any()


def test_the_group_is_of_the_platforms_row_and_the_value_of_the_banks() -> None:
    """Teeth: a wrong pair is counted where its left row lives, with what its right row says."""
    secret = WORLD.people.secret
    left, right = int(np.flatnonzero(secret == 0)[0]), int(np.flatnonzero(secret == 1)[0])
    cell = tuple(int(WORLD.people.codes[name][left]) for name in QUESTION)
    people, defaulted = answered(WORLD, np.array([left]), np.array([right]))
    assert people.counts[cell] == defaulted.counts[cell] == people.counts.sum() == 1


@pytest.mark.parametrize("name", JOINS)
def test_a_holder_with_an_invented_set_is_told_its_exact_size(name: str) -> None:
    surface = TECHNIQUES[name].protect(WORLD, setting()).surface
    assert surface.probe is not None
    probe, bank = surface.probe(), WORLD.people.bank
    names = [WORLD.people.identifiers[handle] for flag in (True, False) for handle in np.flatnonzero(bank == flag)[:4]]
    assert [probe.size(asked) for asked in (names, names[4:], [*names[:1], names[0].upper()], [])] == [4, 0, 1, 0]
    assert probe.members(names) is None
