"""Runs and their ledger: what debits, what does not, who wins a race, and what an interrupted run leaves."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from privshare import Run
from privshare.errors import BudgetExhausted, LedgerFault, PrivshareError, StorageFault
from privshare.scenario.steps import statistic
from tests.scenario.playing import SECOND, documents, play, spent
from tests.scenario.stories import Story, quick_demo

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


# ---------------------------------------------------------------- what cannot be trusted or written


def test_a_run_that_dies_while_drawing_has_spent(story: Story, ledger: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is unknown counts as spent: the next run may not draw the same noise again for free."""

    def dies(*_: Any, **__: Any) -> Any:
        raise RuntimeError("the machine went away")

    with monkeypatch.context() as broken:
        broken.setattr(statistic, "answer", dies)
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
