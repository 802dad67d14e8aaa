"""A release is run in turns and answers are read; the figures are not looked at, for they are of a machine."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from privshare.bench.environments import Ready
from privshare.bench.options import Others
from privshare.bench.process import Taken
from privshare.bench.release import running
from privshare.bench.release.accuracy import LADDER, best_in_hindsight, relative_error
from privshare.bench.release.contestants import PEERS, bounds_for
from privshare.bench.release.data import KEYS, Data, make_data, truth_of
from privshare.bench.release.entrants import Entrant, core_entrant, peer_entrant, verb_entrant
from privshare.bench.release.figures import CORE, VERB
from privshare.bench.release.running import compare_releases
from privshare.errors import InputRefused, ParameterRefused

QUIET = Taken(1.0, 0.5, 20.0, 25.0, 0, False, "", "")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Data:
    return make_data(tmp_path_factory.mktemp("data"), rows=2_000)


def test_a_program_is_asked_for_the_table_the_groups_and_its_bounds(data: Data, tmp_path: Path) -> None:
    peer = PEERS["opendp-polars"]
    entrant = peer_entrant(Ready(peer, Path("/env/bin/python")), data, bounds_for(10**6, 10**5))
    words = list(entrant.command(tmp_path))
    assert words[0] == "/env/bin/python"
    assert words[2:] == [str(data.table), str(data.keys), "50", "5", "10"]
    assert entrant.bound == "50 rows in all, chosen by the library"
    assert "PYTHONPATH" not in (entrant.environment or {}), "nothing of ours comes into its environment"


def test_the_last_line_of_a_program_is_its_answer_whatever_was_printed_before(data: Data, tmp_path: Path) -> None:
    told = {"seconds": {"work": 0.5}, "versions": {"x": "1"}, "counts": {"key-01": 5.0}, "sums": {"key-01": 9.0}}
    entrant = core_entrant(data)
    out = f"a library says hello\n{json.dumps({**told, 'counts': {}})}\n{json.dumps(told)}\nand goodbye\n"
    assert entrant.answer(replace(QUIET, out=out), tmp_path) == told
    for nothing in ("", "hello\n", '{"seconds": 1'):
        with pytest.raises((ValueError, LookupError)):
            entrant.answer(replace(QUIET, out=nothing), tmp_path)


def test_our_command_is_read_off_its_published_table(data: Data, tmp_path: Path) -> None:
    entrant = verb_entrant(data)
    assert list(entrant.command(tmp_path / "out"))[-2:] == ["--out", str(tmp_path / "out")]
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "release-release.csv").write_text("key,count,sum_val\nkey-01,7,-3\nkey-02,,\n", "utf-8")
    told = entrant.answer(QUIET, tmp_path)
    assert told["counts"] == {"key-01": 7.0, "key-02": 0.0}
    assert told["sums"] == {"key-01": -3.0, "key-02": 0.0}
    with pytest.raises(OSError, match="release-release"):
        entrant.answer(QUIET, tmp_path / "nowhere")


def test_everybody_is_run_in_turns_and_a_fault_is_told_once(
    data: Data, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def ran(command: list[str], **_: object) -> Taken:
        asked.append(" ".join(command))
        broken = command == ["work", "lame"]
        return replace(QUIET, code=1 if broken else 0, err="no leg\n" if broken else "")

    def entrant(name: str) -> Entrant:
        answer = {"seconds": {}, "versions": {"x": "1"}, "counts": {"key-01": 1.0}, "sums": {"key-01": 1.0}}
        return Entrant(name, "b", ["imports", name], lambda _: ["work", name], lambda *_: answer)

    monkeypatch.setattr(running, "measured", ran)
    contestants = [entrant("quick"), entrant("lame")]
    running._play(contestants, 2, tmp_path, asked.append)
    assert asked == [
        "Round 0 of 2: quick", "imports quick", "Round 0 of 2: lame", "imports lame",
        "Round 1 of 2: quick", "imports quick", "work quick", "Round 1 of 2: lame", "imports lame", "work lame",
        "Round 2 of 2: quick", "imports quick", "work quick",
    ]  # fmt: skip
    truth = dict.fromkeys(KEYS, (1, 1))
    quick, lame = (running._row(one, truth) for one in contestants)
    assert lame.fault == "exit code 1: no leg"
    assert lame.work is None
    assert quick.fault is None
    assert quick.work is not None
    assert quick.work.values == (0.0, 0.0), "the whole process less its imports, where there is no clock inside"


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"runs": 0}, "--runs"),
        ({"runs": 101}, "--runs"),
        ({"others": Others("opendp")}, "did you mean 'opendp-polars'"),
        ({"others": Others("opendp-polars")}, "--env"),
        ({"rows": 10}, "--rows"),
        ({"seed": -1}, "--seed"),
    ],
)
def test_what_is_wrong_is_refused_before_anything_is_run(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, changed: dict[str, object], told: str
) -> None:
    monkeypatch.setattr(running, "measured", None)
    asked: dict[str, object] = {"rows": 1_000, "runs": 1, "data": tmp_path, **changed}
    with pytest.raises((ParameterRefused, InputRefused), match=told):
        compare_releases(**asked)  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []


def test_ours_is_run_as_whole_processes_and_answers_every_group(tmp_path: Path) -> None:
    """The smallest run there is: both of ours once on 2,000 rows, and a peer that is left out."""
    noticed: list[str] = []
    found = compare_releases(
        rows=2_000, runs=1, others=Others("opendp-polars", tmp_path / "env", install=False), notice=noticed.append
    )
    core, verb, peer = found.rows
    assert (core.name, verb.name, peer.name) == (CORE, VERB, "opendp-polars")
    assert (core.fault, verb.fault) == (None, None)
    assert "--no-install" in (peer.fault or "")
    assert core.bound == verb.bound == "chosen privately"
    assert dict(core.versions).keys() == {"privshare", "duckdb", "opendp"}
    for row in (core, verb):
        for series in (row.whole, row.imports, row.work, row.cpu, row.peak, row.count_error, row.sum_error):
            assert series is not None
            assert len(series.values) == 1
    assert found.shape.rows == found.data.rows == 2_000
    assert found.hindsight is not None
    assert found.target is None
    assert noticed[0] == "Making the table"
    assert not found.data.table.exists(), "a table that nobody asked to keep is thrown away"


def test_an_error_is_the_median_over_groups_and_a_missing_group_is_told_as_nobody() -> None:
    truth = {"a": 10.0, "b": 50.0, "c": 100.0, "d": 0.0}
    assert relative_error({"a": 11.0, "b": 60.0}, truth) == 0.2, "0.1, 0.2 and 1; nothing is relative to 0"
    assert relative_error(truth, truth) == 0.0


def test_the_best_bound_in_hindsight_depends_on_the_price(data: Data) -> None:
    counts = {key: float(count) for key, (count, _) in truth_of(data.table).items()}
    cheap, dear = (best_in_hindsight(data.table, counts, epsilon=epsilon) for epsilon in (0.01, 10_000.0))
    assert cheap[0] == LADDER[0], "little epsilon: less noise for the bias"
    assert cheap[1] > dear[1]
    assert dear[0] > cheap[0]
    assert dear[1] < 0.01, "nobody is bounded and no noise is left"
