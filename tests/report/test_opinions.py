"""The second opinion in releases and in the label: worked out again by verify, and not given where it does not hold."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from privshare.errors import VerificationFailed
from privshare.model.loss import MICRO
from privshare.report import contents, folder
from privshare.report.folder import staging
from privshare.report.labels import privacy_facts
from privshare.report.opinions import DELTA, EPSILON, LABEL, account_opinion, check_opinion
from privshare.report.verify import verify_folder
from privshare.scenario.outcome import Run
from tests.report import world


def test_each_account_with_releases_has_an_opinion_that_is_no_dearer_than_what_it_spent(run: Run) -> None:
    told = [budget for budget in privacy_facts(run)["budgets"] if budget[EPSILON] is not None]
    assert {budget["holder"] for budget in told} >= {"bank", "city"}
    for budget in told:
        assert 0 < float(budget[EPSILON]) <= float(budget["epsilon_spent"]) + 1e-6
        assert float(budget[DELTA]) == (float(budget["delta_spent"]) or 1e-6)
    idle = [budget for budget in privacy_facts(run)["budgets"] if budget["epsilon_spent"] == "0"]
    assert all(budget[EPSILON] is None and budget[DELTA] is None for budget in idle)


def test_an_epsilon_that_was_chosen_after_an_answer_leaves_the_account_without_an_opinion(run: Run) -> None:
    releases = [published.release for published in run.releases]
    assert account_opinion("bank", releases[0].purpose, releases, set()) is not None
    assert account_opinion("bank", releases[0].purpose, releases, {releases[2].id}) is None
    assert account_opinion("city", releases[0].purpose, releases, {releases[2].id}) is not None


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"batch_epsilon": "0.24"}, "not that of its draws"),
        ({"batch_delta": "1e-09"}, "not that of its draws"),
        ({"batch_epsilon": "", "batch_delta": ""}, "not that of its draws"),
        ({"batch_epsilon": "0.25\n"}, "not that of its draws"),
    ],
)
def test_a_release_s_opinion_that_was_changed_is_found(run: Run, change: dict[str, str], reason: str) -> None:
    release = run.releases[2].release
    check_opinion(release, "r")
    with pytest.raises(VerificationFailed, match=reason):
        check_opinion(replace(release, evidence=replace(release.evidence, **change)), "r")


def test_draws_that_reveal_more_than_the_loss_are_found(run: Run) -> None:
    release = run.releases[2].release
    cheap = replace(release, loss=replace(release.loss, micro_epsilon=release.loss.micro_epsilon - MICRO // 1000))
    with pytest.raises(VerificationFailed, match="more than its loss"):
        check_opinion(cheap, "r")


def alter_account(label: dict[str, Any]) -> None:
    next(budget for budget in label["budgets"] if budget[EPSILON])[EPSILON] = "0.1"


def alter_release(label: dict[str, Any]) -> None:
    label["releases"][0][DELTA] = "1e-06"


def leave_out(label: dict[str, Any]) -> None:
    del next(budget for budget in label["budgets"] if budget[EPSILON])[EPSILON]


def name_another(label: dict[str, Any]) -> None:
    label["releases"][0]["id"] = "another"


def nothing(label: dict[str, Any]) -> None:
    pass


def verified_with(change: Callable[[dict[str, Any]], None], room: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Write a folder whose label the run's own key signed after a change, and verify it."""

    def changed(run: Run) -> dict[str, Any]:
        label = privacy_facts(run)
        change(label)
        return label

    monkeypatch.setattr(contents, "privacy_facts", changed)
    run, key = world.synthetic_run()
    with staging(room / "out", reserve=1) as stage:
        folder.write_run(run, stage, run_key=key)
    verify_folder(room / "out")


@pytest.mark.parametrize("change", [alter_account, alter_release, leave_out, name_another])
def test_a_label_whose_opinions_were_changed_does_not_verify(
    change: Callable[[dict[str, Any]], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_page: None
) -> None:
    with pytest.raises(VerificationFailed) as refused:
        verified_with(change, tmp_path, monkeypatch)
    assert refused.value.file == LABEL


def test_the_label_as_it_is_verifies_and_is_plain_json(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_page: None
) -> None:
    verified_with(nothing, tmp_path, monkeypatch)
    assert EPSILON in json.loads((tmp_path / "out" / LABEL).read_text(encoding="utf-8"))["budgets"][0]
