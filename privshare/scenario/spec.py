"""The scenario file (TOML, version 1) as frozen types: a question, its world, its parties, its steps.

Each kind of step brings its own model (`scenario/steps/`); this file knows the
frame. A path in a scenario is a plain file name inside the scenario's folder.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from privshare.categorize.faults import accepting
from privshare.categorize.policy import Identifier, Sentence, StrictModel, Version1

PEOPLE_MIN, PEOPLE_MAX, SEED_MAX = 200, 1_000_000, 2**32 - 1
FILE_NAME = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$"
FileName = Annotated[
    str,
    Field(pattern=FILE_NAME),
    accepting(
        "the plain name of a file in the scenario's folder, in quotes, of letters, digits, ., - and _, at most 80 "
        "characters, the first a letter or digit"
    ),
]


class WorldSpec(StrictModel):
    """Which generator builds the people, how many, from which seed."""

    kind: Identifier
    people: Annotated[int, Field(ge=PEOPLE_MIN, le=PEOPLE_MAX)]
    seed: Annotated[int, Field(ge=0, le=SEED_MAX)]


class PartySpec(StrictModel):
    """One organisation; `tables` names tables of the world, none for a linkage unit."""

    id: Identifier
    name: Sentence
    role: Sentence
    tables: list[Identifier] = Field(default_factory=list)


class StepFrame(StrictModel):
    """What every step has: its kind, and the refusal that the story plans, if it plans one."""

    kind: str
    expect_refusal: Literal[
        "",
        "UnclassifiedColumn",
        "PurposeNotAllowed",
        "FormNotAllowed",
        "KeyNotAllowed",
        "LicenceNotInForce",
        "BudgetExhausted",
    ] = ""


class ScenarioFile(StrictModel):
    """The file as written, its steps still raw."""

    version: Version1
    title: Sentence
    question: Sentence
    policy: FileName
    story: FileName
    world: WorldSpec
    parties: Annotated[list[PartySpec], Field(min_length=2)]
    steps: Annotated[list[dict[str, Any]], Field(min_length=1)]
