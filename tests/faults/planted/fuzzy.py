"""Faults of `fuzzy/1`: keys that run together, ties that are guessed, and pairs that nobody agreed on."""

from __future__ import annotations

from privshare.errors import ProtocolError
from privshare.secure.psi.fuzzy import assignment, items, plan, records, roles
from privshare.use import keys
from tests.faults.planted.noise import KNOWN
from tests.faults.planted.planting import REFUSED, Check, Fault, slip
from tests.secure.psi.fuzzy import test_assignment, test_plan, test_records, test_roles, test_suites
from tests.use import test_keys

ITEMS, PLAN, RECORDS, ASSIGNMENT, ROLES = (
    f"secure/psi/fuzzy/{name}.py" for name in ("items", "plan", "records", "assignment", "roles")
)
KEYS, NOT_RAISED = "use/keys.py", "DID NOT RAISE"
OPRF = "psi-oprf/1"
TIE = Check(
    test_assignment.test_ties_and_order,
    arguments={
        "weights": {(0, 0): 4, (0, 1): 4, (1, 0): 1},
        "accepted": set(),
        "left": {(0, 0), (0, 1), (1, 0)},
    },
)

FAULTS = (
    Fault(
        "one hash for all kinds of key",
        "the kid is left out, so a given name under one key meets a surname under another",
        ITEMS,
        KNOWN,
        slip(items.hashed, ("bytes([kid])", "bytes([0])")),
        (Check(test_records.test_equal_text_under_two_keys_is_never_one_item),),
    ),
    Fault(
        "fields that run into each other",
        "a key is its fields without their lengths: (ab, c) is (a, bc)",
        ITEMS,
        KNOWN,
        slip(items.coded, ('len(value).to_bytes(2, "little") + value', "value")),
        (Check(test_records.test_fields_of_a_key_do_not_run_into_each_other),),
    ),
    Fault(
        "a gap that is a value",
        "missing fields are empty texts, so people of whom little is known agree on it",
        ITEMS,
        KNOWN,
        slip(items.coded, ("MISSING if value is None else places", "places"), ("(value, len", '(value or "", len')),
        (Check(test_records.test_a_key_with_a_missing_field_is_not_made),),
    ),
    Fault(
        "an ambiguous key that is kept for the first",
        "of two people with one key value the first in the file is offered",
        RECORDS,
        KNOWN,
        slip(records._unambiguous, ("alone[:-1] &= ~repeats", "alone[:-1] &= True")),
        (Check(test_records.test_what_two_entities_share_is_left_out_and_the_rest_stays),),
    ),
    Fault(
        "a key that fits whole families",
        "a key most of whose values are shared is used all the same",
        RECORDS,
        KNOWN,
        slip(
            records.refuse_ambiguous, ("AMBIGUOUS_MAX * count.ambiguous > count.made", "count.ambiguous > count.made")
        ),
        (Check(test_records.test_a_key_that_does_not_tell_people_apart_is_refused, kind=REFUSED),),
    ),
    Fault(
        "a key that can be tried out",
        "a key of a few hundred values is accepted, and the receiver tries them all",
        PLAN,
        KNOWN,
        slip(plan.plan_of, ("_domain(named, key) < DOMAIN_MIN", "_domain(named, key) < 1")),
        (Check(test_plan.test_a_key_of_small_domain_is_refused_where_it_is_named, kind=REFUSED),),
    ),
    Fault(
        "a tie that is over too soon",
        "after two equal candidates a lighter one is taken",
        ASSIGNMENT,
        KNOWN,
        slip(assignment.assign, ("== 1) & ~heavier[end[level]]", "== 1)")),
        (TIE,),
    ),
    Fault(
        "a least weight for show",
        "pairs below the least weight that both agreed on are made as well",
        ASSIGNMENT,
        KNOWN,
        slip(assignment.assign, ("edges.weight >= weight_min", "edges.weight >= min(1, weight_min)")),
        (Check(test_assignment.test_below_the_least_weight_nothing_is_accepted_or_listed),),
    ),
    Fault(
        "a plan that is not agreed on",
        "rules and least weight stay out of the session's parameters, and two sides with other rules run",
        ROLES,
        KNOWN,
        slip(roles.agreed, ('"plan": plan.facts(), ', "")),
        (Check(test_roles.test_another_plan_is_another_session, kind=REFUSED),),
    ),
    Fault(
        "a cap that nobody checks",
        "a side brings more keys than its declared records have",
        ROLES,
        KNOWN,
        slip(roles.agreed, (', "items_max": plan.items_max', "")),
        (Check(test_roles.test_more_records_than_declared_are_refused_on_either_side, kind=(REFUSED, AssertionError)),),
    ),
    Fault(
        "every agreeing key is told",
        "the sender learns which fields agree of each candidate, taken or not",
        ROLES,
        KNOWN,
        slip(roles._Pairing.choose, ("return edges.first[accepted]", "return np.arange(len(indices))")),
        (
            Check(
                test_roles.test_a_tie_is_listed_at_the_receiver_and_told_to_nobody, kind=ProtocolError, told="two pairs"
            ),
        ),
    ),
    Fault(
        "the first agreeing key is told",
        "of the keys that agree the sender is told the one with the smallest kid, so every earlier one does not agree",
        ROLES,
        "an earlier form of this suite, found by attacking it",
        slip(roles._Pairing.choose, ("permutation(self.entropy, len(indices))", "self.records.kids[indices]")),
        (Check(test_roles.test_which_agreeing_key_is_told_says_nothing_of_the_others),),
    ),
    Fault(
        "a record told twice",
        "the sender believes a receiver that pairs one of its records with two",
        ROLES,
        KNOWN,
        slip(roles.sender, ("len(np.unique(entities)) != len(entities)", "len(np.unique(entities)) > len(entities)")),
        (Check(test_roles.test_a_receiver_that_pairs_a_record_twice_is_refused, kind=REFUSED),),
    ),
    Fault(
        "a handle a key",
        "each key of a record has a handle of its own, so that no pair is heavier than another",
        ROLES,
        KNOWN,
        slip(
            roles.sender,
            ("_handles(records.entities, entropy)[records.entity_of]", "_handles(len(records.items), entropy)"),
        ),
        (Check(test_roles.test_a_pair_is_told_by_one_key_and_weighs_as_many_as_agree),),
    ),
    Fault(
        "handles that are counted",
        "the handle of a record is its place in the table, the same in every run, so runs can be joined",
        ROLES,
        KNOWN,
        slip(roles._handles, ('np.frombuffer(entropy.token(HANDLE_BYTES * count), dtype="<u8")', "np.arange(count)")),
        (Check(test_suites.test_handles_are_hidden_fresh_and_cannot_be_changed_on_the_way, arguments={"suite": OPRF}),),
    ),
    Fault(
        "a key of any size",
        "how many values a key can have in public is multiplied over both holders, so two dates of birth seem enough",
        KEYS,
        KNOWN,
        slip(keys.check_keys, ("if use.holder == holder and use.form", "if use.form"),
             ("policy.clauses[holder, column] for column in columns",
              "policy.clauses[use.holder, use.column] for use in question.uses")),
        (Check(test_keys.test_each_holder_needs_a_key_of_its_own, REFUSED, NOT_RAISED),),
    ),
    Fault(
        "a pairing that is advice",
        "the policy's keys, rules and least weight fill in what a request leaves open, and nothing is compared",
        KEYS,
        KNOWN,
        slip(keys._check_pairing, ("if fault is not None:", "if False:")),
        (
            Check(
                test_keys.test_what_the_pairing_does_not_allow_is_refused_by_clause, REFUSED, NOT_RAISED,
                arguments={"changed": {"weight_min": 1}, "told": ""},
            ),
        ),
    ),
)
