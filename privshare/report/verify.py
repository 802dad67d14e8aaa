"""Re-checks a run folder offline and read-only: every file, signature, proof, digest and sum.

What it proves depends on the key. With the fingerprint of the run's key,
received by another way than the folder, the folder is the one its maker
signed. Without it the folder is only consistent: whoever can write it could
sign it anew with keys of their own. The run's key vouches for every file;
what a holder signed (releases, seals, open records, links, ledger, log) also
stands against whoever has the run's key but not that holder's, given a reader
who knows the holders' keys.
Leaves to others: whether what was signed is true.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from privshare.errors import ParameterRefused, SignatureRefused, VerificationFailed
from privshare.report import checks, manifest, stated
from privshare.report.matches import check_links
from privshare.report.opinions import check_label_opinions
from privshare.report.remeasured import check_combined
from privshare.report.sealed import SealedFolder, open_sealed
from privshare.report.shape import part
from privshare.secure.signing import check_public_key, fingerprint
from privshare.use.ledger import LedgerStatement

_FINGERPRINT = re.compile(r"SHA256:[0-9a-f]{4}(?:-[0-9a-f]{4}){7}", re.ASCII)
RUN_SIGNER = "run"


@dataclass(frozen=True, slots=True)
class Verification:
    """Everything that was checked, and held.

    checks: (what, how many). authenticated: whether the run's key is the one that was asked for. fingerprint:
    of the key that signed the folder.
    """

    checks: tuple[tuple[str, int], ...]
    authenticated: bool
    fingerprint: str


def verify_folder(path: Path, *, key: str | None = None) -> Verification:
    """Check a run folder or that of a comparison; raise VerificationFailed(file, reason) where something does not hold.

    key: fingerprint of the run's key as its maker printed it, or None. Raises ParameterRefused for a key that
    is no fingerprint, InputRefused when there is no such folder.
    """
    from privshare.report.comparison.recheck import check_comparison, is_comparison

    sealed, print_of_signer = _opened(path, key)
    if is_comparison(sealed):
        return Verification(check_comparison(sealed), key is not None, print_of_signer)
    return verified_extract(path, key=key)[0]


def verified_extract(path: Path, *, key: str | None = None) -> tuple[Verification, LedgerStatement]:
    """Check a run folder as `verify_folder` does; return also the ledger as that run saw it, signed and logged."""
    sealed, print_of_signer = _opened(path, key)
    keys = _keys(sealed)
    holders = stated.record_holders(sealed, keys)
    log = checks.check_log(sealed, keys, holders)
    releases = checks.check_releases(sealed, keys, log, holders)
    links = check_links(sealed, [document for document, _ in log.of("link")])
    seals = stated.check_seals(sealed, log)
    open_records = checks.check_open_records(sealed, keys, log, holders)
    ledger = checks.check_ledger(sealed, keys, log, releases, holders)
    messages = checks.check_transcript(sealed)
    stated.check_stated_open_records(sealed, log)
    stated.check_stated_releases(sealed, log, releases)
    check_combined(sealed, releases)
    stated.check_budgets(sealed, ledger, releases)
    check_label_opinions(sealed, tuple(releases.values()))
    found = Verification(
        checks=(
            ("files", len(sealed.entries)),
            ("log", len(log.leaves)),
            ("witnesses", log.signers),
            ("seals", seals),
            ("open", open_records),
            ("releases", len(releases)),
            *([("links", links)] if links else []),
            ("ledger", ledger.count),
            ("messages", messages),
        ),
        authenticated=key is not None,
        fingerprint=print_of_signer,
    )
    return found, ledger


def _opened(path: Path, key: str | None) -> tuple[SealedFolder, str]:
    """Return the folder, once its manifest and its key hold, and the fingerprint of who signed it."""
    if key is not None and _FINGERPRINT.fullmatch(key) is None:
        raise ParameterRefused("--key", repr(key), "a fingerprint as a run prints it, SHA256: and 8 groups of 4 digits")
    sealed = open_sealed(path)
    print_of_signer = fingerprint(sealed.signer)
    if key is not None and key != print_of_signer:
        raise SignatureRefused(manifest.NAME, f"it is signed by {print_of_signer}, not by {key}")
    return sealed, print_of_signer


def _keys(sealed: SealedFolder) -> dict[str, bytes]:
    """Return name -> public key of everybody but the run; the run's own must be the manifest's."""
    file = "keys.json"
    keys: dict[str, bytes] = {}
    for name, text in part(sealed.document(file), "keys", dict, file=file).items():
        if type(text) is not str or re.fullmatch("[0-9a-f]{64}", text) is None:
            raise VerificationFailed(file, "a key is not 64 lower-case hexadecimal digits")
        keys[name] = bytes.fromhex(text)
        check_public_key(keys[name], file=file)
    if len(set(keys.values())) != len(keys):
        raise VerificationFailed(file, "two names share one key")
    if keys.pop(RUN_SIGNER, None) != sealed.signer:
        raise VerificationFailed(file, "the run's key in it is not the one that signed the manifest")
    return keys
