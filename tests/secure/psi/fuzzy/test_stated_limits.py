"""What fuzzy/1 says that it does not stop, played: it is true, and it is not more than what is said."""

from __future__ import annotations

from collections import defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from privshare.secure.psi import fuzzy, members
from privshare.secure.psi.fuzzy import roles
from privshare.secure.psi.fuzzy.fields import coarse
from privshare.secure.psi.members import OPRF, suite_of
from tests.secure.psi.fuzzy.test_records import FOUR, Row, keyed
from tests.secure.psi.fuzzy.test_roles import A, B, by_rows, play

ANN: Row = ("Ann", "Lee", "1990-01-01", "Hull")
MOVED: Row = ("Ann", "Lee", "1990-01-01", "York")
CID: Row = ("Cid", "Poe", "1980-01-01", "Rye")

ALIKE = st.tuples(*(st.sampled_from((one, other)) for one, other in zip(ANN, CID, strict=True)))


def pairs(one: list[Row], other: list[Row]) -> set[tuple[tuple[int, ...], tuple[int, ...], int]]:
    a, b = keyed(one), keyed(other)
    return by_rows(a, b, play(a, b, FOUR, suite=suite_of(OPRF)))


def test_who_joins_a_table_can_undo_somebody_elses_pair() -> None:
    """So no bound on one person's influence is claimed: by a tie, and by a key that is ambiguous now."""
    assert pairs([ANN, CID], [MOVED, CID]) == {((0,), (0,), 1), ((1,), (1,), 4)}
    rival: Row = ("Bea", "Lee", "1990-01-01", "Hull")
    assert pairs([ANN, CID], [MOVED, CID, rival]) == {((1,), (1,), 4)}
    namesake: Row = ("Ann", "Lee", "1990-01-01", "Deal")
    assert pairs([ANN, CID], [MOVED, CID, namesake]) == {((1,), (1,), 4)}


def test_a_receiver_that_makes_up_records_learns_who_agrees_with_its_guesses() -> None:
    """One guess of a birthday is right in a pair of fields that is known; the sender sees a pair and no lie."""
    guesses: list[Row] = [("Cid", "Poe", f"1980-01-{day:02d}", None) for day in range(1, 29)]
    assert pairs(guesses, [ANN, CID]) == {((0,), (1,), 1)}
    assert len(keyed(guesses).items) == 28, "each guess takes a key out of those that were declared"


def others_seen(one: list[Row], other: list[Row], **more: object) -> set[tuple[int, int]]:
    """What a receiver that follows the protocol can conclude: own records and keys that several of the sender have."""
    a, b = keyed(one), keyed(other)
    kids: dict[tuple[int, int], set[int]] = defaultdict(set)
    honest = roles._Pairing.choose

    def watched(self: roles._Pairing, indices: object, handles: object) -> object:
        for place, handle in zip(indices, handles, strict=True):
            kids[int(a.entity_of[place]), int(handle)].add(int(a.kids[place]))
        return honest(self, indices, handles)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(roles._Pairing, "choose", watched)
        play(a, b, FOUR, **more)
    made = set(zip(a.entity_of.tolist(), a.kids.tolist(), strict=True))
    agreed = {(own, kid) for (own, _), some in kids.items() for kid in some}
    fields = {pair: {name for kid in some for name in FOUR.keys[kid - 1]} for pair, some in kids.items()}
    return {
        (own, kid)
        for own, kid in made - agreed
        if any(set(FOUR.keys[kid - 1]) <= known for (mine, _), known in fields.items() if mine == own)
    }


@pytest.mark.parametrize("kid", [1, 2, 3, 4])
def test_a_key_that_does_not_agree_tells_the_receiver_of_another_person(kid: int) -> None:
    """Somebody at the sender has the fields of one of Ann's keys; the receiver knows nobody but Ann, and sees it."""
    names = FOUR.keys[kid - 1]
    stranger: Row = ("Zoe", "Kay", "1999-09-09", "Bath")
    namesake: Row = tuple(ANN[at] if at in names else stranger[at] for at in range(4))
    suite = suite_of(OPRF)
    assert others_seen([ANN, CID], [ANN, CID, stranger], suite=suite) == set()
    assert others_seen([ANN, CID], [ANN, CID, namesake], suite=suite) == {(0, kid)}


@given(st.lists(ALIKE, min_size=1, max_size=3), st.lists(ALIKE, min_size=2, max_size=4))
@settings(deadline=None)
def test_what_the_receiver_concludes_of_others_is_true(one: list[Row], other: list[Row]) -> None:
    """One world in six or so has such a conclusion in it."""

    def entity(row: Row) -> Row:
        return tuple(coarse(text, field.rule) for text, field in zip(row, FOUR.fields, strict=True))

    rows, theirs = keyed(one).rows, {entity(row) for row in other}
    for own, kid in others_seen(one, other):
        mine, names = entity(one[rows.of(own)[0]]), FOUR.keys[kid - 1]
        assert sum(all(mine[at] == its[at] for at in names) for its in theirs) > 1


def test_the_statement_says_so() -> None:
    a = keyed([ANN, CID])
    _, _, transcript = play(a, a, FOUR, suite=suite_of(OPRF))
    below = members.leakage(transcript, receiver=A, sender=B)
    (_, receiver), (_, sender) = fuzzy.leakage(below, transcript, FOUR, receiver=A, sender=B).learned
    (others,) = (what for what in receiver if what.startswith("that just one record of b has the fields"))
    assert others.endswith("so that b has another record with them")
    assert receiver[-1] == "nothing else of fields outside of keys that agree"
    assert sender[-1].endswith("of other records of a only that none has the fields of a key that it is told")


def test_a_field_that_no_agreeing_key_holds_stays_hidden() -> None:
    """Two worlds that differ in a town outside of agreement give the receiver the same pairs, weights and sizes."""
    worlds = []
    for town in ("York", "Deal"):
        a, b = keyed([ANN]), keyed([("Ann", "Lee", "1990-01-01", town), CID])
        found, _, transcript = play(a, b, FOUR, suite=suite_of(OPRF))
        sizes = [(m.sender, m.payload.kind, m.payload.items, len(m.payload.body)) for m in transcript.messages]
        worlds.append((found.weight.tolist(), found.open.entities.tolist(), sorted(sizes)))
    assert worlds[0] == worlds[1]
