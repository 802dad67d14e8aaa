"""`privshare categorize`: a table read, examined and drafted into a policy."""

from __future__ import annotations

import os
from pathlib import Path

from privshare.categorize.detection import Examination, examine
from privshare.categorize.draft import draft_policy
from privshare.errors import InputRefused, StorageFault
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


def write_new(path: Path, text: str) -> None:
    """Write a file that must not exist yet; raise InputRefused if it does, StorageFault if the disk refuses."""
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError:
        raise InputRefused(f"{path} is there already; name a file that does not exist yet.") from None
    except OSError as fault:
        raise StorageFault(str(path), fault.strerror or "input or output error") from None
