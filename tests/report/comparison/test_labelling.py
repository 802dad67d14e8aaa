"""Numbers of points stand apart from each other, and every point is named once."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import combinations

from privshare.model.entropy import seeded_generator
from privshare.report.comparison.labelling import labels_of, ranges
from privshare.report.comparison.panels import Line, lines_of
from privshare.report.sentences import english
from tests.report.comparison.made_up import facts


def points(seed: int, count: int) -> list[Line]:
    """Lines at drawn places, a third of them at the upper left corner, where weak techniques stand."""
    chance, (one, *_) = seeded_generator(seed), lines_of(facts(), english())
    found = []
    for number in range(1, count + 1):
        corner = number % 3 == 0
        error, gain = (0.0, 1.0) if corner else (float(chance.integers(0, 200)), float(chance.integers(0, 11)) / 10)
        told = replace(
            one.facts, utility=replace(one.facts.utility, mean_error=error), worst_gain=gain, on_frontier=corner
        )
        found.append(replace(one, number=number, facts=told))
    return found


def numbers(text: str) -> list[int]:
    spans = [tuple(map(int, re.findall(r"\d+", part))) for part in text.split(", ")]
    return [number for span in spans for number in range(span[0], span[-1] + 1)]


def test_no_label_covers_another_and_every_point_is_named_once() -> None:
    for seed in range(20):
        labels = labels_of(points(seed, 25), 300)
        assert sorted(number for label in labels for number in numbers(label.told)) == list(range(1, 26))
        covered = [
            (one, other)
            for one, other in combinations(labels, 2)
            if one.meets(other.across, other.down, 7.8 * len(other.told), 7.5)
        ]
        assert covered == []


def test_points_at_one_place_share_a_label() -> None:
    (label,) = labels_of([line for line in points(1, 9) if line.facts.on_frontier], 300)
    assert label.told == "3, 6, 9"
    assert ranges([]) == ""
