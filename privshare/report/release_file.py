"""One file of DIR/releases/ read on its own, for whoever wants to look at a release and not at the whole run.

Its signatures are not checked: the keys are in the run folder, and `verify` is
for that. What is checked is that the file is a release, whole and unambiguous,
whose loss, bounds and noise fit one another (`arithmetic.py`).
"""

from __future__ import annotations

from pathlib import Path

from privshare.errors import InputRefused, VerificationFailed
from privshare.model.release import SIGMA, Release
from privshare.report.arithmetic import GRAINLESS, check_arithmetic
from privshare.secure.canonical import parse_canonical
from privshare.secure.noise import SCALE_MAX
from privshare.use.release.documents import FILE_MAX, release_from_document


def read_release(path: Path) -> Release:
    """Return the release in this file; raise InputRefused for no such file, VerificationFailed for another content."""
    if path.is_dir() or not path.exists():
        found = sorted(str(file) for file in (path / "releases").glob("*.json"))
        hint = f"; it has {', '.join(found)}" if found else ""
        raise InputRefused(f"{path} is no release file{hint}; name one of DIR/releases/.")
    if not path.is_file():
        raise InputRefused(f"{path} is no file; name one of DIR/releases/.")
    if path.stat().st_size > FILE_MAX:
        raise InputRefused(f"{path} is larger than any release.")
    envelope = parse_canonical(path.read_bytes(), file=str(path), most=FILE_MAX)
    if not isinstance(envelope, dict) or envelope.get("domain") != "release" or "document" not in envelope:
        raise VerificationFailed(str(path), "it is not the envelope of a release")
    release = release_from_document(envelope["document"], file=str(path))
    _check_noise_told(release, str(path))
    check_arithmetic(release, str(path))
    return release


def _check_noise_told(release: Release, file: str) -> None:
    """Raise VerificationFailed unless every measure has noise of a sensible size, one draw of it for one holder."""
    told = tuple(measure for measure, _ in release.public_noise)
    bounded = tuple(measure.name for measure in release.bounded)
    drawn = {part.measure for part in release.parts}
    if told != release.measures or bounded not in ((), told) or not drawn.issuperset(told):
        raise VerificationFailed(file, "its measures, their bounds and their noise are not of the same names")
    if any(part.grain < 1 for part in release.parts):
        raise VerificationFailed(file, GRAINLESS)
    for measure, scales in release.public_noise:
        if not scales or (bounded and len(scales) != 1) or not all(map(_sensible, scales)):
            raise VerificationFailed(file, f"the noise in {measure} is not of a size that noise has")


def _sensible(scale: str) -> bool:
    try:
        number = float(scale.removeprefix(SIGMA))
    except ValueError:
        return False
    return 0 < number <= SCALE_MAX
