"""A holder's commitment to its records: salted hashes under one Merkle root that the holder signs.

The root goes into the log before any question is asked. Later the holder can
show one record with its salt and proof, and anybody can check that it is the
record of that day; or an auditor whom the holder lets see everything can check
that no record was changed, added or removed since.

A leaf is SHA-256(00 || salt || record) with 32 uniform bytes of salt per
record. Whoever has root, size and proofs but not the salt of a record cannot
test guesses about that record, not even of a guessable one, as long as
SHA-256 behaves as a random function; a hash without salt would fall to a
dictionary. The holder cannot open a seal to other records unless it finds a
collision.
Leaves to others: whether the records were true when they were sealed (nothing
here knows), and signing the root (`signing.py`, `log/checkpoint.py`). A seal
and whatever proves a record tell the number of records; the root does not, and
the document that a run publishes holds the root alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from privshare.errors import LogRefused
from privshare.model.entropy import Entropy
from privshare.secure.log.merkle import inclusion_proof, leaf_hash, root_of, verify_inclusion

SALT_BYTES = 32


@dataclass(frozen=True, slots=True)
class Seal:
    """root: 32 bytes, to publish. size: number of records, told with a proof. salts: one per record, a secret."""

    root: bytes
    size: int
    salts: tuple[bytes, ...] = field(repr=False)


def seal(records: Sequence[bytes], entropy: Entropy) -> Seal:
    """Commit to records in their order.

    records: each record's bytes in one spelling, e.g. `canonical` of it.

    >>> from privshare.model.entropy import SeededEntropy
    >>> seal([b"first", b"second"], SeededEntropy(1)).size
    2
    """
    drawn = entropy.token(SALT_BYTES * len(records))
    salts = tuple(drawn[start : start + SALT_BYTES] for start in range(0, len(drawn), SALT_BYTES))
    return Seal(root_of(_leaves(records, salts)), len(records), salts)


def prove_record(seal: Seal, records: Sequence[bytes], index: int) -> tuple[bytes, ...]:
    """Return the proof that shows record `index`, together with its salt, to be in the seal.

    Raises LogRefused if these are no longer the sealed records, ParameterRefused for an index outside them.
    """
    check_records(seal.root, records, seal.salts, "the holder's own records")
    return inclusion_proof(_leaves(records, seal.salts), index)


def check_record(
    record: bytes, *, salt: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes, file: str
) -> None:
    """Raise LogRefused(file, reason) unless this record was sealed at this place under this root."""
    if len(salt) != SALT_BYTES:
        # salt and record are hashed as one string: another length would let bytes move from one to the other
        raise LogRefused(file, f"a salt has {SALT_BYTES} bytes")
    verify_inclusion(leaf_hash(salt + record), index=index, size=size, proof=proof, root=root, file=file)


def check_records(seal_root: bytes, records: Sequence[bytes], salts: Sequence[bytes], file: str) -> None:
    """Raise LogRefused(file, reason) if any record was changed, added, removed or moved since the seal."""
    if len(records) != len(salts) or any(len(salt) != SALT_BYTES for salt in salts):
        raise LogRefused(file, f"there must be one salt of {SALT_BYTES} bytes for each record")
    if root_of(_leaves(records, salts)) != seal_root:
        raise LogRefused(file, "the records are not the ones that were sealed")


def _leaves(records: Sequence[bytes], salts: Sequence[bytes]) -> list[bytes]:
    return [leaf_hash(salt + record) for salt, record in zip(salts, records, strict=True)]
