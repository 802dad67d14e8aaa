"""Merkle trees and proofs: the eight leaves of Certificate Transparency stated; the sets with every forgery.

RFC 9162 prints no vectors of its own. The leaves and roots below are those of the Certificate Transparency
reference code, as transparency-dev/merkle keeps them (testonly/constants.go). Its two "subtree" sets (322 files)
are for another proof, which nothing here makes.
"""

from __future__ import annotations

import base64
import json
from collections import Counter
from typing import Any

from privshare.errors import LogRefused
from privshare.secure.log.merkle import (
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root_of,
    verify_consistency,
    verify_inclusion,
)
from tests.secure.test_merkle import textbook_consistency, textbook_inclusion
from tests.vectors.location import read_json, vectors_or_skip

LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [  # for the first 0 to 8 leaves
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
HASHES = [leaf_hash(bytes.fromhex(leaf)) for leaf in LEAVES]


def decoded(texts: list[str] | None) -> list[bytes]:
    return [base64.b64decode(text) for text in texts or []]


def inclusion_holds(case: dict[str, Any]) -> bool:
    leaf, root = base64.b64decode(case["leafHash"] or ""), base64.b64decode(case["root"] or "")
    try:
        verify_inclusion(
            leaf, index=case["leafIdx"], size=case["treeSize"], proof=decoded(case["proof"]), root=root, file="vector"
        )
    except LogRefused:
        return False
    return True


def consistency_holds(case: dict[str, Any]) -> bool:
    old_root, new_root = base64.b64decode(case["root1"] or ""), base64.b64decode(case["root2"] or "")
    try:
        verify_consistency(
            old_size=case["size1"], new_size=case["size2"], proof=decoded(case["proof"]),
            old_root=old_root, new_root=new_root, file="vector",
        )
    except LogRefused:
        return False
    return True


def test_the_eight_leaves() -> None:
    assert [root_of(HASHES[:size]).hex() for size in range(9)] == ROOTS


def test_two_proofs_of_the_reference_code() -> None:
    """Certificate Transparency's merkle_tree_test.cc: the sixth of eight leaves; from six to eight leaves."""
    assert [node.hex() for node in inclusion_proof(HASHES, 5)] == [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]
    assert [node.hex() for node in consistency_proof(HASHES, 6)] == [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]


def test_the_stated_roots_are_those_of_the_set() -> None:
    data = read_json("rfc6962_merkle_roots.json", count=9)
    assert (data["leaf_inputs"], data["roots_by_size"]) == (LEAVES, ROOTS)


def test_inclusion_set() -> None:
    ran: Counter[bool] = Counter()
    textbook_fails = 0
    for file in sorted(vectors_or_skip("rfc6962_merkle/inclusion", count=98).rglob("*.json")):
        case = json.loads(file.read_bytes())
        assert inclusion_holds(case) != case["wantErr"], file
        ran[case["wantErr"]] += 1
        leaf, root = base64.b64decode(case["leafHash"] or ""), base64.b64decode(case["root"] or "")
        naive = textbook_inclusion(leaf, case["leafIdx"], case["treeSize"], decoded(case["proof"]), root)
        textbook_fails += naive == case["wantErr"]
    assert ran == {True: 92, False: 6}
    assert textbook_fails >= 1  # the set can tell: it catches the standard's bare steps


def test_consistency_set() -> None:
    ran: Counter[bool] = Counter()
    textbook_fails = 0
    for file in sorted(vectors_or_skip("rfc6962_merkle/consistency", count=98).rglob("*.json")):
        case = json.loads(file.read_bytes())
        assert consistency_holds(case) != case["wantErr"], file
        ran[case["wantErr"]] += 1
        roots = base64.b64decode(case["root1"] or ""), base64.b64decode(case["root2"] or "")
        naive = textbook_consistency(case["size1"], case["size2"], decoded(case["proof"]), *roots)
        textbook_fails += naive == case["wantErr"]
    assert ran == {True: 92, False: 6}
    assert textbook_fails >= 1


def test_an_entry_of_a_real_log_of_26_million() -> None:
    """A published Rekor bundle: its entry is in the log whose root it names, and no neighbour's place is."""
    bundle = read_json("sigstore/bundle_v3.txt.sigstore", count=1)
    entry = bundle["verificationMaterial"]["tlogEntries"][0]
    stated = entry["inclusionProof"]
    leaf = base64.b64encode(leaf_hash(base64.b64decode(entry["canonicalizedBody"]))).decode()
    case = {
        "leafHash": leaf, "leafIdx": int(stated["logIndex"]), "treeSize": int(stated["treeSize"]),
        "proof": stated["hashes"], "root": stated["rootHash"],
    }
    assert (case["treeSize"], len(case["proof"])) == (25_901_138, 11)
    assert inclusion_holds(case)
    assert not inclusion_holds({**case, "leafIdx": case["leafIdx"] - 1})
    assert not inclusion_holds({**case, "treeSize": case["treeSize"] + 1})
    assert stated["checkpoint"]["envelope"].split("\n")[1:3] == [stated["treeSize"], stated["rootHash"]]
