"""Faults of the noise: too little, too much, of another shape, or not random."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from privshare.secure.noise import gaussian, keyed, laplace, response
from privshare.secure.psi import padding
from tests.faults.planted.planting import REFUSED, Check, Fault, all_of, rewritten, slip
from tests.house import test_structure
from tests.secure import test_noise, test_noise_gaussian, test_noise_keyed, test_noise_response
from tests.secure.psi import test_padding
from tests.statistical import test_release_audit as audit
from tests.statistical import test_sensitivity_replay as replay

LAPLACE, KEYED, GAUSSIAN, RESPONSE = (
    f"secure/noise/{name}.py" for name in ("laplace", "keyed", "gaussian", "response")
)
PADDING = "secure/psi/padding.py"
DRAW = "mechanism._measurement(list(values))"
KNOWN = "a slip that any code can have"


def shape_check(kind: str) -> Check:
    """Whether published noise of this kind is what is printed."""
    return Check(
        audit.test_published_noise_has_the_shape_and_scale_that_are_printed,
        told="not what is printed",
        arguments={"kind": kind},
    )


def epsilon_check(kind: str) -> Check:
    """Whether it lets through no more than is claimed."""
    return Check(
        audit.test_neighbouring_tables_show_no_more_epsilon_than_is_claimed,
        told="more through than claimed",
        arguments={"kind": kind},
    )


def replay_check(case: str, told: str) -> Check:
    """Whether releases on neighbouring tables hand the same calls, and numbers close enough, to the noise."""
    return Check(replay.test_a_release_moves_by_no_more_than_it_declares, told=told, arguments={"case": case})


WHOLE = "two-sided geometric"
REPEATS = Check(audit.test_the_same_question_on_the_same_rows_gets_other_noise, told="repeats")
ONE_DOOR = Check(test_structure.test_chance_comes_from_one_file, told="privshare.secure.noise.laplace")


def _scaled(factor: str) -> Any:
    return slip(laplace.add_laplace, (DRAW, f"_measurement(mechanism.scale * {factor})(list(values))"))


def _numpy(seed: str, *, whole: bool) -> Any:
    """Noise from numpy's generator, in the text as well as in the running package."""
    draws = "int(b) - int(c)" if whole else "float(b)"
    law = (
        "draw.geometric(-np.expm1(-1 / mechanism.scale), size=len(values))" if whole
        else "draw.laplace(scale=mechanism.scale, size=len(values))"
    )  # fmt: skip
    old = f"return tuple(int(value) for value in {DRAW}) if values else ()"
    new = (
        f"import numpy as np; draw = np.random.default_rng({seed})\n"
        f"    return tuple(a + {draws} for a, b, c in zip(values, {law}, {law}))"
    )
    return all_of(slip(laplace.add_laplace, (old, new)), rewritten(LAPLACE, old, new))


KEEPS_DELTA = (
    test_noise_keyed.test_the_threshold_keeps_to_delta_by_an_independent_sum_and_is_the_least.hypothesis.inner_test
)
BATCH = test_noise_gaussian.test_all_draws_of_a_batch_together_stay_within_the_debit.hypothesis.inner_test
EVEN = SimpleNamespace(draw=lambda _: [1, 1])
GAUSS = "discrete Gaussian"

