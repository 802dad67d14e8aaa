"""Runs and their ledger: what debits, what does not, who wins a race, and what an interrupted run leaves."""

from __future__ import annotations

import json
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from privshare import Run, load_scenario, run_scenario
from privshare.errors import (
    BudgetExhausted,
    FormNotAllowed,
    InputRefused,
    LedgerFault,
    NotPermitted,
    PrivshareError,
    PurposeNotAllowed,
    StorageFault,
    UnclassifiedColumn,
)
from privshare.scenario.steps import statistic
from privshare.use.ledger import open_existing_ledger
from tests.scenario.stories import Story, quick_demo, small_story

SECOND = """[[steps]]
kind = "statistic"
id = "more-entries"
sentence = "And once more?"
holder = "city"
purpose = "audit"
by = ["home_district"]
keys = { home_district = ["Northbank"] }
measures = [{ name = "entries", bound = 5, epsilon = "0.25" }]
"""


@pytest.fixture
def story(tmp_path: Path) -> Story:
    return small_story(tmp_path / "small")


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    return tmp_path / "city.ledger"


def play(story: Story, ledger: Path | None = None, **more: Any) -> Run:
    return run_scenario(load_scenario(str(story.folder)), ledger_path=ledger, **more)[0]


def spent(ledger: Path) -> dict[str, int]:
    """Return holder -> micro-epsilon spent, from the ledger file itself; empty when there is no ledger."""
    if not ledger.exists():
        return {}
    with open_existing_ledger(ledger) as opened:
        return {account.holder: account.spent.micro_epsilon for account in opened.statement().accounts}


def documents(run: Run) -> dict[str, bytes]:
    """Return release id -> the bytes that the ledger keeps: the release without its per-run signatures."""
    told = {p.release.id: json.loads(p.document)["document"] for p in run.releases}
    return {name: json.dumps(document, sort_keys=True).encode() for name, document in told.items()}


# ---------------------------------------------------------------- the same question, another question


def test_the_same_question_on_the_same_data_is_answered_with_the_same_bytes(story: Story, ledger: Path) -> None:
    first, again = play(story, ledger), play(story, ledger)
    assert documents(first) == documents(again)
    assert first.releases[0].release == again.releases[0].release
    assert [p.from_store for p in (*first.releases, *again.releases)] == [False, True]
    assert spent(ledger) == {"city": 500_000}
    assert again.budgets[0].spent_micro == 500_000
    assert first.releases[0].document != again.releases[0].document, "a simulated holder's key lives one run"


def test_the_whole_demo_can_be_repeated_on_its_ledger(tmp_path: Path, ledger: Path) -> None:
    story = quick_demo(tmp_path / "demo")
    first = play(story, ledger, people=200)
    before = spent(ledger)
    again = play(story, ledger, people=200)
    assert documents(first) == documents(again)
    assert all(p.from_store for p in again.releases)
    assert spent(ledger) == before == {"platform": 1_500_000, "bank": 1_750_000, "city": 500_000}
    assert [r.kind for r in again.refusals] == [r.kind for r in first.refusals]
    assert again.protocols == (), "nothing ran, so nobody saw anything"


def test_other_people_are_another_question(story: Story, ledger: Path) -> None:
    play(story, ledger)
    with pytest.raises(BudgetExhausted):
        play(story, ledger, seed=6)
    with pytest.raises(BudgetExhausted):
        play(story, ledger, people=201)
    assert spent(ledger) == {"city": 500_000}


def test_other_people_are_debited_where_there_is_budget(story: Story, ledger: Path) -> None:
    story.edit("policy.toml", ('epsilon = "0.5"', 'epsilon = "1.0"'))
    first, other = play(story, ledger), play(story, ledger, seed=6)
    assert not other.releases[0].from_store
    assert first.releases[0].release.request != other.releases[0].release.request
    assert spent(ledger) == {"city": 1_000_000}


@pytest.mark.parametrize(
    ("old", "new"),
    [("bound = 5", "bound = 4"), ('["Northbank", "Lakeside"]', '["Lakeside"]'), ('id = "entries"', 'id = "entries2"')],
)
def test_another_question_on_the_same_data_is_debited(story: Story, ledger: Path, old: str, new: str) -> None:
    story.edit("policy.toml", ('epsilon = "0.5"', 'epsilon = "1.0"'))
    play(story, ledger)
    play(story.edit("scenario.toml", (old, new)), ledger)
    assert spent(ledger) == {"city": 1_000_000}


# ---------------------------------------------------------------- budgets, to the last micro-epsilon


def test_a_budget_is_used_up_to_the_last_micro_epsilon(story: Story, ledger: Path) -> None:
    play(story, ledger)
    assert spent(ledger) == {"city": 500_000}


