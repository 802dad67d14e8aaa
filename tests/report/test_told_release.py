"""What a release on somebody's own table says of itself, on the terminal and on the page, in the same words."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from privshare import run_scenario
from privshare.report.labels import privacy_facts
from privshare.report.layout import WIDTH, _cells
from privshare.report.page import render
from privshare.report.sentences import english
from privshare.report.tables import release_table
from privshare.report.terminal.run import release_lines
from privshare.report.told_release import evidence_told, folded, for_people
from privshare.scenario.adhoc.release import ReleaseRequest, release_scenario
from privshare.scenario.outcome import Run
from tests.report.parsed import Page

KEY = "SHA256:" + "-".join(["0000"] * 8)
TOWNS = ("Northhaven", "Old Sands")
Told = Callable[..., tuple[str, str]]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("told")
    rows = [f"p{person},{TOWNS[visit % 2]},{person % 9}" for person in range(300) for visit in range(2)]
    (folder / "table.csv").write_text("\n".join(["who,town,pay", *rows]) + "\n", "utf-8")
    (folder / "keys.csv").write_text("\n".join(["town", *TOWNS]) + "\n", "utf-8")
    return folder


def played(place: Path, **terms: Any) -> Run:
    given: dict[str, Any] = {"keys": place / "keys.csv", "epsilon": "2"} | terms
    run: Run = run_scenario(release_scenario(ReleaseRequest(place / "table.csv", ("town",), "who", **given)))[0]
    return run


@pytest.fixture(scope="module")
def means(place: Path) -> Run:
    return played(
        place, people=True, mean="pay", variance="pay", bounds=(0, 9), quantiles=("pay", (50,)), bins={"pay": (3, 6)}
    )


@pytest.fixture(scope="module")
def gaussian(place: Path) -> Run:
    return played(place, people=True, count_bound=2, people_bound=2, noise="gaussian")


def on_terminal(run: Run) -> str:
    return " ".join(" ".join(release_lines(run, out="out", fingerprint=KEY)).split())


def on_page(run: Run) -> str:
    return " ".join(" ".join(Page(render(run)).texts).split())


@pytest.mark.parametrize("noise", ["means", "gaussian"])
def test_the_evidence_stands_on_the_terminal_and_on_the_page(noise: str, request: pytest.FixtureRequest) -> None:
    run: Run = request.getfixturevalue(noise)
    terminal, page = on_terminal(run), on_page(run)
    for published in run.releases:
        release = published.release
        opinion = f"epsilon {release.evidence.batch_epsilon} at delta 10⁻⁶; debited: epsilon {release.loss.epsilon:g}"
        for told in (opinion, *evidence_told(release, english().say)[-1:]):
            assert told in terminal
            assert told in page
        assert f"Audit: privshare audit out/releases/{release.id}.json" in terminal
        assert f"privshare audit ./releases/{release.id}.json" in page


def test_a_release_that_several_holders_noised_has_no_audit(run: Run) -> None:
    page = on_page(run)
    joint = [published.release.id for published in run.releases if not published.release.suite.startswith("statistic/")]
    assert joint
    assert not any(f"privshare audit ./releases/{id}.json" in page for id in joint)
    assert "second opinion on the loss" in page


def test_gaussian_draws_are_told_as_one_price_with_a_standard_deviation_each(gaussian: Run) -> None:
    terminal = on_terminal(gaussian)
    assert "gaussian noise in count, people, debited together: epsilon 2, delta 10⁻⁶" in terminal
    assert "count: standard deviation" in terminal
    assert "people: standard deviation" in terminal
    assert "Delta is what any set of results may become likelier by one person" in on_page(gaussian)


def test_bounds_that_cost_alike_are_told_once_and_belong_to_their_measure(means: Run) -> None:
    terminal, page = on_terminal(means), on_page(means)
    assert terminal.count("choosing 4 bounds: epsilon") == 1
    assert "dummies" not in page
    assert re.search(r"cut away by the chosen bounds, of 100 and by estimate: count [0-9.]+, people [0-9.]+", terminal)
    assert re.search(r"Bounds of people one person's total over all groups at most \d", page)
    assert "people in the table assumed at most 1,000,000,000" in terminal


def test_terminal_page_release_and_label_say_alike_what_is_printed_and_who_counts(means: Run) -> None:
    release = means.releases[0].release
    label = " ".join(f"{bound['what']} {bound['value']}" for bound in privacy_facts(means)["releases"][0]["bounds"])
    document = " ".join(f"{what} {value}" for what, value in release.bounds)
    for told in (on_terminal(means), on_page(means), document, label):
        assert "groups below 0" not in told, "negative numbers are printed"
        assert "every group is printed, also with a number below 0" in told
        assert "one person is one spelling, capitals and width of letters included, of who" in told
        assert "in no group are rows without town" in told


def test_only_groups_that_were_named_are_all_printed(place: Path) -> None:
    found = played(place, keys=None, count_bound=2).releases[0].release
    assert not any("every group is printed" in what for what, _ in found.bounds)
    assert ("in no group are rows without", "town") in found.bounds


def test_a_table_of_means_fits_a_terminal_and_keeps_its_intervals_in_the_cell_of_their_number(means: Run) -> None:
    lines = release_lines(means, out="out", fingerprint=KEY)
    assert all(_cells(line) <= WIDTH for line in lines if not line.startswith("Verify"))
    release = means.releases[0].release
    told = for_people(release, release_table(release))
    assert told.columns == ("town", "count", "people", "mean_pay", "variance_pay")
    assert any("centred_pay, squares_pay" in line for line in lines)
    whole = release_table(release)
    assert folded(whole).columns == tuple(name for name in whole.columns if not name.endswith(("_low", "_high")))


def test_the_page_begins_with_the_numbers_and_names_no_cap_that_nobody_stated(means: Run) -> None:
    page = render(means)
    answer = page[page.index('id="answer"') : page.index('id="categorize"')]
    assert "no table over several holders" not in page
    assert all(town in answer for town in TOWNS)
    assert "people, mean of pay, variance of pay by town" in answer
    told = on_page(means)
    assert "counted so far. The flags state no cap" in told
    assert not re.search(r"of [0-9.]+ spent", told)
    assert "several ledgers at once" not in told


def test_groups_that_were_found_nowhere_are_said_to_be_paid_for(place: Path) -> None:
    run = played(place, keys=None, count_bound=2)
    (published,) = run.releases
    nobody = replace(published, release=replace(published.release, cells=(), derived=()))
    assert "No group was large enough to be published." in on_terminal(replace(run, releases=(nobody,)))
    assert "No group was large enough" not in on_terminal(run)
    assert "every group is printed" not in on_terminal(run)