FAULTS = (
    Fault(
        "half noise",
        "the draw is made at half the scale that is printed and paid for",
        LAPLACE,
        KNOWN,
        _scaled("0.5"),
        (shape_check(WHOLE), epsilon_check(WHOLE)),
    ),
    Fault(
        "noise at 0.7 of its scale",
        "a constant is wrong by less than a factor of two",
        LAPLACE,
        "a two-sided audit must see both sides",
        _scaled("0.7"),
        (shape_check(WHOLE),),
    ),
    Fault(
        "noise at 1.3 of its scale",
        "more noise than is printed: private enough, but the stated error is wrong",
        LAPLACE,
        "a two-sided audit must see both sides",
        _scaled("1.3"),
        (shape_check(WHOLE),),
    ),
    Fault(
        "nothing gets no noise",
        "a count of 0 is published as it is, which says that nobody is in the group",
        LAPLACE,
        KNOWN,
        slip(
            laplace.add_laplace,
            (f"int(value) for value in {DRAW}", f"v and int(n) for v, n in zip(values, {DRAW}, strict=True)"),
        ),
        (shape_check(WHOLE),),
    ),
    Fault(
        "numpy noise",
        "floating-point noise, whose last bits tell the exact value",
        LAPLACE,
        "Mironov 2012; Haney, Desfontaines and others 2022",
        _numpy("", whole=False),
        (Check(audit.test_published_numbers_are_whole, told="not whole"), ONE_DOOR),
    ),
    Fault(
        "seeded noise",
        "the right law from a generator with a fixed seed: whoever knows the seed subtracts the noise",
        LAPLACE,
        "tests that were made to repeat, and shipped",
        _numpy("7", whole=True),
        (REPEATS, ONE_DOOR),
    ),
    Fault(
        "noise computed from the numbers",
        "the seed is a digest of the exact numbers, so that the same question gets the same noise",
        LAPLACE,
        "salted noise in a database extension",
        _numpy("abs(hash(tuple(values)))", whole=True),
        (REPEATS, ONE_DOOR),
    ),
    Fault(
        "32-bit noise",
        "numbers are noised as 32-bit integers, which saturate",
        LAPLACE,
        "OpenDP takes T=int for 32 bits",
        slip(
            laplace._measurement,
            ('atom_domain(T="i64")', 'atom_domain(T="i32")'),
            ('l1_distance(T="i64")', 'l1_distance(T="i32")'),
        ),
        (Check(test_noise.test_the_library_saturates_when_asked_for_int, told="2147483647 > 2147483647"),),
    ),
    Fault(
        "the library's bound is not asked",
        "a mechanism whose own map says more than the debit is built all the same",
        LAPLACE,
        "OpenDP builds a measurement with scale 0",
        slip(laplace.LaplaceMechanism.__post_init__, ("if not 0 < Fraction(epsilon) <= debit:", "if False:")),
        (Check(test_noise.test_a_scale_below_the_debit_is_refused_and_above_it_is_not, REFUSED, "DID NOT RAISE"),),
    ),
    Fault(
        "dummies moved to the ends",
        "draws outside the radius are clamped instead of drawn anew, which multiplies delta by up to 20",
        LAPLACE,
        "the usual way to bound noise",
        slip(
            laplace.truncated_laplace,
            (
                "[z for z in add_laplace([0] * (count - len(kept)), mechanism) if abs(z) <= radius]",
                "[max(-radius, min(radius, z)) for z in add_laplace([0] * (count - len(kept)), mechanism)]",
            ),
        ),
        (
            shape_check("numbers of dummies"),
            Check(test_padding.test_draws_follow_the_truncated_law_and_no_other),
        ),
    ),
    Fault(
        "dummies without chance",
        "as many dummies are added every time, so that the padded size tells the true one",
        PADDING,
        "padding to a fixed offset",
        slip(padding.draw_dummies, ("dummies.radius + z for z", "dummies.radius for z")),
        (shape_check("numbers of dummies"),),
    ),
    Fault(
        "one dummy too few",
        "the radius is one below the smallest that keeps delta",
        PADDING,
        "an off-by-one in a search",
        slip(padding.radius, ("    return low", "    return low - 1")),
        (
            Check(
                test_padding.test_radii_of_the_specification,
                arguments={"micro_epsilon": 1_000_000, "radii": (14, 20, 27)},
            ),
        ),
    ),
    Fault(
        "the threshold that the library approves",
        "groups are published from that threshold on, where the map reckons with the next one: delta is e^(1/scale) "
        "times what is paid for",
        KEYED,
        "OpenDP issue 2922, which our path does meet",
        all_of(
            slip(keyed.KeyedLaplaceMechanism.__post_init__, ("self.threshold - 1", "self.threshold")),
            slip(keyed.keyed_laplace_mechanism, ("high + 1)", "high)")),
        ),
        (
            Check(audit.test_a_group_of_one_person_is_found_with_at_most_delta, told="too often"),
            Check(
                test_noise_keyed.test_a_group_of_one_person_gets_out_at_most_with_delta_and_one_threshold_lower_more_often,
                arguments={"bound": 3},
            ),
        ),
    ),
    Fault(
        "one person is in one group only",
        "delta is reckoned for one group a person, although the bound allows several",
        KEYED,
        "partition selection for user-level privacy",
        slip(keyed._keyed_map, ("(bound, bound, bound)", "(1, bound, bound)")),
        (Check(KEEPS_DELTA, arguments={"bound": 20, "micro": 1_000_000, "delta_units": 10**10}),),
    ),
    Fault(
        "groups judged by their exact count",
        "the threshold is compared with the count before noise",
        KEYED,
        "k-anonymity taken for differential privacy",
        slip(
            keyed.add_keyed_laplace,
            ("for name in sorted(released)", "for name in sorted(released) if counts[name] > mechanism.threshold"),
        ),
        (shape_check("groups to be found"),),
    ),
    Fault(
        "half the Gaussian noise",
        "the draw is made at half the scale that is printed and paid for",
        GAUSSIAN,
        KNOWN,
        slip(gaussian.add_gaussian, (DRAW, "_measurement(mechanism.scale / 2)(list(values))")),
        (shape_check(GAUSS),),
    ),
    Fault(
        "every Gaussian draw takes the whole rho",
        "the draws of one batch do not share its rho, so that together they cost more than is paid",
        GAUSSIAN,
        "composition forgotten",
        slip(gaussian.gaussian_mechanisms, ("float(Fraction(rho) * weight**2 / whole)", "rho")),
        (Check(BATCH, arguments={"sensitivities": [3, 5], "data": EVEN, "micro": 1_000_000, "delta": 10**9}),),
    ),
    Fault(
        "a truer report than is paid for",
        "a mechanism of local privacy whose own map says more than the debit is built all the same",
        RESPONSE,
        "OpenDP builds a randomised response that never lies",
        slip(response.ResponseMechanism.__post_init__, ("if not 0 < Fraction(epsilon) <= debit:", "if False:")),
        (Check(test_noise_response.test_a_chance_one_step_above_the_largest_is_refused, REFUSED, "DID NOT RAISE"),),
    ),
    Fault(
        "an answer that is on no list",
        "it gets a uniform report, so that wrong input passes for noise, and the tables are quietly wrong",
        RESPONSE,
        "OpenDP answers for what is no category",
        slip(response.respond, ("not 0 <= answer < mechanism.values", "answer is None")),
        (
            Check(
                test_noise_response.test_an_answer_that_is_not_possible_is_refused_before_a_draw,
                REFUSED,
                "drawn",
                arguments={"answer": 4},
            ),
        ),
    ),
    Fault(
        "one report for all who answer alike",
        "the report is drawn once for each answer and kept, so that a table of reports tells the true counts",
        RESPONSE,
        KNOWN,
        slip(
            response.respond,
            (
                "tuple(int(mechanism._measurement(answer)) for answer in answers)",
                "tuple(map({answer: int(mechanism._measurement(answer)) for answer in set(answers)}.get, answers))",
            ),
        ),
        (
            Check(
                test_noise_response.test_reports_have_the_chances_that_are_claimed,
                arguments={"values": 5, "answer": 4},
            ),
        ),
    ),
)