def test_over_budget_by_one_micro_epsilon(story: Story, ledger: Path) -> None:
    story.edit("scenario.toml", ('epsilon = "0.5"', 'epsilon = "0.500001"'))
    with pytest.raises(BudgetExhausted) as refused:
        play(story, ledger)
    assert (refused.value.asked_micro, refused.value.left_micro) == (500_001, 500_000)
    assert refused.value.clause == "city/audit"
    assert not any(spent(ledger).values())


def test_two_questions_that_fit_alone_but_not_together_debit_nothing(story: Story, ledger: Path) -> None:
    story.edit("scenario.toml", ('epsilon = "0.5"', 'epsilon = "0.250001"')).add("scenario.toml", SECOND)
    with pytest.raises(BudgetExhausted) as refused:
        play(story, ledger)
    assert refused.value.question == "more-entries"
    assert not any(spent(ledger).values())
    story.edit("scenario.toml", ('epsilon = "0.250001"', 'epsilon = "0.25"'))
    play(story, ledger)
    assert spent(ledger) == {"city": 500_000}


def test_a_kept_ledger_counts_over_runs(story: Story, ledger: Path) -> None:
    story.edit("scenario.toml", ('epsilon = "0.5"', 'epsilon = "0.2"'))
    for seed in (1, 2):
        play(story, ledger, seed=seed)
    with pytest.raises(BudgetExhausted) as refused:
        play(story, ledger, seed=3)
    assert refused.value.left_micro == 100_000


def test_without_a_ledger_only_this_run_is_counted_and_nothing_is_left_behind(
    story: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    for _ in range(2):
        run = play(story)
        assert not run.ledger_kept
        assert not run.releases[0].from_store
    assert list((tmp_path / "temporary").iterdir()) == []


def race(contenders: list[Callable[[], Run]]) -> list[Run | PrivshareError]:
    """Run all at once, each on a thread of its own with its own connection to the ledger file."""
    outcomes: list[Run | PrivshareError] = []
    ready = threading.Barrier(len(contenders))

    def contend(run: Callable[[], Run]) -> None:
        ready.wait()
        try:
            outcomes.append(run())
        except PrivshareError as refused:
            outcomes.append(refused)

    threads = [threading.Thread(target=contend, args=(run,)) for run in contenders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert len(outcomes) == len(contenders)
    return outcomes


@pytest.mark.parametrize("round_", range(4))
def test_of_runs_that_race_for_the_last_budget_exactly_one_wins(story: Story, ledger: Path, round_: int) -> None:
    play(story.edit("policy.toml", ('epsilon = "0.5"', 'epsilon = "1.0"')), ledger, seed=100)
    outcomes = race([lambda seed=seed: play(story, ledger, seed=seed) for seed in range(3)])  # type: ignore[misc]
    winners = [outcome for outcome in outcomes if isinstance(outcome, Run)]
    losers = [outcome for outcome in outcomes if not isinstance(outcome, Run)]
    assert len(winners) == 1, outcomes
    assert all(isinstance(loser, BudgetExhausted) for loser in losers), losers
    assert spent(ledger) == {"city": 1_000_000}


def test_runs_that_race_with_the_same_question_debit_it_once(story: Story, ledger: Path) -> None:
    """Whoever does not draw either gets the stored bytes or is told that the other one is drawing."""
    play(story.edit("policy.toml", ('epsilon = "0.5"', 'epsilon = "1.0"')), ledger, seed=100)
    outcomes = race([lambda: play(story, ledger) for _ in range(3)])
    runs = [outcome for outcome in outcomes if isinstance(outcome, Run)]
    assert runs
    assert len({documents(run)["entries"] for run in runs}) == 1
    assert all(isinstance(o, Run | LedgerFault | BudgetExhausted) for o in outcomes), outcomes
    assert spent(ledger) == {"city": 1_000_000}


# ---------------------------------------------------------------- refusals that the story does not plan


def _not_classified(story: Story) -> None:
    story.add("scenario.toml", SECOND.replace("home_district", "points").replace("0.25", "0.000001"))


def _never_for_this_purpose(story: Story) -> None:
    story.add("scenario.toml", SECOND.replace("home_district", "event_kind").replace("0.25", "0.000001"))


def _no_licence(story: Story) -> None:
    story.add(
        "policy.toml", '[[purposes]]\nid = "ads"\nsentence = "Aim adverts"\ndpv = "https://w3id.org/dpv#Marketing"\n'
    )
    story.add("scenario.toml", SECOND.replace('"audit"', '"ads"').replace("0.25", "0.000001"))


def _withdrawn(story: Story) -> None:
    story.add("scenario.toml", '[[steps]]\nkind = "withdraw-licence"\nlicence = "city/audit"\nreason = "debate"\n')
    story.add("scenario.toml", SECOND.replace("0.25", "0.000001"))


def _not_open(story: Story) -> None:
    story.edit("scenario.toml", ('columns = ["rule", "rule_points"]', 'columns = ["event_kind"]'))


def _open_but_unclassified(story: Story) -> None:
    story.edit("scenario.toml", ('columns = ["rule", "rule_points"]', 'columns = ["rule", "rule_appeal"]'))


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (_not_classified, UnclassifiedColumn),
        (_never_for_this_purpose, FormNotAllowed),
        (_no_licence, PurposeNotAllowed),
        (_withdrawn, NotPermitted),
        (_not_open, FormNotAllowed),
        (_open_but_unclassified, UnclassifiedColumn),
    ],
)
def test_an_unplanned_refusal_at_the_end_debits_nothing_at_the_beginning(
    story: Story, ledger: Path, change: Callable[[Story], None], kind: type[NotPermitted]
) -> None:
    story.edit("policy.toml", ('epsilon = "0.5"', 'epsilon = "5"'))
    change(story)
    with pytest.raises(kind) as refused:
        play(story, ledger)
    assert refused.value.clause
    assert refused.value.accepted
    assert not ledger.exists(), "a run that cannot start opens no ledger"


