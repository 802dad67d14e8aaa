"""A preview says what a run would do, and the run then does it; the preview itself leaves no trace anywhere."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from privshare import NotPermitted, PrivshareError, load_scenario, preview_scenario
from privshare.errors import InputRefused, LedgerFault
from privshare.model.loss import PrivacyLoss
from privshare.scenario.adhoc.release import ReleaseRequest, release_scenario
from privshare.scenario.adhoc.spent import spent_for_flags
from privshare.scenario.preview import Preview, Verdict
from tests.cli.conftest import tree
from tests.scenario.playing import SECOND, play, spent
from tests.scenario.stories import Story, quick_demo, small_story

WEATHER = SECOND.replace("more-entries", "kinds").replace('by = ["home_district"]', 'by = ["event_kind"]')
WEATHER = WEATHER.replace('keys = { home_district = ["Northbank"] }', 'keys = { event_kind = ["late-fee"] }')
"""A question that the small story's policy refuses."""


def preview(story: Story, ledger: Path | None = None) -> Preview:
    return preview_scenario(load_scenario(str(story.folder)), ledger_path=ledger)


def verdicts(found: Preview) -> dict[str, Verdict]:
    return {line.question: line.verdict for line in found.lines}


def roomy(story: Story) -> Story:
    """Give the small story's licence a budget of 2."""
    return story.edit("policy.toml", ('epsilon = "0.5"\ndelta', 'epsilon = "2"\ndelta'))


def test_a_preview_leaves_every_file_as_it_was_and_makes_no_ledger(story: Story, ledger: Path, tmp_path: Path) -> None:
    preview(story, ledger)
    assert not ledger.exists()
    play(story, ledger)
    before = tree(tmp_path)
    preview(story, ledger)
    preview(story)
    assert tree(tmp_path) == before


def test_what_the_preview_says_would_be_debited_is_what_the_run_debits(story: Story, ledger: Path) -> None:
    story = roomy(story).add("scenario.toml", SECOND)
    found = preview(story, ledger)
    assert verdicts(found) == {
        "entries": Verdict.DEBITED, "rules": Verdict.FREE, "more-entries": Verdict.DEBITED,
    }  # fmt: skip
    assert (found.runs, found.ledger) == (True, False)
    [balance] = found.balances
    assert balance.left == PrivacyLoss(2_000_000)
    assert balance.after == PrivacyLoss(1_250_000)
    play(story, ledger)
    assert spent(ledger)["city"] == balance.cost.micro_epsilon == 750_000


def test_a_question_answered_on_this_snapshot_costs_nothing(story: Story, ledger: Path) -> None:
    roomy(story)
    play(story, ledger)
    story.add("scenario.toml", SECOND)
    found = preview(story, ledger)
    assert verdicts(found)["entries"] is Verdict.ANSWERED
    assert verdicts(found)["more-entries"] is Verdict.DEBITED
    assert found.balances[0].cost == PrivacyLoss(250_000)
    assert found.ledger


def test_other_rows_are_another_question(story: Story, ledger: Path) -> None:
    roomy(story)
    play(story, ledger)
    found = preview_scenario(load_scenario(str(story.folder)), ledger_path=ledger, seed=6)
    assert verdicts(found)["entries"] is Verdict.DEBITED


def test_prices_that_do_not_fit_together_are_told_as_the_run_tells_them(story: Story, ledger: Path) -> None:
    story.add("scenario.toml", SECOND)
    found = preview(story, ledger)
    assert not found.runs
    assert verdicts(found)["more-entries"] is Verdict.REFUSED
    with pytest.raises(NotPermitted) as refused:
        play(story, ledger)
    line = next(line for line in found.lines if line.question == "more-entries")
    assert line.refusal == str(refused.value)
    assert line.kind == "BudgetExhausted"
    assert spent(ledger).get("city", 0) == 0


def test_a_refusal_by_the_policy_is_told_with_its_clause_and_the_rest_is_priced_all_the_same(
    story: Story, ledger: Path
) -> None:
    roomy(story).add("scenario.toml", WEATHER)
    found = preview(story, ledger)
    assert verdicts(found) == {"entries": Verdict.DEBITED, "rules": Verdict.FREE, "kinds": Verdict.REFUSED}
    with pytest.raises(NotPermitted) as refused:
        play(story, ledger)
    assert found.lines[-1].refusal == str(refused.value)


