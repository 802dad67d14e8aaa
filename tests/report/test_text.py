"""Terminal lines: short, aligned, within 80 columns, and nothing in a name can drive the terminal."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from privshare.model.entropy import SeededEntropy
from privshare.model.loss import PrivacyLoss
from privshare.model.party import PartyId, PurposeId
from privshare.report.figures import count, decimal, delta, epsilon, percent, plain, size
from privshare.report.layout import _cells, aligned, wrapped
from privshare.report.terminal.ledger import ledger_lines
from privshare.report.terminal.run import summary_lines, verification_lines
from privshare.report.verify import Verification, verify_folder
from privshare.scenario.outcome import Run
from privshare.use.ledger import Spend, open_ledger

KEY = "SHA256:" + "-".join(["0000"] * 8)


def test_the_summary_says_what_it_must_within_eighty_columns(run: Run) -> None:
    lines = summary_lines(run, out="runs/demo", fingerprint=KEY)
    assert len(lines) < 60
    assert all(_cells(line) <= 80 for line in lines[:-1])
    text = " ".join(" ".join(lines).split())
    for told in (
        "From score band 1 low to score band 5 top",
        "defaults-by-band 58 numbers epsilon 1 expected error 5.0",
        "epsilon 0.25",
        "accepted would be: a clause for this column",
        "MISSED a record invented before the seal",
        "100% right guessing 0% dictionary: unkeyed hashes",
        "epsilon 1.75 of 2 spent",
        "no decision about a real person is made here",
        "nothing released before or after this run is counted",
        "Report: runs/demo/report.html",
        f"Verify: privshare verify runs/demo --key {KEY}",
    ):
        assert told in text, told


def test_a_kept_ledger_is_not_called_lost(changed: Callable[..., Run]) -> None:
    assert "No ledger was kept" not in "\n".join(summary_lines(changed(ledger_kept=True), out="o", fingerprint=KEY))


def test_control_and_direction_characters_are_spelled_out(changed: Callable[..., Run], run: Run) -> None:
    nasty = "\x1b]0;x\x07\u202e\r\n\x9b31m"
    odd = changed(
        question=nasty,
        parties=tuple(replace(party, name=nasty) for party in run.parties),
        frauds=tuple(replace(fraud, planted=nasty, caught_by=nasty) for fraud in run.frauds),
        attacks=tuple(replace(result, attack=nasty, against=nasty) for result in run.attacks),
        refusals=tuple(replace(refusal, accepted=nasty) for refusal in run.refusals),
    )
    text = "\n".join(summary_lines(odd, out=f"x{nasty}", fingerprint=KEY))
    assert re.findall(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", text) == []
    assert "<U+001B>" in text


def test_an_empty_run_is_summed_up_too(changed: Callable[..., Run]) -> None:
    empty = changed(releases=(), refusals=(), frauds=(), attacks=(), budgets=())
    assert "This run published no table" in "\n".join(summary_lines(empty, out="o", fingerprint=KEY))


def test_wide_characters_count_twice(changed: Callable[..., Run], run: Run) -> None:
    wide = changed(parties=(replace(run.parties[0], name="信用港"), *run.parties[1:]))
    lines = [line for line in summary_lines(wide, out="o", fingerprint=KEY) if "of 2 spent" in line]
    assert len({_cells(line[: line.index("public")]) for line in lines}) == 1


def test_verification_says_consistent_or_authenticated(folder: Path) -> None:
    checked = verify_folder(folder)
    told = "\n".join(verification_lines(checked))
    assert "Consistent, not authenticated: whoever can write this folder could sign it anew." in told
    known = Verification(checked.checks, True, checked.fingerprint)
    assert verification_lines(known)[-1] == f"Authenticated: signed by {checked.fingerprint}."
    assert "Consistent" not in "\n".join(verification_lines(known))


def test_a_ledger_is_told(tmp_path: Path) -> None:
    bank, purpose = PartyId("bank"), PurposeId("accountability")
    with open_ledger(tmp_path / "l", entropy=SeededEntropy(1)) as ledger:
        ledger.declare(bank, purpose, PrivacyLoss(2_000_000, 10**7))
        ledger.reserve([Spend("ab" * 32, bank, purpose, PrivacyLoss(250_000, 10**6))], question_ids={"ab" * 32: "q"})
        ledger.note_refusal("other", "BudgetExhausted", "bank/accountability")
        lines = ledger_lines(ledger.statement())
    text = " ".join(" ".join(lines).split())
    assert "spent left cap bank accountability epsilon 0.25 1.75 2 delta 10⁻⁹ 9 × 10⁻⁹ 10⁻⁸" in text
    assert "reserved bank q epsilon 0.25 delta 10⁻⁹" in text
    assert "other BudgetExhausted bank/accountability" in text


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (count(-1234567), "−1,234,567"),
        (decimal(-0.04), "0.0"), (decimal(-0.06), "−0.1"), (decimal(1234.5), "1,234.5"),
        (epsilon(0), "0"), (epsilon(10_000_001), "10.000001"), (delta(10**15), "10⁰"),
        (delta(12_345), "1.235 × 10⁻¹¹"),
        (size(0), "0 B"), (size(10**9), "1000.0 MB"), (percent(1.0), "100.0%"),
        (plain("a\u200db\ufdd0"), "a\u200db<U+FDD0>"),
    ],
)  # fmt: skip
def test_figures(given: str, told: str) -> None:
    assert given == told


@pytest.mark.parametrize("before", range(60, 80))
def test_no_line_ends_within_a_power_of_ten(before: int) -> None:
    sentence = f"{'x' * (before - 8)} delta 5 × 10⁻⁷ and more"
    for lines in (wrapped([sentence], indent=""), aligned([("", sentence)])):
        assert "5 × 10⁻⁷" in "\n".join(lines), lines
        assert "\N{NO-BREAK SPACE}" not in "".join(lines)


def test_an_account_of_flags_is_said_to_have_no_cap(tmp_path: Path) -> None:
    owner, asked = PartyId("owner"), PurposeId("as-asked")
    with open_ledger(tmp_path / "l", entropy=SeededEntropy(1)) as ledger:
        ledger.declare(owner, asked, PrivacyLoss(500_000))
        assert "limits nothing" not in " ".join(ledger_lines(ledger.statement())), "a policy file may say as-asked too"
        ledger.reserve([Spend("ab" * 32, owner, asked, PrivacyLoss(500_000))], question_ids={"ab" * 32: "q"})
        lines = ledger_lines(ledger.statement())
    assert "its cap grows with each request and limits nothing" in " ".join(" ".join(lines).split())
