"""Faults of the bounding: how far one person can move the numbers before any noise is added."""

from __future__ import annotations

from typing import Any

from privshare.errors import EnginesDisagree
from privshare.holders.engines import CheckedEngine, duckdb_engine, pandas_engine, rescale, row_sums
from privshare.holders.files import taken_in
from privshare.model.bounding import BoundingPlan
from tests.faults.planted.noise import KNOWN, WHOLE, epsilon_check, replay_check
from tests.faults.planted.planting import REFUSED, Check, Fault, all_of, slip
from tests.holders import test_engine_neighbours as neighbours
from tests.holders import test_engines as engines
from tests.holders import test_engines_agree, test_files_taken_in
from tests.model import test_nouns
from tests.statistical import test_sensitivity_replay as replay
from tests.use import test_nothing_but_noise_decides as decides

RESCALE, PANDAS, DUCKDB = (f"holders/engines/{name}.py" for name in ("rescale", "pandas_engine", "duckdb_engine"))
OVER = "(sizes > limit)"
CHECKED = {"run_plan": engines.by_both}


def _engine(test: Any, **more: Any) -> Check:
    return Check(test, arguments={"run_plan": engines.by_the_reference, **more})


LIGHT = _engine(engines.test_a_light_person_is_never_scaled_up_and_a_heavy_one_is_scaled_down)
NOBODY = engines.test_a_row_without_a_person_or_a_group_is_left_out

