"""Mutual TLS 1.3 between two parties of one project: what each shows, whom it believes, how a failure is told.

A party is known by the name that its authority's certificate gives it, not by
the address it runs at, and by the Ed25519 identity in the same certificate.
Promises: TLS 1.3 only, both sides show a certificate, no session is resumed.
Leaves to others: making certificates (`scenario/party/keys.py`).
Follows RFC 8446, RFC 5280.
"""

from __future__ import annotations

import hashlib
import re
import ssl
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from privshare.model.party import PartyId

_NAMED = re.compile(r"urn:privshare:party:([a-z0-9][a-z0-9_-]{0,63}):ed25519:([0-9a-f]{64})", re.ASCII)

_REFUSED = {
    "TLSV1_ALERT_UNKNOWN_CA": "it does not believe this side's certificate, which another authority has signed",
    "SSLV3_ALERT_CERTIFICATE_EXPIRED": "it says that this side's certificate has expired",
    "SSLV3_ALERT_BAD_CERTIFICATE": "it does not accept this side's certificate",
    "SSLV3_ALERT_CERTIFICATE_UNKNOWN": "it does not accept this side's certificate",
}
"""What the other side sends before it hangs up: the names are OpenSSL's, in any version of TLS."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a party shows and whom it believes: PEM files, and the seed of the identity that its certificate names."""

    party: PartyId
    certificate: Path
    tls_key: Path
    authority: Path
    identity_seed: bytes = field(repr=False)


def context_for(own: Credentials, *, serves: bool) -> ssl.SSLContext:
    """Return the settings of one side; serves: True at the side that listens."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER if serves else ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.check_hostname = False  # a party is known by the name that its authority gave it, wherever it runs
    context.verify_mode = ssl.CERT_REQUIRED
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    if serves:
        context.num_tickets = 0  # no session is resumed
    context.load_cert_chain(own.certificate, own.tls_key)
    context.load_verify_locations(own.authority)
    return context


def dates_of(certificate: Path) -> tuple[datetime, datetime]:
    """Return from when to when a certificate is in force, in UTC (RFC 5280, 4.1); ValueError for what is none.

    Only the dates are read, since a library that reads all of it takes longer to load than a run should wait.
    """
    data = ssl.PEM_cert_to_DER_cert(certificate.read_text(encoding="ascii"))
    fields = _parts(_parts(_parts(data)[0][1])[0][1])
    dates = _parts(fields[4 if fields[0][0] == _VERSION else 3][1])  # serial number, algorithm and issuer come first
    start, end = (_time(tag, text.decode("ascii")) for tag, text in dates)
    return start, end


_VERSION, _UTC_TIME = 0xA0, 0x17


def _parts(data: bytes) -> list[tuple[int, bytes]]:
    """Return what follows one another in DER, as (tag, contents); ValueError where a length does not fit (X.690, 8)."""
    found = []
    while data:
        if len(data) < 2:
            raise ValueError("DER ends early")
        start, length = 2, data[1]
        if length >= 0x80:
            start = 2 + (length & 0x7F)
            length = int.from_bytes(data[2:start])
        if start + length > len(data):
            raise ValueError("DER ends early")
        found.append((data[0], data[start : start + length]))
        data = data[start + length :]
    return found


def _time(tag: int, text: str) -> datetime:
    century = "" if tag != _UTC_TIME else "19" if text >= "5" else "20"
    return datetime.strptime(century + text, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)


def named_by(line: ssl.SSLSocket) -> tuple[PartyId | None, bytes]:
    """Return the party and the public key that the peer's certificate, already verified, names."""
    names = cast("tuple[tuple[str, str], ...]", (line.getpeercert() or {}).get("subjectAltName", ()))
    found = [_NAMED.fullmatch(value) for kind, value in names if kind == "URI"]
    if len(found) != 1 or found[0] is None:
        return None, b""
    return PartyId(found[0][1]), bytes.fromhex(found[0][2])


def binding_of(line: ssl.SSLSocket, own: Credentials, *, serves: bool) -> bytes:
    """Return what binds a session to this pair of certificates, the same on both sides, 32 bytes."""
    theirs = line.getpeercert(binary_form=True) or b""
    mine = ssl.PEM_cert_to_DER_cert(own.certificate.read_text(encoding="ascii"))
    pair = (mine, theirs) if serves else (theirs, mine)  # the listener's first
    return hashlib.sha256(b"".join(hashlib.sha256(certificate).digest() for certificate in pair)).digest()


def told_of(fault: Exception) -> str:
    """Return what went wrong in words that are the same everywhere, where it is one of the usual things."""
    if isinstance(fault, ssl.SSLCertVerificationError):
        if fault.verify_code == 10:
            return "its certificate has expired"
        if fault.verify_code == 9:
            return "its certificate is not valid yet"
        return "its certificate is not of this project's authority"
    if isinstance(fault, ssl.SSLError):
        reason = fault.reason or ""
        if reason in ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "HTTPS_PROXY_REQUEST"):
            return "what came is no TLS; plain text is refused"
        if reason in ("UNSUPPORTED_PROTOCOL", "TLSV1_ALERT_PROTOCOL_VERSION"):
            return "the other side offers no TLS 1.3"
        if reason == "PEER_DID_NOT_RETURN_A_CERTIFICATE":
            return "it showed no certificate"
        if reason in _REFUSED:
            return _REFUSED[reason]
        return f"TLS failed ({reason.lower().replace('_', ' ') or 'the other side hung up'})"
    if isinstance(fault, OSError) and fault.strerror:
        return fault.strerror
    return "the address is no host and port"
