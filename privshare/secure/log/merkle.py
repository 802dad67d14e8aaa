"""Merkle trees: one hash for a list, short proofs that it holds an entry or only grew. RFC 9162 section 2.1.

Leaves are hashed as SHA-256(00 || data), inner nodes as SHA-256(01 || left || right),
so no leaf can pass for a node. All functions take leaf hashes; make them with
`leaf_hash` and nothing else, or that separation is lost.

Promises: a proof that verifies convinces, unless somebody finds a SHA-256
collision. The verifiers refuse what textbook versions let through: a leaf
"hash" of another length, consistency with an empty tree, negative or boolean
sizes, proofs with anything left over.
Leaves to others: who vouches for the root (`checkpoint.py`), and that two
readers see the same root (compare heads, or ask a witness).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from privshare.errors import LogRefused, ParameterRefused

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(data: bytes) -> bytes:
    """Hash the data of one leaf, 32 bytes (RFC 9162 section 2.1.1).

    >>> leaf_hash(b"").hex()[:16]
    '6e340b9cffb37a98'
    """
    return hashlib.sha256(b"\x00" + data).digest()


def root_of(leaf_hashes: Sequence[bytes]) -> bytes:
    """Compute the root of the tree over these leaf hashes, in order; SHA-256 of nothing when there are none.

    >>> root_of([leaf_hash(b"")]) == leaf_hash(b"")
    True
    """
    return _levels(leaf_hashes)[-1][0] if leaf_hashes else EMPTY_ROOT


def inclusion_proof(leaf_hashes: Sequence[bytes], index: int) -> tuple[bytes, ...]:
    """Prove that leaf `index` is in the tree: the sibling hashes from the leaf up (RFC 9162 section 2.1.3.1).

    Raises ParameterRefused unless 0 <= index < size. For several leaves `inclusion_proofs` hashes the tree once.
    """
    return inclusion_proofs(leaf_hashes, [index])[0]


def inclusion_proofs(leaf_hashes: Sequence[bytes], indexes: Sequence[int]) -> tuple[tuple[bytes, ...], ...]:
    """Prove several leaves, hashing the tree once; proofs in the order of `indexes`, else as `inclusion_proof`."""
    size = len(leaf_hashes)
    for index in indexes:
        if type(index) is not int or not 0 <= index < size:
            raise ParameterRefused("index", index, f"a whole number from 0 to {size - 1}")
    # Pairing level by level and lifting an odd last node unchanged builds the same tree as the standard's
    # recursion at the largest power of two; a lifted node has no sibling and adds nothing to the proof.
    levels = _levels(leaf_hashes)[:-1]
    return tuple(
        tuple(
            nodes[sibling] for level, nodes in enumerate(levels) if (sibling := (index >> level) ^ 1) < len(nodes)
        )
        for index in indexes
    )


def verify_inclusion(leaf: bytes, *, index: int, size: int, proof: Sequence[bytes], root: bytes, file: str) -> None:
    """Raise LogRefused(file, reason) unless the leaf hash stands at `index` of the tree (RFC 9162 section 2.1.3.2).

    leaf: the 32-byte leaf hash. size: number of leaves under `root`.

    >>> a, b = leaf_hash(b"a"), leaf_hash(b"b")
    >>> verify_inclusion(b, index=1, size=2, proof=[a], root=root_of([a, b]), file="log")
    """
    if type(index) is not int or type(size) is not int or not 0 <= index < size:
        raise LogRefused(file, "the proof is for no leaf of a tree of this size")
    _check_hashes([leaf, *proof], file)
    fn, sn, r = index, size - 1, leaf  # the names of the standard
    for p in proof:
        if sn == 0:
            raise LogRefused(file, "the inclusion proof is longer than the tree is high")
        if fn & 1 or fn == sn:
            r = _node(p, r)
            while not fn & 1 and fn != 0:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = _node(r, p)
        fn, sn = fn >> 1, sn >> 1
    if sn != 0 or r != root:
        raise LogRefused(file, "the inclusion proof does not lead to the root: this entry is not in this log")


def consistency_proof(leaf_hashes: Sequence[bytes], old_size: int) -> tuple[bytes, ...]:
    """Prove that the tree over the first `old_size` leaves only grew into this one (RFC 9162 section 2.1.4.1).

    Raises ParameterRefused unless 1 <= old_size <= size: there is nothing to prove about an empty tree.
    """
    size = len(leaf_hashes)
    if type(old_size) is not int or not 1 <= old_size <= size:
        raise ParameterRefused("old_size", old_size, f"a whole number from 1 to {size}")
    proof: list[bytes] = []
    rest, m, whole = leaf_hashes, old_size, True  # SUBPROOF(m, rest, whole) of the standard, from the top down
    while m != len(rest):
        k = 1 << ((len(rest) - 1).bit_length() - 1)
        if m <= k:
            proof.append(root_of(rest[k:]))
            rest = rest[:k]
        else:
            proof.append(root_of(rest[:k]))
            rest, m, whole = rest[k:], m - k, False
    if not whole:
        proof.append(root_of(rest))
    return tuple(reversed(proof))


def verify_consistency(
    *, old_size: int, new_size: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes, file: str
) -> None:
    """Raise LogRefused(file, reason) unless the old tree is a prefix of the new one (RFC 9162 section 2.1.4.2).

    >>> a, b = leaf_hash(b"a"), leaf_hash(b"b")
    >>> verify_consistency(old_size=1, new_size=2, proof=[b], old_root=a, new_root=root_of([a, b]), file="log")
    """
    if type(old_size) is not int or type(new_size) is not int or not 1 <= old_size <= new_size:
        raise LogRefused(file, "a log must not shrink, and nothing can be proven about an empty one")
    if old_size == new_size:
        if proof:
            raise LogRefused(file, "a consistency proof between heads of the same size must be empty")
        if old_root != new_root:
            raise LogRefused(file, "two heads of one size differ: the log shows different readers different entries")
        return
    _check_hashes([old_root, new_root, *proof], file)
    if not proof:
        raise LogRefused(file, "the consistency proof is empty")
    # An old tree of a power of two is itself a node of the new one, and the proof leaves it out.
    path = [old_root, *proof] if old_size & (old_size - 1) == 0 else list(proof)
    fn, sn = old_size - 1, new_size - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = path[0]
    for c in path[1:]:
        if sn == 0:
            raise LogRefused(file, "the consistency proof is longer than the tree is high")
        if fn & 1 or fn == sn:
            fr, sr = _node(c, fr), _node(c, sr)
            while not fn & 1 and fn != 0:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = _node(sr, c)
        fn, sn = fn >> 1, sn >> 1
    if sn != 0 or fr != old_root or sr != new_root:
        raise LogRefused(file, "the consistency proof does not lead from one head to the other: the log was rewritten")


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def _levels(leaf_hashes: Sequence[bytes]) -> list[Sequence[bytes]]:
    levels: list[Sequence[bytes]] = [leaf_hashes]
    while len(levels[-1]) > 1:
        below = levels[-1]
        above = [_node(below[i], below[i + 1]) for i in range(0, len(below) - 1, 2)]
        levels.append([*above, below[-1]] if len(below) & 1 else above)
    return levels


def _check_hashes(hashes: Sequence[bytes], file: str) -> None:
    if any(type(value) is not bytes or len(value) != HASH_BYTES for value in hashes):
        raise LogRefused(file, f"a hash of the log has {HASH_BYTES} bytes")
