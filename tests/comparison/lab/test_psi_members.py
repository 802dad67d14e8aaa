"""PSI members in the lab: real runs, right pairs and values, nothing of an identifier on the wire, an honest probe."""

from __future__ import annotations

import numpy as np
import pytest

from privshare.comparison.lab.techniques import TECHNIQUES
from privshare.comparison.lab.techniques.psi_members import PSI_MEMBERS, MembersProbe, Run, run, side_of
from privshare.comparison.lab.techniques.series import counted
from privshare.comparison.lab.techniques.technique import QUESTION, Protected
from privshare.comparison.lab.world import LabWorld
from privshare.model.entropy import SystemEntropy
from privshare.secure.psi.members import OPRF, SEMI_HONEST, choose
from tests.comparison.lab.worlds import setting, small_world
from tests.secure.psi.members.test_canary import found

SUITES = {OPRF: 1_000, SEMI_HONEST: 3_200}
"""Suite -> people of a world whose files are of a size that it is chosen for."""
TABLES = 8 * 2 * 30


def played(world: LabWorld) -> Run:
    sides = (side_of(world, holder) for holder in (world.people.platform, world.people.bank))
    return run(*sides, world.people.secret, SystemEntropy())


def protected(world: LabWorld) -> Protected:
    return PSI_MEMBERS.protect(world, setting())


@pytest.mark.parametrize("suite", SUITES)
def test_a_real_run_of_the_chosen_suite_gives_the_exact_table(suite: str) -> None:
    world = small_world(SUITES[suite])
    assert choose(int(world.people.platform.sum()), int(world.people.bank.sum())).suite.id == suite
    made = protected(world)
    assert made.linked is not None
    assert (made.linked[:, 0] == made.linked[:, 1]).all()
    assert sorted(made.linked[:, 0]) == np.flatnonzero(world.joint).tolist()
    assert (made.people.counts == counted(world, QUESTION, "people").counts).all()
    assert (made.secret.counts == counted(world, QUESTION, "secret").counts).all()


@pytest.mark.parametrize("suite", SUITES)
def test_bytes_are_those_of_the_wire(suite: str) -> None:
    """The suite's own cost is predicted exactly; a match is told in 4 bytes, a value in 1; a session has some more."""
    world = small_world(SUITES[suite])
    cost = dict(choose(int(world.people.platform.sum()), int(world.people.bank.sum())).costs)[suite]
    matches = int(world.joint.sum())
    session = protected(world).bytes_sent - TABLES - cost.bytes - 32 - 5 * matches
    assert 1_000 < session < 1_600


def test_the_platform_learns_the_value_of_each_match_and_of_nobody_else() -> None:
    world = small_world(1_000)
    made = protected(world)
    records = made.surface.records
    assert records is not None
    assert made.owners is not None
    assert records.seen_by == "the platform"
    assert records.secret.tolist() == world.people.secret[made.owners].tolist()
    assert set(made.owners.tolist()) == set(np.flatnonzero(world.joint).tolist())
    assert records.names == tuple(world.people.identifiers[owner].encode() for owner in made.owners)


@pytest.mark.parametrize("suite", SUITES)
def test_no_byte_on_the_wire_shows_an_identifier(suite: str) -> None:
    """Nor an unkeyed hash of one. A false alarm needs 8 given bytes by chance in 600 kB, and 8 more: below 1e-20."""
    world = small_world(SUITES[suite])
    bodies = [message.payload.body for message in played(world).transcript.messages]
    who = np.flatnonzero(world.people.platform | world.people.bank)
    planted = [world.people.identifiers[handle] for handle in who]
    assert found(bodies, planted, bytes(32)) == []
    for naive in ("hash-join", "pooled-join"):  # teeth: what a third party is sent
        values = TECHNIQUES[naive].protect(world, setting()).surface.values
        assert values is not None
        assert len(set(found([b"".join(values.observed)], planted, bytes(32)))) >= len(planted)


def test_what_stands_for_an_identifier_on_the_wire_is_another_text_in_every_run() -> None:
    world = small_world(1_000)
    one, other = played(world), played(world)
    for ran in (one, other):
        tags = next(message.payload for message in ran.transcript.messages if message.payload.kind == "tags")
        size = len(tags.body) // tags.items
        assert list(ran.tags) == sorted(ran.tags), "matches are numbered by the order of the tags"
        assert {*ran.tags} <= {tags.body[at : at + size] for at in range(0, len(tags.body), size)}
        assert len(ran.tags) == len(ran.bank) == int(world.joint.sum())
    assert not {*one.tags} & {*other.tags}
    values = protected(world).surface.values
    assert values is not None
    assert values.recipe is None, "a step needs a key"


def test_an_invented_set_learns_who_of_it_is_a_customer() -> None:
    world = small_world(1_000)
    surface = protected(world).surface
    assert surface.probe is not None
    probe = surface.probe()
    assert isinstance(probe, MembersProbe)
    handles = [*np.flatnonzero(world.people.bank)[:5], *np.flatnonzero(~world.people.bank)[:5]]
    names = [world.people.identifiers[handle] for handle in handles]
    invented = [*names, names[0], names[0].upper(), "hc99-1900-0000-x", names[7]]
    told = probe.members(invented)
    assert told.tolist() == [True] * 5 + [False] * 5 + [True, True, False, False]
    assert probe.members([]).tolist() == []
    assert probe.size(names) is None
