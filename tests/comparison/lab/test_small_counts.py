"""Tables without small counts: what is withheld, in every table, and what two tables tell all the same."""

from __future__ import annotations

import numpy as np
import pytest

from privshare.attacks import ATTACKS
from privshare.comparison.lab.judging import judged
from privshare.comparison.lab.techniques import TECHNIQUES
from privshare.comparison.lab.techniques.series import counted
from privshare.comparison.lab.techniques.small_counts import THRESHOLD
from privshare.comparison.lab.techniques.technique import QUESTION
from privshare.comparison.lab.usefulness import usefulness_of
from privshare.model.surface import TableSeries
from tests.comparison.lab.worlds import setting, small_world

NAMES = ("small-count-suppression", "complementary-suppression")
WORLD = small_world()
QUESTIONS = [(), ("district",), ("district", "band"), ("district", "band", "sex"), ("block", "sex", "year")]


def series_of(name: str) -> TableSeries:
    tables = TECHNIQUES[name].protect(WORLD, setting()).surface.tables
    assert tables is not None
    return tables()


@pytest.mark.parametrize("by", QUESTIONS, ids="-".join)
@pytest.mark.parametrize("name", NAMES)
def test_no_number_below_the_threshold_is_printed_in_any_table(name: str, by: tuple[str, ...]) -> None:
    series = series_of(name)
    for of, without in (("people", None), ("secret", None), ("people", int(WORLD.secrets[0]))):
        table, exact = series.ask(by, of, without=without), counted(WORLD, by, of, without=without)
        assert table is not None
        assert not table.counts[~table.shown].any()
        assert (table.counts[table.shown] >= THRESHOLD).all()
        assert (table.counts[table.shown] == exact.counts[table.shown]).all(), "what is shown is exact"
        if name == "small-count-suppression":
            assert table.shown.sum() == (exact.counts >= THRESHOLD).sum(), "nothing but what is small is withheld"


def test_a_total_gives_a_withheld_number_back_only_where_nothing_is_complemented() -> None:
    recovered = {}
    for name in NAMES:
        series = series_of(name)
        table = series.ask(("district", "sex", "band"), "people")
        margin = series.ask(("district", "sex"), "people")
        assert table is not None
        assert margin is not None
        alone = ((~table.shown).sum(axis=2) == 1) & margin.shown
        missing = margin.counts - table.counts.sum(axis=2)
        exact = counted(WORLD, ("district", "sex", "band"), "people").counts
        hidden = np.where(table.shown, 0, exact).sum(axis=2)
        assert (missing[alone] == hidden[alone]).all()
        recovered[name] = int(alone.sum())
    assert recovered["small-count-suppression"] > 0
    assert recovered["complementary-suppression"] == 0


@pytest.mark.parametrize("name", NAMES)
def test_withheld_numbers_cost_usefulness_and_large_ones_are_still_subtracted(name: str) -> None:
    technique = TECHNIQUES[name]
    few = technique.protect(WORLD, setting())
    assert usefulness_of(WORLD, few).withheld > 20, "at 2,000 people most groups have fewer than ten who defaulted"
    assert usefulness_of(WORLD, few).people_error <= usefulness_of(WORLD, few).secret_error
    many = small_world(20_000, 11)
    cell = judged(many, technique, technique.protect(many, setting()), ATTACKS["differencing"])
    assert cell.result is not None
    assert cell.result.rate > 0.9, "numbers above the threshold differ by the target"


@pytest.mark.parametrize("name", NAMES)
def test_the_same_question_has_the_same_answer(name: str) -> None:
    series = series_of(name)
    one, other = series.ask(QUESTION, "secret"), series.ask(QUESTION, "secret", wording=3)
    assert one is not None
    assert other is not None
    assert (one.counts == other.counts).all()
    assert (one.shown == other.shown).all()
