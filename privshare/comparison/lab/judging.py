"""The judge: hands an attack its targets and background, and scores its guesses by the truth.

Every goal is scored in one way, whatever the attack; what an attack is given
is only what it declares to know. Beside it stands a control, which can only
succeed by chance: the same attack on people who are not in the data or, for
secrets, the same guesses held against the coins of other targets.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from privshare.attacks.adversary import AttackResult
from privshare.attacks.attack import Attack, Goal, NotApplicable, Targets
from privshare.comparison.lab.cell import Cell, Control
from privshare.comparison.lab.rows import elsewhere, right_rows, sampled_people, usual_rows_rate
from privshare.comparison.lab.techniques.series import OF, counted
from privshare.comparison.lab.techniques.technique import QUESTION, Protected, Technique
from privshare.comparison.lab.watching import Watched
from privshare.comparison.lab.world import TARGETS_MAX, LabWorld
from privshare.comparison.risk import ceiling_at_even_odds
from privshare.holders.identifiers import DISTRICT_CODES, SERIALS, YEARS
from privshare.holders.people import identifier_space
from privshare.model.entropy import WorldGenerator, seeded_generator
from privshare.model.loss import PrivacyLoss
from privshare.model.surface import Codes, Surface

REST = tuple(f"rest-{of}" for of in OF)
"""Background that an attack may declare: the exact number in the target's cell of QUESTION, without the target."""


@dataclass(frozen=True, slots=True)
class _Score:
    """right: one entry an attempt. baseline: rate of guessing without the surface. capped: whether a ceiling holds.

    not_hidden: as in Cell.
    """

    right: Sequence[bool] | NDArray[np.bool_]
    baseline: float
    control: Control | None
    capped: bool
    note: str
    not_hidden: bool = False


def judged(world: LabWorld, technique: Technique, protected: Protected, attack: Attack) -> Cell:
    """Run one attack on what one technique lets out, and return the scored cell."""
    seed = world.seed
    chance = seeded_generator(seed + (_number_of(attack.name) << 32))
    begun = time.perf_counter()
    scored = _SCORES[attack.goal](world, protected, attack, chance)
    seconds = time.perf_counter() - begun
    epsilon = protected.loss.epsilon if technique.budgeted and protected.loss is not None else None
    if isinstance(scored, NotApplicable):
        return Cell(technique.name, attack.name, epsilon, None, None, scored.reason, seed, seconds)
    ceiling = _ceiling(protected.loss) if scored.capped else None
    result = AttackResult(
        attack.name, technique.title, attack.adversary,
        attempts=len(scored.right), successes=int(np.sum(scored.right)), baseline=scored.baseline, ceiling=ceiling,
        note=scored.note,
    )  # fmt: skip
    return Cell(technique.name, attack.name, epsilon, result, scored.control, "", seed, seconds, scored.not_hidden)


def _ceiling(loss: PrivacyLoss | None) -> float | None:
    return None if loss is None else ceiling_at_even_odds(loss)


def _number_of(name: str) -> int:
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big")


def targets_of(world: LabWorld, attack: Attack, handles: Codes) -> Targets:
    """Return these people as targets, with just the background that the attack declares."""
    known = {name: world.people.codes[name][handles] for name in attack.knows if name in world.people.codes}
    known |= {name: _rest(world, name.removeprefix("rest-"), handles) for name in REST if name in attack.knows}
    named = tuple(world.people.identifiers[handle] for handle in handles) if "identifier" in attack.knows else ()
    return Targets(handles, known, named, identifier_space)


def _rest(world: LabWorld, of: str, handles: Codes) -> Codes:
    cells = tuple(world.people.codes[name][handles] for name in QUESTION)
    counts_self = world.joint[handles] & ((world.people.secret[handles] == 1) if of == "secret" else True)
    return np.asarray(counted(world, QUESTION, of).counts[cells] - counts_self)


def _names(world: LabWorld, protected: Protected, attack: Attack, chance: WorldGenerator) -> _Score | NotApplicable:
    values = protected.surface.values
    targets = targets_of(world, attack, np.zeros(0, np.int64))
    guesses = attack.guess(protected.surface, targets, chance)
    if isinstance(guesses, NotApplicable) or values is None:
        return guesses if isinstance(guesses, NotApplicable) else NotApplicable("no value was observed")
    truth = _truth_of_values(world, protected)
    nobody = tuple(chance.bytes(len(value)) for value in values.observed[:TARGETS_MAX])
    decoys = attack.guess(Surface(values=replace(values, observed=nobody)), targets, chance)
    named = 0 if isinstance(decoys, NotApplicable) else sum(guess is not None for guess in decoys)
    return _Score(
        right=[guess is not None and guess == name for guess, name in zip(guesses, truth, strict=True)],
        baseline=1 / (DISTRICT_CODES * YEARS * SERIALS),
        control=Control(len(nobody), named, "random values, made of nobody, that were named"),
        capped=False,
        note=f"values seen by {values.seen_by}",
    )


def _truth_of_values(world: LabWorld, protected: Protected) -> list[str]:
    owners = protected.value_owners if protected.value_owners is not None else protected.owners
    return [world.people.identifiers[owner] for owner in owners] if owners is not None else []


