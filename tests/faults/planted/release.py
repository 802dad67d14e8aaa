"""Faults of the release: what is noised, by how much, what it costs, and what else leaves with it."""

from __future__ import annotations

from privshare.errors import NoiseRefused
from privshare.use.release import bias, mechanisms, published, statistic
from tests.faults.planted.noise import KNOWN, WHOLE, epsilon_check, replay_check, shape_check
from tests.faults.planted.planting import Check, Fault, slip
from tests.statistical import test_sensitivity_replay as replay
from tests.use import test_adaptive, test_bias
from tests.use import test_nothing_but_noise_decides as decides

STATISTIC, MECHANISMS = "use/release/statistic.py", "use/release/mechanisms.py"
SENSITIVITY = "laplace_mechanism(sensitivity=measure.sensitivity"
SMALLER = "laplace_mechanism(sensitivity=max(1, measure.sensitivity{})"
SAME_NOISE = Check(decides.test_the_noise_is_the_same_whatever_stands_in_the_rows, told="other noise")

FAULTS = (
    Fault(
        "sensitivity too small by a quarter",
        "one person moves the numbers 1.25 times as far as the noise is made for",
        MECHANISMS,
        "DP-Auditorium's histogram tester misses it at 200,000 draws",
        slip(
            mechanisms.mechanisms,
            (SENSITIVITY, SMALLER.format(" * 4 // 5")),
        ),
        (epsilon_check(WHOLE), replay_check("laplace", replay.DECLARED)),
    ),
    Fault(
        "noise for a coarser grain",
        "the numbers are kept in thousandths, and the noise is made as for hundredths",
        MECHANISMS,
        KNOWN,
        slip(mechanisms.mechanisms, (SENSITIVITY, SMALLER.format(" // 10"))),
        (replay_check("laplace", replay.DECLARED),),
    ),
    Fault(
        "a scale that depends on the numbers",
        "large numbers get wider noise than small ones, and the scale tells which they are",
        STATISTIC,
        "dp-recorder (PETS 2026): noise scales that depend on the data",
        slip(
            statistic._noised,
            (
                "noised(values, mechanism)",
                "noised(values, type(mechanism)("
                "mechanism.sensitivity, mechanism.loss, mechanism.scale * (1.0 + max(map(abs, values)))))",
            ),
        ),
        (SAME_NOISE, replay_check("laplace", "not printed")),
    ),
    Fault(
        "as many draws as there are people",
        "groups that nobody is in are left out of the noise, so that their number shows",
        STATISTIC,
        "dp-recorder (PETS 2026): loops whose length depends on the data",
        slip(
            statistic._noised,
            (
                "in noised(values, mechanism)",
                "in (lambda drawn: [next(drawn, 0) if v else 0 for v in values])"
                "(iter(noised([v for v in values if v], mechanism)))",
            ),
        ),
        (SAME_NOISE, shape_check(WHOLE), replay_check("laplace", replay.OTHER)),
    ),
    Fault(
        "two draws for one debit",
        "the mean of two draws is published, which has less noise than is printed",
        STATISTIC,
        "dp-recorder (PETS 2026): budget spent twice",
        slip(
            statistic._noised,
            (
                "in noised(values, mechanism)",
                "in ((a + b) // 2 for a, b in zip(noised(values, mechanism), noised(values, mechanism), strict=True))",
            ),
        ),
        (shape_check(WHOLE), replay_check("laplace", "not printed")),
    ),
    Fault(
        "bounds chosen from exact numbers",
        "the contribution bound is read off the histogram before noise, as a quantile of the data would be",
        STATISTIC,
        "automatic clipping that nobody pays for",
        slip(statistic._bounded, ("add_laplace(people, mechanism)", "people")),
        (
            Check(decides.test_a_bound_is_chosen_from_noised_numbers, told="exact numbers chose"),
            replay_check("laplace, bounds chosen", "not printed"),
        ),
    ),
    Fault(
        "a refusal that depends on the numbers",
        "a query is refused because a group is small, which says that it is",
        STATISTIC,
        "minimum group sizes checked before noise",
        slip(
            statistic._exact,
            (
                "    columns: list[Sequence[int]] = []\n",
                "    columns: list[Sequence[int]] = []\n"
                "    if any(0 < value < 5_000 for value in exact):\n"
                "        raise NoiseRefused('a group is too small')\n",
            ),
        ),
        (
            Check(
                decides.test_nothing_in_the_rows_stops_a_query,
                NoiseRefused,
                "too small",
                {"terms": decides.GIVEN, "rows": "one person in one row"},
            ),
        ),
    ),
    Fault(
        "the choice of a bound is not paid for",
        "the histogram costs its share, and the measure costs the whole price again",
        MECHANISMS,
        "dp-recorder (PETS 2026): budget spent twice",
        slip(mechanisms.left_of, ("share_of(measure).micro_epsilon + ", "")),
        (
            Check(
                test_adaptive.test_the_parts_add_up_to_the_price_to_the_last_unit,
                (AssertionError, NoiseRefused),
                "second opinion|micro_epsilon",
                {"terms": test_adaptive.KNOWN},
            ),
        ),
    ),
    Fault(
        "a bias that forgets rounding",
        "what a bound cuts away is noised for the distance of two bounds, and every cell rounded down twice adds more",
        "use/release/bias.py",
        "three rows in three groups: whole under a bound of 3, nothing under 2",
        slip(bias.sensitivity, ("* measure.grain + groups,", "* measure.grain,")),
        (
            Check(test_bias.test_rounding_down_twice_moves_more_than_the_bounds_are_apart),
            Check(test_bias.test_one_person_moves_the_differences_by_no_more_than_is_declared),
        ),
    ),
    Fault(
        "a bias that is not paid for",
        "the difference of two bounds costs its share, and the measure costs the whole price again",
        MECHANISMS,
        "dp-recorder (PETS 2026): budget spent twice",
        slip(mechanisms.left_of, (" + bias_share(measure).micro_epsilon", "")),
        (
            Check(
                test_bias.test_the_price_is_a_part_of_the_measures_and_adds_up,
                (AssertionError, NoiseRefused),
                "second opinion|micro_epsilon|==",
            ),
        ),
    ),
    Fault(
        "negative counts raised to nothing",
        "what is below 0 after noise is published as 0: no loss of privacy, but every small group comes out too large",
        "use/release/published.py",
        "NIST SP 800-226 on bias from post-processing",
        slip(published._cells, ("tuple(column[index] for", "tuple(max(0, column[index]) for")),
        (shape_check(WHOLE),),
    ),
)
