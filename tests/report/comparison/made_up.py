"""A comparison that never ran: two techniques, three attacks, and every word that a cell can have."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache

from privshare.attacks.adversary import Adversary, AttackResult
from privshare.attacks.attack import Attack, Goal, NotApplicable
from privshare.comparison.lab.cell import Cell, Control
from privshare.comparison.lab.growth import Grown
from privshare.comparison.lab.matrix import Matrix, Row
from privshare.comparison.lab.techniques.technique import Technique
from privshare.comparison.lab.usefulness import Linked, Usefulness
from privshare.report.comparison.document import comparison_facts
from privshare.report.comparison.facts import ComparisonFacts
from privshare.scenario.lab.comparing import Comparison

HOSTILE = "<b>small</b> \x1b[31mtables\u202e & more"
ATTACKS = ("dictionary", "differencing", "membership")


def attack(name: str) -> Attack:
    return Attack(
        name, f"{name} of reconstructed identification", Goal.MEMBER if name == "membership" else Goal.SECRET,
        Adversary(f"learn by {name}", "a table", "a group"), ("district",), lambda *_: NotApplicable("nothing"),
    )  # fmt: skip


def technique(name: str, title: str, *, budgeted: bool = False) -> Technique:
    def never(*_: object) -> object:
        raise AssertionError("a report protects nobody")

    return Technique(name, title, f"trust of {name}", f"promise of {name}", budgeted, never)  # type: ignore[arg-type]


def cell(
    row: str, of: str, successes: int, attempts: int, *, epsilon: float | None = None, baseline: float = 0.5,
    control: Control | None = None,
) -> Cell:  # fmt: skip
    ceiling = None if epsilon is None else math.exp(epsilon) / (1 + math.exp(epsilon))
    frame = attack(of).adversary
    result = AttackResult(of, row, frame, attempts, successes, baseline, ceiling, "secrets drawn by fair coins")
    return Cell(row, of, epsilon, result, control, "", 7, 0.25)


def nothing(row: str, of: str, *, epsilon: float | None = None) -> Cell:
    return Cell(row, of, epsilon, None, None, "nobody sees a value in the place of an identifier", 7, 0.0)


def worth(error: float, linked: Linked | None = None) -> Usefulness:
    return Usefulness(error, error, round(3 * error), (2, 1), 4, 0.8, linked)


@cache
def comparison(*, alarm: bool = False) -> Comparison:
    """The words: nearly all, most, n/a; guessing, some, no attempts; and above the ceiling where it is wanted."""
    raw, tables = technique("raw-release", "raw release"), technique("small-tables", HOSTILE)
    noised = technique("central-dp", "central differential privacy", budgeted=True)
    rows = [
        Row(raw, None, worth(0.0, Linked(1.0, 0.9, 0.947)), 0.002, 91_000, (
            cell("raw-release", "dictionary", 500, 500, baseline=2e-7, control=Control(100, 1, "values of nobody")),
            cell("raw-release", "differencing", 85, 100),
            cell("raw-release", "membership", 100, 100),
        )),
        Row(tables, None, worth(3.5), 0.5, 480, (
            nothing("small-tables", "dictionary"),
            cell("small-tables", "differencing", 0, 0),
            nothing("small-tables", "membership"),
        )),
    ]  # fmt: skip
    for epsilon, right in ((0.1, 50), (1.0, 68), (10.0, 99)):
        bad = alarm and epsilon == 1.0
        rows.append(Row(noised, epsilon, worth(2 / epsilon), 0.03, 480, (
            nothing("central-dp", "dictionary", epsilon=epsilon),
            cell("central-dp", "differencing", right, 100, epsilon=epsilon),
            cell("central-dp", "membership", 100 if bad else 52, 100, epsilon=epsilon),
        )))  # fmt: skip
    groups = (("Old Harbour", "Northbank", "Mill Quarter"), ("1 low", "2 fair"))
    matrix = Matrix(2_000, 708, 100, 2018, groups, tuple(map(attack, ATTACKS)), tuple(rows))
    growth = (Grown("raw-release", 500, 177, 0.001, 20_000), Grown("central-dp", 500, 177, 0.02, 480))
    return Comparison("demo", "Who may know whom to trust?", matrix, growth, "2026-01-02T03:04:05+00:00", 12.5)


def facts(*, alarm: bool = False) -> ComparisonFacts:
    return comparison_facts(comparison(alarm=alarm))


def openly_a_member() -> ComparisonFacts:
    """Small tables tell who is among the people, and say so themselves."""
    made = comparison()
    row = made.matrix.rows[1]
    told = replace(cell("small-tables", "membership", 100, 100), not_hidden=True)
    rows = (made.matrix.rows[0], replace(row, cells=(*row.cells[:2], told)), *made.matrix.rows[2:])
    return comparison_facts(replace(made, matrix=replace(made.matrix, rows=rows)))


def without_attacks() -> ComparisonFacts:
    """Nothing could be tried on anything, at one size and one budget."""
    made = comparison()
    rows = tuple(
        replace(row, cells=tuple(nothing(row.technique.name, of, epsilon=row.epsilon) for of in ATTACKS))
        for row in made.matrix.rows[:3]
    )
    return comparison_facts(replace(made, matrix=replace(made.matrix, rows=rows), growth=()))
