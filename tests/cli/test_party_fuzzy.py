"""privshare party --reveal fuzzy: two processes pair records, and do not begin where their rules differ."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from privshare.model.entropy import SystemEntropy
from privshare.scenario.party.keys import make_keys
from tests.cli.test_party import FILES
from tests.house.repository import ROOT
from tests.report.parsed import Page
from tests.scenario.linking import numbers, table
from tests.secure.psi.fuzzy.people import COLUMNS, two_clerks

ON = ",".join(COLUMNS)
OTHER = ("vorname", "nachname", "geburtsdatum", "strasse", "ort", "plz")


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two tables of the same people under other names of columns, and the keys of both parties."""
    room = tmp_path_factory.mktemp("party")
    one, other, truth = two_clerks(20, 10, seed=9)
    table(room / "a.csv", COLUMNS, one)
    born = OTHER.index("geburtsdatum")
    other[0] = [*other[0][:born], "04.08.1999", *other[0][born + 1 :]]
    table(room / "b.csv", OTHER, other)
    (room / "truth.json").write_text(json.dumps(sorted(truth)))
    make_keys(room / "keys", ["a", "b"], days=2, entropy=SystemEntropy())
    return room


@pytest.fixture
def listener(room: Path, request: pytest.FixtureRequest) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A party that waits, and where; its output folder has the name of the test."""
    words = f"listen b.csv --on {','.join(OTHER)} --keys keys/b --peer a --wait 60 --out {request.node.name}".split()
    with subprocess.Popen(
        [sys.executable, "-m", "privshare", "party", *words, "--reveal", "fuzzy", "--patience", "20"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=room, env={"PYTHONPATH": str(ROOT)},
    ) as process:  # fmt: skip
        assert process.stderr is not None
        found = re.search(r"127\.0\.0\.1:\d+", process.stderr.readline())
        assert found
        try:
            yield process, found[0]
        finally:
            process.kill()


def call(room: Path, address: str, *more: str) -> subprocess.CompletedProcess[str]:
    words = ["connect", address, "a.csv", "--on", ON, "--keys", "keys/a", "--peer", "b", "--reveal", "fuzzy", *more]
    return subprocess.run(
        [sys.executable, "-m", "privshare", "party", *words],
        capture_output=True, text=True, cwd=room, env={"PYTHONPATH": str(ROOT)}, check=False, timeout=120,
    )  # fmt: skip


def test_two_processes_pair_the_same_records(
    room: Path, listener: tuple[subprocess.Popen[str], str], request: pytest.FixtureRequest
) -> None:
    process, address = listener
    theirs = room / request.node.name
    said = call(room, address, "--out", "a", "--json")
    assert (said.returncode, said.stderr) == (0, "")
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    told = " ".join(out.split())
    assert "Records that b and a probably share" in told
    assert "fuzzy/1 over psi-oprf/1" in told
    assert re.search(r"Rows of b with a geburtsdatum that the rule date cannot read, .* as missing: [1-9]", told)
    one, other = (dict(numbers(folder / "matches.csv")) for folder in (room / "a", theirs))
    truth = {tuple(pair) for pair in json.loads((room / "truth.json").read_text())}
    assert one.keys() == other.keys()
    pairs = {(one[match], other[match]) for match in one}
    assert len(pairs & truth) >= 15
    assert pairs <= truth
    weights = numbers(room / "a" / "matches.weights.csv")
    assert [match for match, _ in weights] == sorted(one)
    assert (room / "a" / "matches.open.csv").exists()
    assert {path.name for path in theirs.iterdir()} == FILES
    assert {path.name for path in (room / "a").iterdir()} == FILES | {"matches.weights.csv", "matches.open.csv"}
    _check_page(room / "a" / "report.html", COLUMNS, OTHER)
    _check_page(theirs / "report.html", OTHER, COLUMNS)
    session = json.loads((theirs / "session.json").read_text())
    plan = session["session"]["parameters"]["plan"]
    assert [field["name"] for field in plan["fields"]] == [f"field {number}" for number in range(1, 7)]
    assert (plan["weight_min"], len(plan["keys"])) == (1, 20)


def _check_page(path: Path, own: tuple[str, ...], other: tuple[str, ...]) -> None:
    """The page has the own fields with their rules, no other's, and not what of the own table cannot be read."""
    words = " ".join(" ".join(Page(path.read_text(encoding="utf-8")).texts).split())
    assert "probably has too. Pairs: " in words
    assert "agree on 1 of 20 keys at least" in words
    assert all(re.search(rf"\b{name} [a-z]+", words) for name in own)
    assert not any(re.search(rf"\b{name}\b", words) for name in set(other) - set(own))
    assert "cannot read" not in words
    assert ("left open" in words) == ("matches.open.csv" in words)


def test_another_least_weight_is_refused_by_both(room: Path, listener: tuple[subprocess.Popen[str], str]) -> None:
    process, address = listener
    said = call(room, address, "--out", "none", "--weight-min", "4")
    assert said.returncode == 2
    assert "E_PARAMETERS" in said.stderr
    assert "b asks for another --weight-min than this side" in said.stderr
    assert not (room / "none").exists()
    _, err = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "Traceback" not in err
    assert "a asks for another --weight-min than this side" in err


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (["--on", "date_of_birth:year,suburb:letters1"], "has 2,600 values"),
        (["--on", "given_name,shoe"], "shoe:letters4"),
        (["--epsilon", "1"], "--reveal fuzzy says which records pair"),
        (["--reveal", "members", "--weight-min", "2"], "go with --reveal fuzzy"),
        (["--on", "given_name"], "--on with --reveal fuzzy was given_name; accepted is 2 to 8 columns"),
        (["--on", "given_name,given_name:letters1"], "--on was given_name, given_name; accepted is each name once"),
        (["--fuzzy-keys", "given_name+town"], "--fuzzy-keys was 'town'; accepted is names of fields: given_name,"),
        (["--weight-min", "0"], "--weight-min was 0; accepted is 1 to "),
        (["--records-max", "0"], "--records-max was 0; accepted is 1 to "),
    ],
)
def test_bad_input_is_told_before_anybody_is_called(room: Path, more: list[str], told: str) -> None:
    said = call(room, "127.0.0.1:9", "--out", "none", "--wait", "1", *more)
    assert said.returncode == 2
    assert said.stderr.count("\n") == 1
    assert told in said.stderr