def _records(world: LabWorld, protected: Protected, attack: Attack, chance: WorldGenerator) -> _Score | NotApplicable:
    records, owners = protected.surface.records, protected.owners
    found = _asked(world, protected.surface, attack, world.secrets, chance)
    if isinstance(found, NotApplicable) or records is None or owners is None:
        return found if isinstance(found, NotApplicable) else NotApplicable("no rows about persons are published")
    claimed = found >= 0
    right = claimed & (owners[np.maximum(found, 0)] == world.secrets) if len(owners) else claimed & False
    absent = _asked(world, protected.surface, attack, world.outsiders, chance)
    return _Score(
        right, baseline=1 / max(1, len(records)),
        control=_claims(absent, "people without a row for whom a row was named"), capped=False,
        note=f"rows seen by {records.seen_by}",
    )  # fmt: skip


def _links(_world: LabWorld, protected: Protected, attack: Attack, chance: WorldGenerator) -> _Score | NotApplicable:
    records, later = protected.surface.records, protected.surface.later
    if records is None or later is None or protected.owners is None or protected.later_owners is None:
        return NotApplicable("there are no two releases of rows about persons")
    rows = np.sort(chance.permutation(len(records))[: 2 * TARGETS_MAX])
    found = attack.guess(protected.surface, Targets(rows), chance)
    if isinstance(found, NotApplicable):
        return found
    answer = np.asarray(found, np.int64)
    there = np.isin(protected.owners[rows], protected.later_owners)
    right = (answer >= 0) & (protected.later_owners[np.maximum(answer, 0)] == protected.owners[rows])
    return _Score(
        right[there], baseline=1 / max(1, len(later)),
        control=_claims(answer[~there], "rows of people who are not in the later release, linked all the same"),
        capped=False, note=f"rows seen by {later.seen_by}",
    )  # fmt: skip


def _secrets(world: LabWorld, protected: Protected, attack: Attack, chance: WorldGenerator) -> _Score | NotApplicable:
    watched = Watched(protected.surface)
    found = _asked(world, watched.surface, attack, world.secrets, chance)
    if isinstance(found, NotApplicable):
        return found
    coins = world.people.secret[world.secrets]
    tried = found >= 0  # the theorem of `world` allows an attack to leave targets out
    of = "" if tried.all() else f", of {tried.sum()} of {len(tried)} targets"
    return _Score(
        (found == coins)[tried], baseline=0.5,
        control=_by_others(found, coins), capped=True,
        note=f"secrets drawn by fair coins{of}{watched.told}",
    )  # fmt: skip


def _by_others(found: Codes, coins: Codes) -> Control:
    """Hold each guess against the coins of all other targets, which it is not about."""
    tried, alike = found >= 0, np.where(found == 1, (coins == 1).sum(), (coins == 0).sum())
    right = (alike - (found == coins))[tried].sum()
    return Control(
        int(tried.sum()) * (len(coins) - 1), int(right), "the same guesses, each held against the coins of all others"
    )


def _members(world: LabWorld, protected: Protected, attack: Attack, chance: WorldGenerator) -> _Score | NotApplicable:
    watched = Watched(protected.surface)
    found = _asked(world, watched.surface, attack, world.members, chance)
    if isinstance(found, NotApplicable):
        return found
    absent = _asked(world, protected.surface, attack, world.outsiders, chance)
    claims = absent if isinstance(absent, NotApplicable) else np.where(absent == 1, 0, -1)
    admitted = "" if protected.hides_members else "; the technique says that it does not hide this"
    return _Score(
        found == world.inside, baseline=0.5, control=_claims(claims, "people not in the data, called members"),
        capped=protected.hides_members, note=f"in or out by fair coins{watched.told}{admitted}",
        not_hidden=not protected.hides_members,
    )  # fmt: skip


def _rows(world: LabWorld, protected: Protected, attack: Attack, chance: WorldGenerator) -> _Score | NotApplicable:
    people = sampled_people(world, chance)
    found = _asked(world, protected.surface, attack, people, chance)
    if isinstance(found, NotApplicable):
        return found
    blocks = world.people.codes["block"][people]
    return _Score(
        right_rows(world, blocks, found), baseline=usual_rows_rate(world, blocks),
        control=elsewhere(world, blocks, found), capped=False, note=f"rows of everybody in {len(blocks)} blocks",
    )  # fmt: skip


def _asked(
    world: LabWorld, surface: Surface, attack: Attack, handles: Codes, chance: WorldGenerator
) -> Codes | NotApplicable:
    guesses = attack.guess(surface, targets_of(world, attack, handles), chance)
    return guesses if isinstance(guesses, NotApplicable) else np.asarray(guesses, np.int64)


def _claims(found: Codes | NotApplicable, meaning: str) -> Control | None:
    return None if isinstance(found, NotApplicable) else Control(len(found), int((found >= 0).sum()), meaning)


_Scorer = Callable[[LabWorld, Protected, Attack, WorldGenerator], "_Score | NotApplicable"]
_SCORES: dict[Goal, _Scorer] = {
    Goal.NAME: _names,
    Goal.RECORD: _records,
    Goal.LINK: _links,
    Goal.SECRET: _secrets,
    Goal.MEMBER: _members,
    Goal.ROWS: _rows,
}
