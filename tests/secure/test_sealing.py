"""A seal binds the holder to its records and tells others nothing about a record without its salt."""

from __future__ import annotations

import hashlib
from dataclasses import FrozenInstanceError

import pytest

from privshare.errors import LogRefused, ParameterRefused
from privshare.model.entropy import SeededEntropy, SystemEntropy
from privshare.secure.log.merkle import leaf_hash, root_of
from privshare.secure.sealing import SALT_BYTES, Seal, check_record, check_records, prove_record, seal

RECORDS = [b"ada,720", b"bo,640", b"bo,640", b"", b"cy,601", b"di,588", b"ed,710"]


def sealed() -> Seal:
    return seal(RECORDS, SeededEntropy(1))


def shown(record: bytes, *, index: int, salt: bytes | None = None, of: int | None = None) -> bool:
    """Whether a record passes as the sealed one at a place, with the proof of place `of`."""
    made = sealed()
    proof = prove_record(made, RECORDS, index if of is None else of)
    salt = made.salts[index] if salt is None else salt
    try:
        check_record(record, salt=salt, index=index, size=made.size, proof=proof, root=made.root, file="seal")
    except LogRefused:
        return False
    return True


def test_every_record_can_be_shown_and_nothing_else() -> None:
    for index, record in enumerate(RECORDS):
        assert shown(record, index=index)
        assert not shown(record + b" ", index=index)
        assert not shown(record, index=index, salt=bytes(SALT_BYTES))
        assert not shown(record, index=index, of=(index + 1) % len(RECORDS))


def test_a_byte_cannot_move_between_salt_and_record() -> None:
    """Trap: salt and record are hashed as one string, so a salt of free length would fit several records."""
    salt = sealed().salts[0]
    naive = leaf_hash(salt + RECORDS[0]) == leaf_hash(salt[:-1] + (salt[-1:] + RECORDS[0]))
    assert naive
    assert not shown(salt[-1:] + RECORDS[0], index=0, salt=salt[:-1])
    assert not shown(RECORDS[0][1:], index=0, salt=salt + RECORDS[0][:1])


def test_equal_records_have_different_leaves_and_a_guess_needs_the_salt() -> None:
    """Trap: a hash of the record alone is found by hashing every candidate."""
    candidates = [b"bo,%d" % score for score in range(300, 851)]
    unsalted = {leaf_hash(record) for record in candidates}
    assert leaf_hash(b"bo,640") in unsalted  # the naive way falls
    made = sealed()
    public = {made.root, *prove_record(made, RECORDS, 0), *prove_record(made, RECORDS, 1)}
    assert not public & unsalted
    assert len(set(made.salts)) == len(RECORDS)
    assert leaf_hash(made.salts[1] + b"bo,640") != leaf_hash(made.salts[2] + b"bo,640")
    assert seal(RECORDS, SystemEntropy()).root != seal(RECORDS, SystemEntropy()).root


@pytest.mark.parametrize("changed", [
    [*RECORDS[:-1], b"ed,711"],
    RECORDS[:-1],
    [*RECORDS, b"fy,500"],
    [RECORDS[1], RECORDS[0], *RECORDS[2:]],
    [],
])
def test_a_set_that_was_changed_is_refused(changed: list[bytes]) -> None:
    made = sealed()
    salts = [*made.salts, bytes(SALT_BYTES)][: len(changed)]
    with pytest.raises(LogRefused):
        check_records(made.root, changed, salts, "records")
    with pytest.raises(LogRefused):
        check_records(made.root, changed, [*made.salts, b""], "records")
    with pytest.raises(LogRefused):
        prove_record(made, changed, 0)
    check_records(made.root, RECORDS, made.salts, "records")


def test_a_salt_of_another_length_is_refused_in_a_whole_set() -> None:
    salts = (b"short",)
    with pytest.raises(LogRefused, match="32 bytes"):
        check_records(root_of([leaf_hash(b"shorta")]), [b"a"], salts, "records")


def test_the_salts_show_in_no_repr() -> None:
    made = sealed()
    with pytest.raises(FrozenInstanceError):
        made.root = bytes(32)  # type: ignore[misc]
    assert all(repr(salt) not in repr(made) and salt.hex() not in repr(made) for salt in made.salts)


def test_nothing_can_be_sealed_too() -> None:
    made = seal([], SystemEntropy())
    assert (made.size, made.root) == (0, hashlib.sha256().digest())
    check_records(made.root, [], made.salts, "records")


@pytest.mark.parametrize("index", [-1, len(RECORDS), True])
def test_no_proof_for_a_place_outside(index: int) -> None:
    with pytest.raises(ParameterRefused):
        prove_record(sealed(), RECORDS, index)
