"""OPRF(ristretto255, SHA-512), mode 0x00: RFC 9497 appendix A.1.1 stated, the published file where it is present."""

from __future__ import annotations

from typing import Any

from privshare.secure.psi import oprf
from tests.vectors.location import read_json

APPENDIX_A_1_1: dict[str, Any] = {
    "seed": "a3" * 32,
    "keyInfo": "74657374206b6579",
    "skSm": "5ebcea5ee37023ccb9fc2d2019f9d7737be85591ae8652ffa9ef0f4d37063b0e",
    "groupDST": "48617368546f47726f75702d4f50524656312d002d72697374726574746f3235352d534841353132",
    "vectors": [
        {
            "Input": "00",
            "Blind": "64d37aed22a27f5191de1c1d69fadb899d8862b58eb4220029e036ec4c1f6706",
            "BlindedElement": "609a0ae68c15a3cf6903766461307e5c8bb2f95e7e6550e1ffa2dc99e412803c",
            "EvaluationElement": "7ec6578ae5120958eb2db1745758ff379e77cb64fe77b0b2d8cc917ea0869c7e",
            "Output": "527759c3d9366f277d8c6020418d96bb393ba2afb20ff90df23fb7708264e2f3"
            "ab9135e3bd69955851de4b1f9fe8a0973396719b7912ba9ee8aa7d0b5e24bcf6",
        },
        {
            "Input": "5a" * 17,
            "Blind": "64d37aed22a27f5191de1c1d69fadb899d8862b58eb4220029e036ec4c1f6706",
            "BlindedElement": "da27ef466870f5f15296299850aa088629945a17d1f5b7f5ff043f76b3c06418",
            "EvaluationElement": "b4cbf5a4f1eeda5a63ce7b77c7d23f461db3fcab0dd28e4e17cecb5c90d02c25",
            "Output": "f4a74c9c592497375e796aa837e907b1a045d34306a749db9f34221f7e750cb4"
            "f2a6413a6bf6fa5e19ba6348eb673934a722a7ede2e7621306d18951e7cf2c73",
        },
    ],
}


def check(group: dict[str, Any]) -> int:
    """Walk through every step of a group of vectors; return how many were checked."""
    key, public = oprf.derive_key_pair(bytes.fromhex(group["seed"]), bytes.fromhex(group["keyInfo"]))
    assert key.hex() == group["skSm"]
    assert len(public) == 32
    assert (b"HashToGroup-" + oprf.CONTEXT).hex() == group["groupDST"]
    for vector in group["vectors"]:
        message, scalar = bytes.fromhex(vector["Input"]), bytes.fromhex(vector["Blind"])
        blinded = oprf.blind_with(message, scalar)
        evaluated = oprf.blind_evaluate(key, blinded)
        assert blinded.hex() == vector["BlindedElement"]
        assert evaluated.hex() == vector["EvaluationElement"]
        assert oprf.finalize(message, scalar, evaluated).hex() == vector["Output"]
        assert oprf.evaluate(key, message).hex() == vector["Output"]
    return len(group["vectors"])


def test_appendix_a_1_1() -> None:
    assert check(APPENDIX_A_1_1) == 2


def test_the_published_file() -> None:
    groups = read_json("rfc9497_oprf/allVectors.json", count=2)
    ours = [group for group in groups if group["identifier"] == "ristretto255-SHA512" and group["mode"] == 0]
    assert [check(group) for group in ours] == [2]  # the other groups are other curves and modes
