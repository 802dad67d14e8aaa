"""Small cells: a cell of one or of people all alike tells, a margin gives a withheld cell back, noise hides both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pytest

from privshare.attacks.attack import NotApplicable, Targets
from privshare.attacks.small_cell import FIRST, SMALL_CELL, questions
from privshare.comparison.lab.judging import judged
from privshare.comparison.lab.techniques import TECHNIQUES
from privshare.model.entropy import seeded_generator
from privshare.model.loss import PrivacyLoss
from privshare.model.surface import Codes, CountTable, Surface
from tests.attacks.games import passes, right_guesses
from tests.comparison.lab.worlds import setting, small_world


@dataclass(frozen=True, eq=False)
class Office:
    """Publishes tables by district and sex, without numbers of people below a threshold."""

    people: Codes
    secret: Codes
    threshold: int
    margins: bool = True

    @property
    def domains(self) -> Mapping[str, int]:
        return {"district": self.people.shape[0], "sex": self.people.shape[1]}

    def ask(self, by: tuple[str, ...], of: str, **_kept: object) -> CountTable | None:
        if by == ("district",) and not self.margins:
            return None
        axis = () if by == ("district", "sex") else (1,)
        shown = (people := self.people.sum(axis=axis)) >= self.threshold
        counts = people if of == "people" else self.secret.sum(axis=axis)
        return CountTable(by, np.where(shown, counts, 0), shown)


def _guesses(office: Office, people: list[tuple[int, int]], chance: int = 1) -> list[int]:
    district, sex = np.array(people).T
    targets = Targets(np.arange(len(people)), {"district": district, "sex": sex})
    found = SMALL_CELL.guess(Surface(tables=lambda: office), targets, seeded_generator(chance))
    assert not isinstance(found, NotApplicable)
    return np.asarray(found).tolist()  # type: ignore[no-any-return]


PEOPLE = np.array([[1, 40], [30, 1], [8, 50]])
SECRET = np.array([[1, 4], [3, 0], [8, 5]])
PERSONS = [(0, 0), (1, 1), (2, 0)]


def test_a_cell_of_one_and_a_cell_of_people_all_alike_tell_the_value() -> None:
    assert _guesses(Office(PEOPLE, SECRET, threshold=0), PERSONS) == [1, 0, 1]


def test_a_total_gives_the_withheld_cell_back() -> None:
    assert _guesses(Office(PEOPLE, SECRET, threshold=10), PERSONS) == [1, 0, 1]


def test_without_the_total_a_withheld_cell_leaves_a_coin() -> None:
    """All of 40 draws the same with a probability of 2^-39 < 1e-9."""
    office = Office(PEOPLE, SECRET, threshold=10, margins=False)
    for person in range(len(PERSONS)):
        assert {_guesses(office, PERSONS, chance)[person] for chance in range(40)} == {0, 1}


def test_the_first_question_is_fine_and_the_others_only_where_it_costs_nothing() -> None:
    asked = questions(("birth", "year", "sex", "district", "block", "band"))
    assert asked[0] == FIRST
    assert len(set(asked)) == len(asked) == 16


def test_suppression_stops_what_it_was_made_to_stop() -> None:
    """Fine cells of 20,000 people are all below 10. Hoeffding: no cell of 500 coins is above 0.65 once in 10^9."""
    world, technique = small_world(20_000), TECHNIQUES["small-count-suppression"]
    result = judged(world, technique, technique.protect(world, setting()), SMALL_CELL).result
    assert result is not None
    assert result.rate < 0.65


@pytest.mark.parametrize("micro", [300_000, 1_000_000, 3_000_000])
def test_noised_tables_tell_no_more_than_their_loss(micro: int) -> None:
    """False alarm 1e-9 (`passes`)."""
    loss = PrivacyLoss(micro)
    assert not passes(*right_guesses(small_world(), SMALL_CELL, loss, 5), loss)


def test_noise_far_too_weak_is_seen() -> None:
    """Planted: a tenth of the noise. About 8 in 10 are right; the ceiling at epsilon 0.3 is 0.574."""
    claimed, real = PrivacyLoss(300_000), PrivacyLoss(3_000_000)
    assert passes(*right_guesses(small_world(), SMALL_CELL, real, 5), claimed)
