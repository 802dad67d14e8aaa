"""Holders sign a release, a log or a ledger whose sums do not hold: the arithmetic is done again and tells."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from privshare.errors import VerificationFailed
from privshare.model.loss import PrivacyLoss
from privshare.model.release import Cell, Release
from privshare.report.arithmetic import check_arithmetic
from privshare.report.folder import staging, write_run
from privshare.report.verify import verify_folder
from privshare.scenario.outcome import PublishedRelease, Run
from privshare.secure.signing import SigningKey, envelope
from privshare.use.release.batches import opinion_on
from tests.report import world

MINIATURE = world._releases()


@pytest.fixture
def loans(run: Run) -> Release:
    return run.releases[2].release


def let_the_bank_say(monkeypatch: pytest.MonkeyPatch, **parts: Any) -> None:
    """Let the bank sign a release of its loans in which some parts are others."""
    honest = MINIATURE
    monkeypatch.setattr(
        world,
        "_releases",
        lambda: [
            (replace(release, **parts), truth) if release.id == "loans-by-product" else (release, truth)
            for release, truth in honest
        ],
    )


@pytest.fixture
def signed_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_page: None) -> Callable[..., str]:
    """Return a function that lets the bank sign another release of its loans and gives what verify says of it."""

    def told(**parts: Any) -> str:
        let_the_bank_say(monkeypatch, **parts)
        return written_and_refused(tmp_path)

    return told


def written_and_refused(room: Path) -> str:
    run, key = world.synthetic_run()
    with staging(room / "out", reserve=1) as stage:
        write_run(run, stage, run_key=key)
    with pytest.raises(VerificationFailed) as refused:
        verify_folder(room / "out")
    return f"{refused.value.file}: {refused.value.reason}"


def written_and_verified(room: Path) -> None:
    run, key = world.synthetic_run()
    with staging(room / "out", reserve=1) as stage:
        write_run(run, stage, run_key=key)
    verify_folder(room / "out")


def test_one_holder_pays_for_every_draw(
    signed_with: Callable[..., str], loans: Release, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two bounds were chosen privately: both are paid for, beside the measures."""
    paid = PrivacyLoss(10_000)
    chooser = replace(loans.parts[0], measure="", sensitivity=1, scale="100.0", loss=paid, map_epsilon="0.01")
    told = signed_with(parts=(chooser, chooser, *loans.parts), loss=PrivacyLoss(260_000))
    assert "do not add up" in told
    honest = replace(loans, parts=(chooser, chooser, *loans.parts), loss=PrivacyLoss(270_000))
    evidence = replace(loans.evidence, batch_epsilon=opinion_on([honest])[0])
    let_the_bank_say(monkeypatch, parts=honest.parts, loss=honest.loss, evidence=evidence)
    written_and_verified(tmp_path / "second")


def test_without_a_smallest_group_counts_below_zero_are_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, loans: Release, no_page: None
) -> None:
    cells = (Cell(("card",), (-3, 1)), *loans.cells[1:])
    let_the_bank_say(monkeypatch, cells=cells, minimum_group=0)
    written_and_verified(tmp_path)


def test_draws_that_do_not_add_up_are_found(signed_with: Callable[..., str]) -> None:
    told = signed_with(loss=PrivacyLoss(240_000))
    assert told.startswith("releases/loans-by-product.json: its draws of noise do not add up")


def test_a_draw_smaller_than_its_debit_is_found(signed_with: Callable[..., str], loans: Release) -> None:
    parts = (replace(loans.parts[0], scale="19.9"), loans.parts[1])
    assert "too small" in signed_with(parts=parts, public_noise=(("loans", ("19.9",)), loans.public_noise[1]))


@pytest.mark.parametrize("bound", ["0.1000001", "inf", "nan", "x", "1e999999"])
def test_a_bound_above_the_debit_is_found(signed_with: Callable[..., str], loans: Release, bound: str) -> None:
    told = signed_with(parts=(replace(loans.parts[0], map_epsilon=bound), loans.parts[1]))
    assert "too small" in told or "not a decimal number" in told


