"""Finding and reading a scenario: a folder with scenario.toml, its policy and its story.

Everything a file can get wrong is told at once, with its place and what would
be accepted, before any world is built. A scenario reads plain files of its own
folder only: no path upwards, no link that leads out.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from privshare.categorize.policy import faults_of, read_policy, read_toml
from privshare.errors import FileFaults, InputRefused
from privshare.holders.population import WORLDS
from privshare.model.policy import Policy
from privshare.scenario.spec import ScenarioFile, StepFrame
from privshare.scenario.steps import STEPS, StepKind

SCENARIO = "scenario.toml"
SIZE_MAX = 1 << 20


@dataclass(frozen=True, slots=True)
class Scenario:
    """A scenario that is well formed. name: its folder's name. steps: each with its kind, in order."""

    name: str
    file: ScenarioFile
    policy: Policy
    story: str
    steps: tuple[tuple[StepKind, StepFrame], ...]


def shipped_scenarios() -> dict[str, Path]:
    """Return name -> folder of the scenarios that come with privshare, in alphabetical order."""
    inside = Path(str(files("privshare"))) / "scenarios"
    root = inside if inside.is_dir() else Path(str(files("privshare"))).parent / "scenarios"
    return {folder.name: folder for folder in sorted(root.iterdir()) if (folder / SCENARIO).is_file()}


def load_scenario(name_or_path: str) -> Scenario:
    """Return the scenario of that name, or the one in that folder (or scenario.toml file).

    Raises FileFaults with every fault of its files, or InputRefused when there is no such scenario.
    """
    folder = _folder(name_or_path)
    told = f"{folder.name}/{SCENARIO}"
    document = read_toml(_read(folder, SCENARIO), told)
    faults: list[tuple[str, str]] = []
    try:
        written = ScenarioFile.model_validate(document)
    except ValidationError as error:
        faults += faults_of(error)
        written = None
    steps, step_faults = _steps(document.get("steps"))
    faults += [fault for fault in step_faults if fault not in faults]
    if written is None:
        raise FileFaults(told, faults)
    policy = read_policy(_read(folder, written.policy), f"{folder.name}/{written.policy}")
    faults += _undeclared(written, policy, steps)
    if faults:
        raise FileFaults(told, faults)
    story = _read(folder, written.story).decode("utf-8", "replace")
    return Scenario(folder.name, written, policy, story, tuple(steps))


def _folder(name_or_path: str) -> Path:
    shipped = shipped_scenarios()
    if name_or_path in shipped:
        return shipped[name_or_path]
    path = Path(name_or_path)
    folder = path.parent if path.name == SCENARIO else path
    if not (folder / SCENARIO).is_file():
        near = difflib.get_close_matches(name_or_path, shipped, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise InputRefused(
            f"there is no scenario {name_or_path!r}{hint} Accepted are {', '.join(shipped)}, "
            f"or a folder that has a {SCENARIO}."
        )
    return folder.absolute()


def _read(folder: Path, name: str) -> bytes:
    """Return one file of the folder. A link that leads out of the folder is refused."""
    path = folder / name
    told = f"{folder.name}/{name}"
    if path.resolve().parent != folder.resolve():
        raise FileFaults(told, [("", "leads out of the scenario's folder; put the file itself there")])
    if not path.is_file():
        raise FileFaults(told, [("", "there is no such file; every file a scenario names lies in its folder")])
    if path.stat().st_size > SIZE_MAX:
        raise FileFaults(told, [("", "larger than 1 MiB; a scenario is a short text")])
    return path.read_bytes()


def _steps(raw: Any) -> tuple[list[tuple[StepKind, StepFrame]], list[tuple[str, str]]]:
    steps: list[tuple[StepKind, StepFrame]] = []
    faults: list[tuple[str, str]] = []
    for number, step in enumerate(raw if isinstance(raw, list) else []):
        name = step.get("kind") if isinstance(step, dict) else None
        if not isinstance(name, str) or name not in STEPS:
            faults.append((f"steps[{number}].kind", f"{name!r} is no kind of step; accepted are {', '.join(STEPS)}"))
            continue
        kind = STEPS[name]
        try:
            steps.append((kind, kind.model.model_validate(step)))
        except ValidationError as error:
            faults += [(f"steps[{number}].{where}", what) for where, what in faults_of(error)]
    return steps, faults


def _undeclared(
    written: ScenarioFile, policy: Policy, steps: Iterable[tuple[StepKind, StepFrame]]
) -> list[tuple[str, str]]:
    """Return names that are used and not declared, and ids that are used twice."""
    faults: list[tuple[str, str]] = []
    if written.world.kind not in WORLDS:
        faults.append(("world.kind", f"no world {written.world.kind!r}; accepted are {', '.join(WORLDS)}"))
    parties = [party.id for party in written.parties]
    if len(set(parties)) < len(parties):
        faults.append(("parties", "an id is used twice; give each party its own"))
    asked: set[str] = set()
    declared = {
        "party": set(parties),
        "holder": {party.id for party in written.parties if party.tables},
        "purpose": set(map(str, policy.purposes)),
        "licence": {licence.id for licence in policy.licences.values()},
        "release": asked,
    }
    for number, (kind, step) in enumerate(steps):
        for mention in kind.mentions(step):
            known = declared[mention.what]
            if mention.name not in known:
                listed = ", ".join(sorted(known)) or "none at this point"
                faults.append(
                    (f"steps[{number}].{mention.place}", f"no {mention.what} {mention.name!r}; there are: {listed}")
                )
        question = getattr(step, "id", None)
        if question in asked:
            faults.append((f"steps[{number}].id", f"{question!r} is used twice; give each step its own id"))
        if question is not None and not step.expect_refusal:
            asked.add(question)
    faults += [
        ("policy", f"clause {clause.id} names a holder that is no party of this scenario")
        for clause in policy.clauses.values()
        if clause.holder not in parties
    ]
    return faults
