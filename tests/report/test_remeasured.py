"""A look and what followed as one table: on the page, in the files, and held against the two signed releases."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from privshare.errors import VerificationFailed
from privshare.report.folder import staging, write_run
from privshare.report.remeasured import remeasured_sentences
from privshare.report.sentences import english
from privshare.report.verify import verify_folder
from privshare.scenario.adhoc.release import ReleaseRequest, release_scenario
from privshare.scenario.outcome import Run
from privshare.scenario.run import run_scenario
from privshare.secure.canonical import canonical
from privshare.secure.signing import SigningKey
from tests.report.test_verify_liar import signed_anew


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, SigningKey, Path]:
    room = tmp_path_factory.mktemp("remeasured")
    table, keys = room / "table.csv", room / "towns.csv"
    table.write_text("\n".join(["who,town", *(f"p{n},{'N' if n < 4_000 else 'S'}" for n in range(5_000)), ""]))
    keys.write_text("town\nN\nS\n")
    asked = ReleaseRequest(
        table=table, by=("town",), person="who", epsilon="2", keys=keys, count_bound=1, target=Fraction(1, 50)
    )
    run, key = run_scenario(release_scenario(asked))
    with staging(room / "out") as stage:
        write_run(run, stage, run_key=key)
    return run, key, room / "out"


@pytest.fixture
def changed(played: tuple[Run, SigningKey, Path], tmp_path: Path) -> Path:
    shutil.copytree(played[2], tmp_path / "copy")
    return tmp_path / "copy"


def test_a_folder_with_a_combined_table_verifies(played: tuple[Run, SigningKey, Path]) -> None:
    verify_folder(played[2])
    rows = (played[2] / "tables" / "combined-release.csv").read_text().splitlines()
    assert rows[0] == "town,count,count_low,count_high"
    assert [row.split(",")[0] for row in rows[1:]] == ["N", "S"]


def test_the_page_shows_the_table_and_the_total(played: tuple[Run, SigningKey, Path]) -> None:
    page = (played[2] / "report.html").read_text()
    [pair] = played[0].remeasured
    for sentence in remeasured_sentences(pair, english()):
        assert sentence in page
    assert "tables/combined-release.csv" in page


def lie_in_facts(change: Callable[[dict[str, Any]], None]) -> Callable[[Path], str]:
    def lie(folder: Path) -> str:
        facts = json.loads((folder / "run.json").read_text())
        change(facts["remeasured"][0])
        (folder / "run.json").write_bytes(canonical(facts))
        return "run.json"

    return lie


def lie_in_table(folder: Path) -> str:
    path = folder / "tables" / "combined-release.csv"
    path.write_bytes(path.read_bytes().replace(b"N,", b"N,1", 1))
    return "tables/combined-release.csv"


LIES: dict[str, Callable[[Path], str]] = {
    "table": lie_in_table,
    "cheaper": lie_in_facts(lambda pair: pair["spent"].update(micro_epsilon=1)),
    "narrower": lie_in_facts(lambda pair: pair["groups"][0].update(half=0)),
    "no such look": lie_in_facts(lambda pair: pair.update(look="other")),
    "no such second": lie_in_facts(lambda pair: pair.update(second="other")),
    "target": lie_in_facts(lambda pair: pair.update(target_millionths=0)),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_lie_signed_by_the_run_is_found_by_computing_anew(
    changed: Path, played: tuple[Run, SigningKey, Path], lie: str
) -> None:
    file = LIES[lie](changed)
    signed_anew(changed, played[1])
    with pytest.raises(VerificationFailed) as refused:
        verify_folder(changed)
    assert refused.value.file == file
