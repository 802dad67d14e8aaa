"""Membership: exact numbers and fitting rows tell who is in; one budget holds the attack at its ceiling."""

from __future__ import annotations

import numpy as np
import pytest

from privshare.attacks.attack import NotApplicable, Targets
from privshare.attacks.membership import MEMBERSHIP, members_by_rows
from privshare.comparison.lab.judging import judged, targets_of
from privshare.comparison.lab.techniques import TECHNIQUES
from privshare.model.entropy import seeded_generator
from privshare.model.loss import PrivacyLoss
from privshare.model.surface import Records, Surface
from tests.attacks.games import passes, right_guesses
from tests.comparison.lab.worlds import setting, small_world


def test_rows_alone_tell_who_is_in() -> None:
    """Who is not in is mistaken for somebody where another has the same date of birth, sex, district and band."""
    world, raw = small_world(20_000), TECHNIQUES["raw-release"]
    records = raw.protect(world, setting()).surface.records
    targets = targets_of(world, MEMBERSHIP, world.members)
    found = MEMBERSHIP.guess(Surface(records=records), targets, seeded_generator(1))
    assert (np.asarray(found) == world.inside).mean() > 0.97


def test_rows_are_believed_before_tables_that_are_not_exact() -> None:
    """With noise at epsilon 0.1 the tables alone would be right about half of the time."""
    world = small_world(20_000)
    records = TECHNIQUES["raw-release"].protect(world, setting()).surface.records
    tables = TECHNIQUES["central-dp"].protect(world, setting(100_000)).surface.tables
    targets = targets_of(world, MEMBERSHIP, world.members)
    found = MEMBERSHIP.guess(Surface(records=records, tables=tables), targets, seeded_generator(1))
    assert (np.asarray(found) == world.inside).mean() > 0.97


def test_more_rows_than_others_explain_are_needed() -> None:
    """100 rows of one kind: a hundred are expected to fit, so a hundred that fit say nothing of one more."""
    same = np.zeros((100, 1), np.int64)
    records = Records("the public", ("sex",), same, same, same[:, 0], None)
    assert members_by_rows(records, {"sex": np.array([0, 1])}).tolist() == [0, 0]
    mixed = np.repeat([[0, 0], [1, 1], [2, 7]], [50, 49, 1], axis=0)
    records = Records("the public", ("sex", "birth"), mixed, mixed, mixed[:, 0], None)
    known = {"sex": np.array([2, 0]), "birth": np.array([7, 7])}
    assert members_by_rows(records, known).tolist() == [1, 0]


def test_who_knows_the_senders_knows_who_is_in() -> None:
    none = np.zeros((2, 1), np.int64)
    records = Records("the collector", ("band",), none, none, none[:, 0], None, np.array([4, 9]))
    found = MEMBERSHIP.guess(Surface(records=records), Targets(np.array([9, 5])), seeded_generator(1))
    assert np.asarray(found).tolist() == [1, 0]


def test_a_withheld_number_leaves_a_coin() -> None:
    """All of 113 coins alike with a probability of 2^-112 < 1e-9."""
    world = small_world()

    class Silent:
        domains = world.people.domains

        def ask(self, by: tuple[str, ...], of: str, **_kept: object) -> None:
            return None

    targets = targets_of(world, MEMBERSHIP, world.members)
    found = MEMBERSHIP.guess(Surface(tables=Silent), targets, seeded_generator(1))
    assert not isinstance(found, NotApplicable)
    assert set(np.asarray(found).tolist()) == {0, 1}


def test_nobody_who_is_absent_is_called_a_member_by_exact_numbers() -> None:
    world, raw = small_world(), TECHNIQUES["raw-release"]
    cell = judged(world, raw, raw.protect(world, setting()), MEMBERSHIP)
    assert cell.control is not None
    assert cell.control.successes == 0


@pytest.mark.parametrize("micro", [100_000, 1_500_000, 3_000_000])
def test_one_budget_holds_the_attack_at_its_ceiling(micro: int) -> None:
    """False alarm 1e-9 (`passes`)."""
    loss = PrivacyLoss(micro)
    assert not passes(*right_guesses(small_world(), MEMBERSHIP, loss, 5), loss)


def test_noise_at_half_its_scale_is_seen() -> None:
    """Power as in `test_averaging`: 8 deviations."""
    claimed, real = PrivacyLoss(1_500_000), PrivacyLoss(3_000_000)
    assert passes(*right_guesses(small_world(), MEMBERSHIP, real, 8), claimed)


@pytest.mark.parametrize(
    "name", ["k-anonymity", "small-count-suppression", "complementary-suppression", "record-swapping"]
)
@pytest.mark.parametrize("people", [2_000, 20_000])
def test_two_totals_tell_who_is_in_where_there_is_no_budget(name: str, people: int) -> None:
    world, technique = small_world(people), TECHNIQUES[name]
    cell = judged(world, technique, technique.protect(world, setting()), MEMBERSHIP)
    assert cell.result is not None
    assert cell.result.rate == 1
    assert cell.control is not None
    assert cell.control.successes == 0
