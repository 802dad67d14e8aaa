"""The lists of techniques and attacks, and the head of each page, as the registries describe their entries."""

from __future__ import annotations

from collections.abc import Mapping

from privshare.attacks import ATTACKS
from privshare.attacks.adversary import Adversary
from privshare.attacks.tables import TABLE_ATTACKS
from privshare.comparison.lab.techniques import TECHNIQUES
from tests.docs.lab_tables import BACKGROUNDS

FRAMES: Mapping[str, Adversary] = {name: attack.adversary for name, attack in ATTACKS.items()}
TABLE_FRAMES: Mapping[str, Adversary] = {
    name: attack.frame(BACKGROUNDS[name]) for name, attack in TABLE_ATTACKS.items()
}


def entry(name: str, kind: str) -> str:
    """Return how the registry describes a technique or an attack, above the prose of its page. kind: the folder."""
    if kind == "techniques":
        one = TECHNIQUES[name]
        return (
            f"Let out: {one.title}. **Trust:** {one.trust}. **Promise:** {one.promise}. "
            "All techniques: [index](README.md)."
        )
    frame = FRAMES.get(name) or TABLE_FRAMES[name]
    where = "" if name in FRAMES else " On a released table beside its original."
    return (
        f"**Goal:** {frame.goal}. **Sees:** {frame.view}. **Knows before:** {frame.background}.{where} "
        "All attacks: [index](README.md)."
    )


def index_of_techniques() -> str:
    """Return the list of techniques."""
    lines = ["| technique | what is let out | who must be trusted | what is promised |", "|" + " --- |" * 4]
    lines += [
        f"| [{one.name}]({one.name}.md) | {one.title} | {one.trust} | {one.promise} |" for one in TECHNIQUES.values()
    ]
    return "\n".join(lines)


def index_of_attacks(frames: Mapping[str, Adversary]) -> str:
    """Return the list of some attacks."""
    lines = ["| attack | goal | sees | knows before |", "|" + " --- |" * 4]
    lines += [
        f"| [{name}]({name}.md) | {frame.goal} | {frame.view} | {frame.background} |" for name, frame in frames.items()
    ]
    return "\n".join(lines)
