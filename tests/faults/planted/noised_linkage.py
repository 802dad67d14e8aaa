"""Faults of the suites with noise, `size/1` and `totals-3/1`: numbers that are told, noise that is missing."""

from __future__ import annotations

from privshare.errors import ProtocolError
from privshare.report import contents
from privshare.secure.psi import padding
from privshare.secure.psi.size import holders
from privshare.secure.psi.totals import grouping, joining, unit, valuing
from tests.faults.planted.noise import KNOWN
from tests.faults.planted.planting import Check, Fault, all_of, slip
from tests.report import test_folder_holders
from tests.secure.psi import lies, test_size, test_totals, test_totals_joining
from tests.secure.psi import test_noised_neighbours as neighbours

SIZE, GROUPING, VALUING, UNIT, JOINING = (
    f"secure/psi/{name}.py"
    for name in ("size/holders", "totals/grouping", "totals/valuing", "totals/unit", "totals/joining")
)
WHOSE_NOISE = Check(test_totals.test_whose_noise_is_where)
TABLES = Check(test_totals.test_random_tables_are_the_plain_join)
TOTALS_TOLD = Check(neighbours.test_no_message_of_totals_tells_an_exact_number)
ORDER = test_totals.test_the_unit_is_sent_no_key_and_no_name_and_neither_order_is_the_order_of_pseudonyms
PARTNERS = test_totals_joining.test_each_pseudonym_finds_its_partner_and_no_other.hypothesis.inner_test
BAD_ELEMENT = test_size.test_a_bad_element_stops_the_run_before_any_element_is_multiplied


def replay_check(told: str, *, of_size: bool, identifiers: int = 1) -> Check:
    """Whether neighbouring worlds draw the same noise, send the same messages and move by no more than agreed."""
    violation = neighbours.size_violation if of_size else neighbours.totals_violation
    return Check(
        neighbours.test_a_person_moves_what_the_noise_hides_by_no_more_than_agreed,
        told=told,
        arguments={"violation": violation, "identifiers": identifiers},
    )


