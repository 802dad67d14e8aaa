"""`privshare attack NAME --hazard`: a safeguard off and on, and what is refused."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Command


def test_both_games_are_told_with_their_intervals(privshare: Command) -> None:
    said = privshare("attack", "membership", "--hazard", "public-bounds-from-data", "--people", 2_000)
    assert said.code == 0
    assert "with the safeguard: the range of bins is fixed before anybody looks at the data" in said.out
    assert "without it: the bins end at the largest value in the data" in said.out
    assert said.out.count("95 % interval") == 2
    assert "noise has no seed" in said.out


def test_the_document_has_both_results(privshare: Command) -> None:
    words = ("attack", "membership", "--hazard", "public-bounds-from-data", "--people", 2_000, "--seed", 3, "--json")
    document = privshare(*words).document()
    assert document["world_seed"] == 3
    assert document["unguarded"]["success"] == 1.0
    assert document["guarded"]["attempts"] == document["unguarded"]["attempts"] >= 30
    assert document["guarded"]["ceiling"] == pytest.approx(0.731, abs=0.001)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("membership", "--hazard", "no-clmp"), "no-clamp (the nearest name)"),
        (("membershp", "--hazard", "no-clamp"), "'membership'"),
        (("averaging", "--hazard", "no-clamp"), "membership, which is the attack that this safeguard stops"),
        (("membership", "--hazard", "no-clamp", "--people", "200"), "30 people can be targets"),
        (("membership", "--hazard", "no-clamp", "--people", "20"), "200 to 1000000"),
        (("membership", "--hazard", "no-clamp", "--seed", "-1"), "--seed was -1; accepted is a whole number from 0"),
        (("membership", "--hazard", "no-clamp", "--seed", "4294967296"), "from 0 to 4294967295"),
        (("membership", "--hazard", "no-clamp", "--known", "x"), "leave out the tables"),
        (("membership",), "privshare compare SCENARIO --attack membership"),
    ],
)
def test_refusals_say_what_would_be_accepted(privshare: Command, words: tuple[str, ...], told: str) -> None:
    assert told in privshare("attack", *words).refusal()
