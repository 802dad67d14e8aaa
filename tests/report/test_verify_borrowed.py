"""Somebody with the run's, the log's and one holder's key signs in place of the other holders, all of it in step."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from privshare.errors import VerificationFailed
from privshare.report.folder import staging, write_run
from privshare.report.verify import verify_folder
from privshare.secure.canonical import canonical, parse_canonical
from privshare.secure.log.checkpoint import Checkpoint, sign_checkpoint
from privshare.secure.signing import SigningKey, envelope
from tests.report import world
from tests.report.test_verify_liar import refused_file

Signers = Sequence[tuple[str, SigningKey]]
LEAVES, EXTRACT, CHECKPOINT = "log/leaves.jsonl", "ledger-extract.json", "log/checkpoint"
BANK = [("bank", world.holder_keys()["bank"])]
MINIATURE = world._releases()

pytestmark = pytest.mark.usefixtures("no_page")


def played(room: Path) -> Path:
    run, key = world.synthetic_run()
    with staging(room / "out", reserve=1) as stage:
        write_run(run, stage, run_key=key)
    return room / "out"


def refused(room: Path) -> tuple[str, str]:
    with pytest.raises(VerificationFailed) as found:
        verify_folder(played(room))
    return found.value.file, found.value.reason


@pytest.fixture
def bank_signs(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """Return a function that lets the bank alone sign one kind of document of one holder ("" for any)."""

    def let(kind: str, holder: str) -> None:
        def signing(document: Mapping[str, Any], *, domain: str, signers: Signers) -> bytes:
            borrowed = domain == kind and holder in ("", document.get("holder"), *document.get("holders", ()))
            return envelope(document, domain=domain, signers=BANK if borrowed else signers)

        monkeypatch.setattr(world, "envelope", signing)

    return let


@pytest.fixture
def head_without(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Return a function that leaves signatures out of the log's head."""

    def leave_out(*names: str) -> None:
        def signing(head: Checkpoint, *, signers: Signers) -> str:
            return sign_checkpoint(head, signers=[(name, key) for name, key in signers if name not in names])

        monkeypatch.setattr(world, "sign_checkpoint", signing)

    return leave_out


@pytest.mark.parametrize(
    ("kind", "holder", "file", "missing"),
    [
        ("seal", "city", LEAVES, "city"),
        ("seal", "platform", LEAVES, "platform"),
        ("open", "city", LEAVES, "city"),
        ("release", "city", LEAVES, "city"),
        ("release", "platform", LEAVES, "platform"),
        ("ledger-head", "", LEAVES, "platform"),
        ("ledger-extract", "", EXTRACT, "platform"),
    ],
)
def test_the_bank_cannot_sign_for_another_holder(
    tmp_path: Path, bank_signs: Callable[[str, str], None], kind: str, holder: str, file: str, missing: str
) -> None:
    """Even under a head that all witnesses signed: they countersign a root and may not have read the entries."""
    bank_signs(kind, holder)
    assert refused(tmp_path) == (file, f"{missing} has not signed it")


def test_what_the_bank_signs_for_itself_holds(tmp_path: Path, bank_signs: Callable[[str, str], None]) -> None:
    bank_signs("seal", "bank")
    verify_folder(played(tmp_path))


@pytest.mark.parametrize("name", ["log", "platform", "bank", "city"])
def test_a_head_without_one_countersignature_is_refused(
    tmp_path: Path, head_without: Callable[..., None], name: str
) -> None:
    head_without(name)
    assert refused(tmp_path) == (CHECKPOINT, f"the signature of {name} is missing")


def test_a_whole_run_by_run_log_and_bank_alone_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, head_without: Callable[..., None]
) -> None:
    """The city's rule, all seals, ledger head and extract and the log's head, and not one key but the bank's."""
    monkeypatch.setattr(world, "_releases", lambda: [MINIATURE[2]])
    monkeypatch.setattr(
        world, "envelope", lambda document, *, domain, signers: envelope(document, domain=domain, signers=BANK)
    )
    head_without("platform", "city")
    assert refused(tmp_path) == (LEAVES, "platform has not signed it")


