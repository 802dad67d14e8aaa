"""`privshare ledger`: what is spent and left, every refusal and document, and the runs it goes on from."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import pytest

from privshare.model.loss import PrivacyLoss
from privshare.model.party import PartyId, PurposeId
from privshare.secure.canonical import canonical
from privshare.use.ledger import Spend, entries_since, open_existing_ledger, open_ledger, statement_from_document
from tests.cli.conftest import Command, refused_without_a_trace, tree
from tests.scenario.stories import small_story

SEEDS = {"first": 1, "second": 2, "third": 3}


@pytest.fixture
def spend(privshare: Command, tmp_path: Path) -> Command:
    """Play the small story for epsilon 0.1 on a ledger; another seed is another question."""
    small_story(tmp_path / "small").edit("scenario.toml", ('epsilon = "0.5"', 'epsilon = "0.1"'))

    def run(out: str, ledger: str = "city.ledger") -> object:
        words = ("run", "small", "--out", out, "--seed", SEEDS[out], "--json")
        return privshare(*words, *(("--ledger", ledger) if ledger else ())).document()

    return run  # type: ignore[return-value]


def copied(room: Path, to: str) -> None:
    shutil.copy(room / "city.ledger", room / to)
    shutil.copy(room / "city.ledger.head", room / f"{to}.head")


def test_the_ledger_shows_spent_left_and_cap_documents_refusals_and_chain(
    privshare: Command, spend: Command, tmp_path: Path
) -> None:
    spend("first")
    refused = [("q8", "BudgetExhausted", "account:city/audit"), ("q9", "PurposeNotAllowed", "no-licence:city/adverts")]
    with open_ledger(tmp_path / "city.ledger") as ledger:
        for refusal in refused:
            ledger.note_refusal(*refusal)
    said = privshare("ledger", "city.ledger")
    assert (said.code, said.err) == (0, "")
    text = " ".join(said.out.split())
    assert "spent left cap city audit epsilon 0.1 0.4 0.5 delta 0 0 0" in text
    with open_existing_ledger(tmp_path / "city.ledger") as ledger:
        statement = ledger.statement()
        (released,) = statement.entries
        document = ledger.stored(released.request)
    assert document is not None
    assert f"{hashlib.sha256(document).hexdigest()} {released.question}" in text
    assert all(" ".join(refusal) in text for refusal in refused)
    assert f"{statement.count} entries, head {statement.head}" in text
    # The digest is that of the release which the run folder holds, signed by its holder.
    release = json.loads((tmp_path / "first" / "releases" / f"{released.question}.json").read_text())
    assert hashlib.sha256(canonical(release["document"])).hexdigest() == released.document_sha256


def test_a_run_is_the_beginning_of_the_ledger_it_spent_from(privshare: Command, spend: Command, tmp_path: Path) -> None:
    key = spend("first")["fingerprint"]  # type: ignore[index]
    before = tree(tmp_path)
    told = " ".join(privshare("ledger", "city.ledger", "--run", "first").out.split())
    assert "they are the beginning of this ledger" in told
    assert "Nothing was written since." in told
    assert "not authenticated" in told
    assert tree(tmp_path) == before
    spend("second")
    told = " ".join(privshare("ledger", "city.ledger", "--run", "first", "--key", key).out.split())
    assert "authenticated by its key" in told
    document = privshare("ledger", "city.ledger", "--run", "first", "--key", key, "--json").document()
    run, _ = document.pop("run"), document.pop("asked")
    now = statement_from_document(document)
    seen = json.loads((tmp_path / "first" / "ledger-extract.json").read_text())["document"]
    assert (run["entries"], run["head"], run["authenticated"]) == (seen["count"], seen["head"], True)
    assert run["entries_since"] == now.count - seen["count"] > 0
    assert f"Entries written since: {run['entries_since']}." in told


def test_a_ledger_that_does_not_go_on_from_the_run_is_refused_with_the_reason(
    privshare: Command, spend: Command, tmp_path: Path
) -> None:
    spend("first")
    copied(tmp_path, "old.ledger")
    spend("second")
    copied(tmp_path, "forked.ledger")
    shutil.copy(tmp_path / "old.ledger", tmp_path / "forked.ledger")
    shutil.copy(tmp_path / "old.ledger.head", tmp_path / "forked.ledger.head")
    spend("third", "forked.ledger")
    told = refused_without_a_trace(privshare, tmp_path, "ledger", "old.ledger", "--run", "second")
    assert "older copy, which forgets what was spent since" in told
    told = refused_without_a_trace(privshare, tmp_path, "ledger", "forked.ledger", "--run", "second")
    assert "one of the two went on from an older copy, or was altered" in told
    shutil.rmtree(tmp_path / "third")
    spend("third", "")
    told = refused_without_a_trace(privshare, tmp_path, "ledger", "city.ledger", "--run", "third")
    assert "spent from another ledger" in told


def test_a_run_that_does_not_hold_and_a_key_that_is_not_its_own_are_refused(
    privshare: Command, spend: Command, tmp_path: Path
) -> None:
    spend("first")
    key = "SHA256:" + "-".join(["0000"] * 8)
    shown = ("ledger", "city.ledger")
    assert "not by" in refused_without_a_trace(privshare, tmp_path, *shown, "--run", "first", "--key", key)
    assert "--run" in refused_without_a_trace(privshare, tmp_path, *shown, "--key", key)
    extract = tmp_path / "first" / "ledger-extract.json"
    extract.write_text(extract.read_text().replace('"count":', '"count" :'))
    told = refused_without_a_trace(privshare, tmp_path, *shown, "--run", "first")
    assert "ledger-extract.json" in told
    assert "none" in refused_without_a_trace(privshare, tmp_path, *shown, "--run", "none")


def test_the_same_statement_is_its_own_beginning(spend: Command, tmp_path: Path) -> None:
    spend("first")
    with open_existing_ledger(tmp_path / "city.ledger") as ledger:
        statement = ledger.statement()
    assert entries_since(statement, statement, file="f", seen_in="r") == 0


def test_a_debit_says_what_it_asked_and_nothing_of_the_answer(
    privshare: Command, spend: Command, tmp_path: Path
) -> None:
    spend("first")
    clinic, purpose = PartyId("clinic"), PurposeId("p")
    answers = {"a": b"nothing known", "b": None, "c": canonical({"people": 4711, "suite": "size/1"})}
    with open_ledger(tmp_path / "city.ledger") as ledger:
        ledger.declare(clinic, purpose, PrivacyLoss(9))
        for request, answer in ((letter * 64, answer) for letter, answer in answers.items()):
            ledger.reserve([Spend(request, clinic, purpose, PrivacyLoss(1))], question_ids={request: "q"})
            if answer is not None:
                ledger.begin(request)
                ledger.complete(request, answer)
    said = privshare("ledger", "city.ledger").out
    assert all(len(line) <= 80 for line in said.split("Documents")[0].splitlines())
    debits = " ".join(said[said.index("Debits") : said.index("Documents")].split())
    (tables,) = (tmp_path / "first" / "releases").glob("*.json")
    release = json.loads(tables.read_text())["document"]
    columns = [clause for clause in release["clauses"] if clause.startswith("city.")]
    assert f"delta 0 {release['sentence']} columns {', '.join(columns)} released" in debits
    assert debits.count("What it asked stands in its answer alone, and none is stored.") == 2
    assert "Answered by size/1 with another party" in debits
    assert "4711" not in said
    known = privshare("ledger", "city.ledger", "--json").document()["asked"]
    assert [one["request"] for one in known] == [release["request"], "c" * 64]
    assert known[0]["sentence"] == release["sentence"]
    assert known[0]["columns"] == columns
    assert known[0]["by"] == release["by"]
    assert known[1] == {"request": "c" * 64, "suite": "size/1", "sentence": "", "measures": [], "by": [], "columns": []}
