"""Every technique and every attack of the registries keeps its contract; a new entry is picked up by itself."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from privshare.attacks import ATTACKS
from privshare.attacks.attack import NotApplicable, Targets
from privshare.comparison.lab.judging import REST, judged, targets_of
from privshare.comparison.lab.techniques import TECHNIQUES
from privshare.comparison.lab.techniques.technique import QUESTION
from privshare.comparison.lab.usefulness import usefulness_of
from privshare.holders.people import People
from privshare.model.entropy import seeded_generator
from privshare.model.surface import Records, Surface
from tests.comparison.lab.worlds import setting, small_world

WORLD = small_world()


@pytest.mark.parametrize("name", TECHNIQUES)
def test_a_technique_answers_the_question_and_says_whom_to_trust(name: str) -> None:
    technique = TECHNIQUES[name]
    assert technique.name == name
    assert technique.trust
    assert technique.promise
    protected = technique.protect(WORLD, setting())
    shape = tuple(WORLD.people.domains[column] for column in QUESTION)
    for table in (protected.people, protected.secret):
        assert table.counts.shape == table.shown.shape == shape
        assert not table.counts[~table.shown].any(), "a number that is withheld stands nowhere"
    assert protected.bytes_sent > 0
    assert (protected.loss is not None) == technique.budgeted
    assert 0 <= usefulness_of(WORLD, protected).order_kept <= 1


@pytest.mark.parametrize("name", TECHNIQUES)
def test_rows_have_owners_that_only_the_judge_is_told(name: str) -> None:
    protected = TECHNIQUES[name].protect(WORLD, setting())
    for rows, owners in (
        (protected.surface.records, protected.owners),
        (protected.surface.later, protected.later_owners),
    ):
        assert (rows is None) == (owners is None)
        if rows is None or owners is None:
            continue
        assert len(rows) == len(owners) == len(rows.low) == len(rows.high)
        assert (rows.low <= rows.high).all()
        assert set(rows.columns) <= set(WORLD.people.domains)
        assert WORLD.joint[owners].all() or WORLD.people.platform[owners].all()
    told = [getattr(protected.surface, facet.name) for facet in dataclasses.fields(Surface)]
    assert not any(isinstance(facet, People) for facet in told), "a surface carries no raw people"


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_on_nothing_says_so_in_one_sentence(name: str) -> None:
    attack = ATTACKS[name]
    assert attack.name == name
    assert all((attack.adversary.goal, attack.adversary.view, attack.adversary.background))
    assert set(attack.knows) <= {*WORLD.people.domains, *REST, "identifier"}
    found = attack.guess(Surface(), Targets(np.zeros(0, np.int64)), seeded_generator(1))
    assert isinstance(found, NotApplicable)
    assert found.reason[0].islower()
    assert not found.reason.endswith(".")


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_is_told_what_it_declares_and_nothing_more(name: str) -> None:
    targets = targets_of(WORLD, ATTACKS[name], WORLD.secrets)
    assert set(targets.known) == set(ATTACKS[name].knows) - {"identifier"}
    assert bool(targets.identifiers) == ("identifier" in ATTACKS[name].knows)


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_empty_file_is_a_result_and_not_a_crash(attack: str) -> None:
    none = np.zeros((0, 3), np.int64)
    empty = Records("the public", ("birth", "sex", "district"), none, none, np.zeros(0, np.int64), ())
    protected = dataclasses.replace(
        TECHNIQUES["raw-release"].protect(WORLD, setting()),
        surface=Surface(records=empty, later=empty), owners=none[:, 0], later_owners=none[:, 0],
    )  # fmt: skip
    cell = judged(WORLD, TECHNIQUES["raw-release"], protected, ATTACKS[attack])
    assert cell.result is None or cell.result.attempts == 0 or cell.result.rate <= 0.75


@pytest.mark.parametrize("attack", ATTACKS)
def test_the_same_seed_gives_the_same_targets_and_choices(attack: str) -> None:
    technique = TECHNIQUES["raw-release"]
    cells = [judged(WORLD, technique, technique.protect(WORLD, setting()), ATTACKS[attack]) for _ in range(2)]
    assert cells[0].result == cells[1].result
