"""What fuzzy/1 says that it does not stop, played: it is true, and it is not more than what is said."""

from __future__ import annotations

from privshare.secure.psi.members import OPRF, suite_of
from tests.secure.psi.fuzzy.test_records import FOUR, Row, keyed
from tests.secure.psi.fuzzy.test_roles import by_rows, play

ANN: Row = ("Ann", "Lee", "1990-01-01", "Hull")
MOVED: Row = ("Ann", "Lee", "1990-01-01", "York")
CID: Row = ("Cid", "Poe", "1980-01-01", "Rye")


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


def test_a_field_that_no_agreeing_key_holds_stays_hidden() -> None:
    """Two worlds that differ in a town outside of agreement give the receiver the same pairs, weights and sizes."""
    worlds = []
    for town in ("York", "Deal"):
        a, b = keyed([ANN]), keyed([("Ann", "Lee", "1990-01-01", town), CID])
        found, _, transcript = play(a, b, FOUR, suite=suite_of(OPRF))
        sizes = [(m.sender, m.payload.kind, m.payload.items, len(m.payload.body)) for m in transcript.messages]
        worlds.append((found.weight.tolist(), found.open.entities.tolist(), sorted(sizes)))
    assert worlds[0] == worlds[1]