# ---------------------------------------------------------------- refusals that the story plans


@pytest.mark.parametrize(
    "expected", ["UnclassifiedColumn", "PurposeNotAllowed", "FormNotAllowed", "LicenceNotInForce", "BudgetExhausted"]
)
def test_a_planned_refusal_that_does_not_come_is_an_error_and_debits_nothing(
    story: Story, ledger: Path, expected: str
) -> None:
    planned = SECOND.replace("0.25", "0.000001").replace(
        'kind = "statistic"', f'kind = "statistic"\nexpect_refusal = "{expected}"'
    )
    story.edit("policy.toml", ('epsilon = "0.5"', 'epsilon = "5"')).add("scenario.toml", planned)
    with pytest.raises(InputRefused, match=f"more-entries expects the refusal {expected}"):
        play(story, ledger)
    assert not any(spent(ledger).values())


def test_another_refusal_than_planned_is_told_as_itself(story: Story, ledger: Path) -> None:
    planned = SECOND.replace("home_district", "points").replace(
        'kind = "statistic"', 'kind = "statistic"\nexpect_refusal = "PurposeNotAllowed"'
    )
    with pytest.raises(UnclassifiedColumn):
        play(story.add("scenario.toml", planned), ledger)
    assert not any(spent(ledger).values())


def test_a_planned_refusal_of_an_open_step_is_recorded(story: Story) -> None:
    story.edit("scenario.toml", ('kind = "open"', 'kind = "open"\nexpect_refusal = "FormNotAllowed"'))
    story.edit("scenario.toml", ('columns = ["rule", "rule_points"]', 'columns = ["event_kind"]'))
    run = play(story)
    assert [(r.kind, r.clause) for r in run.refusals] == [("FormNotAllowed", "city.event_kind")]
    assert run.open_records == ()


def test_a_planned_exhaustion_counts_what_the_run_itself_takes(story: Story, ledger: Path) -> None:
    """Half an epsilon is left before the run and none after its own question: the planned refusal comes."""
    planned = SECOND.replace('kind = "statistic"', 'kind = "statistic"\nexpect_refusal = "BudgetExhausted"')
    run = play(story.add("scenario.toml", planned), ledger)
    assert [r.kind for r in run.refusals] == ["BudgetExhausted"]
    assert spent(ledger) == {"city": 500_000}
    assert [r.kind for r in play(story, ledger).refusals] == ["BudgetExhausted"], "and on the same ledger again"


# ---------------------------------------------------------------- faults that only the data's shape shows


def _demo_fault(old: str, new: str) -> Callable[[Story], None]:
    def change(story: Story) -> None:
        story.edit("scenario.toml", (old, new))

    return change


