"""The world of a run that was played before, built once more from its seed, for the judge.

Promises: it is the world of that run, or InputRefused: scenario, policy and
people are compared by digest. Nothing is asked, drawn, debited or written.
Leaves to others: reading the run (`report`), judging (`comparison`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from privshare.comparison.membership import Membership, membership_of
from privshare.errors import InputRefused
from privshare.holders.truth import digest_of
from privshare.model.entropy import SystemEntropy
from privshare.model.policy import Policy
from privshare.model.question import Question
from privshare.scenario.loader import Scenario
from privshare.scenario.run import set_stage


@dataclass(frozen=True, slots=True)
class Played:
    """What a run recorded of its world. The three digests are of scenario.toml, of the policy and of the people."""

    scenario: str
    people: int
    seed: int
    scenario_digest: str
    policy_digest: str
    world_digest: str


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """A world once more. questions: what the scenario's steps ask, by id. later: those that hang on an answer.

    A later question stands here at the most that its step may cost; whether it was asked, the run says.
    """

    known: Membership
    questions: Mapping[str, Question]
    later: frozenset[str]
    policy: Policy


def rebuilt(played: Played, scenario: Scenario) -> Rebuilt:
    """Build the world again; raise InputRefused unless scenario, policy and people are those of the run."""
    changed = []
    if scenario.digest != played.scenario_digest:
        changed.append("its scenario.toml is another one")
    if scenario.policy.digest != played.policy_digest:
        changed.append("its policy is another one")
    if changed:
        raise InputRefused(
            f"the scenario {scenario.name!r} is not the one that was run: {' and '.join(changed)}. "
            "Name the folder of the one that was run with --scenario, as it was then."
        )
    stage = set_stage(
        scenario, people=played.people, seed=played.seed, now=datetime.now(UTC), entropy=SystemEntropy()
    )
    truth, _seed = stage.simulated
    if digest_of(truth) != played.world_digest:
        raise InputRefused(
            f"from seed {played.seed} this version of privshare builds other people than those of the run; look at "
            "it with the version that ran it."
        )
    questions: dict[str, Question] = {}
    later: set[str] = set()
    for kind, step in scenario.steps:
        questions |= {question.id: question for question in kind.ask(step, stage)}
        most = kind.most(step, stage)
        if most is not None:
            questions[most.id] = most
            later.add(most.id)
    return Rebuilt(membership_of(truth, stage.holders), questions, frozenset(later), scenario.policy)
