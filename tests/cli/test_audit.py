"""`privshare audit`: what it says of a good release, and that anything else is one sentence and exit code 2.

An audit is right with probability 999 in 1000; here it is asked for 1 - 1e-11, so that four of them raise a false alarm
with probability 4e-11 at most.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from privshare import run_scenario, write_run
from privshare.comparison import audit
from privshare.model.loss import PrivacyLoss
from privshare.report.folder import staging
from privshare.scenario.adhoc.release import ReleaseRequest, release_scenario
from privshare.secure.canonical import canonical, parse_canonical
from privshare.secure.noise import LaplaceMechanism, laplace_mechanism
from privshare.use.release import mechanisms
from tests.cli.conftest import Command, refused_without_a_trace

FILE = "out/releases/release.json"


@pytest.fixture(autouse=True)
def sure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "CONFIDENCE", 1 - 1e-11)


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run folder of a release whose groups were found: 600 people, a row each in one of two towns."""
    room = tmp_path_factory.mktemp("published")
    table = room / "t.csv"
    table.write_text("who,town\n" + "".join(f"p{n},{'NS'[n % 2]}\n" for n in range(600)), "utf-8")
    asked = ReleaseRequest(table=table, by=("town",), person="who", epsilon="1", count_bound=2)
    run, key = run_scenario(release_scenario(asked))
    with staging(room / "out") as stage:
        write_run(run, stage, run_key=key)
    table.unlink()
    return room


@pytest.fixture
def room(tmp_path: Path, published: Path) -> Path:
    shutil.copytree(published, tmp_path, dirs_exist_ok=True)
    return tmp_path


def test_a_good_release_is_told_what_was_found_and_what_that_does_not_show(privshare: Command, room: Path) -> None:
    said = privshare("audit", FILE, "--samples", "2000")
    assert (said.code, said.err) == (0, "")
    told = " ".join(said.out.split())
    assert "2,000 draws in each of two worlds" in told
    assert "Epsilon is at least" in told
    assert "claims 1" in told
    assert "of 2,000 were published" in told, "groups of one person alone"
    assert "That is no proof" in told
    assert {path.name for path in room.iterdir()} == {"out"}, "nothing is written"


def test_the_document_holds_what_the_sentences_say(privshare: Command, room: Path) -> None:
    facts = privshare("audit", FILE, "--samples", "2000", "--json").document()
    assert set(facts) == {
        "release", "claimed_epsilon", "lower_bound", "confidence", "samples", "groups_of_one_published",
        "groups_of_one_allowed", "holds",
    }  # fmt: skip
    assert (facts["release"], facts["claimed_epsilon"], facts["samples"]) == ("release", 1.0, 2000)
    assert facts["holds"] is True
    assert 0 <= facts["lower_bound"] <= 1
    assert 0 <= facts["groups_of_one_published"] <= 2000
    assert facts["groups_of_one_allowed"] == 0.005


