r"""Keys of a project: an authority, and for every party a certificate, a TLS key and an Ed25519 identity.

    DIR/authority.pem                 the authority's certificate, for all
    DIR/NAME/certificate.pem          X.509, Ed25519, signed by the authority; its URI names party and identity
    DIR/NAME/tls-key.pem              private
    DIR/NAME/identity.key             private: the 32-byte seed of the Ed25519 key, hexadecimal
    DIR/NAME/authority.pem, party.json

The authority's own key signs these certificates and is then forgotten: who
copies the folder later can make no further party. New parties, or new dates,
are a new project. A party's folder goes to that party and nowhere else.
Promises: all chance comes from the given source; private files are readable for
their owner only (0600, folders 0700).
Leaves to others: bringing a folder to its party over a way it trusts.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from privshare.errors import FileFaults, OutputInUse, ParameterRefused, StorageFault
from privshare.exchange.tls import Credentials, dates_of
from privshare.model.entropy import Entropy
from privshare.model.party import PartyId
from privshare.secure.signing import fingerprint, new_signing_key

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

DAYS_MAX = 825
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}", re.ASCII)
_SEED = re.compile("[0-9a-f]{64}")
_CLOCKS = timedelta(minutes=5)
_SERIAL_BYTES = 16
_PRIVATE = ("tls-key.pem", "identity.key")
_OWN = ("certificate.pem", "party.json", *_PRIVATE)


def make_keys(out: Path, names: Sequence[str], *, days: int, entropy: Entropy) -> tuple[tuple[str, str], ...]:
    """Make the folder of a project; return (party, fingerprint of its identity) for every name.

    days: how long the certificates hold, 1 to 825. Raises ParameterRefused for a name that fits no path or
    stands twice, OutputInUse where there is something already, StorageFault when the disk refuses; in every
    case nothing is left behind.
    """
    if len(set(names)) != len(names) or len(names) < 2 or not all(_NAME.fullmatch(name) for name in names):
        accepted = "two names or more, each once: small letters, digits, - and _, at most 64"
        raise ParameterRefused("party names", ", ".join(names) or "nothing", accepted)
    if not 1 <= days <= DAYS_MAX:
        raise ParameterRefused("--days", days, f"a whole number from 1 to {DAYS_MAX}")
    if os.path.lexists(out):
        raise OutputInUse(str(out))
    making = out.with_name(f".{out.name}.{entropy.token(8).hex()}.partial")
    try:
        making.mkdir(mode=0o700)
        made = _fill(making, names, days, entropy)
        making.rename(out)
    except OSError as fault:
        raise StorageFault(str(out), fault.strerror or "the disk refused") from None
    finally:
        with contextlib.suppress(OSError):
            shutil.rmtree(making)
    return made


def load_keys(folder: Path) -> Credentials:
    """Return what a party shows and signs with.

    Raises FileFaults, naming every file that is not as it has to be, and ParameterRefused for a folder with none of
    them, such as that of the whole project.
    """
    try:
        anything = any((folder / file).exists() for file in _OWN)
    except OSError:
        raise FileFaults(str(folder), [(folder.name, "cannot be entered by this user")]) from None
    if not anything:
        homes = ", ".join(sorted(str(found.parent) for found in folder.glob("*/party.json")))
        raise ParameterRefused("--keys", folder, homes or "a party's folder made by `privshare party keys`")
    faults: list[tuple[str, str]] = []
    name, seed = "", b""
    for file in ("certificate.pem", "tls-key.pem", "authority.pem"):
        if not (folder / file).is_file():
            faults.append((file, "is not there; accepted is a party's folder made by `privshare party keys`"))
    try:
        told = json.loads((folder / "party.json").read_text(encoding="utf-8"))
        name = told["party"] if isinstance(told["party"], str) and _NAME.fullmatch(told["party"]) else ""
    except (OSError, ValueError, KeyError, TypeError):
        name = ""
    if not name:
        faults.append(("party.json", "does not name the party"))
    try:
        text = (folder / "identity.key").read_text(encoding="ascii").strip()
        seed = bytes.fromhex(text) if _SEED.fullmatch(text) else b""
    except (OSError, ValueError):
        seed = b""
    if not seed:
        faults.append(("identity.key", "is not 64 hexadecimal digits"))
    faults += [
        (file, f"can be read by others of this machine; `chmod 600 {file}`")
        for file in _PRIVATE
        if (folder / file).is_file() and os.name == "posix" and (folder / file).stat().st_mode & 0o077
    ]
    faults = faults or _out_of_force(folder, name)
    if faults:
        raise FileFaults(str(folder), faults)
    return Credentials(
        party=PartyId(name),
        certificate=folder / "certificate.pem",
        tls_key=folder / "tls-key.pem",
        authority=folder / "authority.pem",
        identity_seed=seed,
    )


def _out_of_force(folder: Path, name: str) -> list[tuple[str, str]]:
    """Return a fault for the first certificate that nobody would accept today, with its dates and what to do."""
    now = datetime.now(UTC)
    for file, whose in (("certificate.pem", f"the certificate of {name}"), ("authority.pem", "that of the authority")):
        try:
            start, end = dates_of(folder / file)
        except (OSError, ValueError, IndexError):
            return [(file, "is no certificate; accepted is one made by `privshare party keys`")]
        if now >= end:
            anew = "make keys for all parties anew with `privshare party keys` and give each its folder"
            return [(file, f"{whose} has expired on {end:%Y-%m-%d at %H:%M} UTC; {anew}")]
        if now < start:
            clock = f"this machine's clock says {now:%Y-%m-%d %H:%M}; set it right"
            return [(file, f"{whose} is in force from {start:%Y-%m-%d at %H:%M} UTC on, and {clock}")]
    return []


def _fill(folder: Path, names: Sequence[str], days: int, entropy: Entropy) -> tuple[tuple[str, str], ...]:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    authority_key, serials = _tls_key(entropy), entropy.token(_SERIAL_BYTES * (len(names) + 1))
    serial = [int.from_bytes(serials[at : at + _SERIAL_BYTES]) | 1 for at in range(0, len(serials), _SERIAL_BYTES)]
    called = "privshare project authority"
    authority = _certificate(called, authority_key, authority_key, None, days=days, serial=serial.pop(), uri=None)
    public = authority.public_bytes(Encoding.PEM)
    _write(folder / "authority.pem", public, mode=0o644)
    made = []
    for name in names:
        identity = new_signing_key(entropy)
        tls_key = _tls_key(entropy)
        uri = f"urn:privshare:party:{name}:ed25519:{identity.public.hex()}"
        certificate = _certificate(name, tls_key, authority_key, authority, days=days, serial=serial.pop(), uri=uri)
        home = folder / name
        home.mkdir(mode=0o700)
        party = {"identity": identity.public.hex(), "party": name, "version": 1}
        secret = tls_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        for file, data in (
            ("authority.pem", public),
            ("certificate.pem", certificate.public_bytes(Encoding.PEM)),
            ("tls-key.pem", secret),
            ("identity.key", identity._seed.hex().encode() + b"\n"),
            ("party.json", json.dumps(party, indent=2).encode() + b"\n"),
        ):
            _write(home / file, data, mode=0o600)
        made.append((name, fingerprint(identity.public)))
    return tuple(made)


def _tls_key(entropy: Entropy) -> Ed25519PrivateKey:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.from_private_bytes(entropy.token(32))


def _certificate(
    name: str,
    key: Ed25519PrivateKey,
    signer: Ed25519PrivateKey,
    issuer: x509.Certificate | None,
    *,
    days: int,
    serial: int,
    uri: str | None,
) -> x509.Certificate:
    """Return the certificate of a party, or, without issuer and URI, of the authority itself (RFC 5280)."""
    from cryptography import x509
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now, is_authority = datetime.now(UTC), issuer is None
    usage = x509.KeyUsage(
        digital_signature=not is_authority,
        key_cert_sign=is_authority,
        crl_sign=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject if issuer is None else issuer.subject)
        .public_key(key.public_key())
        .serial_number(serial)
        .not_valid_before(now - _CLOCKS)
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.BasicConstraints(is_authority, 0 if is_authority else None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
    )
    if uri is not None:
        both = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH])
        named = x509.SubjectAlternativeName([x509.UniformResourceIdentifier(uri)])
        builder = builder.add_extension(both, critical=False).add_extension(named, critical=False)
    return builder.sign(signer, None)  # Ed25519 hashes by itself


def _write(path: Path, data: bytes, *, mode: int) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
