"""Finding and reading a scenario: a folder with scenario.toml, its policy and its story.

Everything a file can get wrong is told at once, with its place and what would
be accepted, before any world is built. A scenario reads plain files of its own
folder only: no path upwards, no link that leads out.
"""

from __future__ import annotations

import difflib
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from privshare.categorize.faults import faults_of
from privshare.categorize.policy import read_policy, read_toml
from privshare.errors import FileFaults, InputRefused
from privshare.model.policy import Policy
from privshare.scenario.names import NumberedStep, undeclared
from privshare.scenario.spec import FILE_NAME, PartySpec, ScenarioFile, StepFrame, WorldSpec
from privshare.scenario.steps import STEPS, StepKind

if TYPE_CHECKING:
    from privshare.holders.holder import Rows

SCENARIO = "scenario.toml"
SIZE_MAX = 1 << 20

Imported = Mapping[str, "Rows"]


@dataclass(frozen=True, slots=True)
class Scenario:
    """A scenario that is well formed.

    name: its folder's name. world: what people to simulate, or the tables that somebody brought, by name, each
    with its person column. story: Markdown. steps: each with its kind, in order. digest: SHA-256 of scenario.toml,
    hex; "" where there is none.
    """

    name: str
    title: str
    question: str
    world: WorldSpec | Imported
    parties: tuple[PartySpec, ...]
    policy: Policy
    story: str
    steps: tuple[tuple[StepKind, StepFrame], ...]
    digest: str = ""


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
    data = _read(folder, SCENARIO)
    document = read_toml(data, told)
    steps, faults = _steps(document.get("steps"))
    written, policy = None, None
    try:
        written = ScenarioFile.model_validate(document)
    except ValidationError as error:
        faults = faults_of(error) + faults
    named = document.get("policy")
    if isinstance(named, str) and re.fullmatch(FILE_NAME, named):
        policy, policy_faults = _policy(folder, named)
        faults += policy_faults
    faults += undeclared(document, policy, steps)
    if written is None or policy is None or faults:
        raise FileFaults(told, list(dict.fromkeys(faults)))
    story = _read(folder, written.story).decode("utf-8", "replace")
    return Scenario(
        name=folder.name,
        title=written.title,
        question=written.question,
        world=written.world,
        parties=tuple(written.parties),
        policy=policy,
        story=story,
        steps=tuple((kind, step) for _, kind, step in steps),
        digest=hashlib.sha256(data).hexdigest(),
    )


def _policy(folder: Path, name: str) -> tuple[Policy | None, list[tuple[str, str]]]:
    """Return the policy, or its faults, each with the policy's file name before its place."""
    try:
        return read_policy(_read(folder, name), name), []
    except FileFaults as refused:
        return None, [(f"{name}: {where}" if where else name, what) for where, what in refused.faults]


def _folder(name_or_path: str) -> Path:
    shipped = shipped_scenarios()
    if name_or_path in shipped:
        return shipped[name_or_path]
    path = Path(name_or_path)
    folder = path.parent if path.name == SCENARIO else path
    if not _is_file(folder / SCENARIO):
        near = difflib.get_close_matches(name_or_path, shipped, n=1)
        hint = f" (did you mean {near[0]!r}?)" if near else ""
        raise InputRefused(
            f"there is no scenario {name_or_path[:200]!r}{hint}; accepted are {', '.join(shipped)}, "
            f"or a folder that has a {SCENARIO}."
        )
    return folder.absolute()


def _read(folder: Path, name: str) -> bytes:
    """Return one file of the folder. A link that leads out of the folder is refused."""
    path = folder / name
    told = f"{folder.name}/{name}"
    if not _is_file(path):
        raise FileFaults(told, [("", "there is no such file; every file a scenario names lies in its folder")])
    if path.resolve().parent != folder.resolve():
        raise FileFaults(told, [("", "leads out of the scenario's folder; put the file itself there")])
    if path.stat().st_size > SIZE_MAX:
        raise FileFaults(told, [("", "larger than 1 MiB; a scenario is a short text")])
    try:
        return path.read_bytes()
    except OSError as fault:
        raise FileFaults(told, [("", f"cannot be read: {fault.strerror}")]) from None


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # too long a name, a folder that may not be read, a NUL
        return False


def _steps(raw: Any) -> tuple[list[NumberedStep], list[tuple[str, str]]]:
    """Return the steps whose kind is known, each with its number in the file, and what is wrong with any.

    A faulty step is returned as it stands, so that the names it uses are checked all the same.
    """
    steps: list[NumberedStep] = []
    faults: list[tuple[str, str]] = []
    for number, step in enumerate(raw if isinstance(raw, list) else []):
        name = step.get("kind") if isinstance(step, dict) else None
        if not isinstance(name, str) or name not in STEPS:
            faults.append((f"steps[{number}].kind", f"{name!r} is no kind of step; accepted are {', '.join(STEPS)}"))
            continue
        kind = STEPS[name]
        try:
            steps.append((number, kind, kind.model.model_validate(step)))
        except ValidationError as error:
            faults += [(f"steps[{number}].{where}", what) for where, what in faults_of(error)]
            steps.append((number, kind, kind.model.model_construct(**step)))
    return steps, faults
