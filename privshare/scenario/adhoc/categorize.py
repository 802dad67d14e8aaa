"""`privshare categorize`: a table read, examined and drafted into a policy."""

from __future__ import annotations

from pathlib import Path

from privshare.categorize.detection import Examination, examine
from privshare.categorize.draft import draft_policy
from privshare.holders.files import Progress, read_table


def examine_file(
    path: Path, *, holder: str, purpose: str, progress: Progress | None = None
) -> tuple[Examination, str]:
    """Read a table; return what its columns seem to be and a policy draft (TOML) that permits nothing yet.

    progress: called with how much of the file is read, and all of it.
    Raises DataRefused for a faulty table and ParameterRefused for a holder or purpose that is no id.
    """
    found = examine(read_table(path, progress=progress))
    return found, draft_policy(found.suggestions, holder, purpose)
