"""MANIFEST: every file of a run folder with its digest and size, signed by the run's key.

    privshare run folder 1
    <SHA-256, hex>  <size>  <path>
    ...

    ed25519 <public key, hex> <signature, hex>

Lines are sorted by path; the signature (domain "manifest") covers everything
up to and including the empty line. There is one spelling only: what
`read_manifest` returns, written again, is the input, so any changed byte is found.
Leaves to others: whose key it is (`verify.py` compares fingerprints).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from privshare.errors import VerificationFailed
from privshare.secure.signing import SigningKey, sign, verify

NAME = "MANIFEST"
HEADER = "privshare run folder 1"
NOTHING: Mapping[str, bytes] = {}
SIZE_MAX = 4 * 2**20
_PART = r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}"
_LINE = re.compile(rf"([0-9a-f]{{64}})  (0|[1-9][0-9]{{0,14}})  ({_PART}(?:/{_PART})?)", re.ASCII)
_SIGNATURE = re.compile(r"ed25519 ([0-9a-f]{64}) ([0-9a-f]{128})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Entry:
    """One file. sha256: hex. size: bytes."""

    sha256: str
    size: int


def write_manifest(files: Mapping[str, bytes], key: SigningKey, *, hashed: Mapping[str, bytes] = NOTHING) -> bytes:
    """Return the manifest of these files, signed. hashed: the SHA-256 of those of which somebody has it already."""
    entries = {
        path: Entry((hashed.get(path) or hashlib.sha256(data).digest()).hex(), len(data))
        for path, data in files.items()
    }
    text = _text(entries)
    signature = sign(key, domain="manifest", message=text)
    return text + f"ed25519 {key.public.hex()} {signature.hex()}\n".encode()


def read_manifest(data: bytes) -> tuple[dict[str, Entry], bytes]:
    """Return path -> entry and the key that signed; raise VerificationFailed(MANIFEST, reason) for any other bytes."""
    try:
        lines = data.decode("ascii").split("\n")
    except UnicodeDecodeError:
        raise VerificationFailed(NAME, "it is not ASCII") from None
    if len(lines) < 4 or lines[0] != HEADER or lines[-1] or lines[-3]:
        raise VerificationFailed(NAME, f"it is not a manifest that begins with {HEADER!r} and ends in a signature")
    signed = _SIGNATURE.fullmatch(lines[-2])
    if signed is None:
        raise VerificationFailed(NAME, "its last line is not a signature")
    public, signature = bytes.fromhex(signed[1]), bytes.fromhex(signed[2])
    verify(public, domain="manifest", message=data[: -len(lines[-2]) - 1], signature=signature, file=NAME)
    entries: dict[str, Entry] = {}
    for line in lines[1:-3]:
        found = _LINE.fullmatch(line)
        if found is None or found[3] == NAME or found[3] in entries:
            raise VerificationFailed(NAME, "a line is not a digest, a size and a path of its own")
        entries[found[3]] = Entry(found[1], int(found[2]))
    if _text(entries) != data[: -len(lines[-2]) - 1]:
        raise VerificationFailed(NAME, "its lines are not in order of paths")
    return entries, public


def _text(entries: Mapping[str, Entry]) -> bytes:
    lines = [f"{entry.sha256}  {entry.size}  {path}\n" for path, entry in sorted(entries.items())]
    return (f"{HEADER}\n" + "".join(lines) + "\n").encode("ascii")
