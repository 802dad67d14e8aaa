"""Totals over two files: the exact table without noise, both holders debited, and what is refused before a run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from privshare.bench.link import totals_core
from privshare.errors import DataRefused, FileFaults, InputRefused, ParameterRefused
from privshare.model.loss import PrivacyLoss
from privshare.scenario.adhoc.totals import GROUPING, VALUING, TotalsRequest, totals_scenario
from privshare.scenario.run import run_scenario
from tests.secure.psi.playing import silence

GROUPS = "who,town\nAnn,north\nbob,south\n CAT ,south\ndan,north\ndan,south\neve,elsewhere\n"
VALUES = "who,n\nann,7\nbob,4\nBOB,3\ncat,-2\ndan,9\neve,1\nfay,5\n"


@pytest.fixture
def asked(tmp_path: Path) -> TotalsRequest:
    (tmp_path / "groups.csv").write_text(GROUPS, "utf-8")
    (tmp_path / "values.csv").write_text(VALUES, "utf-8")
    return TotalsRequest(
        groups=tmp_path / "groups.csv",
        values=tmp_path / "values.csv",
        person="who",
        by="town",
        keys=("north", "south", "west"),
        column="n",
        value_max=6,
        epsilon="1",
    )


def test_without_noise_the_table_is_exact(asked: TotalsRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """bob's rows add up before they are clamped, dan is in two towns and so in none, a value below 0 counts as 0."""
    silence(monkeypatch)
    played, _ = run_scenario(totals_scenario(asked))
    (published,) = played.releases
    assert [(cell.key, cell.values) for cell in published.release.cells] == [
        (("north",), (1, 6)),
        (("south",), (2, 6)),
        (("west",), (0, 0)),
    ]
    assert published.release.loss == PrivacyLoss(10**6, 10**9)
    assert {line.holder: (line.spent_micro, line.spent_delta_e15) for line in played.budgets} == {
        GROUPING: (10**6, 10**9),
        VALUING: (10**6, 10**9),
    }


def test_several_identifiers_a_person_are_in_the_bounds_and_in_the_noise(asked: TotalsRequest) -> None:
    played, _ = run_scenario(totals_scenario(replace(asked, identifiers_max=3)))
    release = played.releases[0].release
    assert release.bounds == (
        ("identifiers of one person at each holder", "3"),
        ("groups of one person", "3"),
        ("total of one person", "0 to 18"),
    )
    assert release.public_noise == (("people", ("12.0", "12.0")), ("total", ("36.0", "36.0")))
    assert release.loss == PrivacyLoss(10**6, 10**9)


@pytest.mark.parametrize(("change", "error", "told"), [
    ({"epsilon": "0.000003"}, ParameterRefused, "at least 0.000004"),
    ({"delta": "0"}, ParameterRefused, "above 0"),
    ({"by": "who"}, InputRefused, "names the persons"),
    ({"by": "twon"}, DataRefused, "nearest is 'town'"),
    ({"column": "m"}, DataRefused, "no column 'm'"),
    ({"person": "name"}, DataRefused, "no column 'name'"),
    ({"keys": ()}, FileFaults, "keys"),
    ({"value_max": 0}, FileFaults, "value_max"),
    ({"identifiers_max": 0}, FileFaults, "identifiers_max"),
])
def test_a_request_that_makes_no_sense_is_refused(
    asked: TotalsRequest, change: dict[str, object], error: type[Exception], told: str
) -> None:
    with pytest.raises(error, match=told):
        totals_scenario(replace(asked, **change))


@pytest.mark.parametrize(("file", "text", "line"), [
    ("groups.csv", "who,town\nann,north\n ,south\n", "line 3"), ("values.csv", "who,n\nann,7\nbob,many\n", "line 3"),
])
def test_a_row_without_a_person_or_a_number_is_refused_by_its_holder(
    asked: TotalsRequest, file: str, text: str, line: str
) -> None:
    (asked.groups.parent / file).write_text(text, "utf-8")
    with pytest.raises(DataRefused, match=line) as refused:
        totals_scenario(asked)
    assert "many" not in str(refused.value)


def test_the_program_of_the_benchmark_checks_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    totals_core.make(tmp_path, rows=3_000)
    told = totals_core.run(tmp_path)
    assert told["as_near_as_noise_allows"]
    assert told["suite"] == "totals-3/1"
    monkeypatch.setattr(totals_core, "ALLOWED", 0)
    assert not totals_core.run(tmp_path)["as_near_as_noise_allows"]  # all 60 draws are 0 with a chance below 1e-30
    silence(monkeypatch)
    assert totals_core.run(tmp_path)["farthest"] == [0, 0]