@pytest.mark.parametrize(
    "change",
    [
        _demo_fault('by = ["product"]', 'by = ["produkt"]'),
        _demo_fault('column = "defaulted", lower', 'column = "product", lower'),
        _demo_fault('keys = { product = ["card", "car loan", "home loan"] }', 'keys = { district = ["Northbank"] }'),
        _demo_fault('keys = { product = ["card", "car loan", "home loan"] }', 'keys = { product = ["card", "card"] }'),
        _demo_fault('{ name = "loans", bound = 2', '{ name = "loans_in_default", bound = 2'),
        _demo_fault('{ name = "loans", bound = 2', '{ name = "loans", lower = 0, bound = 2'),
        _demo_fault("lower = 0, upper = 1, bound = 2", "lower = 1, upper = 0, bound = 2"),
        _demo_fault('bound = 60, epsilon = "0.25"', 'bound = 8000000, epsilon = "0.000001"'),
        _demo_fault('tables = ["accounts"]', 'tables = ["acounts"]'),
        _demo_fault('grouping_person = "citizen_id"', 'grouping_person = "citizen"'),
        _demo_fault('value_column = "defaulted"', 'value_column = "product"'),
        _demo_fault('value_column = "defaulted"\ntargets', 'value_column = "product"\ntargets'),
        _demo_fault('value_column = "defaulted"\ntargets', 'value_column = "defaults"\ntargets'),
        _demo_fault('grouping_holder = "platform"\ngrouping_person', 'grouping_holder = "bank"\ngrouping_person'),
        _demo_fault('measure = "defaults"\nepsilon', 'measure = "people"\nepsilon'),
        _demo_fault('unit = "unit"', 'unit = "city"'),
        _demo_fault('holder = "bank"\nperson = "account_holder"', 'holder = "platform"\nperson = "citizen_id"'),
        _demo_fault('person = "account_holder"\n', 'person = "holder"\n'),
        _demo_fault('district = ["Old Harbour", "Northbank", "Mill Quarter"', 'district = ["Northbank", "Northbank"'),
        _demo_fault('[steps.keys]\ndistrict', "[steps.keys]\ntown"),
        _demo_fault('delta_per_draw = "1e-9"', 'delta_per_draw = "0"'),
        _demo_fault('table = "loans"', 'table = "debts"'),
        _demo_fault('product = "card", credit_limit = 100', 'product = "card"'),
        _demo_fault("credit_limit = 100, defaulted = 1", 'credit_limit = "100", defaulted = 1'),
        _demo_fault('0002-B", product', '0002-B", item'),
        _demo_fault('columns = ["rule", "rule_points"', 'columns = ["rules", "rule_points"'),
        _demo_fault('columns = ["rule", "rule_points"', 'columns = ["rule", "register_name"'),
    ],
)  # fmt: skip
def test_a_scenario_that_does_not_fit_its_world_is_refused_before_any_debit(
    tmp_path: Path, ledger: Path, change: Callable[[Story], None]
) -> None:
    """One sentence, no traceback of another kind, and no ledger opened."""
    story = quick_demo(tmp_path / "demo")
    change(story)
    with pytest.raises(PrivshareError) as refused:
        play(story, ledger, people=200)
    assert "\n" not in str(refused.value)
    assert not ledger.exists()


@pytest.mark.parametrize("people", [-5, 0, 199, 1_000_001])
def test_people_outside_the_bounds_open_no_ledger(story: Story, ledger: Path, people: int) -> None:
    with pytest.raises(InputRefused, match="people was"):
        play(story, ledger, people=people)
    assert not ledger.exists()


# ---------------------------------------------------------------- what cannot be trusted or written


def test_a_run_that_dies_while_drawing_has_spent(story: Story, ledger: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is unknown counts as spent: the next run may not draw the same noise again for free."""

    def dies(*_: Any, **__: Any) -> Any:
        raise RuntimeError("the machine went away")

    with monkeypatch.context() as broken:
        broken.setattr(statistic, "run_plan", dies)
        with pytest.raises(RuntimeError, match="went away"):
            play(story, ledger)
    assert spent(ledger) == {"city": 500_000}
    with pytest.raises(BudgetExhausted):
        play(story, ledger)
    assert spent(ledger) == {"city": 500_000}


def test_a_ledger_in_a_folder_that_is_not_there(story: Story, tmp_path: Path) -> None:
    with pytest.raises((LedgerFault, StorageFault)):
        play(story, tmp_path / "no" / "such" / "city.ledger")
    assert not (tmp_path / "no").exists()


@pytest.mark.parametrize("content", [b"not a ledger", b"SQLite format 3\x00" + bytes(84), b"\x00" * 4096])
def test_a_file_that_is_no_ledger_is_left_as_it_is(story: Story, ledger: Path, content: bytes) -> None:
    ledger.write_bytes(content)
    with pytest.raises(LedgerFault):
        play(story, ledger)
    assert ledger.read_bytes() == content


def test_a_changed_world_behind_the_same_seed_is_another_snapshot(
    story: Story, ledger: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The ledger goes by rows, not by the seed: one more row is another question."""
    play(story, ledger)
    story.edit("scenario.toml", ("[[steps]]", '[[steps]]\nkind = "seal"\n\n[[steps]]'))
    story.add(
        "scenario.toml",
        '[[steps]]\nkind = "plant-record"\nholder = "city"\ntable = "rules"\nmoment = "before-seal"\nby = "somebody"\n'
        'row = { rule = "x", rule_points = "0", rule_appeal = "none" }\n',
    )
    with pytest.raises(BudgetExhausted):
        play(story, ledger)