def test_a_refusal_that_the_story_plans_does_not_stop_it(story: Story, ledger: Path) -> None:
    roomy(story).add("scenario.toml", WEATHER + 'expect_refusal = "FormNotAllowed"\n')
    found = preview(story, ledger)
    assert verdicts(found)["kinds"] is Verdict.EXPECTED
    assert found.runs
    play(story, ledger)


@pytest.mark.parametrize("expected", ["BudgetExhausted", "FormNotAllowed"])
def test_a_planned_refusal_that_would_not_come_is_told_as_the_run_tells_it(
    story: Story, ledger: Path, expected: str
) -> None:
    roomy(story).add("scenario.toml", SECOND + f'expect_refusal = "{expected}"\n')
    found = preview(story, ledger)
    assert not found.runs
    with pytest.raises(InputRefused) as refused:
        play(story, ledger)
    assert found.lines[-1].refusal == str(refused.value)


def test_a_planned_exhaustion_comes_from_the_other_questions_of_the_batch(story: Story, ledger: Path) -> None:
    story.add("scenario.toml", SECOND + 'expect_refusal = "BudgetExhausted"\n')
    found = preview(story, ledger)
    assert verdicts(found)["more-entries"] is Verdict.EXPECTED
    assert found.runs
    play(story, ledger)


def test_a_licence_that_has_ended_is_told(story: Story) -> None:
    later = datetime(2040, 1, 1, tzinfo=UTC)
    found = preview_scenario(load_scenario(str(story.folder)), now=later)
    assert {line.kind for line in found.lines} == {"LicenceNotInForce"}


def test_a_stored_answer_that_the_policy_would_now_not_print_is_refused(story: Story, ledger: Path) -> None:
    roomy(story)
    play(story, ledger)
    story.edit("policy.toml", ("minimum_group = 0", "minimum_group = 30"))
    found = preview(story, ledger)
    with pytest.raises(InputRefused) as refused:
        play(story, ledger)
    assert found.lines[0].refusal == str(refused.value)


def test_the_demo_is_previewed_as_it_runs(tmp_path: Path) -> None:
    story, ledger = quick_demo(tmp_path / "demo"), tmp_path / "demo.ledger"
    scenario = load_scenario(str(story.folder))
    found = preview_scenario(scenario, people=300, ledger_path=ledger)
    run = play(story, ledger, people=300)
    assert {line.question for line in found.lines if line.verdict is Verdict.EXPECTED} == {
        refusal.question.id for refusal in run.refusals
    }
    assert {line.question for line in found.lines if line.verdict is Verdict.DEBITED} == {
        published.release.id for published in run.releases
    }
    assert {balance.holder: balance.cost.micro_epsilon for balance in found.balances} == spent(ledger)
    again = preview_scenario(scenario, people=300, ledger_path=ledger)
    assert Verdict.DEBITED not in verdicts(again).values()


def test_flags_state_no_cap_so_nothing_is_said_to_be_left(tmp_path: Path, ledger: Path) -> None:
    table = tmp_path / "table.csv"
    table.write_text("who,town\na,N\nb,S\n")

    def asked() -> ReleaseRequest:
        return ReleaseRequest(table=table, by=("town",), person="who", epsilon="0.5", spent=spent_for_flags(ledger))

    play_scenario = release_scenario(asked())
    found = preview_scenario(play_scenario, ledger_path=ledger)
    assert found.runs
    assert [(balance.cap, balance.left, balance.after) for balance in found.balances] == [(None, None, None)]


def test_a_ledger_that_cannot_be_trusted_is_refused(story: Story, ledger: Path) -> None:
    play(story, ledger)
    anchor = ledger.with_name(ledger.name + ".head")
    anchor.unlink()
    with pytest.raises(LedgerFault):
        preview(story, ledger)


def test_a_question_paid_for_and_never_answered_is_not_paid_again(
    story: Story, ledger: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("privshare.use.ledger.ledger.Ledger.begin", stopped)
    with pytest.raises(KeyboardInterrupt):
        play(story, ledger)
    monkeypatch.undo()
    found = preview(story, ledger)
    assert verdicts(found)["entries"] is Verdict.PAID
    assert found.balances[0].cost == PrivacyLoss(0)
    play(story, ledger)


def test_every_refusal_of_a_preview_is_one_of_privshare(tmp_path: Path) -> None:
    twice = ('"Northbank", "Lakeside"', '"Northbank", "Northbank"')
    story = small_story(tmp_path / "story").edit("scenario.toml", twice)
    with pytest.raises(PrivshareError):
        preview(story)
