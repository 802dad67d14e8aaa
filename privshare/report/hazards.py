"""A hazard made readable: the same attack with a safeguard and without it, as a document and as lines."""

from __future__ import annotations

from typing import Any

from privshare.attacks.adversary import AttackResult, wilson_interval
from privshare.comparison.lab.hazards.hazard import Played
from privshare.report import figures

FORMAT = "privshare/hazard/1"


def hazard_facts(played: Played) -> dict[str, Any]:
    """Return the document. world_seed fixes people and choices; noise has no seed."""
    hazard = played.hazard
    return {
        "format": FORMAT,
        "hazard": hazard.name,
        "attack": hazard.attack,
        "safeguard": hazard.safeguard,
        "switched_off": hazard.switched_off,
        "guarded": _result(played.guarded),
        "unguarded": _result(played.unguarded),
        "shows": played.shows,
        "lesson": hazard.lesson,
        "source": hazard.source,
        "people": played.people,
        "world_seed": played.seed,
        "seconds": played.seconds,
    }


def _result(result: AttackResult) -> dict[str, Any]:
    return {
        "success": result.rate,
        "interval": list(wilson_interval(result.successes, result.attempts)),
        "successes": result.successes,
        "attempts": result.attempts,
        "baseline": result.baseline,
        "ceiling": result.ceiling,
    }


def hazard_lines(played: Played) -> list[str]:
    """Return what a terminal shows."""
    hazard = played.hazard
    return [
        f"Attack {hazard.attack} on {played.people:,} simulated people, seed {played.seed} (noise has no seed)",
        *_told("with the safeguard", hazard.safeguard, played.guarded),
        *_told("without it", hazard.switched_off, played.unguarded),
        "",
        hazard.lesson
        if played.shows
        else "The two figures are too close to show anything: try more people (--people) or another seed (--seed).",
        f"Source: {hazard.source}",
    ]


def _told(which: str, what: str, result: AttackResult) -> list[str]:
    low, high = wilson_interval(result.successes, result.attempts)
    ceiling = "" if result.ceiling is None else f"; the promise allows {figures.ceiling(result.ceiling)}"
    return [
        "",
        f"  {which}: {what}",
        f"    right {result.successes:,} of {result.attempts:,} times, {result.rate:.1%} "
        f"(95 % interval {low:.1%} to {high:.1%}); guessing gets {_share(result.baseline)}{ceiling}",
    ]


def _share(share: float) -> str:
    return f"{share:.1%}" if share >= 0.001 else f"one in {1 / share:,.0f}"
