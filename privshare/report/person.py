"""A run folder and the world it was made in, put together: what `privshare person` looks at.

The folder holds no record of a person; the people come from the seed again.
Promises: the folder is verified first and then read by the same strict doors;
what it says picks no file on this machine: its scenario's name may only name a
shipped scenario, any other is named by the person who asks.
Leaves to others: exposure itself (`comparison/exposure`), sentences (`terminal/person.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from privshare.comparison.exposure import (
    Account,
    Answered,
    Exposure,
    Record,
    Refused,
    Spread,
    exposure_of,
    spread_of,
)
from privshare.comparison.membership import Membership
from privshare.errors import InputRefused, ParameterRefused, VerificationFailed
from privshare.model.loss import PrivacyLoss
from privshare.model.party import PartyId, PurposeId
from privshare.model.question import Question
from privshare.report.sealed import SealedFolder, open_sealed
from privshare.report.shape import part, parts
from privshare.report.stated import FACTS, stated_loss
from privshare.report.verify import verify_folder
from privshare.scenario.loader import load_scenario, shipped_scenarios
from privshare.scenario.rebuilt import Played, Rebuilt, rebuilt
from privshare.scenario.spec import PEOPLE_MAX, PEOPLE_MIN, SEED_MAX
from privshare.use.release.documents import release_from_document
from privshare.use.worst_case import permitted_at_most


@dataclass(frozen=True, slots=True, repr=False)
class Judged:
    """A run as the judge of its simulation sees it. names: party -> its name. ledger_kept: as the run says."""

    known: Membership
    record: Record
    names: dict[str, str]
    ledger_kept: bool

    def person(self, identifier: str) -> Exposure:
        """Return one person's exposure; raise ParameterRefused for an identifier that nobody of the world has."""
        number = self.known.number_of(identifier)
        if number is None:
            accepted = f"the identifier of a simulated person of this run, for example {self.spread().most}"
            raise ParameterRefused("ID", repr(identifier[:40]), accepted)
        return exposure_of(number, self.known, self.record)

    def spread(self) -> Spread:
        """Return how exposure is spread over all people of the world."""
        return spread_of(self.known, self.record)


def judged_run(folder: Path, *, scenario: str | None = None) -> Judged:
    """Verify the folder, build its world again, and return both.

    scenario: name or folder of the scenario that was run; by default the shipped one of the run's name.
    Raises InputRefused for tables that somebody brought and for another scenario than the one that was run,
    VerificationFailed for a folder that does not hold.
    """
    verify_folder(folder)
    sealed = open_sealed(folder)
    facts = sealed.document(FACTS)
    played = _played(facts)
    if scenario is None and played.scenario not in shipped_scenarios():
        raise InputRefused(
            f"the scenario {played.scenario[:80]!r} does not come with privshare; name its folder with --scenario."
        )
    world = rebuilt(played, load_scenario(played.scenario if scenario is None else scenario))
    return Judged(
        known=world.known,
        record=_record(sealed, facts, world),
        names={
            part(party, "id", str, file=FACTS): part(party, "name", str, file=FACTS)
            for party in parts(facts, "parties", dict, file=FACTS)
        },
        ledger_kept=part(facts, "ledger_kept", bool, file=FACTS),
    )


def _played(facts: Any) -> Played:
    if isinstance(facts, dict) and facts.get("people") is None:
        raise InputRefused(
            "this run is about tables that somebody brought: nobody knows the truth about their people, so no "
            "exposure is shown; accepted is the folder of a run on simulated people."
        )
    people, seed = (part(facts, name, int, file=FACTS) for name in ("people", "seed"))
    if not (PEOPLE_MIN <= people <= PEOPLE_MAX and 0 <= seed <= SEED_MAX):
        raise VerificationFailed(FACTS, "its people or its seed are out of range")
    name, scenario, world = (part(facts, n, str, file=FACTS) for n in ("scenario", "scenario_sha256", "world_sha256"))
    policy = part(part(facts, "policy", dict, file=FACTS), "sha256", str, file=FACTS)
    return Played(name, people, seed, scenario, policy, world)


def _record(sealed: SealedFolder, facts: Any, world: Rebuilt) -> Record:
    """Return what was asked, in the order of the scenario, once every question of it was found, and no other."""
    answered: list[Answered] = []
    for path in sealed.under("releases"):
        release = release_from_document(part(sealed.document(path), "document", dict, file=path), file=path)
        question = _question(world, release.id)
        if question.holders != release.holders or question.purpose != release.purpose:
            raise VerificationFailed(path, "its holders or its purpose are not those of the scenario's question")
        answered.append(Answered(question, release.clauses, release))
    for link in parts(facts, "links", dict, file=FACTS):
        question = _question(world, part(link, "question", str, file=FACTS))
        answered.append(Answered(question, tuple(parts(link, "clauses", str, file=FACTS)), None))
    for record in parts(facts, "open_records", dict, file=FACTS):
        question = _question(world, part(record, "id", str, file=FACTS))
        answered.append(Answered(question, _clauses(question, world), None))
    refused = tuple(
        Refused(
            _question(world, part(refusal, "question", str, file=FACTS)),
            part(refusal, "kind", str, file=FACTS),
            part(refusal, "clause", str, file=FACTS),
        )
        for refusal in parts(facts, "refusals", dict, file=FACTS)
    )
    accounts = tuple(
        Account(
            PartyId(part(budget, "holder", str, file=FACTS)),
            PurposeId(part(budget, "purpose", str, file=FACTS)),
            cap=_loss(budget, "cap"),
            spent=_loss(budget, "spent"),
        )
        for budget in parts(facts, "budgets", dict, file=FACTS)
    )
    order = list(world.questions)
    told = [one.question.id for one in answered] + [one.question.id for one in refused]
    if len(set(told)) != len(told) or not set(order) - world.later <= set(told) <= set(order):
        raise VerificationFailed(FACTS, "its answers and refusals are not one for each question of its scenario")
    answered.sort(key=lambda one: order.index(one.question.id))
    return Record(tuple(answered), refused, accounts, permitted_at_most(world.policy))


def _question(world: Rebuilt, id: str) -> Question:
    if id not in world.questions:
        raise VerificationFailed(FACTS, "it names a question that its scenario does not ask")
    return world.questions[id]


def _clauses(question: Question, world: Rebuilt) -> tuple[str, ...]:
    """Return the clauses that allow a question, as the gate names them."""
    policy = world.policy
    columns = [policy.clauses.get((use.holder, use.column)) for use in question.uses]
    licences = [policy.licences.get((holder, question.purpose)) for holder in question.holders]
    return tuple(dict.fromkeys(clause.id for clause in (*columns, *licences) if clause is not None))


def _loss(budget: dict[str, Any], name: str) -> PrivacyLoss:
    return stated_loss(part(budget, name, dict, file=FACTS))
