"""HKDF-SHA-256: RFC 5869 appendix A.3 stated; the Wycheproof set, of which the cases without a salt apply."""

from __future__ import annotations

import pytest

from privshare.errors import ParameterRefused
from privshare.secure.keys import derive
from tests.vectors.location import read_json


def test_rfc_5869_appendix_a_3() -> None:
    """A.1 and A.2 have a salt, which `derive` does not take; A.4 to A.7 are for SHA-1."""
    okm = "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"
    assert derive(b"\x0b" * 22, info=b"", length=42).hex() == okm


def test_wycheproof_hkdf_sha256() -> None:
    data = read_json("wycheproof/hkdf_sha256_test.json", count=86)
    cases = [case for group in data["testGroups"] for case in group["tests"]]
    unsalted = [case for case in cases if case["salt"] == ""]
    too_large = [case for case in cases if "SizeTooLarge" in case["flags"]]
    assert (len(cases), len(unsalted)) == (86, 23)  # 63 have a salt, which `derive` does not take
    for case in unsalted:
        assert case["result"] == "valid"
        derived = derive(bytes.fromhex(case["ikm"]), info=bytes.fromhex(case["info"]), length=case["size"])
        assert derived.hex() == case["okm"], case
    assert too_large
    for case in too_large:  # the length is refused with or without a salt
        assert case["result"] == "invalid"
        with pytest.raises(ParameterRefused):
            derive(bytes.fromhex(case["ikm"]), info=bytes.fromhex(case["info"]), length=case["size"])
