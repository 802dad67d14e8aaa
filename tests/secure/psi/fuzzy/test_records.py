"""Records as keys: entities, missing fields, ambiguity and kid separation, against a plain twin."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from privshare.errors import InputRefused
from privshare.secure.psi.fuzzy import records as records_module
from privshare.secure.psi.fuzzy.fields import coarse, rule_of
from privshare.secure.psi.fuzzy.items import FEW, coded, hashed
from privshare.secure.psi.fuzzy.plan import FuzzyPlan, plan_of
from privshare.secure.psi.fuzzy.records import KeyCount, KeyedRecords, keyed_records, refuse_ambiguous

Row = tuple[str | None, ...]
FOUR = plan_of([("first", "letters4"), ("last", "letters4"), ("born", "date"), ("town", "letters4")])


def keyed(rows: list[Row], plan: FuzzyPlan = FOUR) -> KeyedRecords:
    return keyed_records(list(zip(*rows, strict=True)) or [()] * len(plan.fields), plan)


def plain(rows: list[Row], plan: FuzzyPlan) -> dict[bytes, tuple[int, tuple[int, ...]]]:
    """Return item -> (kid, rows of its entity), straight from the definition."""
    entities: dict[Row, list[int]] = defaultdict(list)
    for number, row in enumerate(rows):
        record = tuple(coarse(text, field.rule) for text, field in zip(row, plan.fields, strict=True))
        entities[record].append(number)
    holders: dict[bytes, list[tuple[int, tuple[int, ...]]]] = defaultdict(list)
    for record, numbers in entities.items():
        for kid, key in enumerate(plan.keys, 1):
            fields = [record[index] for index in key]
            if None not in fields:
                text = b"".join(len(f.encode()).to_bytes(2, "little") + f.encode() for f in fields if f is not None)
                holders[hashlib.sha256(b"\x00" + bytes([kid]) + text).digest()].append((kid, tuple(numbers)))
    return {item: who[0] for item, who in holders.items() if len(who) == 1}


def shown(records: KeyedRecords) -> dict[bytes, tuple[int, tuple[int, ...]]]:
    return {
        item: (int(kid), records.rows.of(int(entity)))
        for item, kid, entity in zip(records.items.items, records.kids, records.entity_of, strict=True)
    }


WORDS = st.sampled_from(["ann", "Ann ", "bob", "", None, "ÄNN", "bobbie", "carl"])
DATES = st.sampled_from(["1990-01-01", "19900101", "1991-01-01", "x", None])


@pytest.mark.parametrize("few", [0, FEW])
@given(rows=st.lists(st.tuples(WORDS, WORDS, DATES, WORDS), max_size=12))
def test_records_as_the_definition_says(few: int, rows: list[Row]) -> None:
    """Whether keys are hashed one by one or, from few on, in blocks."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(records_module, "FEW", few)
        records = keyed(rows)
    assert shown(records) == plain(rows, FOUR)
    assert records.items.items == tuple(sorted(records.items.items))
    covered = Counter(number for entity in range(records.entities) for number in records.rows.of(entity))
    assert covered == Counter(range(len(rows)))
    made = sum(count.made for count in records.counts)
    assert made - sum(count.ambiguous for count in records.counts) == len(records.items)


@given(
    st.lists(st.tuples(*2 * [st.text(alphabet="aé\U0001d11e\u4e2d", min_size=1, max_size=90)]), min_size=1, max_size=9)
)
def test_long_and_wide_texts_are_hashed_alike_both_ways(pairs: list[tuple[str, str]]) -> None:
    fields = [coded(column, rule_of("text/9999")) for column in zip(*pairs, strict=True)]
    codes = np.array([field.codes for field in fields]).T
    values = [field.values for field in fields]
    one, other = (hashed(7, codes, values, many=many) for many in (False, True))
    assert one.tobytes() == other.tobytes()
    texts = [[text.encode() for text in pair] for pair in pairs]
    due = [b"\x00\x07" + b"".join(len(text).to_bytes(2, "little") + text for text in pair) for pair in texts]
    assert one.tobytes() == b"".join(hashlib.sha256(message).digest() for message in due)


