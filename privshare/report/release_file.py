"""One file of DIR/releases/ read on its own, for whoever wants to look at a release and not at the whole run.

Its signatures are not checked: the keys are in the run folder, and `verify` is
for that. What is checked is that the file is a release, whole and unambiguous.
"""

from __future__ import annotations

from pathlib import Path

from privshare.errors import InputRefused, VerificationFailed
from privshare.model.release import Release
from privshare.secure.canonical import parse_canonical
from privshare.use.release.documents import release_from_document

SIZE_MAX = 1 << 28


def read_release(path: Path) -> Release:
    """Return the release in this file; raise InputRefused for no such file, VerificationFailed for another content."""
    if path.is_dir() or not path.exists():
        found = sorted(str(file) for file in (path / "releases").glob("*.json"))
        hint = f"; it has {', '.join(found)}" if found else ""
        raise InputRefused(f"{path} is no release file{hint}; name one of DIR/releases/.")
    if path.stat().st_size > SIZE_MAX:
        raise InputRefused(f"{path} is larger than any release.")
    envelope = parse_canonical(path.read_bytes(), file=str(path))
    if not isinstance(envelope, dict) or envelope.get("domain") != "release" or "document" not in envelope:
        raise VerificationFailed(str(path), "it is not the envelope of a release")
    return release_from_document(envelope["document"], file=str(path))