FAULTS = (
    Fault(
        "a size that cannot be",
        "the holder that shuffles takes any number of common people from the one that counts, more than a list has",
        SIZE,
        "a number taken from the wire",
        slip(holders.holder_b, ("terms.largest(min(count, len(theirs)))", "2**62")),
        (Check(test_size.test_a_size_is_taken_up_to_its_largest_and_no_further, told="E_SEAL"),),
    ),
    Fault(
        "values without masks",
        "values go to the linkage unit as they are and the grouping holder takes no mask off: all results are right",
        VALUING,
        "a third party that is trusted, because it is called one",
        all_of(
            slip(valuing.value_holder, ("column[order] + mask_words(mask_key, size)", "column[order]")),
            slip(grouping.grouping_holder, ("(sums - masks)", "sums")),
        ),
        (Check(test_totals.test_no_value_and_no_sum_reaches_the_unit),),
    ),
    Fault(
        "labels that are the groups' numbers",
        "the unit sees which label is which group, since their order is public",
        GROUPING,
        KNOWN,
        slip(
            grouping.grouping_holder,
            ("permutation(entropy, size), permutation(entropy, count)", "permutation(entropy, size), np.arange(count)"),
        ),
        (Check(test_totals.test_labels_are_renamed_and_new_sessions_cannot_be_joined),),
    ),
    Fault(
        "a group without dummies",
        "the first group's matched dummies are forgotten, so the grouping holder and the unit see its exact count",
        VALUING,
        "a loop that begins at 1",
        slip(
            valuing.value_holder,
            ("zip(dummies, matched, strict=True)", "zip(dummies[1:], matched[1:], strict=True)"),
            ("sum(matched)", "sum(matched[1:])"),
        ),
        (TABLES, WHOSE_NOISE),
    ),
    Fault(
        "one draw for all groups",
        "every group gets the same number of matched dummies, which cancels in the difference of two counts",
        VALUING,
        "a draw that stands before the loop",
        slip(valuing.value_holder, ("draw_dummies(counted, count)", "draw_dummies(counted, 1) * count")),
        (Check(test_totals.test_each_group_has_draws_of_its_own),),
    ),
    Fault(
        "a unit that adds no noise",
        "the grouping holder unmasks exact sums",
        UNIT,
        "noise added by one party only, who can subtract it",
        slip(
            unit.linkage_unit,
            ("sums_by_label(positions, masked, count) + z", "sums_by_label(positions, masked, count)"),
        ),
        (WHOSE_NOISE,),
    ),
    Fault(
        "a grouping holder that adds no noise",
        "the value holder subtracts its own dummies from the published counts, which are then exact",
        GROUPING,
        "noise added by one party only, who can subtract it",
        slip(grouping.grouping_holder, (" - s + u[g]", " - s")),
        (WHOSE_NOISE,),
    ),
    Fault(
        "a greeting that tells the size",
        "lists are padded, and the greeting before them says how long they were",
        GROUPING,
        "a session layer that counts items",
        slip(
            grouping.grouping_holder,
            (
                "peer=value_holder, leads=True, parameters=agreed, items=size",
                "peer=value_holder, leads=True, parameters=agreed, items=len(people)",
            ),
        ),
        (TOTALS_TOLD,),
    ),
    Fault(
        "places in the order of pseudonyms",
        "the grouping holder, who has the key, reads off the matching places which of its people they are",
        VALUING,
        "sorting taken for shuffling",
        slip(valuing.value_holder, ("order = permutation(entropy, size)", "order = np.lexsort(pseudonyms.T[::-1])")),
        (Check(ORDER),),
    ),
    Fault(
        "values that are not clamped",
        "one person moves a sum by more than the noise was made for",
        VALUING,
        "bounds that are documented and not applied",
        slip(valuing.value_holder, ("np.clip(people.values, 0, terms.value_max)", "np.maximum(people.values, 0)")),
        (TABLES, replay_check("moves further", of_size=False)),
    ),
    Fault(
        "one identifier a person, whatever was agreed",
        "dummies are drawn as if nobody had several identifiers, although the terms say so",
        "secure/psi/padding.py",
        "a unit of privacy that is a row",
        slip(padding.dummy_noise, ("sensitivity=sensitivity", "sensitivity=1")),
        (
            replay_check("another sensitivity", of_size=True, identifiers=3),
            replay_check("another sensitivity", of_size=False, identifiers=3),
        ),
    ),
    Fault(
        "pseudonyms joined by their first half",
        "two people whose pseudonyms begin alike become one",
        JOINING,
        "a 64-bit key in a database",
        slip(joining.partners, (" & (other_low[at] == low)", "")),
        (Check(PARTNERS, arguments={"left": [bytes(16)], "right": [bytes(8) + b"abcdefgh"]}),),
    ),
    Fault(
        "a pseudonym that is twice",
        "one person counts twice, and the noise is made for one",
        JOINING,
        KNOWN,
        slip(joining.in_order, ("if np.any((high[1:] == high[:-1]) & (low[1:] == low[:-1])):", "if False:")),
        (
            Check(
                test_totals.test_a_bad_body_stops_the_run,
                told="E_REPEATED",
                arguments=dict(
                    zip(
                        ("liar", "kind", "change", "code"),
                        next(lie for lie in test_totals.LIES if lie[3] == "E_REPEATED"),
                        strict=True,
                    )
                ),
            ),
        ),
    ),
    Fault(
        "as many matched dummies every time",
        "the holder that counts subtracts them and has the exact size",
        SIZE,
        "dummies taken for noise",
        slip(
            holders.holder_b,
            ("permutation(entropy, 2 * s)[:k]", "permutation(entropy, 2 * s)[:s]"),
            ("2 * s - k + pad", "s + pad"),
        ),
        (Check(neighbours.test_no_message_of_size_tells_an_exact_number), Check(test_size.test_whose_noise_is_where)),
    ),
    Fault(
        "a count that one of two has noised",
        "the holder that shuffles subtracts its own dummies from the published size, which is then exact",
        SIZE,
        "noise added by one party only, who can subtract it",
        slip(holders.holder_a, ("(size,) = noise.add_laplace((matches - s,), mechanism)", "size = matches - s")),
        (Check(test_size.test_whose_noise_is_where),),
    ),
    Fault(
        "tags in the order of the points",
        "each tag belongs to the point at its place, and the holder that counts sees who is common",
        SIZE,
        "the receiver's refusal of unsorted tags is the second line of defence",
        slip(
            holders.holder_b,
            (
                "sorted(tags_of(ristretto.multiply_all(key, theirs), _TAG_DOMAIN, length))",
                "tags_of(ristretto.multiply_all(key, theirs), _TAG_DOMAIN, length)",
            ),
        ),
        (Check(test_size.test_with_noise_both_publish_the_same_number, ProtocolError, "E_ORDER"),),
    ),
    Fault(
        "equal points taken",
        "a holder that sends one point twice makes one person count twice",
        SIZE,
        KNOWN,
        slip(holders._receive_points, ("ascending=True", "ascending=True, distinct=False")),
        (
            Check(
                BAD_ELEMENT,
                told="E_POINT",
                arguments={"liar": "a", "change": lies.POINTS["equal elements"]},
            ),
        ),
    ),
    Fault(
        "a signature over what is withheld",
        "a run folder leaves out a noised result and keeps signatures that cover it, which say when a guess is right",
        "report/contents.py",
        "an earlier form of the folder, found by attacking it",
        slip(contents.withheld, ("or number >= ends", "or kind == RESULT")),
        (Check(test_folder_holders.test_no_signature_in_the_folder_tells_a_withheld_result),),
    ),
)
