"""Writes a run folder: all of it or none of it.

Leaves to others: how a folder appears whole or not at all (`staging.py`),
what the files are (`contents.py`), and re-checking (`verify.py`).
"""

from __future__ import annotations

from privshare.errors import ParameterRefused
from privshare.report.contents import bodies, contents
from privshare.report.manifest import NAME, write_manifest
from privshare.report.staging import Stage, publish, staging
from privshare.scenario.outcome import Run
from privshare.secure.signing import SigningKey

__all__ = ["Stage", "staging", "write_run"]


def write_run(run: Run, stage: Stage, *, run_key: SigningKey) -> None:
    """Write the run folder and let it appear at `stage.out`.

    run_key: signs the manifest; its public half is the key "run" of the run. Raises StorageFault when the disk
    refuses, OutputInUse when somebody filled `out` meanwhile, ParameterRefused for an id that fits no path.
    """
    if dict(run.keys).get("run") != run_key.public.hex():
        raise ParameterRefused("run_key", "another key", 'the private half of the run\'s key "run"')
    files = contents(run)
    hashed = {path: payload.digest for path, payload in bodies(run).items()}
    files[NAME] = write_manifest(files, run_key, hashed=hashed)
    publish(files, stage)
