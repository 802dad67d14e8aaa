"""Detection as a whole: order does not matter, any table is survived, no value is told; and the draft it leads to."""

from __future__ import annotations

import datetime
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from privshare.categorize.detection import Suggestion, detect, examine
from privshare.categorize.detection.suggestion import LIKELY
from privshare.categorize.draft import draft_policy
from privshare.categorize.plan import decide
from privshare.categorize.policy import read_policy
from privshare.errors import InputRefused, ParameterRefused
from privshare.holders.population import credit_city
from privshare.model.category import Category, RungKind
from privshare.model.party import ColumnName, PartyId, PurposeId

CELLS: st.SearchStrategy[Any] = st.one_of(
    st.none(), st.text(max_size=8), st.integers(), st.floats(), st.booleans(), st.binary(max_size=3), st.dates(),
    st.datetimes(), st.timedeltas(), st.lists(st.integers(), max_size=2), st.just(pd.NaT), st.just(pd.NA),
    st.decimals(allow_nan=False),
    st.dictionaries(st.text(max_size=2), st.none(), max_size=1),
)  # fmt: skip


MIXED_DATE = datetime.date(1980, 1, 1)


def _people(rows: int = 600) -> pd.DataFrame:
    number = np.arange(rows)
    return pd.DataFrame(
        {
            "patient": [f"P-{n * 7919 % 1000003:06d}" for n in number],
            "born": [f"{1930 + n % 70}-{n % 12 + 1:02d}-{n % 28 + 1:02d}" for n in number],
            "sex": np.where(number % 2, "f", "m"),
            "town": [f"town {n % 9}" for n in number],
            "diagnosis": [f"J{n % 13}" for n in number],
            "visits": [str(n % 11) for n in number],
        }
    )


def test_rows_and_columns_in_any_order_get_the_same_suggestions() -> None:
    frame = _people()
    straight = {said.column: said for said in detect(frame)}
    shuffled = frame.iloc[np.argsort(np.arange(len(frame)) * 7919 % 601), ::-1]
    assert {said.column: said for said in detect(shuffled)} == straight
    assert {tuple(sorted(risk.columns)): risk.unique for risk in examine(shuffled).risks} == {
        tuple(sorted(risk.columns)): risk.unique for risk in examine(frame).risks
    }
    assert list(straight) == list(frame.columns)


def test_types_do_not_matter() -> None:
    """The same table as texts, as numbers and dates, and as categories."""
    frame = _people()
    typed = frame.assign(visits=frame["visits"].astype(int), born=pd.to_datetime(frame["born"]))
    categories = frame.astype("category")
    for other in (typed, categories, frame.astype(object)):
        assert [(said.column, said.category) for said in detect(other)] == [
            (said.column, said.category) for said in detect(frame)
        ]


@settings(max_examples=120)
@given(
    st.lists(st.lists(CELLS, min_size=3, max_size=3), max_size=12),
    st.lists(st.text(max_size=10), min_size=3, max_size=3),
)
def test_any_table_is_survived(rows: list[list[Any]], names: list[str]) -> None:
    frame = pd.DataFrame(rows, columns=pd.Index(names, dtype=object))
    examined = examine(frame)
    assert [said.column for said in examined.suggestions] == names
    for said in examined.suggestions:
        assert 0 <= said.certainty <= 1
        assert said.evidence.rows == len(frame)
        assert said.evidence.fitting <= said.evidence.sampled <= max(said.evidence.distinct, 0)
    for risk in examined.risks:
        assert 0 <= risk.unique <= risk.small <= risk.rows == len(frame)


@pytest.mark.parametrize(
    "values",
    [[], [None] * 20, ["x7"] * 20, [""] * 20, list(range(20)), [float("nan")] * 20, [None, 1, "a", MIXED_DATE] * 5],
    ids=["empty", "all null", "constant", "all blank", "all unique", "nan", "mixed"],
)
def test_poor_columns_get_a_cautious_answer(values: list[Any]) -> None:
    named, unnamed = detect(pd.DataFrame({"patient_id": values, "v1": values}, dtype=object))
    assert named.category is Category.DIRECT_IDENTIFIER
    if len(set(map(str, values))) != 20:
        assert unnamed.category is not Category.DIRECT_IDENTIFIER
    if not named.evidence.sampled:
        assert named.confidence == "unsure", "there was nothing to look at"


def test_a_table_without_columns_has_no_suggestions() -> None:
    assert examine(pd.DataFrame()).suggestions == ()
    assert examine(pd.DataFrame(index=range(3))).risks == ()


def test_no_text_tells_a_value() -> None:
    secret = "Xylophonia"
    codes = {"patient": [f"{secret}{n}" for n in range(600)], "visits": [f"{secret} {n % 3}" for n in range(600)]}
    frame = _people().assign(**codes)
    examined = examine(frame)
    assert secret not in repr(examined)
    assert secret not in draft_policy(examined.suggestions, "clinic", "research")


