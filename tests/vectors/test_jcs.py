"""RFC 8785: its own samples stated; the official files and number sequence where they are present."""

from __future__ import annotations

import hashlib
import json
import math
import re
import struct
from collections.abc import Iterator

import pytest

from privshare.errors import ParameterRefused
from privshare.secure.canonical import canonical, parse_canonical
from tests.vectors.location import vectors_or_skip

FILES = ("arrays", "french", "structures", "unicode", "values", "weird")

# Section 3.2.2: input as given there, and the output of section 3.2.4
SAMPLE = r'''{
  "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
  "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
  "literals": [null, true, false]
}'''
SAMPLE_BYTES = bytes.fromhex(
    "7b226c69746572616c73223a5b6e756c6c2c747275652c66616c73655d2c226e756d62657273223a5b3333333333333333332e33333333"
    "3333332c31652b33302c342e352c302e3030322c31652d32375d2c22737472696e67223a22e282ac245c75303030665c6e4127425c225c"
    "5c5c5c5c222f227d"
)

# Section 3.2.3: keys sort by UTF-16 code units, so the emoji stands before the Hebrew letter
KEYS = {
    "\u20ac": "Euro Sign",
    "\r": "Carriage Return",
    "\ufb33": "Hebrew Letter Dalet With Dagesh",
    "1": "One",
    "\U0001f600": "Emoji: Grinning Face",
    "\u0080": "Control",
    "\u00f6": "Latin Small Letter O With Diaeresis",
}
KEYS_IN_ORDER = [
    "Carriage Return", "One", "Control", "Latin Small Letter O With Diaeresis", "Euro Sign", "Emoji: Grinning Face",
    "Hebrew Letter Dalet With Dagesh",
]

# Appendix B: IEEE 754 bits, JSON
NUMBERS = {
    "0000000000000000": "0", "8000000000000000": "0", "0000000000000001": "5e-324", "8000000000000001": "-5e-324",
    "7fefffffffffffff": "1.7976931348623157e+308", "ffefffffffffffff": "-1.7976931348623157e+308",
    "4340000000000000": "9007199254740992", "c340000000000000": "-9007199254740992",
    "4430000000000000": "295147905179352830000", "44b52d02c7e14af5": "9.999999999999997e+22",
    "44b52d02c7e14af6": "1e+23", "44b52d02c7e14af7": "1.0000000000000001e+23",
    "444b1ae4d6e2ef4e": "999999999999999700000", "444b1ae4d6e2ef4f": "999999999999999900000",
    "444b1ae4d6e2ef50": "1e+21", "3eb0c6f7a0b5ed8c": "9.999999999999997e-7", "3eb0c6f7a0b5ed8d": "0.000001",
    "41b3de4355555553": "333333333.3333332", "41b3de4355555554": "333333333.33333325",
    "41b3de4355555555": "333333333.3333333", "41b3de4355555556": "333333333.3333334",
    "41b3de4355555557": "333333333.33333343", "becbf647612f3696": "-0.0000033333333333333333",
    "43143ff3c1cb0959": "1424953923781206.2",
}
NOT_NUMBERS = ("7fffffffffffffff", "7ff0000000000000")


def double(bits: int) -> float:
    return float(struct.unpack(">d", bits.to_bytes(8))[0])


def test_section_3_2_2_and_3_2_4() -> None:
    assert canonical(json.loads(SAMPLE)) == SAMPLE_BYTES
    assert parse_canonical(SAMPLE_BYTES, file="sample") == json.loads(SAMPLE)


def test_section_3_2_3() -> None:
    assert list(json.loads(canonical(KEYS)).values()) == KEYS_IN_ORDER
    by_code_point = [KEYS[key] for key in sorted(KEYS)]
    assert by_code_point != KEYS_IN_ORDER  # the naive way


@pytest.mark.parametrize(("bits", "text"), NUMBERS.items())
def test_appendix_b(bits: str, text: str) -> None:
    assert canonical(double(int(bits, 16))).decode() == text


@pytest.mark.parametrize("bits", NOT_NUMBERS)
def test_appendix_b_errors(bits: str) -> None:
    with pytest.raises(ParameterRefused):
        canonical(double(int(bits, 16)))


@pytest.mark.parametrize("name", FILES)
def test_official_files(name: str) -> None:
    folder = vectors_or_skip("rfc8785_jcs", count=1)
    read = json.loads((folder / "input" / f"{name}.json").read_bytes())
    expected = (folder / "output" / f"{name}.json").read_bytes()
    assert canonical(read) == expected == bytes.fromhex((folder / "outhex" / f"{name}.txt").read_text())
    assert parse_canonical(expected, file=name) == read


def number_sequence(readme: str) -> Iterator[tuple[int, float]]:
    """The doubles of the test set's README: a stated list, 2,000 in a row, then a chain of SHA-256 blocks."""
    listed = readme.split("staticU64s = new BigUint64Array([")[1].split("])")[0]
    for bits in (int(text, 16) for text in re.findall(r"0x([0-9a-f]{16})n", listed)):
        yield bits, double(bits)
    for bits in range(0x0010000000000000, 0x0010000000000000 + 2000):
        yield bits, double(bits)
    block = bytes(32)
    while True:
        block = hashlib.sha256(block).digest()
        for (bits,) in struct.iter_unpack("<Q", block):
            number = double(bits)
            if number != 0 and math.isfinite(number):
                yield bits, number


def test_official_number_sequence() -> None:
    readme = (vectors_or_skip("rfc8785_jcs", count=10_000) / "README.md").read_text()
    digests = {int(lines): digest for digest, lines in re.findall(r"\| ([0-9a-f]{64}) \| (\d+)", readme)}
    running, checked = hashlib.sha256(), []
    for line, (bits, number) in enumerate(number_sequence(readme), start=1):
        running.update(b"%x,%s\n" % (bits, canonical(number)))
        if line in digests:
            assert running.hexdigest() == digests[line]
            checked.append(line)
        if line == 10_000:
            break
    assert checked == [1000, 10_000]