def test_noise_that_is_not_that_of_its_draws_is_found(signed_with: Callable[..., str], loans: Release) -> None:
    told = signed_with(public_noise=(("loans", ("21.0",)), loans.public_noise[1]))
    assert "is not that of its draws" in told


@pytest.mark.parametrize("scale", ["many", "1e999999"])
def test_noise_that_is_no_number_is_found(loans: Release, scale: str) -> None:
    parts = (replace(loans.parts[0], scale=scale), loans.parts[1])
    with pytest.raises(VerificationFailed, match=r"decimal number|too small"):
        check_arithmetic(replace(loans, parts=parts), "release")
    with pytest.raises(VerificationFailed, match="not that of its draws"):
        check_arithmetic(replace(loans, public_noise=(("loans", (scale,)), loans.public_noise[1])), "release")


def test_a_draw_in_units_of_no_size_is_found(signed_with: Callable[..., str], loans: Release) -> None:
    assert "no size" in signed_with(parts=(replace(loans.parts[0], grain=0), loans.parts[1]))


def test_a_small_group_that_is_printed_is_found(signed_with: Callable[..., str], loans: Release) -> None:
    assert "below the smallest group" in signed_with(cells=(Cell(("card",), (9, 1)), *loans.cells[1:]))


def test_half_a_row_is_found(signed_with: Callable[..., str], loans: Release) -> None:
    assert "printed in part" in signed_with(cells=(Cell(("card",), (90, None)), *loans.cells[1:]))


def test_a_measure_without_noise_is_found(signed_with: Callable[..., str], loans: Release) -> None:
    only = replace(loans.parts[0], loss=loans.loss)
    assert "a measure has no noise" in signed_with(parts=(only,), public_noise=loans.public_noise[:1])


def test_a_row_that_nothing_allows_to_leave_out_is_found(signed_with: Callable[..., str], loans: Release) -> None:
    cells = (Cell(("card",), (None, None)), *loans.cells[1:])
    assert "nothing allows to leave out" in signed_with(cells=cells, bounds=loans.bounds[:1])


def test_a_debit_for_other_bytes_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_page: None) -> None:
    honest = world._ledger_extract

    def other(releases: list[PublishedRelease], keys: dict[str, SigningKey], log: Callable[[bytes], int]) -> bytes:
        changed = replace(releases[2], release=replace(releases[2].release, sentence="Another question?"))
        return honest([*releases[:2], changed, releases[3]], keys, log)

    monkeypatch.setattr(world, "_ledger_extract", other)
    assert "for exactly these bytes" in written_and_refused(tmp_path)


def test_an_entry_of_an_unknown_kind_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_page: None) -> None:
    honest = world._ledger_extract

    def gossiping(releases: list[PublishedRelease], keys: dict[str, SigningKey], log: Callable[[bytes], int]) -> bytes:
        log(envelope({"kind": "gossip"}, domain="gossip", signers=[("bank", keys["bank"])]))
        return honest(releases, keys, log)

    monkeypatch.setattr(world, "_ledger_extract", gossiping)
    assert written_and_refused(tmp_path).startswith("log/leaves.jsonl: an entry is of a kind")


def test_an_extract_with_another_head_than_the_log_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_page: None
) -> None:
    honest = world._ledger_extract

    def two_books(releases: list[PublishedRelease], keys: dict[str, SigningKey], log: Callable[[bytes], int]) -> bytes:
        honest(releases[:-1], keys, log)
        return honest(releases, keys, lambda data: 0)

    monkeypatch.setattr(world, "_ledger_extract", two_books)
    assert written_and_refused(tmp_path).startswith("ledger-extract.json: its head is not")


def test_a_debit_that_the_ledger_does_not_know_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_page: None
) -> None:
    honest = world._ledger_extract
    monkeypatch.setattr(world, "_ledger_extract", lambda releases, keys, log: honest(releases[:-1], keys, log))
    assert written_and_refused(tmp_path).startswith("releases/points-by-district.json: ")
