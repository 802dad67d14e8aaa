"""The tables of a comparison: behind its charts, and as files. They follow from the document and hold nothing else."""

from __future__ import annotations

from privshare.report.comparison.facts import ComparisonFacts, MeasuredCell
from privshare.report.tables import Data

CELLS, TECHNIQUES, GROWTH = "cells", "techniques", "growth"


def cell_table(facts: ComparisonFacts) -> Data:
    """Return one row a cell. Where an attack has nothing to work on, its figures are empty and the reason is not."""
    columns = (
        "technique", "epsilon", "attack", "success", "word", "gain", "low", "high", "successes", "attempts", "baseline",
        "ceiling", "chance", "control_successes", "control_attempts", "control", "note", "reason", "seed", "seconds",
    )  # fmt: skip
    rows = []
    for cell in facts.cells:
        head, tail = (cell.technique, cell.epsilon, cell.attack), (cell.seed, cell.seconds)
        if isinstance(cell, MeasuredCell):
            control = cell.control
            beside = (None, None, None) if control is None else (control.successes, control.attempts, control.meaning)
            rows.append((
                *head, cell.success, cell.word.value, cell.gain, *cell.interval, cell.successes, cell.attempts,
                cell.baseline, cell.ceiling, cell.chance, *beside, cell.note, None, *tail,
            ))  # fmt: skip
        else:
            rows.append((*head, None, cell.success, *(None,) * 12, cell.reason, *tail))
    return Data(CELLS, columns, tuple(rows))


def technique_table(facts: ComparisonFacts) -> Data:
    """Return one row a technique and setting: what its answers are worth, what it costs, how the worst attack does."""
    columns = (
        "technique", "title", "epsilon", "mean_error", "mean_error_people", "mean_error_secret", "worst_error",
        "worst_group", "withheld", "order_kept", "linkage_precision", "linkage_recall", "linkage_f1", "worst_attack",
        "worst_gain", "on_frontier", "seconds", "bytes", "trust", "promise",
    )  # fmt: skip
    rows = []
    for one in facts.techniques:
        useful, linked = one.utility, one.utility.linkage
        pairs = (None, None, None) if linked is None else (linked.precision, linked.recall, linked.f1)
        rows.append((
            one.technique, one.title, one.epsilon, useful.mean_error, useful.mean_error_people,
            useful.mean_error_secret, useful.worst_error, " / ".join(useful.worst_group), useful.withheld,
            useful.order_kept, *pairs, one.worst_attack, one.worst_gain, "yes" if one.on_frontier else "no",
            one.seconds, one.bytes, one.trust, one.promise,
        ))  # fmt: skip
    return Data(TECHNIQUES, columns, tuple(rows))


def growth_table(facts: ComparisonFacts) -> Data:
    """Return what protecting cost, by technique and number of people."""
    columns = ("technique", "people", "known_to_both", "seconds", "bytes")
    order = {one.technique: place for place, one in enumerate(facts.techniques)}
    grown = sorted(facts.growth, key=lambda one: (order[one.technique], one.people))
    rows = tuple((one.technique, one.people, one.known_to_both, one.seconds, one.bytes) for one in grown)
    return Data(GROWTH, columns, rows)


def all_tables(facts: ComparisonFacts) -> tuple[Data, ...]:
    """Return every table of a comparison, in the order of the page."""
    return cell_table(facts), technique_table(facts), growth_table(facts)
