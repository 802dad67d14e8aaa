"""Faults of attacks on a released table: what makes a leak look small, or an honest release look leaky."""

from __future__ import annotations

from typing import Any

from privshare.attacks.tables import distance, inference, linkability, predicates, risk, singling_out
from privshare.comparison.tables import brought, judged
from privshare.comparison.tables.rows import encoded
from tests.attacks.tables import (
    test_contract,
    test_distance,
    test_inference,
    test_linkability,
    test_risk,
    test_singling_out,
)
from tests.comparison import test_tables
from tests.faults.planted.planting import Check, Fault, slip

ATTACKS = "attacks/tables"


def _check(test: Any, kind: Any = AssertionError, told: str = "", **arguments: Any) -> Check:
    return Check(test, kind, told, arguments)


FAULTS = (
    Fault(
        "one chance for all targets",
        "rows that are equally near are told apart once and not for each target, so that all are right or all wrong",
        f"{ATTACKS}/distance.py",
        "found in our own first version; an interval then claims far more than it knows",
        slip(
            distance.nearest,
            (
                "chance.random((len(some), len(released)))",
                "np.repeat(chance.random((1, len(released))), len(some), axis=0)",
            ),
        ),
        (
            _check(test_distance.test_of_equally_near_rows_each_target_takes_one_by_chance),
            _check(test_linkability.test_rows_that_are_all_alike_are_linked_as_often_as_guessed),
        ),
    ),
    Fault(
        "no chance between equally near rows",
        "the first of many equally near rows is taken, and two sources meet there",
        f"{ATTACKS}/distance.py",
        "a nearest-neighbour search in the order of the file",
        slip(distance.nearest, ("* _TIE", "* 0.0")),
        (_check(test_distance.test_two_searches_meet_as_often_as_chance_has_it),),
    ),
    Fault(
        "a missing cell is near everything",
        "a row with few cells is the nearest of everybody",
        f"{ATTACKS}/distance.py",
        "Gower's coefficient without dividing by what could be compared",
        slip(distance.coordinates, ("_MISSING if number else -1.0", "0.0")),
        (_check(test_distance.test_distances_by_hand),),
    ),
    Fault(
        "at most one instead of exactly one",
        "a predicate that holds for nobody counts as a success",
        "comparison/tables/judged.py",
        "an inequality in place of an equality",
        slip(judged.rate_of, ("== 1", "<= 1")),
        (_check(test_contract.test_a_leak_of_half_the_rows_is_seen, name="singling-out"),),
    ),
    Fault(
        "predicates that hold for several released rows",
        "the adversary bets on whatever it draws",
        f"{ATTACKS}/singling_out.py",
        "the check left out, which makes the attack weak and the risk small",
        slip(singling_out.multivariate, ("marked.matches(predicate) == 1", "marked.matches(predicate) > 0")),
        (_check(test_contract.test_a_copy_is_nearly_all_risk, name="singling-out"),),
    ),
    Fault(
        "a control of another size",
        "a larger control is counted whole, where the same predicates hold for more rows",
        "comparison/tables/judged.py",
        "rates of singling out compared between tables of different sizes",
        slip(judged.control_rate, ("rate_of(bets, mixed[:size])", "rate_of(bets, mixed)")),
        (_check(test_singling_out.test_a_larger_control_is_cut_to_the_size_of_the_original),),
    ),
    Fault(
        "a smaller control is not scaled",
        "predicates that single out are fewer among fewer rows, and an honest release looks leaky",
        "comparison/tables/judged.py",
        "the same",
        slip(judged.scale, ("if not shares[0]:", "if True:")),
        (_check(test_singling_out.test_a_smaller_control_is_scaled_to_the_rate_of_a_whole_one, several=True),),
    ),
    Fault(
        "a missing comparison is true",
        "a predicate on a missing cell holds",
        f"{ATTACKS}/predicates.py",
        "a negated comparison where there are NaNs",
        slip(
            predicates.Test.holds,
            ("column <= self.value if", "~(column > self.value) if"),
        ),
        (_check(test_singling_out.test_predicates_count_by_hand),),
    ),
    Fault(
        "a missing guess is right",
        "the nearest row has no secret, and that counts",
        f"{ATTACKS}/inference.py",
        "a negated comparison where there are NaNs",
        slip(
            inference.right,
            (
                "np.abs(guesses - truth) <= tolerance * np.abs(truth)",
                "~(np.abs(guesses - truth) > tolerance * np.abs(truth))",
            ),
        ),
        (_check(test_inference.test_a_number_is_right_within_its_tolerance),),
    ),
    Fault(
        "a tolerance of the guess",
        "off by a share of the guess instead of the truth, so that huge guesses are right",
        f"{ATTACKS}/inference.py",
        "a relative error taken of the wrong number",
        slip(inference.right, ("tolerance * np.abs(truth)", "tolerance * np.abs(guesses)")),
        (_check(test_inference.test_a_number_is_right_within_its_tolerance),),
    ),
    Fault(
        "sources that compare notes",
        "both sources search with the columns of the first",
        f"{ATTACKS}/linkability.py",
        "a loop over the wrong pair",
        slip(linkability.meet, ("(background.other, targets.other)", "(background.known, targets.known)")),
        (_check(test_linkability.test_who_was_copied_is_linked),),
    ),
    Fault(
        "risk without the control",
        "what holds of everybody counts as a leak",
        f"{ATTACKS}/risk.py",
        "a success rate told as a risk",
        slip(risk._propagated, ("value = (rate - reference) / room", "value = rate")),
        (_check(test_risk.test_a_risk_is_worked_out_by_hand),),
    ),
    Fault(
        "an interval of the main attack only",
        "the control is taken as exact",
        f"{ATTACKS}/risk.py",
        "an error that is not propagated",
        slip(risk._propagated, ("(1.0 - rate) * its_half / room**2", "0.0")),
        (_check(test_risk.test_the_interval_holds_the_truth_as_often_as_it_says, truth=0.1),),
    ),
    Fault(
        "account numbers as numbers",
        "007 and 7 are the same person",
        "comparison/tables/rows.py",
        "what looks like a number taken for one",
        slip(encoded, ("_NUMBER.fullmatch(text) is not None", "text.strip().isdigit()")),
        (_check(test_tables.test_what_is_a_number),),
    ),
    Fault(
        "attacked without a declaration",
        "the original of real people is opened",
        "comparison/tables/brought.py",
        "a safeguard that only the command line has",
        slip(brought.attack_tables, ("if not asked.declared:", "if False:")),
        (
            Check(
                test_tables.test_without_a_declaration_nothing_is_read,
                made={"asked": test_tables.sixty_people},
            ),
        ),
    ),
)
