"""A new scenario folder: a copy of the shipped starter, which is played by the tests like any other."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from privshare.errors import InputRefused, OutputInUse, StorageFault
from privshare.scenario.loader import SCENARIO, load_scenario, shipped_scenarios

STARTER = "starter"
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}", re.ASCII)


def new_scenario(name: str, folder: Path) -> Path:
    """Make the folder `name` inside `folder` with a commented, valid scenario; return its path.

    Raises InputRefused for a name that is no plain name or that a shipped scenario has, OutputInUse when
    something of that name is there, StorageFault when the disk refuses (and leaves nothing behind).
    """
    if _NAME.fullmatch(name) is None:
        raise InputRefused(f"{name!r} cannot name a scenario; accepted are a-z, 0-9, - and _, at most 63 of them.")
    if name in shipped_scenarios():
        raise InputRefused(f"{name!r} is the name of a shipped scenario; choose another one.")
    path = folder / name
    try:
        path.mkdir()
    except FileExistsError:
        raise OutputInUse(str(path)) from None
    except OSError as fault:
        raise StorageFault(str(path), fault.strerror or "the folder cannot be made") from None
    try:
        for file in sorted(shipped_scenarios()[STARTER].iterdir()):
            (path / file.name).write_bytes(file.read_bytes())
        load_scenario(str(path / SCENARIO))
    except OSError as fault:
        shutil.rmtree(path, ignore_errors=True)
        raise StorageFault(str(path), fault.strerror or "the files cannot be written") from None
    return path
