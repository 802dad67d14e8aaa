"""Simulated people as two clerks write them down: a slip, a move or a gap here and there. Seeded, nobody real."""

from __future__ import annotations

from privshare.model.entropy import WorldGenerator, seeded_generator

COLUMNS = ("given_name", "surname", "date_of_birth", "address_1", "suburb", "postcode")
Person = list[str]

_SYLLABLES = ("ba", "den", "ki", "lor", "mi", "nas", "po", "rel", "sa", "tun", "ver", "zo")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def two_clerks(
    common: int, alone: int, *, seed: int, slips: float = 0.25, gaps: float = 0.05
) -> tuple[list[Person], list[Person], set[tuple[int, int]]]:
    """Return two tables of common + alone people each, and the pairs of rows of common people.

    slips, gaps: chance that a field of the second table has a slip of the pen, or that a field of either is empty.
    """
    chance = seeded_generator(seed)
    people = [_person(chance) for _ in range(common + 2 * alone)]
    left, right = people[: common + alone], [*people[:common], *people[common + alone :]]
    right = [[_slip(field, chance) if chance.random() < slips else field for field in person] for person in right]
    left, right = ([["" if chance.random() < gaps else f for f in person] for person in side] for side in (left, right))
    one, other = (chance.permutation(common + alone) for _ in range(2))
    places = ({int(person): row for row, person in enumerate(order)} for order in (one, other))
    mine, its = places
    return (
        [left[int(person)] for person in one],
        [right[int(person)] for person in other],
        {(mine[person], its[person]) for person in range(common)},
    )


def columns_of(people: list[Person]) -> list[list[str | None]]:
    """Return a table by columns, with None for what is empty."""
    return [[person[number] or None for person in people] for number in range(len(COLUMNS))]


def _word(chance: WorldGenerator, syllables: int) -> str:
    return "".join(_SYLLABLES[int(chance.integers(len(_SYLLABLES)))] for _ in range(syllables))


def _person(chance: WorldGenerator) -> Person:
    year, month, day = int(chance.integers(1930, 2010)), int(chance.integers(1, 13)), int(chance.integers(1, 29))
    return [
        _word(chance, 3),
        _word(chance, 3),
        f"{year}-{month:02d}-{day:02d}",
        f"{int(chance.integers(1, 200))} {_word(chance, 3)} street",
        _word(chance, 2),
        f"{int(chance.integers(1000, 9999))}",
    ]


def _slip(text: str, chance: WorldGenerator) -> str:
    """Return the text with one character changed, in the way of its kind."""
    at = int(chance.integers(len(text)))
    if text[at].isdigit():
        return text[:at] + str((int(text[at]) + 1 + int(chance.integers(9))) % 10) + text[at + 1 :]
    return text[:at] + _LETTERS[int(chance.integers(26))] + text[at + 1 :]