FAULTS = (
    Fault(
        "keep 11, claim 10",
        "whoever has one row too many is not cut",
        RESCALE,
        "an off-by-one at the bound; published audits see it only with the right sample size",
        slip(rescale.rescaled, (OVER, "(sizes > limit + 1)")),
        (epsilon_check(WHOLE), replay_check("laplace", replay.DECLARED)),
    ),
    Fault(
        "nobody is bounded",
        "a person with a thousand rows counts a thousand times",
        RESCALE,
        "dp-recorder (PETS 2026): sensitivity from data that were not clipped",
        slip(rescale.rescaled, (OVER, "(sizes < 0)")),
        (LIGHT, replay_check("laplace", replay.DECLARED)),
    ),
    Fault(
        "one person in many spellings",
        "a name with a blank after it is another person, with a whole bound of their own",
        "holders/files/taken_in.py",
        "found by a reader of our own first version: forty rows counted forty times under a bound of one",
        slip(taken_in._misspelt, ("coalesce({ends} OR nfc_normalize({who}) <> {who}, true)", "{who} IS NULL")),
        (Check(test_files_taken_in.test_one_person_has_one_spelling, REFUSED, arguments={"suffix": "csv"}),),
    ),
    Fault(
        "light persons scaled up",
        "everybody is scaled to the bound, so that one row of a light person counts as many",
        RESCALE,
        "a rescale without its condition",
        slip(rescale.rescaled, (OVER, "(sizes > 0)")),
        (LIGHT, replay_check("laplace", replay.OWN)),
    ),
    Fault(
        "negative numbers rounded down",
        "floor(n * B / total) of a negative n is one further from 0, and the person passes the bound",
        RESCALE,
        "integer division that rounds towards minus infinity",
        slip(
            rescale.rescaled,
            ("np.abs(heavy) * measure.sensitivity", "heavy * measure.sensitivity"),
            ("np.where(heavy < 0, -cut, cut)", "cut"),
        ),
        (_engine(engines.test_a_negative_cell_is_cut_towards_zero), replay_check("laplace", replay.DECLARED)),
    ),
    Fault(
        "overflow on data",
        "sums run in 64 bits whatever the rows are, and wrap around",
        RESCALE,
        "Casacuberta, Shoemate, Vadhan and Wagaman 2022",
        all_of(
            slip(rescale.rescaled, ("amounts if small else amounts.astype(object)", "amounts")),
            slip(
                pandas_engine._cells,
                ("values if len(values) * measure.reach < INT64_END else values.astype(object)", "values"),
            ),
        ),
        (_engine(engines.test_sums_beyond_64_bits_are_exact),),
    ),
    Fault(
        "the wrong neighbouring relation",
        "the unit that is bounded is a row, while the release speaks of a person",
        PANDAS,
        "event-level noise for user-level claims",
        slip(
            pandas_engine._located,
            ("persons = _codes(_column(frame, person))[0]", "persons = np.arange(len(frame))"),
        ),
        (
            LIGHT,
            _engine(engines.test_people_are_counted_once_a_group_whatever_they_have_there),
            replay_check("laplace", replay.DECLARED),
        ),
    ),
    Fault(
        "the bound kept in each group",
        "a person is bounded in every group for itself, and may be in all of them",
        RESCALE,
        "per-group clipping without a limit on groups",
        slip(rescale.rescaled, ("_sizes(persons, exact", "_sizes(np.arange(len(persons)), exact")),
        (LIGHT, Check(neighbours.test_one_person_moves_the_found_groups_by_no_more_than_the_bound)),
    ),
    Fault(
        "one person on every step",
        "in the histogram that chooses a bound a person counts on all steps up to their own, at the price of one",
        PANDAS,
        "cumulative counts noised as if they were a histogram",
        slip(
            pandas_engine.PandasEngine.contributions,
            ("more - most for more, most in zip(above, (*above[1:], 0), strict=True)", "more for more in above"),
        ),
        (Check(neighbours.test_one_person_moves_the_histogram_by_one),),
    ),
    Fault(
        "a group asked for twice",
        "the same key stands twice among the groups, and each person counts in both",
        "model/bounding.py",
        KNOWN,
        slip(BoundingPlan.__post_init__, ("len(set(self.keys)) != len(self.keys)", "False")),
        (Check(test_nouns.test_a_plan_refuses_a_key_twice, REFUSED, "DID NOT RAISE"),),
    ),
    Fault(
        "clamps read off the data",
        "values are clamped to the middle half of the column, so that one person moves everybody's",
        PANDAS,
        "bounds chosen after looking",
        slip(
            pandas_engine._values,
            (
                "np.clip(_wholes(_column(frame, measure.column)), measure.lower, measure.upper)",
                "np.clip(v := _wholes(_column(frame, measure.column)), *np.quantile(v, [0.25, 0.75]).astype(int))",
            ),
        ),
        (
            _engine(engines.test_every_whole_number_type_clamps_alike, name="int64"),
            replay_check("laplace", "moves further"),
        ),
    ),
    Fault(
        "a value that is no number stops the query",
        "NaN in one person's row raises, and whoever asks learns that it is there",
        PANDAS,
        "OpenDP issue 2942; Desfontaines on NaN that survives clamping",
        slip(pandas_engine._whole, ("        return 0", "        raise")),
        (
            Check(
                decides.test_nothing_in_the_rows_stops_a_query,
                ValueError,
                "NaN",
                {"terms": decides.GIVEN, "rows": "what is no number"},
            ),
        ),
    ),
    Fault(
        "NaN counts as the largest number",
        "the comparison that clamps is false for NaN, and what comes through is not clamped",
        PANDAS,
        "Desfontaines: `if v > upper` is false for NaN",
        slip(pandas_engine._wholes, ("nan=0.0", "nan=float(WHOLE_MAX)")),
        (Check(engines.test_no_cell_can_stop_the_reference, arguments={"value": float("nan"), "counts_as": 0}),),
    ),
    Fault(
        "rows of nobody",
        "rows whose person is null are counted, as if they were one more person's",
        PANDAS,
        "GROUP BY makes a group of null",
        slip(
            pandas_engine._located,
            (
                "persons = _codes(_column(frame, person))[0]",
                "persons = _codes(_column(frame, person))[0]; persons = np.where(persons < 0, len(frame), persons)",
            ),
        ),
        (_engine(NOBODY),),
    ),
    Fault(
        "rows of nobody in one engine",
        "the same in the engine for files alone",
        DUCKDB,
        "GROUP BY makes a group of null",
        slip(row_sums.RowSums.sums, ("WHERE {who} IS NOT NULL GROUP BY g", "WHERE TRUE GROUP BY g")),
        (Check(NOBODY, EnginesDisagree, arguments=CHECKED),),
    ),
    Fault(
        "numbers of opposite signs cancel",
        "a person's norm is taken of the sum, and large numbers of both signs come to nothing",
        DUCKDB,
        "abs() forgotten",
        slip(
            duckdb_engine.DuckEngine._sizes,
            ('f"abs({column})" if norm is Norm.L1', "column if norm is Norm.L1"),
        ),
        (Check(engines.test_a_negative_cell_is_cut_towards_zero, EnginesDisagree, arguments=CHECKED),),
    ),
    Fault(
        "engines that disagree",
        "one engine errs in one number, and the other's answer is not looked at",
        "holders/engines/checked.py",
        "a check that is there and decides nothing",
        slip(CheckedEngine._same, ("if first != second:", "if False:")),
        (Check(test_engines_agree.test_an_engine_that_errs_in_one_number_is_held_up, REFUSED, "DID NOT RAISE"),),
    ),
)
