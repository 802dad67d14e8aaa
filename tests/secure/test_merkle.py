"""The Merkle tree against a twin written from the standard's recursive definitions, and forged proofs."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import pytest

from privshare.errors import LogRefused, ParameterRefused
from privshare.secure.log import merkle
from privshare.secure.log.merkle import (
    EMPTY_ROOT,
    consistency_proof,
    inclusion_proof,
    inclusion_proofs,
    leaf_hash,
    root_of,
    verify_consistency,
    verify_inclusion,
)

SIZE_MAX = 33
DATA = [bytes([i]) * (i % 5) for i in range(SIZE_MAX)]
LEAVES = [leaf_hash(data) for data in DATA]
ROOTS = [root_of(LEAVES[:size]) for size in range(SIZE_MAX + 1)]


# --- the twin: RFC 9162 section 2.1 word for word, on data rather than leaf hashes, slow on purpose ---


def split(n: int) -> int:
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def mth(d: Sequence[bytes]) -> bytes:
    if not d:
        return hashlib.sha256().digest()
    if len(d) == 1:
        return hashlib.sha256(b"\x00" + d[0]).digest()
    k = split(len(d))
    return hashlib.sha256(b"\x01" + mth(d[:k]) + mth(d[k:])).digest()


def path(m: int, d: Sequence[bytes]) -> tuple[bytes, ...]:
    if len(d) == 1:
        return ()
    k = split(len(d))
    return (*path(m, d[:k]), mth(d[k:])) if m < k else (*path(m - k, d[k:]), mth(d[:k]))


def subproof(m: int, d: Sequence[bytes], b: bool) -> tuple[bytes, ...]:
    if m == len(d):
        return () if b else (mth(d),)
    k = split(len(d))
    return (*subproof(m, d[:k], b), mth(d[k:])) if m <= k else (*subproof(m - k, d[k:], False), mth(d[:k]))


# --- the textbook verifiers: the standard's steps without the checks that it leaves to the reader ---


def textbook_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    fn, sn, r = index, size - 1, leaf
    if index >= size:
        return False
    for p in proof:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            r = hashlib.sha256(b"\x01" + p + r).digest()
            while not fn & 1 and fn != 0:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = hashlib.sha256(b"\x01" + r + p).digest()
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and r == root


def textbook_consistency(
    old_size: int, new_size: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes
) -> bool:
    if old_size == 0:
        return not proof  # "everything extends the empty log"
    if old_size >= new_size or not proof:
        return old_size == new_size and not proof and old_root == new_root
    path = [old_root, *proof] if old_size & (old_size - 1) == 0 else list(proof)
    fn, sn = old_size - 1, new_size - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = path[0]
    for c in path[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            fr, sr = hashlib.sha256(b"\x01" + c + fr).digest(), hashlib.sha256(b"\x01" + c + sr).digest()
            while not fn & 1 and fn != 0:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = hashlib.sha256(b"\x01" + sr + c).digest()
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and (fr, sr) == (old_root, new_root)


def holds(call: object, **arguments: object) -> bool:
    try:
        call(**arguments, file="log")  # type: ignore[operator]
    except LogRefused:
        return False
    return True


def included(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    return holds(verify_inclusion, leaf=leaf, index=index, size=size, proof=proof, root=root)


def consistent(old_size: int, new_size: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes) -> bool:
    arguments = {"old_size": old_size, "new_size": new_size, "old_root": old_root, "new_root": new_root}
    return holds(verify_consistency, proof=proof, **arguments)


def flips(proof: Sequence[bytes]) -> list[list[bytes]]:
    """Every proof that differs in one bit."""
    changed = []
    for at, value in enumerate(proof):
        for bit in range(256):
            forged = (int.from_bytes(value) ^ (1 << bit)).to_bytes(32)
            changed.append([*proof[:at], forged, *proof[at + 1 :]])
    return changed


def test_roots_are_the_standards_for_all_sizes() -> None:
    assert [mth(DATA[:size]) for size in range(SIZE_MAX + 1)] == ROOTS
    assert ROOTS[0] == EMPTY_ROOT
    assert len(set(ROOTS)) == SIZE_MAX + 1


def test_every_inclusion_proof_is_the_standards_and_holds_for_its_place_only() -> None:
    for size in range(1, SIZE_MAX + 1):
        proofs = inclusion_proofs(LEAVES[:size], range(size))
        for index, proof in enumerate(proofs):
            assert proof == path(index, DATA[:size]) == inclusion_proof(LEAVES[:size], index)
            places = [at for at in range(size + 2) if included(LEAVES[index], at, size, proof, ROOTS[size])]
            assert places == [index]
            assert not included(LEAVES[index - 1], index, size, proof, ROOTS[size]) or size == 1


def test_every_consistency_proof_is_the_standards_and_holds_for_its_sizes_only() -> None:
    for new in range(1, SIZE_MAX + 1):
        for old in range(1, new + 1):
            proof = consistency_proof(LEAVES[:new], old)
            assert proof == subproof(old, DATA[:new], True)
            claimed = [size for size in range(new + 2) if consistent(size, new, proof, ROOTS[old], ROOTS[new])]
            assert claimed == [old]
            if old < new:
                assert not consistent(old, new, proof, ROOTS[new], ROOTS[old])
                assert not consistent(new, old, proof, ROOTS[new], ROOTS[old])


def test_no_proof_that_differs_in_one_bit_holds() -> None:
    refused = 0
    for size in range(2, 10):
        for index, proof in enumerate(inclusion_proofs(LEAVES[:size], range(size))):
            for forged in flips([LEAVES[index], *proof]):
                assert not included(forged[0], index, size, forged[1:], ROOTS[size])
                refused += 1
        for old in range(1, size):
            for forged in flips(consistency_proof(LEAVES[:size], old)):
                assert not consistent(old, size, forged, ROOTS[old], ROOTS[size])
                refused += 1
    assert refused > 60_000  # the loops above did run


def test_no_proof_that_is_longer_shorter_or_reordered_holds() -> None:
    for size in range(2, 18):
        for index, proof in enumerate(inclusion_proofs(LEAVES[:size], range(size))):
            for forged in ([*proof, proof[0]], [proof[0], *proof], proof[:-1], proof[1:], [*proof[1:], proof[0]]):
                assert tuple(forged) == proof or not included(LEAVES[index], index, size, forged, ROOTS[size])
        for old in range(1, size):
            proof = consistency_proof(LEAVES[:size], old)
            for forged in ([*proof, proof[0]], [ROOTS[old], *proof], proof[:-1], proof[1:], [*proof[1:], proof[0]]):
                assert tuple(forged) == proof or not consistent(old, size, forged, ROOTS[old], ROOTS[size])


def test_a_log_that_was_rewritten_has_no_proof() -> None:
    for size in range(2, 12):
        for changed in range(size - 1):
            rewritten = [*LEAVES[:changed], leaf_hash(b"rewritten"), *LEAVES[changed + 1 : size]]
            for old in range(changed + 1, size):
                assert not consistent(old, size, consistency_proof(rewritten, old), ROOTS[old], root_of(rewritten))


def test_a_leaf_hash_of_another_length_is_refused() -> None:
    """Trap: where lengths go unchecked, a byte can move from the sibling's hash into the leaf's."""
    a, b = LEAVES[:2]
    root = root_of([a, b])
    assert textbook_inclusion(a + b[:1], 0, 2, [b[1:]], root)  # the naive way takes what was never in the log
    assert not included(a + b[:1], 0, 2, [b[1:]], root)
    assert textbook_inclusion(b"", 0, 1, [], b"")  # and "nothing" for a leaf of a log with an empty root
    assert not included(b"", 0, 1, [], b"")


def test_an_inner_node_cannot_pass_for_a_leaf() -> None:
    node = root_of(LEAVES[:2])
    assert root_of([node, LEAVES[2]]) == ROOTS[3]  # an unprefixed tree would have this second preimage
    assert leaf_hash(LEAVES[0] + LEAVES[1]) != node


def test_consistency_with_an_empty_log_is_refused() -> None:
    """Trap: everything extends the empty log, so a proof from size 0 vouches for any root whatever."""
    assert textbook_consistency(0, 5, [], b"anything", b"anything else")
    assert not consistent(0, 5, [], EMPTY_ROOT, ROOTS[5])
    assert not consistent(0, 0, [], EMPTY_ROOT, EMPTY_ROOT)


@pytest.mark.parametrize(
    ("index", "size"), [(-1, 2), (2, 2), (0, 0), (True, 2), (0, True), (0.0, 2), (0, -1), ("0", 2)]
)
def test_sizes_and_places_that_are_none_are_refused(index: object, size: object) -> None:
    assert not holds(verify_inclusion, leaf=LEAVES[0], index=index, size=size, proof=[LEAVES[1]], root=ROOTS[2])
    assert not holds(
        verify_consistency, old_size=index, new_size=size, proof=[LEAVES[1]], old_root=ROOTS[1], new_root=ROOTS[2]
    )


def test_a_size_that_is_a_truth_value_is_refused() -> None:
    """Python counts with True as with 1, so without a check these would hold."""
    assert included(LEAVES[1], 1, 2, [LEAVES[0]], ROOTS[2])
    assert not included(LEAVES[1], True, 2, [LEAVES[0]], ROOTS[2])
    assert included(LEAVES[0], 0, 1, [], ROOTS[1])
    assert not included(LEAVES[0], 0, True, [], ROOTS[1])
    assert consistent(1, 2, [LEAVES[1]], ROOTS[1], ROOTS[2])
    assert not consistent(True, 2, [LEAVES[1]], ROOTS[1], ROOTS[2])
    assert consistent(1, 1, [], ROOTS[1], ROOTS[1])
    assert not consistent(1, True, [], ROOTS[1], ROOTS[1])


def test_a_head_cannot_state_a_size_that_its_tree_has_not() -> None:
    """A log whose head says "one entry" over a root of two must not be able to prove both of them."""
    for proof in ([LEAVES[0]], [LEAVES[0], LEAVES[2]]):
        root = ROOTS[len(proof) + 1]
        assert not included(LEAVES[1], 0, 1, proof, root)
        assert not included(LEAVES[1], 1, 1, proof, root)
    deep = [LEAVES[1], root_of(LEAVES[2:4]), root_of(LEAVES[4:8])]
    assert included(LEAVES[0], 0, 8, deep, ROOTS[8])
    assert [size for size in range(1, 40) if included(LEAVES[0], 0, size, deep, ROOTS[8])] == [5, 6, 7, 8]


@pytest.mark.parametrize("alien", [b"", bytes(31), bytes(33), "00" * 32, None, bytearray(32)])
def test_a_proof_of_something_else_than_hashes_is_refused(alien: object) -> None:
    assert not holds(verify_inclusion, leaf=LEAVES[0], index=0, size=2, proof=[alien], root=ROOTS[2])
    assert not holds(verify_inclusion, leaf=alien, index=0, size=1, proof=[], root=alien)
    assert not holds(verify_consistency, old_size=1, new_size=2, proof=[alien], old_root=ROOTS[1], new_root=ROOTS[2])
    assert not holds(verify_consistency, old_size=1, new_size=2, proof=[LEAVES[1]], old_root=alien, new_root=ROOTS[2])


@pytest.mark.parametrize("index", [-1, 3, True, 1.0])
def test_no_proof_is_made_for_a_place_outside(index: object) -> None:
    with pytest.raises(ParameterRefused):
        inclusion_proof(LEAVES[:3], index)  # type: ignore[arg-type]


@pytest.mark.parametrize("old_size", [0, -1, 4, True, 1.0])
def test_no_consistency_proof_is_made_for_a_size_outside(old_size: object) -> None:
    with pytest.raises(ParameterRefused):
        consistency_proof(LEAVES[:3], old_size)  # type: ignore[arg-type]


def test_several_proofs_hash_the_tree_once(monkeypatch: pytest.MonkeyPatch) -> None:
    hashed = 0
    real = merkle._node

    def counting(left: bytes, right: bytes) -> bytes:
        nonlocal hashed
        hashed += 1
        return real(left, right)

    monkeypatch.setattr(merkle, "_node", counting)
    leaves = LEAVES * 30
    inclusion_proofs(leaves, range(0, len(leaves), 10))
    assert hashed == len(leaves) - 1
    hashed = 0
    consistency_proof(leaves, 500)
    assert hashed < len(leaves)


def test_the_twin_can_tell() -> None:
    """Teeth: a tree that pairs an odd node with itself (as Bitcoin does) is caught by the comparison above."""

    def doubling(hashes: Sequence[bytes]) -> bytes:
        level = list(hashes)
        while len(level) > 1:
            level += level[-1:] if len(level) % 2 else []
            level = [hashlib.sha256(b"\x01" + a + b).digest() for a, b in zip(level[::2], level[1::2], strict=True)]
        return level[0]

    wrong = [size for size in range(1, SIZE_MAX + 1) if doubling(LEAVES[:size]) != mth(DATA[:size])]
    assert wrong == [size for size in range(1, SIZE_MAX + 1) if size & (size - 1)]