@pytest.mark.parametrize("as_json", [False, True], ids=["", "json"])
def test_a_release_that_lets_more_through_than_it_claims_ends_in_2(
    privshare: Command, room: Path, monkeypatch: pytest.MonkeyPatch, as_json: bool
) -> None:
    def half(*, sensitivity: int, loss: PrivacyLoss) -> LaplaceMechanism:
        return laplace_mechanism(sensitivity=max(1, sensitivity // 2), loss=loss)

    monkeypatch.setattr(mechanisms, "laplace_mechanism", half)
    sentence = refused_without_a_trace(
        privshare, room, "audit", FILE, "--samples", "10000", *(["--json"] if as_json else [])
    )
    assert sentence.startswith(FILE)
    assert "above the claim: do not use this release" in sentence


Plant = Callable[[Path], object]


def document(change: Callable[[dict[str, object]], object]) -> Plant:
    """Change the release inside its envelope; the file stays well written."""

    def plant(path: Path) -> None:
        envelope = parse_canonical(path.read_bytes(), file="release")
        assert isinstance(envelope, dict)
        change(envelope["document"])
        path.write_bytes(canonical(envelope))

    return plant


def first(list_of: str, **changed: object) -> Plant:
    """Change the first object of a list in the release."""

    def change(told: dict[str, object]) -> None:
        objects = told[list_of]
        assert isinstance(objects, list)
        objects[0].update(changed)

    return document(change)


def envelope(**changed: object) -> Plant:
    def plant(path: Path) -> None:
        told = parse_canonical(path.read_bytes(), file="release")
        assert isinstance(told, dict)
        path.write_bytes(canonical({**told, **changed}))

    return plant


def tenfold_smaller(name: str) -> Plant:
    """Divide every loss or every scale of noise by ten, wherever it stands: they still agree with one another."""

    def divided(number: Any) -> Any:
        return number // 10 if isinstance(number, int) else str(float(number) / 10)

    def changed(told: Any) -> Any:
        if isinstance(told, list):
            return [changed(part) for part in told]
        if not isinstance(told, dict):
            return told
        new = {part: divided(value) if part == name else changed(value) for part, value in told.items()}
        if name == "scale" and "scales" in new:
            new["scales"] = [divided(scale) for scale in new["scales"]]
        return new

    return document(lambda told: told.update(changed(told)))


TAMPERED: dict[str, tuple[Plant, str]] = {
    "no such file": (lambda path: path.unlink(), "no release file"),
    "a folder": (lambda path: (path.unlink(), path.mkdir()), "no release file"),
    "empty": (lambda path: path.write_bytes(b""), "release.json"),
    "no JSON": (lambda path: path.write_bytes(b"who,town\np1,N\n"), "release.json"),
    "cut short": (lambda path: path.write_bytes(path.read_bytes()[:-20]), "release.json"),
    "a blank more": (lambda path: path.write_bytes(path.read_bytes().replace(b":", b": ", 1)), "release.json"),
    "two documents": (lambda path: path.write_bytes(path.read_bytes() * 2), "release.json"),
    "a list": (lambda path: path.write_bytes(b"[]"), "not the envelope of a release"),
    "another domain": (envelope(domain="receipt"), "not the envelope of a release"),
    "no document": (envelope(document=7), "not an object"),
    "a part more": (document(lambda told: told.update(extra=1)), "parts that format"),
    "a part less": (document(lambda told: told.pop("bounded")), "has no 'bounded'"),
    "another format": (document(lambda told: told.update(format="privshare/release/9")), "not a document of format"),
    "noise that is no number": (first("public_noise", scales=["abc"]), "a size that"),
    "noise of no size": (first("public_noise", scales=["0"]), "a size that"),
    "two draws": (first("public_noise", scales=["2.0", "2.0"]), "a size that"),
    "noise of nothing": (document(lambda told: told.update(public_noise=[])), "not of the same names"),
    "a draw of another name": (first("parts", measure="x"), "not of the same names"),
    "units of no size": (first("parts", grain=0), "units of no size"),
    "a scale tenfold smaller": (tenfold_smaller("scale"), "too small for what it is debited"),
    "a bound tenfold larger": (first("bounded", bound=20), "not for the bound that is stated"),
    "a loss tenfold smaller": (tenfold_smaller("micro_epsilon"), "too small for what it is debited"),
    "a suite that is not audited": (document(lambda told: told.update(bounded=[])), "one holder"),
}


@pytest.mark.parametrize(("plant", "told"), TAMPERED.values(), ids=TAMPERED.keys())
def test_what_is_no_release_is_one_sentence(privshare: Command, room: Path, plant: Plant, told: str) -> None:
    plant(room / FILE)
    assert told in refused_without_a_trace(privshare, room, "audit", FILE)


@pytest.mark.parametrize("verb", [("audit",), ("plan", "--error", "5%")])
def test_what_never_ends_is_not_read(privshare: Command, room: Path, verb: tuple[str, ...]) -> None:
    os.mkfifo(room / "endless.json")
    assert "is no file" in refused_without_a_trace(privshare, room, verb[0], "endless.json", *verb[1:])


def test_a_run_folder_is_answered_with_the_files_that_were_meant(privshare: Command, room: Path) -> None:
    assert FILE in refused_without_a_trace(privshare, room, "audit", "out")


@pytest.mark.parametrize("samples", ["0", "999", "1000001", "many"])
def test_a_number_of_draws_that_cannot_be_is_one_sentence(privshare: Command, room: Path, samples: str) -> None:
    assert "samples" in refused_without_a_trace(privshare, room, "audit", FILE, "--samples", samples)


def test_the_file_is_what_the_run_published(room: Path) -> None:
    assert json.loads((room / FILE).read_bytes())["document"]["suite"] == "statistic/2"
