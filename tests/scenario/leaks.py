"""Looks for planted identifiers in files: in clear, as an unkeyed hash, in hex, base64 or raw bytes.

Fixed-length windows of every file are looked up in sets, so that ten thousand needles cost one pass a
representation. Eight bytes of a hash are enough to know it, and find a truncated one too: a chance hit has a
probability below 2^-64 times the needles times the bytes searched.
"""

from __future__ import annotations

import base64
import hashlib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from privshare.secure.psi.identifiers import item_hash, normalise

RAW = 8
_CLEAR = re.compile(r"hc\d{2}-?\d{4}-?\d{4}-?[a-z]")


def _unkeyed(text: str) -> Iterable[bytes]:
    """Yield what anybody can compute of an identifier as somebody wrote it."""
    normal = normalise(text) or ""
    for form in {text, text.strip(), text.upper(), text.lower(), normal, unicodedata.normalize("NFKC", text).strip()}:
        for name in ("sha256", "sha1", "md5", "sha512"):
            yield hashlib.new(name, form.encode()).digest()
    yield item_hash(normal)


def _base64_windows(data: bytes) -> Iterable[bytes]:
    """Yield ten characters that stand in any base64 text with these bytes in it, for each of the three alignments."""
    for shift in range(3):
        text = base64.b64encode(bytes(shift) + data)
        start = -(-shift * 8 // 6)
        yield text[start : start + 10]


@dataclass(frozen=True)
class Needles:
    """What must not be found. clear: normalised identifiers without dashes."""

    clear: frozenset[str]
    raw: frozenset[bytes]
    hexed: frozenset[bytes]
    based: frozenset[bytes]

    def found_in(self, data: bytes) -> list[str]:
        """Return what of the needles stands in these bytes; empty for none."""
        found = []
        text = unicodedata.normalize("NFKC", data.decode("utf-8", "replace")).casefold()
        wide = [
            data[start:].decode(f"utf-16-{order}", "replace").casefold() for start in (0, 1) for order in ("le", "be")
        ]
        for written in (text, *wide):
            found += [f"clear {m}" for m in _CLEAR.findall(written) if m.replace("-", "") in self.clear]
        lower = data.lower()
        standard = data.replace(b"-", b"+").replace(b"_", b"/")
        found += [f"raw at {i}" for i in range(len(data) - RAW + 1) if data[i : i + RAW] in self.raw]
        found += [f"hex at {i}" for i in range(len(data) - 2 * RAW + 1) if lower[i : i + 2 * RAW] in self.hexed]
        for form in {standard, data}:
            found += [f"base64 at {i}" for i in range(len(data) - 9) if form[i : i + 10] in self.based]
        return found

    def found_below(self, folder: Path) -> dict[str, list[str]]:
        """Return file -> what was found, for every file below a folder that has any of it, names included."""
        told = {}
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                name = path.relative_to(folder).as_posix()
                hits = self.found_in(path.read_bytes()) + self.found_in(name.encode())
                if hits:
                    told[name] = hits[:5]
        return told


def needles(identifiers: Iterable[str]) -> Needles:
    """Return what must not be found of these identifiers, in whichever style they are written."""
    written = set(identifiers)
    hashes = {digest for text in written for digest in _unkeyed(text)}
    clear = {(normalise(text) or "").replace("-", "") for text in written}
    tails = {text.encode()[-9:] for text in written | {normalise(text) or "" for text in written}}
    return Needles(
        clear=frozenset(clear),
        raw=frozenset(digest[:RAW] for digest in hashes),
        hexed=frozenset(digest.hex()[: 2 * RAW].encode() for digest in hashes),
        based=frozenset(
            window for data in (*(digest[:9] for digest in hashes), *tails) for window in _base64_windows(data)
        ),
    )
