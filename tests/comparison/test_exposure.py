"""Exposure against a slow twin: every person of a small world, looked up by true number in every table by hand.

The code under test matches identifiers in their normal form in the holders' tables; the twin knows people by the
number that the generator gave them, and the prices by the text of the story.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from privshare.comparison.exposure import (
    Account,
    Answered,
    Exposure,
    Overspend,
    Record,
    exposure_of,
    spread_of,
)
from privshare.comparison.membership import Membership
from privshare.holders.population import credit_city
from privshare.holders.truth import ENTITY, Truth, digest_of
from privshare.model.category import RungKind
from privshare.model.loss import NO_LOSS, PrivacyLoss
from privshare.model.party import ColumnName, PartyId, PurposeId
from privshare.model.question import ColumnUse, Question
from privshare.model.release import NoisePart, Release
from privshare.report.folder import staging, write_run
from privshare.report.person import Judged, judged_run
from privshare.scenario.loader import load_scenario
from privshare.scenario.run import run_scenario
from tests.comparison.overspending import (
    ASKED,
    BANK,
    COUNT,
    PAD,
    PEOPLE,
    PLATFORM,
    RESEARCH,
    SEED,
    TABLES,
    overspending_story,
)

DRAW = 10**6
PRICES = {
    "accounts-by-district": (PrivacyLoss(PLATFORM), PrivacyLoss(PLATFORM)),
    "loans-by-product": (PrivacyLoss(BANK), PrivacyLoss(BANK)),
    "shared": (PrivacyLoss(PAD + COUNT, 2 * DRAW), PrivacyLoss(2 * PAD + COUNT, 3 * DRAW)),
    "defaults": (PrivacyLoss(RESEARCH), PrivacyLoss(RESEARCH)),
}
"""Question -> what it costs who is at one of its holders, and who is at both."""


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Judged:
    room = tmp_path_factory.mktemp("overspending")
    story = overspending_story(room / "story")
    with staging(room / "run") as stage:
        run, key = run_scenario(load_scenario(str(story.folder)))
        write_run(run, stage, run_key=key)
    return judged_run(room / "run", scenario=str(story.folder))


@pytest.fixture(scope="module")
def truth() -> Truth:
    return credit_city(PEOPLE, SEED).truth


def _rows(truth: Truth, number: int) -> dict[str, int]:
    """Return holder -> rows about the person, counted one by one."""
    found = {
        holder: sum(1 for entity in truth.frames[table][ENTITY].tolist() if entity == number)
        for holder, table in TABLES.items()
    }
    return {holder: rows for holder, rows in found.items() if rows}


def _lost(rows: Mapping[str, int]) -> dict[str, PrivacyLoss]:
    """Return question -> what it cost a person with these rows."""
    lost = {}
    for question, (one, both) in PRICES.items():
        places = [holder for holder in ASKED[question][1] if holder in rows]
        if places:
            lost[question] = both if len(places) > 1 else one
    return lost


def test_every_person_of_the_world_has_the_exposure_that_a_slow_count_finds(judged: Judged, truth: Truth) -> None:
    seen = Counter[int]()
    for number, identifier in enumerate(truth.people):
        found = judged.person(identifier)
        rows = _rows(truth, number)
        lost = _lost(rows)
        assert found.person == identifier
        assert {str(one.holder): one.rows for one in found.holdings} == rows
        assert all(TABLES[one.holder] == one.table for one in found.holdings)
        assert {use.question: use.loss for use in found.uses if use.loss is not None} == lost
        touched = {question for question, (_, asked) in ASKED.items() if set(asked) & set(rows)}
        assert {use.question for use in found.uses} == touched - {"entries"}
        assert {one.question.id for one in found.refused} == ({"entries"} if "city" in rows else set())
        assert found.lost == sum(lost.values(), NO_LOSS)
        seen[len(rows)] += 1
    assert all(seen[places] > 0 for places in range(4)), "people at no, one, two and all holders were looked at"


def test_the_spread_is_the_count_of_what_each_person_lost(judged: Judged, truth: Truth) -> None:
    each = {name: sum(_lost(_rows(truth, n)).values(), NO_LOSS) for n, name in enumerate(truth.people)}
    spread = judged.spread()
    assert dict(spread.groups) == dict(Counter(each.values()))
    assert len(dict(spread.groups)) == len(spread.groups)
    assert [lost.micro_epsilon for lost, _ in spread.groups] == sorted(
        (lost.micro_epsilon for lost in set(each.values())), reverse=True
    )
    assert spread.most == min(name for name, lost in each.items() if lost == spread.groups[0][0])


def _of(judged: Judged, truth: Truth, *holders: str) -> Exposure:
    """Return the exposure of the first person at exactly these holders, the city apart."""
    for number, identifier in enumerate(truth.people):
        if set(_rows(truth, number)) - {"city"} == set(holders):
            return judged.person(identifier)
    raise AssertionError("nobody is like that")


def test_two_holders_within_their_budgets_overspend_whom_both_know(judged: Judged, truth: Truth) -> None:
    found = _of(judged, truth, "platform", "bank")
    lost = PrivacyLoss(PLATFORM + BANK + 2 * PAD + COUNT, 3 * DRAW)
    cap = PrivacyLoss(1_000_000, 10**7)
    assert lost.micro_epsilon > cap.micro_epsilon
    assert found.overspends == (
        Overspend(PurposeId("audit"), (PartyId("platform"), PartyId("bank")), lost, cap),
    ), "all purposes together stay below the two epsilon that the bank may spend alone"
    assert {(a.holder, a.purpose): a.lost.micro_epsilon for a in found.accounts} == {
        ("platform", "audit"): PLATFORM + PAD + COUNT,
        ("bank", "audit"): BANK + PAD + COUNT,
        ("bank", "research"): RESEARCH,
        ("city", "audit"): 0,
    }
    assert all(account.spent.fits(account.cap) for account in found.accounts)
    assert all(account.lost == account.spent for account in found.accounts)


def test_who_is_at_one_holder_is_not_overspent_and_nobody_passes_the_bounds(judged: Judged, truth: Truth) -> None:
    assert _of(judged, truth, "platform").overspends == ()
    assert _of(judged, truth, "bank").overspends == ()
    assert _of(judged, truth).overspends == ()
    both = _of(judged, truth, "platform", "bank")
    assert both.worst == both.lost, "this person is in every table that a release read"
    assert both.permitted == PrivacyLoss(4_000_000, 4 * 10**7)
    for identifier in truth.people:
        found = judged.person(identifier)
        assert found.lost.fits(found.worst)
        assert found.worst.fits(found.permitted)


def test_an_exact_link_and_open_rows_are_no_loss_of_epsilon_zero(judged: Judged, truth: Truth) -> None:
    uses = {use.question: use for use in _of(judged, truth, "platform", "bank").uses}
    link = uses["who-is-shared"]
    assert link.loss is None
    assert link.forms == (RungKind.AFTER_LINK,)
    assert link.clauses == ("platform.citizen_id", "bank.account_holder", "platform/audit", "bank/audit")
    assert "rules" not in uses, "the rules are about no person"
    assert uses["loans-by-product"].forms == (RungKind.AFTER_DP,)
    assert uses["loans-by-product"].holders == (PartyId("bank"),)


def test_a_person_is_found_however_a_holder_writes_the_identifier(judged: Judged, truth: Truth) -> None:
    identifier = truth.people[3]
    wide = identifier.translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    for written in (identifier, identifier.lower(), f"  {identifier}\t", wide):
        assert judged.person(written).person == identifier
    for nobody in ("", "\x00", "\ud800", identifier[:-1], "HC99-1900-0001-A"):
        assert judged.known.number_of(nobody) is None


def test_a_record_that_a_clerk_invented_about_a_citizen_exposes_the_citizen(tmp_path: Path, truth: Truth) -> None:
    number = next(n for n in range(PEOPLE) if set(_rows(truth, n)) == {"platform"})
    story = overspending_story(tmp_path / "story").add(
        "scenario.toml",
        '[[steps]]\nkind = "seal"\n[[steps]]\nkind = "plant-record"\nholder = "bank"\ntable = "loans"\n'
        'moment = "before-seal"\nby = "a clerk"\n'
        f'row = {{ account_holder = "{truth.people[number].lower()}", product = "card", credit_limit = 1, '
        "defaulted = 1 }\n",
    )
    with staging(tmp_path / "run") as stage:
        run, key = run_scenario(load_scenario(str(story.folder)))
        write_run(run, stage, run_key=key)
    found = judged_run(tmp_path / "run", scenario=str(story.folder)).person(truth.people[number])
    assert {(one.holder, one.rows) for one in found.holdings} == {("platform", 1), ("bank", 1)}
    assert found.lost.micro_epsilon == PLATFORM + BANK + RESEARCH + 2 * PAD + COUNT


def _world(*places: tuple[str, str]) -> Membership:
    """Return a world of one person, who is in each of these (holder, column) tables."""
    rows = {(PartyId(holder), column): np.ones(1, dtype=np.int64) for holder, column in places}
    homes = {(PartyId(holder), ColumnName(column)): (PartyId(holder), column) for holder, column in places}
    return Membership(("A",), {"a": 0}, rows, homes)


def _answered(id: str, purpose: str, loss: PrivacyLoss, *holders: str, pads: tuple[PrivacyLoss, ...] = ()) -> Answered:
    parties = tuple(map(PartyId, holders))
    uses = tuple(ColumnUse(party, ColumnName("c"), RungKind.AFTER_DP) for party in parties)
    release = Release(
        id=id, request="", sentence="", purpose=PurposeId(purpose), holders=parties, by=(), measures=(), cells=(),
        parts=tuple(NoisePart("", "m", parties[0], 1, "1", pad, "0") for pad in pads), public_noise=(), loss=loss,
        bounds=(), clauses=(), minimum_group=0, suite="",
    )  # fmt: skip
    return Answered(Question(id, "", PurposeId(purpose), uses, loss), (), release)


def _account(holder: str, purpose: str, cap: PrivacyLoss) -> Account:
    return Account(PartyId(holder), PurposeId(purpose), cap, cap)


def test_purposes_that_differ_hide_no_overspend() -> None:
    cap = PrivacyLoss(10)
    answered = (_answered("q", "x", PrivacyLoss(9), "one"), _answered("r", "y", PrivacyLoss(9), "two"))
    record = Record(answered, (), (_account("one", "x", cap), _account("two", "y", cap)), NO_LOSS)
    (over,) = exposure_of(0, _world(("one", "c"), ("two", "c")), record).overspends
    assert over == Overspend(None, (PartyId("one"), PartyId("two")), PrivacyLoss(18), cap)
    assert exposure_of(0, _world(("one", "c")), record).overspends == ()


@pytest.mark.parametrize(("second", "over"), [(1, 0), (2, 1)])
def test_exactly_the_largest_budget_is_no_overspend_and_one_unit_more_is(second: int, over: int) -> None:
    for unit in (PrivacyLoss(1, 0), PrivacyLoss(0, 1)):
        nine, cap = (PrivacyLoss(n * unit.micro_epsilon, n * unit.delta_e15) for n in (9, 10))
        more = PrivacyLoss(second * unit.micro_epsilon, second * unit.delta_e15)
        answered = (_answered("q", "x", nine, "one"), _answered("r", "x", more, "two"))
        record = Record(answered, (), (_account("one", "x", cap), _account("two", "x", cap)), NO_LOSS)
        assert len(exposure_of(0, _world(("one", "c"), ("two", "c")), record).overspends) == over


def test_one_padding_more_can_be_what_overspends() -> None:
    """Both ledgers debit 10 of 10; the person is in both lists and loses one padding of 3 more."""
    cap, pad = PrivacyLoss(10), PrivacyLoss(3)
    answered = (_answered("q", "x", cap, "one", "two", pads=(pad, pad)),)
    record = Record(answered, (), (_account("one", "x", cap), _account("two", "x", cap)), NO_LOSS)
    found = exposure_of(0, _world(("one", "c"), ("two", "c")), record)
    assert found.lost == found.worst == PrivacyLoss(13)
    assert [over.lost for over in found.overspends] == [PrivacyLoss(13)]
    assert spread_of(_world(("one", "c"), ("two", "c")), record).groups == ((PrivacyLoss(13), 1),)
    assert exposure_of(0, _world(("one", "c")), record).lost == cap


def test_a_use_tells_the_forms_at_the_holders_that_have_the_person_and_no_other() -> None:
    forms = {"one": RungKind.AFTER_LINK, "two": RungKind.AFTER_DP}
    uses = [ColumnUse(PartyId(holder), ColumnName("c"), form) for holder, form in forms.items()]
    inside = ColumnUse(PartyId("one"), ColumnName("c"), RungKind.NEVER)
    question = Question("q", "", PurposeId("x"), (inside, *uses), NO_LOSS)
    record = Record((Answered(question, (), None),), (), (), NO_LOSS)
    for holder, form in forms.items():
        (use,) = exposure_of(0, _world((holder, "c")), record).uses
        assert (use.holders, use.forms) == ((PartyId(holder),), (form,)), "what stays inside is no form either"


def test_delta_adds_up_to_one_and_no_further() -> None:
    near = PrivacyLoss(1, 9 * 10**14)
    record = Record((_answered("q", "x", near, "one"), _answered("r", "x", near, "one")), (), (), NO_LOSS)
    known = _world(("one", "c"))
    assert exposure_of(0, known, record).lost == PrivacyLoss(2, 10**15)
    assert spread_of(known, record).groups == ((PrivacyLoss(2, 10**15), 1),)


def test_the_digest_of_a_world_tells_other_people_and_other_rows_apart(truth: Truth) -> None:
    assert digest_of(credit_city(PEOPLE, SEED).truth) == digest_of(truth)
    loans = truth.frames["loans"]
    moved = {**truth.frames, "loans": loans.assign(**{ENTITY: loans[ENTITY].to_numpy()[::-1]})}
    others = [
        credit_city(PEOPLE, SEED + 1).truth,
        Truth(truth.frames, truth.people[::-1]),
        Truth(moved, truth.people),
        Truth({**truth.frames, "more": truth.frames["loans"]}, truth.people),
    ]
    assert len({digest_of(one) for one in (truth, *others)}) == 5
