"""expand_message_xmd with SHA-512: RFC 9380 appendix K.3 stated, the published file where it is present."""

from __future__ import annotations

import pytest

from privshare.errors import ParameterRefused
from privshare.secure.psi.ristretto import expand_message
from tests.vectors.location import read_json

DST = b"QUUX-V01-CS02-with-expander-SHA512-256"
APPENDIX_K_3 = (
    (b"", 32, "6b9a7312411d92f921c6f68ca0b6380730a1a4d982c507211a90964c394179ba"),
    (b"abc", 32, "0da749f12fbe5483eb066a5f595055679b976e93abe9be6f0f6318bce7aca8dc"),
    (b"abcdef0123456789", 32, "087e45a86e2939ee8b91100af1583c4938e0f5fc6c9db4b107b83346bc967f58"),
    (
        b"",
        128,
        "41b037d1734a5f8df225dd8c7de38f851efdb45c372887be655212d07251b921"
        "b052b62eaed99b46f72f2ef4cc96bfaf254ebbbec091e1a3b9e4fb5e5b619d2e"
        "0c5414800a1d882b62bb5cd1778f098b8eb6cb399d5d9d18f5d5842cf5d13d7e"
        "b00a7cff859b605da678b318bd0e65ebff70bec88c753b159a805d2c89c55961",
    ),
)


@pytest.mark.parametrize(("message", "size_bytes", "expected"), APPENDIX_K_3)
def test_appendix_k_3(message: bytes, size_bytes: int, expected: str) -> None:
    assert expand_message(message, DST, size_bytes).hex() == expected


def test_the_published_file() -> None:
    data = read_json("rfc9380_h2c/expand_message_xmd_SHA512_38.json", count=10)
    assert data["DST"].encode() == DST
    assert len(data["tests"]) == 10
    for case in data["tests"]:
        size_bytes = int(case["len_in_bytes"], 16)
        assert expand_message(case["msg"].encode(), DST, size_bytes).hex() == case["uniform_bytes"]


@pytest.mark.parametrize(("dst", "size_bytes"), [(b"", 32), (bytes(256), 32), (DST, 0), (DST, 255 * 64 + 1)])
def test_lengths_that_the_function_does_not_have(dst: bytes, size_bytes: int) -> None:
    with pytest.raises(ParameterRefused):
        expand_message(b"", dst, size_bytes)