def changed_facts(copy: Path, run_key: SigningKey, change: Callable[[dict[str, Any]], None]) -> str:
    path = copy / "run.json"
    facts = parse_canonical(path.read_bytes(), file="run.json")
    change(facts)
    path.write_bytes(canonical(facts))
    return refused_file(copy, run_key)


@pytest.mark.parametrize("party", [0, 1, 2])
def test_a_holder_cannot_be_called_one_that_holds_nothing(copy: Path, run_key: SigningKey, party: int) -> None:
    def change(facts: dict[str, Any]) -> None:
        facts["parties"][party]["holds_records"] = False

    assert changed_facts(copy, run_key, change) == "run.json"


def test_nobody_holds_records_is_refused(copy: Path, run_key: SigningKey) -> None:
    def change(facts: dict[str, Any]) -> None:
        for party in facts["parties"]:
            party["holds_records"] = False

    assert changed_facts(copy, run_key, change) == "run.json"


@pytest.mark.parametrize("parties", [slice(0, 3), slice(1, 4), slice(0, 0)])
def test_a_party_that_is_left_out_is_missed_by_its_key(copy: Path, run_key: SigningKey, parties: slice) -> None:
    def change(facts: dict[str, Any]) -> None:
        facts["parties"] = facts["parties"][parties]

    assert changed_facts(copy, run_key, change) == "keys.json"


@pytest.mark.parametrize("name", ["unit", "city", "log"])
def test_a_party_without_a_key_and_a_key_without_a_party_are_found(
    copy: Path, run_key: SigningKey, name: str
) -> None:
    path = copy / "keys.json"
    for other in ("", "nobody"):
        told = parse_canonical(path.read_bytes(), file="keys.json")
        if key := told["keys"].pop(name, None):
            told["keys"] |= {other: key} if other else {}
            path.write_bytes(canonical(told))
            assert refused_file(copy, run_key) == "keys.json"


@pytest.mark.parametrize("name", ["budgets", "releases", "open_records", "seals"])
def test_a_list_that_is_emptied_cut_or_doubled_is_found(copy: Path, run_key: SigningKey, name: str) -> None:
    whole = parse_canonical((copy / "run.json").read_bytes(), file="run.json")[name]
    for wrong in ([], whole[:-1], [*whole, whole[-1]]):

        def change(facts: dict[str, Any], wrong: list[Any] = wrong) -> None:
            facts[name] = wrong

        assert changed_facts(copy, run_key, change) == "run.json"


@pytest.mark.parametrize(
    ("name", "part", "value"),
    [
        ("releases", "loss", {"micro_epsilon": 1, "delta_e15": 0}),
        ("releases", "holders", ["bank"]),
        ("releases", "sentence", "Another question?"),
        ("releases", "sha256", "00" * 32),
        ("releases", "leaf", 0),
        ("releases", "leaf", 99),
        ("releases", "cells", 7),
        ("open_records", "title", "Other rules"),
        ("open_records", "holder", "bank"),
        ("open_records", "rows", 1),
        ("seals", "holder", "city"),
        ("seals", "root", "00" * 32),
        ("seals", "leaf", 1),
        ("budgets", "holder", "unit"),
        ("budgets", "spent", {"micro_epsilon": 0, "delta_e15": 0}),
    ],
)
def test_a_fact_that_is_not_the_signed_one_is_found(
    copy: Path, run_key: SigningKey, name: str, part: str, value: object
) -> None:
    def change(facts: dict[str, Any]) -> None:
        facts[name][0][part] = value

    assert changed_facts(copy, run_key, change) == "run.json"


def test_a_cap_and_what_is_spent_cannot_be_raised_together(copy: Path, run_key: SigningKey) -> None:
    """What is left stays the same, so a check of that alone would miss it."""

    def change(facts: dict[str, Any]) -> None:
        for name in ("cap", "spent"):
            facts["budgets"][0][name]["micro_epsilon"] += 1

    assert changed_facts(copy, run_key, change) == "run.json"


def test_a_ledger_called_kept_excuses_no_budget_that_was_used(copy: Path, run_key: SigningKey) -> None:
    def change(facts: dict[str, Any]) -> None:
        facts["ledger_kept"], facts["budgets"] = True, facts["budgets"][1:]

    assert changed_facts(copy, run_key, change) == "run.json"
