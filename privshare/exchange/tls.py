"""Mutual TLS 1.3 between two parties of one project: what each shows, whom it believes, how a failure is told.

A party is known by the name that its authority's certificate gives it, not by
the address it runs at, and by the Ed25519 identity in the same certificate.
Promises: TLS 1.3 only, both sides show a certificate, no session is resumed.
Leaves to others: making certificates (`scenario/party/keys.py`).
Follows RFC 8446, RFC 5280.
"""

from __future__ import annotations

import errno
import hashlib
import re
import socket
import ssl
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from privshare.errors import FileFaults
from privshare.model.party import PartyId

_NAMED = re.compile(r"urn:privshare:party:([a-z0-9][a-z0-9_-]{0,63}):ed25519:([0-9a-f]{64})", re.ASCII)

_ALERT = re.compile(r"(?:SSLV3|TLSV1|TLSV13)_ALERT_(.+)", re.ASCII)
"""OpenSSL's names of what the other side sends before it hangs up, in any version of TLS (RFC 8446, 6.2)."""
_NOT_ACCEPTED = "it does not accept this side's certificate"
_REFUSED = {
    "UNKNOWN_CA": "it does not believe this side's certificate, which another authority has signed",
    "CERTIFICATE_EXPIRED": "it says that this side's certificate has expired",
    "CERTIFICATE_REVOKED": "it says that this side's certificate has been withdrawn",
    "CERTIFICATE_REQUIRED": "it was shown no certificate of this side",
    "NO_CERTIFICATE": "it was shown no certificate of this side",
    "BAD_CERTIFICATE": _NOT_ACCEPTED,
    "CERTIFICATE_UNKNOWN": _NOT_ACCEPTED,
    "UNSUPPORTED_CERTIFICATE": _NOT_ACCEPTED,
    "ACCESS_DENIED": _NOT_ACCEPTED,
    "DECRYPT_ERROR": "it says that what this side signed in the greeting does not hold",
    "PROTOCOL_VERSION": "the other side offers no TLS 1.3",
    "HANDSHAKE_FAILURE": "it has no cipher or signature of TLS 1.3 in common with this side",
    "INSUFFICIENT_SECURITY": "it has no cipher or signature of TLS 1.3 in common with this side",
}
"""The alerts that say something to a person."""
_FAILED = {
    "WRONG_VERSION_NUMBER": "what came is no TLS; plain text is refused",
    "HTTP_REQUEST": "what came is no TLS; plain text is refused",
    "HTTPS_PROXY_REQUEST": "what came is no TLS; plain text is refused",
    "UNSUPPORTED_PROTOCOL": "the other side offers no TLS 1.3",
    "PEER_DID_NOT_RETURN_A_CERTIFICATE": "it showed no certificate",
}
"""What this side finds by itself."""
UNKNOWN_NAME = "no address is known for that name; check its spelling, or write the address in numbers"
_UNREACHED = {
    errno.EHOSTUNREACH: "no way leads to that address",
    errno.ENETUNREACH: "no way leads to that address",
    errno.ECONNRESET: "the other side hung up",
    errno.ECONNABORTED: "the other side hung up",
    errno.EPIPE: "the other side hung up",
}


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a party shows and whom it believes: PEM files, and the seed of the identity that its certificate names."""

    party: PartyId
    certificate: Path
    tls_key: Path
    authority: Path
    identity_seed: bytes = field(repr=False)


def context_for(own: Credentials, *, serves: bool) -> ssl.SSLContext:
    """Return the settings of one side; serves: True at the side that listens.

    Raises FileFaults for own files that are no certificate, or no key that belongs to it.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER if serves else ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.check_hostname = False  # a party is known by the name that its authority gave it, wherever it runs
    context.verify_mode = ssl.CERT_REQUIRED
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    if serves:
        context.num_tickets = 0  # no session is resumed
    file = own.tls_key
    try:
        context.load_cert_chain(own.certificate, file)
        file = own.authority
        context.load_verify_locations(file)
    except ssl.SSLError:
        what = f"does not go with {own.certificate.name}; accepted are the files as `privshare party keys` made them"
        raise FileFaults(str(file.parent), [(file.name, what)]) from None
    return context


def dates_of(file: Path) -> tuple[datetime, datetime]:
    """Return from when to when a certificate is in force, in UTC (RFC 5280, 4.1); ValueError for a file without one.

    Of several in one file it is the one that is so longest. Only the dates are read, since a library that reads all of
    a certificate takes longer to load than a run should wait.
    """
    found = _PEM.findall(file.read_text(encoding="utf-8", errors="replace"))
    if not found:
        raise ValueError("no certificate")
    return max((_dates_in(ssl.PEM_cert_to_DER_cert(block)) for block in found), key=lambda dates: dates[1])


def _dates_in(data: bytes) -> tuple[datetime, datetime]:
    fields = _parts(_parts(_parts(data)[0][1])[0][1])
    dates = _parts(fields[4 if fields[0][0] == _VERSION else 3][1])  # serial number, algorithm and issuer come first
    start, end = (_time(tag, text.decode("ascii")) for tag, text in dates)
    return start, end


_PEM = re.compile(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", re.DOTALL)
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
    """Return what went wrong in words that are the same everywhere: no sentence of OpenSSL reaches a person.

    What has no words here is told in general, with its short name for whoever looks it up.
    """
    if isinstance(fault, ssl.SSLCertVerificationError):
        if fault.verify_code == 10:
            return "its certificate has expired"
        if fault.verify_code == 9:
            return "its certificate is not valid yet"
        return "its certificate is not of this project's authority"
    if isinstance(fault, ssl.SSLEOFError | ssl.SSLZeroReturnError | ssl.SSLSyscallError):
        return "the other side hung up"
    if isinstance(fault, ssl.SSLError):
        return _told_of_tls(getattr(fault, "reason", None) or "")
    if isinstance(fault, socket.gaierror):
        return UNKNOWN_NAME
    if isinstance(fault, OSError) and fault.strerror:
        return _UNREACHED.get(fault.errno or 0) or fault.strerror.partition(" (while")[0]
    if isinstance(fault, OverflowError):
        return "a port is a whole number from 0 to 65535"
    return "the address is no host and port"


def _told_of_tls(reason: str) -> str:
    """Return what a reason of OpenSSL means, such as TLSV1_ALERT_UNKNOWN_CA; it may have none."""
    if alert := _ALERT.fullmatch(reason):
        return _REFUSED.get(alert[1], f"it broke off TLS ({_short(alert[1])})")
    return _FAILED.get(reason, f"TLS failed at this side ({_short(reason) or 'no reason known'})")


def _short(name: str) -> str:
    return name.lower().replace("_", " ")
