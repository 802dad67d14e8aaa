"""Pseudonyms of files: RFC 2104 through an official vector, a key a project, and nothing without the key."""

from __future__ import annotations

import hashlib

import pytest

from privshare.errors import ParameterRefused
from privshare.secure.keys import derive
from privshare.secure.pseudonyms import KEY_BYTES, PSEUDONYM_BYTES, project_key, pseudonyms

SECRET = bytes(range(32))


def hmac_by_hand(key: bytes, message: bytes) -> bytes:
    """RFC 2104, section 2, written out: H(K xor opad, H(K xor ipad, text)) with a block of 64 bytes."""
    block = key.ljust(64, b"\0")
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in block) + message).digest()
    return hashlib.sha256(bytes(byte ^ 0x5C for byte in block) + inner).digest()


def test_the_twin_is_the_hmac_of_rfc_4231() -> None:
    made = hmac_by_hand(b"\x0b" * 20, b"Hi There")  # RFC 4231, test case 1
    assert made.hex() == "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"


def test_pseudonyms_are_the_first_half_of_hmac_under_a_key_from_hkdf() -> None:
    key = project_key(SECRET, "first")
    assert key == derive(SECRET, info=b"privshare/pseudonyms/1/first", length=32)
    texts = ["hc01-1945-0000-a", "", "ünïcode"]
    assert pseudonyms(key, texts) == tuple(hmac_by_hand(key, text.encode())[:PSEUDONYM_BYTES] for text in texts)


def test_the_same_person_is_another_one_in_another_project() -> None:
    texts = [f"hc01-1945-{number:04}-a" for number in range(1_000)]
    first, later = (pseudonyms(project_key(SECRET, project), texts) for project in ("first", "later"))
    assert len(set(first)) == len(set(later)) == 1_000
    assert not set(first) & set(later)


@pytest.mark.parametrize("key", [b"", bytes(KEY_BYTES - 1), bytes(KEY_BYTES + 1)])
def test_a_key_of_another_length_is_refused(key: bytes) -> None:
    with pytest.raises(ParameterRefused, match="32 bytes"):
        pseudonyms(key, ["hc01-1945-0000-a"])


def test_a_project_has_a_name_and_a_secret_is_no_password() -> None:
    with pytest.raises(ParameterRefused, match="a name of the project"):
        project_key(SECRET, "")
    with pytest.raises(ParameterRefused, match="uniform bytes"):
        project_key(b"password", "first")
