"""Words, gains, the frontier and growth: what a matrix is boiled down to."""

from __future__ import annotations

import dataclasses

import pytest
from scipy.stats import binom

from privshare.attacks.adversary import Adversary, AttackResult
from privshare.comparison.lab.cell import CHANCE, Cell
from privshare.comparison.lab.frontier import Point, on_frontier, point_of
from privshare.comparison.lab.growth import grown
from privshare.comparison.lab.matrix import Row
from privshare.comparison.lab.techniques import TECHNIQUES
from privshare.comparison.lab.usefulness import Usefulness
from privshare.comparison.lab.verdict import Word, chance_of, gain_of, word_of
from privshare.model.entropy import SystemEntropy
from privshare.model.loss import PrivacyLoss
from tests.comparison.lab.worlds import small_world

LOSS = PrivacyLoss(1_000_000)


def cell(successes: int, attempts: int, baseline: float = 0.5, ceiling: float | None = None) -> Cell:
    result = AttackResult("a", "t", Adversary("g", "v", "b"), attempts, successes, baseline, ceiling, "")
    return Cell("t", "a", None, result, None, "", 1, 0.0)


@pytest.mark.parametrize(
    ("successes", "attempts", "baseline", "word"),
    [
        (0, 0, 0.5, Word.UNTRIED),
        (50, 100, 0.5, Word.GUESSING),
        (20, 100, 0.5, Word.GUESSING),
        (59, 100, 0.5, Word.GUESSING),
        (61, 100, 0.5, Word.SOME),
        (80, 100, 0.5, Word.SOME),
        (90, 100, 0.5, Word.MOST),
        (100, 100, 0.5, Word.NEARLY_ALL),
        (30, 30, 0.5, Word.MOST),
        (0, 500, 1e-7, Word.GUESSING),
        (5, 500, 1e-7, Word.SOME),
        (500, 500, 1.0, Word.GUESSING),
    ],
)
def test_a_word_says_at_least(successes: int, attempts: int, baseline: float, word: Word) -> None:
    """At 30 of 30 the interval still reaches down to 0.89, so the word is most and not nearly all."""
    assert word_of(cell(successes, attempts, baseline)) is word


def test_no_result_is_no_guess() -> None:
    assert word_of(dataclasses.replace(cell(1, 1), result=None)) is Word.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("successes", "attempts"), [(0, 10), (3, 10), (10, 10), (250, 500), (460, 500), (15_000, 20_000)]
)
@pytest.mark.parametrize("rate", [0.5, 0.7310585786, 0.9999])
def test_the_tail_is_scipys(successes: int, attempts: int, rate: float) -> None:
    assert chance_of(successes, attempts, rate) == pytest.approx(
        binom.sf(successes - 1, attempts, rate), rel=1e-7, abs=1e-300
    )


def test_an_alarm_needs_what_chance_does_not_give() -> None:
    """The interval of 390 of 500 lies wholly above a ceiling of 0.73, and one in 140 does so at the ceiling."""
    low = cell(390, 500, ceiling=0.73)
    assert low.interval is not None
    assert low.interval[0] > 0.73
    assert chance_of(390, 500, 0.73) > CHANCE
    assert word_of(low) is Word.MOST or word_of(low) is Word.SOME
    assert word_of(cell(440, 500, ceiling=0.73)) is Word.ALARM
    assert word_of(cell(440, 500)) is not Word.ALARM, "without a promise nothing is broken"


def test_a_gain_is_what_guessing_leaves() -> None:
    assert gain_of(0.5, 0.5) == 0
    assert gain_of(1.0, 0.2) == 1
    assert gain_of(0.25, 0.5) == -0.5


def test_the_frontier_is_what_nothing_beats() -> None:
    """Against the definition, pair by pair, on a grid with ties and an unknown."""
    points = [Point(error, gain, "a") for error in (0.0, 1.0, 2.5) for gain in (0.0, 0.4, 1.0)] + [Point(0, None, None)]
    for place, best in enumerate(on_frontier(points)):
        one = points[place]
        beaten = any(
            other.gain is not None
            and one.gain is not None
            and (other.error, other.gain) != (one.error, one.gain)
            and other.error <= one.error
            and other.gain <= one.gain
            for other in points
        )
        assert best == (one.gain is not None and not beaten)
    assert on_frontier([Point(1, 0.5, "a"), Point(1, 0.5, "b")]) == (True, True), "a tie beats nobody"
    assert on_frontier([]) == ()


def test_growth_measures_every_size_and_loses_patience() -> None:
    techniques = (TECHNIQUES["raw-release"], TECHNIQUES["unkeyed-hash"])
    sizes: list[int] = []

    def world_of(size: int):  # type: ignore[no-untyped-def]
        sizes.append(size)
        return small_world(size, 11)

    found = grown(world_of, (600, 300), techniques, LOSS, entropy=SystemEntropy())
    assert [(one.technique, one.people) for one in found] == [
        ("raw-release", 300), ("unkeyed-hash", 300), ("raw-release", 600), ("unkeyed-hash", 600),
    ]  # fmt: skip
    assert sizes == [300, 600]
    assert found[0].bytes_sent < found[2].bytes_sent
    assert found[0].joint < found[2].joint
    once = grown(world_of, (300, 600), techniques, LOSS, entropy=SystemEntropy(), patience=-1.0)
    assert [one.people for one in once] == [300, 300]


def row(*cells: Cell) -> Row:
    worth = Usefulness(1.0, 3.0, 4, (0, 0), 0, 0.5, None)
    return Row(TECHNIQUES["central-dp"], 0.3, worth, 0.0, 0, cells)


def test_luck_above_a_ceiling_is_no_risk_and_an_alarm_is() -> None:
    """31 of 44 at a ceiling of 0.51: the luckiest of nine noisy attacks, as a review found it."""
    assert point_of(row(cell(31, 44, ceiling=0.51))).gain == pytest.approx(0.02)
    assert point_of(row(cell(31, 44))).gain == pytest.approx(18 / 44), "without a promise nothing is cut off"
    assert point_of(row(cell(440, 500, ceiling=0.6))).gain == pytest.approx(0.76), "an alarm counts whole"
    assert point_of(row(cell(340, 500, ceiling=0.73))).gain == pytest.approx(0.36), "what is below counts as it is"


def test_what_a_technique_does_not_hide_is_left_out_of_its_risk() -> None:
    everybody = dataclasses.replace(cell(500, 500), not_hidden=True)
    assert point_of(row(everybody, cell(340, 500))) == Point(2.0, pytest.approx(0.36), "a")  # type: ignore[arg-type]
    assert point_of(row(everybody)) == Point(2.0, None, None), "nothing else is known of it"
    assert point_of(row(dataclasses.replace(everybody, not_hidden=False))).gain == 1.0
