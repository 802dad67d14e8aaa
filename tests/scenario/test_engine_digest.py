"""What a release says of the engines behind it: nothing that tells exact numbers, or how many rows there are."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from privshare import Run, run_scenario
from privshare.errors import EngineFailed
from privshare.holders import engines
from privshare.scenario.adhoc.release import ReleaseRequest, release_scenario
from privshare.scenario.adhoc.spent import spent_for_flags

HEADER = "who,town\n"
ROWS = ("a,N\n", "b,N\n", "c,S\n", "d,S\n")


def released(folder: Path, *, town: str = "N", rows: tuple[str, ...] = ROWS, epsilon: str = "0.000001") -> Run:
    table, keys, ledger = folder / "table.csv", folder / f"{town}.csv", folder / "ledger.db"
    table.write_text(HEADER + "".join(rows), "utf-8")
    keys.write_text(f"town\n{town}\n", "utf-8")
    asked = ReleaseRequest(
        table, ("town",), "who", epsilon, keys=keys, count_bound=1, spent=spent_for_flags(ledger)
    )
    return run_scenario(release_scenario(asked), ledger_path=ledger)[0]


def test_two_questions_with_the_same_exact_number_show_different_digests(tmp_path: Path) -> None:
    first, second = released(tmp_path, town="N"), released(tmp_path, town="S")
    digests = {run.releases[0].release.evidence.digest for run in (first, second)}
    assert len(digests) == 2
    assert all(len(digest) == 64 for digest in digests)


def test_the_same_exact_number_before_and_after_a_change_shows_different_digests(tmp_path: Path) -> None:
    before, after = released(tmp_path), released(tmp_path, rows=(*ROWS, "e,W\n"))
    assert before.releases[0].release.evidence.digest != after.releases[0].release.evidence.digest


def test_the_same_question_on_the_same_rows_has_the_digest_that_was_stored(tmp_path: Path) -> None:
    first, again = released(tmp_path), released(tmp_path)
    assert again.releases[0].from_store
    assert first.releases[0].release.evidence == again.releases[0].release.evidence


def test_one_row_more_than_two_engines_are_asked_about_changes_nothing_that_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "CHECKED_ROWS", len(ROWS))
    below, above = (released(tmp_path, rows=rows).releases[0].release for rows in (ROWS, (*ROWS, "e,W\n")))
    assert below.evidence.engines == above.evidence.engines != ()
    assert len(below.evidence.digest) == len(above.evidence.digest) == 64
    assert below.bounds == above.bounds
    assert below.parts == above.parts


@pytest.mark.parametrize("failure", [duckdb.OutOfMemoryException("ada"), duckdb.IOException("x"), MemoryError("y")])
def test_an_engine_that_does_not_finish_is_told_in_words_that_never_change(
    failure: Exception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise failure

    with monkeypatch.context() as short:
        short.setattr(engines.DuckEngine, "plan", fails)
        with pytest.raises(EngineFailed) as told:
            released(tmp_path)
    assert str(told.value) == str(EngineFailed())
    assert spent_for_flags(tmp_path / "ledger.db").micro_epsilon == 1, "it counts as spent, whatever the reason"
    assert released(tmp_path).releases, "and may be asked again"
