"""Faults of the traditional techniques that the lab compares: keys, small counts, generalised rows, and swaps."""

from __future__ import annotations

from privshare.comparison.lab.techniques import k_anonymity, keyed_pseudonyms
from privshare.secure import generalization, pseudonyms, suppression, swapping
from tests.comparison.lab import test_k_anonymity, test_keyed_pseudonyms, test_small_counts
from tests.faults.planted.noise import KNOWN
from tests.faults.planted.planting import Check, Fault, slip
from tests.secure import test_pseudonyms, test_suppression, test_swapping

PSEUDONYMS, SUPPRESSION, GENERALIZATION, SWAPPING = (
    f"secure/{name}.py" for name in ("pseudonyms", "suppression", "generalization", "swapping")
)
TECHNIQUES = "comparison/lab/techniques/"
CLASSES = Check(test_k_anonymity.test_every_class_has_k_rows_and_both_values, arguments={"people": 2_000})

FAULTS = (
    Fault(
        "one key for every project",
        "the project's name is left out of its key, so that pseudonyms link what was to stay apart",
        PSEUDONYMS,
        "a salt that is used again",
        slip(pseudonyms.project_key, ("info=_USE + project.encode()", "info=_USE")),
        (Check(test_pseudonyms.test_the_same_person_is_another_one_in_another_project),),
    ),
    Fault(
        "a key that everybody has",
        "the key holder's secret is a constant of the program",
        TECHNIQUES + "keyed_pseudonyms.py",
        KNOWN,
        slip(keyed_pseudonyms._protect, ("setting.entropy.token(KEY_BYTES)", "bytes(KEY_BYTES)")),
        (Check(test_keyed_pseudonyms.test_every_run_has_a_key_of_its_own),),
    ),
    Fault(
        "a zero that is printed",
        "nobody in a group has the value: that tells it of everybody in the group",
        SUPPRESSION,
        "tables that withhold 1 to 9 only",
        slip(suppression.large_enough, ("counts >= threshold", "(counts >= threshold) | (counts == 0)")),
        (
            Check(
                test_small_counts.test_no_number_below_the_threshold_is_printed_in_any_table,
                arguments={"name": "small-count-suppression", "by": ("block", "sex", "year")},
            ),
        ),
    ),
    Fault(
        "complemented once only",
        "what is withheld for a row stands alone in its column, and the column's total gives it back",
        SUPPRESSION,
        KNOWN,
        slip(suppression.complemented, ("axis)\n            changed = True", "axis)")),
        (Check(test_suppression.test_what_is_withheld_for_one_line_is_withheld_from_the_next_one),),
    ),
    Fault(
        "a class that is one short",
        "rows are counted as more than k - 2",
        GENERALIZATION,
        KNOWN,
        slip(generalization._Rule.kept, (">= self.k", ">= self.k - 1")),
        (CLASSES,),
    ),
    Fault(
        "k without l",
        "all rows of a class have the same sensitive value, so that nobody needs to know which row is whose",
        GENERALIZATION,
        "Machanavajjhala and others 2006, the homogeneity attack",
        slip(generalization._Rule.kept, (">= self.distinct", ">= 1")),
        (CLASSES,),
    ),
    Fault(
        "generalised rows in the order of the file",
        "who has the file of one holder, sorted the same way, reads names beside the rows",
        TECHNIQUES + "k_anonymity.py",
        "a library whose README warns that it does not shuffle",
        slip(
            k_anonymity._protect,
            ("shuffled(world, np.flatnonzero(world.joint), 0)", "np.flatnonzero(world.joint)"),
        ),
        (
            Check(
                test_k_anonymity.test_a_row_shows_its_box_the_band_and_the_value_and_no_name,
                told="in no order that tells",
            ),
        ),
    ),
    Fault(
        "a swap with the neighbour",
        "partners are taken from the same place, so that the share is reached and nobody has moved",
        SWAPPING,
        KNOWN,
        slip(swapping.exchanged, ("if places[other] != places[record]", "if other != record")),
        (Check(test_swapping.test_nobody_to_exchange_with_is_nobody_swapped),),
    ),
)
