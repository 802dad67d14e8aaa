"""A matrix as one JSON document."""

from __future__ import annotations

from typing import Any

from privshare.comparison.lab.cell import Cell
from privshare.comparison.lab.matrix import Matrix, Row

FORMAT = "privshare/comparison/1"
NOISE = "drawn anew each time by the operating system's generator; it has no seed"


def matrix_facts(matrix: Matrix) -> dict[str, Any]:
    """Return the document. world_seed fixes the people, targets and choices of attacks; noise has no seed."""
    return {
        "format": FORMAT,
        "people": matrix.people,
        "known_to_both": matrix.joint,
        "targets": matrix.targets,
        "world_seed": matrix.seed,
        "noise": NOISE,
        "techniques": [_technique(row) for row in matrix.rows],
        "cells": [_cell(cell) for row in matrix.rows for cell in row.cells],
    }


def _technique(row: Row) -> dict[str, Any]:
    useful = row.usefulness
    linked = useful.linked
    return {
        "technique": row.technique.name,
        "title": row.technique.title,
        "epsilon": row.epsilon,
        "trust": row.technique.trust,
        "promise": row.technique.promise,
        "utility": {
            "mean_error_people": useful.people_error,
            "mean_error_secret": useful.secret_error,
            "worst_error": useful.worst_error,
            "worst_group": list(useful.worst_group),
            "withheld": useful.withheld,
            "order_kept": useful.order_kept,
            "linkage": None
            if linked is None
            else {"precision": linked.precision, "recall": linked.recall, "f1": linked.f1},
        },
        "seconds": row.seconds,
        "bytes": row.bytes_sent,
    }


def _cell(cell: Cell) -> dict[str, Any]:
    if cell.result is None or cell.interval is None:
        told: dict[str, Any] = {"success": "n/a", "reason": cell.reason}
    else:
        result, control = cell.result, cell.control
        told = {
            "success": result.rate,
            "interval": list(cell.interval),
            "successes": result.successes,
            "attempts": result.attempts,
            "baseline": result.baseline,
            "ceiling": result.ceiling,
            "control": None
            if control is None
            else {"successes": control.successes, "attempts": control.attempts, "meaning": control.meaning},
            "note": result.note,
        }
    return {
        "technique": cell.technique, "attack": cell.attack, "epsilon": cell.epsilon, **told,
        "seed": cell.seed, "seconds": cell.seconds,
    }  # fmt: skip