def test_hashes_that_agree_in_their_first_half_are_still_told_apart() -> None:
    base = bytes(range(32))
    near = [base[:8] + bytes([number]) + base[9:] for number in (3, 1, 2, 1, 3, 4)]
    kept = records_module._unambiguous(np.frombuffer(b"".join(near), np.uint8).reshape(-1, 32))
    assert kept.tolist() == [2, 5]


def test_equal_records_are_one_entity_and_are_not_ambiguous() -> None:
    records = keyed([("Ann", "Lee", "1990-01-01", "Hull"), ("ANN", "lee", "19900101", " hull")])
    assert (records.entities, len(records.items), records.rows.of(0)) == (1, 4, (0, 1))
    assert records.counts == (KeyCount(1, 0),) * 4


def test_what_two_entities_share_is_left_out_and_the_rest_stays() -> None:
    """Twins at one address: only keys with the first name tell them apart."""
    records = keyed([("Ann", "Lee", "1990-01-01", "Hull"), ("Bea", "Lee", "1990-01-01", "Hull")])
    left = [FOUR.named(int(kid)) for kid in records.kids]
    assert sorted(left) == sorted(2 * ["first+last+born", "first+last+town", "first+born+town"])
    assert records.counts == (KeyCount(2, 0), KeyCount(2, 0), KeyCount(2, 0), KeyCount(2, 2))


def test_a_key_with_a_missing_field_is_not_made() -> None:
    records = keyed([("Ann", "Lee", "x", "Hull"), ("Bob", None, "", "Hull"), ("Cid", "Poe", "1990-01-01", "Rye")])
    assert [count.made for count in records.counts] == [1, 2, 1, 1]
    assert (records.missing, records.items.missing, records.row_count) == (1, 1, 3)


def test_equal_text_under_two_keys_is_never_one_item() -> None:
    same = plan_of([("a", "letters4"), ("b", "letters4"), ("c", "letters4"), ("d", "letters4")])
    records = keyed([("ann", "ann", "ann", "ann")], same)
    assert len(records.items) == len(set(records.items.items)) == 4


def test_fields_of_a_key_do_not_run_into_each_other() -> None:
    two = plan_of([("a", "letters9"), ("b", "letters9")])
    items = {keyed([row], two).items.items[0] for row in [("ab", "c"), ("a", "bc"), ("c", "ab")]}
    assert len(items) == 3


def test_no_rows_and_no_keys_are_empty_sets() -> None:
    for rows in ([], [(None, "x", None, "")]):
        records = keyed(rows)
        assert (len(records.items), len(records.kids), records.missing) == (0, 0, len(rows))


def crowd(alike: int, of: int) -> KeyedRecords:
    """Records of which `alike` share all fields but the first."""
    return keyed([(f"{chr(97 + n)}x", "lee" if n < alike else f"{chr(97 + n)}y", "1990-01-01", "Hull")
                  for n in range(of)])  # fmt: skip


def test_a_key_that_does_not_tell_people_apart_is_refused() -> None:
    refuse_ambiguous(crowd(2, 10), FOUR, whose="left")
    refuse_ambiguous(keyed([]), FOUR, whose="left")
    with pytest.raises(InputRefused, match=r"a fifth of the values of last\+born\+town belong") as refused:
        refuse_ambiguous(crowd(3, 10), FOUR, whose="left")
    assert "name those that do (--fuzzy-keys first+last+born,first+last+town,first+born+town)." in str(refused.value)
    assert "30" not in str(refused.value), "how many there are is nobody's business"
    with pytest.raises(InputRefused, match="add a field that does"):
        refuse_ambiguous(keyed([("a", "b", "1990-01-01", None), ("a", "b", "1990-01-01", "c")],
                               plan_of([("first", "letters4"), ("last", "letters4"), ("born", "date"),
                                        ("town", "letters4")], keys=[("first", "last", "born")])),
                         plan_of([("first", "letters4"), ("last", "letters4"), ("born", "date"),
                                  ("town", "letters4")], keys=[("first", "last", "born")]), whose="left")  # fmt: skip
