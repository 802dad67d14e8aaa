"""The check of a receiver's columns: what it lets through, and how often.

A receiver whose errors touch c columns passes where delta has a 0 in each of
them, so with a chance of 2^-c: the leak is real, and its rate is asserted.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom

from privshare.errors import ProtocolError
from privshare.model.entropy import WorldGenerator, seeded_generator
from privshare.secure.psi.transfer import check
from privshare.secure.psi.transfer.code import MR, SH, Code, encode
from tests.secure.psi.transfer.transferring import Transfer, random_table, transferred

SID = bytes(range(32))
ROWS = 90
FALSE_ALARM = 1e-9


def passes(done: Transfer, code: Code, seed: bytes) -> bool:
    rows = done.form.rows - check.EXTRA_ROWS
    proof = check.prove(code, done.kept, done.table, sid=SID, seed=seed)
    return holds(code, done.had, done.delta, proof, seed, rows)


def holds(code: Code, had: list[np.ndarray], delta: tuple[int, ...], proof: bytes, seed: bytes, rows: int) -> bool:
    try:
        check.verify(code, had, delta, proof, sid=SID, seed=seed, m=rows)
    except ProtocolError as refused:
        if refused.code != "E_CHECK":
            raise
        return False
    return True


def errors(columns: dict[int, int], size: int):
    """A change of the messages: flip column -> row."""

    def change(group: int, body: bytearray) -> None:
        for column, row in columns.items():
            if column // 64 == group:
                body[8 + column % 64 * size + row // 8] ^= 1 << (row % 8)

    return change


def cheated(draw: WorldGenerator, touched: int, code: Code = MR) -> bool:
    """Whether a receiver passes that sends no code word in one row, at `touched` columns."""
    rows = ROWS + check.EXTRA_ROWS
    columns = draw.choice(code.length, touched, replace=False).tolist()
    row = int(draw.integers(ROWS))
    change = errors(dict.fromkeys(columns, row), -(-rows // 64) * 8)
    return passes(transferred(code, rows, draw, changed=change), code, draw.bytes(32))


def modelled(draw: WorldGenerator, touched: int) -> bool:
    """The same without the columns: Q is made of T, D and delta, with the errors in one row."""
    rows = ROWS + check.EXTRA_ROWS
    table = random_table(MR, rows, draw)
    kept = draw.integers(0, 2**64, (MR.words, rows), dtype=np.uint64)
    bits = draw.integers(0, 2, MR.length)
    padded = np.concatenate([bits, np.zeros(64 * MR.words - MR.length, bits.dtype)]).astype(np.uint8)
    delta = np.packbits(padded, bitorder="little").view(np.uint64)
    had = kept ^ (encode(MR, table) & delta).T
    wrong = np.zeros(64 * MR.words, np.uint8)
    wrong[draw.choice(MR.length, touched, replace=False)] = 1
    had[:, int(draw.integers(ROWS))] ^= np.packbits(wrong, bitorder="little").view(np.uint64) & delta
    seed = draw.bytes(32)
    proof = check.prove(MR, list(kept), table, sid=SID, seed=seed)
    return holds(MR, list(had), tuple(delta.tolist()), proof, seed, ROWS)


@pytest.mark.parametrize("code", [SH, MR], ids=["sh", "mr"])
@pytest.mark.parametrize("rows", [1, 64, 300])
def test_a_receiver_that_follows_the_protocol_passes(code: Code, rows: int) -> None:
    for seed in range(5):
        draw = seeded_generator(seed)
        assert passes(transferred(code, rows + check.EXTRA_ROWS, draw), code, draw.bytes(32))


def run_of_wrong_words(seeds: range) -> None:
    """Passing needs 64 bits of delta to be 0, or a row in none of 40 sets: in all 1,000 with a chance below 1e-9."""
    draws = (seeded_generator(seed) for seed in seeds)
    assert not any(cheated(draw, 64 + int(draw.integers(500))) for draw in draws)


def test_wrong_words_are_refused() -> None:
    run_of_wrong_words(range(100))


@pytest.mark.slow
def test_wrong_words_are_refused_a_thousand_times() -> None:
    run_of_wrong_words(range(1_000, 2_000))


@pytest.mark.parametrize("touched", [1, 2, 3, 4])
def test_few_errors_pass_as_often_as_bits_of_delta_are_guessed(touched: int) -> None:
    trials = 1_500
    passed = sum(modelled(seeded_generator(9_000 * touched + number), touched) for number in range(trials))
    low, high = binom.interval(1 - FALSE_ALARM, trials, 2.0**-touched)
    assert low <= passed <= high


def test_the_model_of_few_errors_agrees_with_real_columns() -> None:
    trials = 200
    passed = sum(cheated(seeded_generator(number), 1) for number in range(trials))
    low, high = binom.interval(1 - FALSE_ALARM, trials, 0.5)
    assert low <= passed <= high


def test_who_knows_the_challenge_before_the_columns_passes_with_any_columns() -> None:
    """Why it is drawn only then: among 41 rows some are in every set an even number of times; errors there cancel."""
    code, seed = MR, bytes(range(32))
    rows = ROWS + check.EXTRA_ROWS
    chosen = check._chosen(ROWS, SID, seed)
    hidden = dependent([int.from_bytes(row.tobytes(), "little") for row in chosen])
    size = -(-rows // 64) * 8

    def change(group: int, body: bytearray) -> None:
        for row in hidden:
            errors(dict.fromkeys(range(64 * group, min(64 * group + 64, code.length)), row), size)(group, body)

    for number in range(20):
        assert passes(transferred(code, rows, seeded_generator(number), changed=change), code, seed)
        assert not passes(transferred(code, rows, seeded_generator(number), changed=change), code, bytes(32))


def dependent(masks: list[int]) -> list[int]:
    """The numbers of some masks whose XOR is 0."""
    basis: dict[int, tuple[int, int]] = {}
    for number, mask in enumerate(masks):
        made_of = 1 << number
        while mask:
            top = mask.bit_length()
            if top not in basis:
                basis[top] = (mask, made_of)
                break
            mask, made_of = mask ^ basis[top][0], made_of ^ basis[top][1]
        if not mask:
            return [bit for bit in range(number + 1) if made_of >> bit & 1]
    raise AssertionError("more masks than bits are dependent")


def test_sums_are_those_of_a_plain_loop() -> None:
    draw = seeded_generator(5)
    words = draw.integers(0, 2**64, 77 + check.EXTRA_ROWS, dtype=np.uint64)
    chosen = draw.integers(0, 256, (77, 5), dtype=np.uint8)
    wanted = [int(words[77 + number]) for number in range(40)]
    for row in range(77):
        for number in range(40):
            if chosen[row, number // 8] >> (number % 8) & 1:
                wanted[number] ^= int(words[row])
    assert check._sums([words], chosen)[:, 0].tolist() == wanted


def test_an_answer_with_one_bit_changed_or_of_another_length_is_refused() -> None:
    done = transferred(MR, ROWS + check.EXTRA_ROWS, seeded_generator(3))
    proof = check.prove(MR, done.kept, done.table, sid=SID, seed=SID)
    assert len(proof) == check.proof_bytes(MR) == 4040
    for at in (0, 79, 80, 100, 4039):
        bad = bytearray(proof)
        bad[at] ^= 1
        assert not holds(MR, done.had, done.delta, bytes(bad), SID, ROWS)
    with pytest.raises(ProtocolError, match="E_LENGTH"):
        check.verify(MR, done.had, done.delta, proof[:-1], sid=SID, seed=SID, m=ROWS)


def test_the_challenge_hangs_on_session_and_seed() -> None:
    first = check._chosen(50, SID, SID).tobytes()
    assert first != check._chosen(50, bytes(32), SID).tobytes()
    assert first != check._chosen(50, SID, bytes(32)).tobytes()
