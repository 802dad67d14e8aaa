"""A log's signed head, in the C2SP format: tlog-checkpoint as the text, signed-note around it.

    <origin>
    <size, decimal>
    <root, base64>

    — <name> <base64(key id (4 bytes) || Ed25519 signature (64 bytes))>

The key id is SHA-256(name || 0A || 01 || public key)[:4]; it names a key and
proves nothing. A witness that saw the log grow signs the same text on a line
of its own. That is an ordinary note signature (type 01) and not the
timestamped one of tlog-cosignature (type 04): these logs carry no clock that a
reader could check.

Promises: `open_checkpoint` takes exactly what `sign_checkpoint` writes, so any
changed byte is refused. Stricter than C2SP: lines of unknown signers and
extension lines are refused, because a run knows all its signers.
Leaves to others: a log that shows two readers two heads (a split view) is
found by comparing heads with `check_extends`, or by requiring a witness that
does; one head alone cannot show it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from privshare.errors import LogRefused, ParameterRefused
from privshare.secure.log.merkle import HASH_BYTES, verify_consistency
from privshare.secure.signing import SIGNATURE_BYTES, SIGNERS_MAX, SigningKey, sign_note, verify_note

TEXT_MAX = 64 * 1024
SIZE_LIMIT = 2**63
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)
_DASH = "\N{EM DASH} "


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A log's head. origin: the log's name, one line. size: number of leaves, below 2^63. root: 32 bytes."""

    origin: str
    size: int
    root: bytes

    def __post_init__(self) -> None:
        if not self.origin or not self.origin.isprintable():
            raise ParameterRefused("origin", repr(self.origin), "one line of printable characters")
        if type(self.size) is not int or not 0 <= self.size < SIZE_LIMIT:
            raise ParameterRefused("size", self.size, "a whole number from 0 to 2^63 - 1")
        if type(self.root) is not bytes or len(self.root) != HASH_BYTES:
            raise ParameterRefused("root", "another length", f"{HASH_BYTES} bytes")


def sign_checkpoint(checkpoint: Checkpoint, *, signers: Sequence[tuple[str, SigningKey]]) -> str:
    """Write a head with one signature line per signer, in the given order; the log's own comes first by custom.

    Names must not be empty, hold spaces, plus signs or unprintable characters, or stand twice (ParameterRefused).

    >>> from privshare.model.entropy import SeededEntropy
    >>> from privshare.secure.signing import new_signing_key
    >>> key = new_signing_key(SeededEntropy(1))
    >>> note = sign_checkpoint(Checkpoint("example/log", 0, bytes(32)), signers=[("example/log", key)])
    >>> note.splitlines()[:4]
    ['example/log', '0', 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=', '']
    """
    names = [name for name, _ in signers]
    if not 1 <= len(names) <= SIGNERS_MAX or len(set(names)) != len(names):
        raise ParameterRefused("signers", f"{len(names)} names", f"1 to {SIGNERS_MAX} names, each once")
    for name in names:
        if not _is_name(name):
            raise ParameterRefused("signer", repr(name), "printable characters without spaces and plus signs")
    text = _text(checkpoint)
    lines = [
        f"{_DASH}{name} {_base64(_key_id(name, key.public) + sign_note(key, text.encode()))}\n"
        for name, key in signers
    ]
    return text + "\n" + "".join(lines)


def open_checkpoint(
    text: str | bytes, *, keys: Mapping[str, bytes], required: Sequence[str], file: str
) -> Checkpoint:
    """Return the head, once every signature line was checked and every required name was among them.

    text: the whole note; prefer bytes, since reading a file as text may translate its line ends. keys: all signers that
    may appear, name -> public key. Raises LogRefused for the form and SignatureRefused for a signature, both
    VerificationFailed(file, reason).
    """
    head, _, signatures = _decoded(text, file).rpartition("\n\n")
    signed_text = head + "\n"
    checkpoint = _parse(signed_text, file)
    signed: set[str] = set()
    lines = signatures.split("\n")
    if lines.pop() != "" or not 1 <= len(lines) <= SIGNERS_MAX:
        raise LogRefused(file, f"it must end in 1 to {SIGNERS_MAX} signature lines, each ending in a newline")
    for line in lines:
        name, blob = _signature_line(line, file)
        if name not in keys or blob[:4] != _key_id(name, keys[name]):
            raise LogRefused(file, "it carries a signature line of a signer that is not known here")
        if name in signed:
            raise LogRefused(file, f"{name} signed it twice")
        verify_note(keys[name], signed_text.encode(), blob[4:], file=file)
        signed.add(name)
    for name in required:
        if name not in signed:
            raise LogRefused(file, f"the signature of {name} is missing")
    return checkpoint


def check_extends(old: Checkpoint, new: Checkpoint, *, proof: Sequence[bytes], file: str) -> None:
    """Raise LogRefused(file, reason) unless `new` is a later (or the same) head of the log of `old`.

    proof: from `merkle.consistency_proof`, empty for two heads of the same size. Two heads of the same size with
    different roots are a split view: with both signatures they prove that the log lied to somebody.
    """
    if old.origin != new.origin:
        raise LogRefused(file, "the two heads are of different logs")
    verify_consistency(
        old_size=old.size, new_size=new.size, proof=proof, old_root=old.root, new_root=new.root, file=file
    )


def _text(checkpoint: Checkpoint) -> str:
    return f"{checkpoint.origin}\n{checkpoint.size}\n{_base64(checkpoint.root)}\n"


def _parse(text: str, file: str) -> Checkpoint:
    lines = text.split("\n")  # never splitlines(): it also splits at characters that a name may hold
    if len(lines) != 4 or _SIZE.fullmatch(lines[1]) is None:
        raise LogRefused(file, "a head has three lines: origin, size in decimal, root in base64")
    try:
        return Checkpoint(lines[0], int(lines[1]), _from_base64(lines[2], HASH_BYTES, file))
    except ParameterRefused as fault:
        raise LogRefused(file, f"its {fault.name} is not {fault.accepted}") from None


def _signature_line(line: str, file: str) -> tuple[str, bytes]:
    parts = line.removeprefix(_DASH).split(" ")
    if not line.startswith(_DASH) or len(parts) != 2:
        raise LogRefused(file, "a signature line is an em dash, a name and base64, with one space between")
    return parts[0], _from_base64(parts[1], 4 + SIGNATURE_BYTES, file)


def _decoded(note: str | bytes, file: str) -> str:
    try:
        raw = note.encode() if isinstance(note, str) else note
        decoded = raw.decode()
    except UnicodeError:
        raise LogRefused(file, "it is not UTF-8") from None
    if len(raw) > TEXT_MAX:
        raise LogRefused(file, f"it has more than {TEXT_MAX} bytes")
    return decoded


def _is_name(name: str) -> bool:
    return name != "" and name.isprintable() and not set(" +") & set(name)  # of all spaces, U+0020 alone is printable


def _key_id(name: str, public: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n\x01" + public).digest()[:4]


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _from_base64(text: str, size: int, file: str) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        data = b""
    # Decoders ignore the spare bits of the last character, so several texts give the same bytes.
    if len(data) != size or _base64(data) != text:
        raise LogRefused(file, f"{size} bytes are expected in canonical base64")
    return data