def test_unsure_means_no_form_at_all() -> None:
    frame = _people().rename(columns={"visits": "v1"})
    unsure = [said for said in detect(frame) if said.certainty < LIKELY]
    assert [(said.column, said.rung.kind) for said in unsure] == [("v1", RungKind.NEVER)]


def test_a_table_about_things_is_open_and_one_about_nobody_knows_what_is_not() -> None:
    lengths = [str(n / 7) for n in range(40)]
    things = pd.DataFrame({"species": ["a", "b"] * 20, "sepal_length": lengths, "sex": ["m", "f"] * 20})
    assert {(said.category, said.rung.kind) for said in detect(things)} == {(Category.INSENSITIVE, RungKind.OPEN)}
    unknown = pd.DataFrame({"v1": [str(n / 7) for n in range(40)]})
    said = detect(unknown)[0]
    assert (said.category, said.safer, said.rung.kind) == (
        Category.INSENSITIVE,
        Category.SENSITIVE_ATTRIBUTE,
        RungKind.NEVER,
    )
    with_people = things.assign(email=[f"keeper{n}@example.org" for n in range(40)])
    assert detect(with_people)[3].category is Category.DIRECT_IDENTIFIER


def test_the_simulated_city_is_read_as_its_own_policy_has_it() -> None:
    """Direct identifiers of the demo's world, by its hand-written policy, are suggested as such."""
    tables = credit_city(2000, 1).tables
    frames = [tables[name][0] for name in ("accounts", "loans", "events")]
    suggestions = [said for frame in frames for said in detect(frame)]
    direct = {said.column for said in suggestions if said.category is Category.DIRECT_IDENTIFIER}
    assert direct == {"citizen_id", "account_holder", "citizen"}
    quasi = {said.column for said in suggestions if said.category is Category.QUASI_IDENTIFIER}
    assert quasi == {"district", "home_district"}


# ---------------------------------------------------------------- the draft


def test_the_draft_is_a_valid_policy_that_permits_nothing() -> None:
    suggestions = detect(_people())
    text = draft_policy(suggestions, "clinic", "research")
    policy = read_policy(text.encode(), "draft.toml")
    assert policy.licences == {}
    assert [column for _, column in policy.clauses] == [said.column for said in suggestions]
    decisions = decide(policy, [(PartyId("clinic"), ColumnName(said.column)) for said in suggestions])
    assert [decision.category for decision in decisions] == [said.safer for said in suggestions]
    assert [decision.rungs for decision in decisions] == [((PurposeId("research"), said.rung),) for said in suggestions]


def test_the_draft_says_how_sure_it_is_and_what_it_wrote_instead() -> None:
    addresses = detect(pd.DataFrame({"email": [f"p{n}@example.org" for n in range(40)]}))
    assert "# sure (0.99): an e-mail address" in draft_policy(addresses, "clinic", "research")
    thing = detect(pd.DataFrame({"v1": [str(n / 7) for n in range(40)]}))
    text = draft_policy(thing, "clinic", "research")
    assert "# unsure (0.50)" in text
    (clause,) = read_policy(text.encode(), "draft.toml").clauses.values()
    assert clause.category is Category.SENSITIVE_ATTRIBUTE
    assert "It may be insensitive; until a person decides it is written as the safer sensitive-attribute." in text


def test_a_column_that_no_clause_can_name_is_told_and_stays_unclassified() -> None:
    seen = ["age", "net pay (EUR)", "姓名", 'say "when"', "x" * 60]
    names = [*seen, "a\nlicences = [1]\x85", "\ud800", " age", "a\u202eb", "x" * 61]
    frame = pd.DataFrame([["3"] * len(names)], columns=names)
    text = draft_policy(detect(frame), "clinic", "research")
    policy = read_policy(text.encode(), "draft.toml")
    assert [column for _, column in policy.clauses] == seen
    assert text.count("stays unclassified") == 5
    assert "a?licences = [1]?" in text


@pytest.mark.parametrize(
    ("holder", "purpose"), [("Clinic", "research"), ("", "b"), ("clinic", "re search"), ('a"', "b"), ("a", "b\nc")]
)
def test_ids_are_checked(holder: str, purpose: str) -> None:
    with pytest.raises(ParameterRefused):
        draft_policy(detect(_people(20)), holder, purpose)


@pytest.mark.parametrize("columns", [[], ["net\npay"], ["age", "age"]])
def test_what_makes_no_policy_is_refused(columns: list[str]) -> None:
    with pytest.raises(InputRefused):
        draft_policy(detect(pd.DataFrame([["1"] * len(columns)], columns=columns)), "clinic", "research")


@settings(max_examples=60)
@given(st.lists(st.text(max_size=12) | st.sampled_from(["age", "email", "name"]), min_size=1, max_size=4, unique=True))
def test_any_draft_is_accepted(names: list[str]) -> None:
    suggestions: tuple[Suggestion, ...] = detect(pd.DataFrame([["1"] * len(names)] * 3, columns=names))
    try:
        text = draft_policy(suggestions, "clinic", "research")
    except InputRefused:
        assert not any(name.isidentifier() and name.isascii() for name in names)
        return
    read_policy(text.encode(), "draft.toml")
