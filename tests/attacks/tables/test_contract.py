"""What every attack of the registry keeps, on worlds and on odd tables; a new entry is taken up by itself."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from privshare.attacks.tables import TABLE_ATTACKS
from privshare.attacks.tables.attack import Background
from privshare.attacks.tables.risk import Risk
from privshare.comparison.tables.rows import Rows
from tests.attacks.tables.worlds import COLUMNS, SIGMAS, apart, played, world
from tests.house.repository import ROOT

NAMES = tuple(column.name for column in COLUMNS)


def attacked(name: str, rows: Rows, *, attempts: int = 300, seed: int = 5) -> Risk:
    attack = TABLE_ATTACKS[name]
    told = {"known": NAMES[:3], "other": NAMES[3:], "secret": "score"}
    told = {need: told[need] for need in attack.needs}
    known = told.pop("known", tuple(column for column in NAMES if column != told.get("secret")))
    return played(name, rows, Background(known, attempts, **told), seed=seed)


@pytest.mark.parametrize("name", TABLE_ATTACKS)
def test_a_release_that_has_nothing_of_the_original_is_no_risk(name: str) -> None:
    found = attacked(name, world(500, copied=0.0, seed=2))
    assert found.control is not None
    assert abs(apart(found.main, found.control)) < SIGMAS


@pytest.mark.parametrize("name", TABLE_ATTACKS)
def test_a_copy_is_nearly_all_risk(name: str) -> None:
    found = attacked(name, world(500, copied=1.0, seed=2))
    assert found.main.share == 1.0
    assert found.interval[0] > 0.9


@pytest.mark.parametrize("name", TABLE_ATTACKS)
def test_a_leak_of_half_the_rows_is_seen(name: str) -> None:
    found = attacked(name, world(500, copied=0.5, seed=2))
    assert found.control is not None
    assert apart(found.main, found.control) > SIGMAS
    assert found.interval[0] > 0.0


@pytest.mark.parametrize("name", TABLE_ATTACKS)
def test_an_empty_release_is_worth_what_guessing_is(name: str) -> None:
    rows = world(200, copied=0.0)
    found = attacked(name, replace(rows, released=rows.released[:0]))
    assert found.main == found.baseline


@pytest.mark.parametrize("name", TABLE_ATTACKS)
def test_one_seed_gives_one_result(name: str) -> None:
    rows = world(200, copied=0.2)
    assert attacked(name, rows, seed=3) == attacked(name, rows, seed=3)


def odd(released: np.ndarray) -> dict[str, np.ndarray]:
    """Return releases that somebody may bring; warnings are errors in this suite."""
    missing, constant, unseen, huge = (released.copy() for _ in range(4))
    missing[:, [0, 2, 3]] = np.nan
    constant[:] = released[0]
    unseen[:, [2, 5]] = 999.0
    huge[0, :2] = 1e300
    return {
        "one row": released[:1],
        "columns that are missing": missing,
        "every row the same": constant,
        "categories that nobody has": unseen,
        "a number beyond all others": huge,
        "more rows than the original": np.concatenate([released] * 3),
    }


@pytest.mark.parametrize("name", TABLE_ATTACKS)
@pytest.mark.parametrize("kind", odd(np.zeros((1, 6))))
def test_an_odd_release_is_a_result(name: str, kind: str) -> None:
    rows = world(120, copied=0.0)
    found = attacked(name, replace(rows, released=odd(rows.released)[kind]), attempts=60)
    assert 30 <= found.main.attempts <= 60
    assert found.control is not None
    assert abs(apart(found.main, found.control)) < SIGMAS


@pytest.mark.parametrize("name", TABLE_ATTACKS)
def test_missing_cells_everywhere_are_a_result(name: str) -> None:
    rows = world(300, copied=0.5)
    holes = np.arange(rows.original.size).reshape(rows.original.shape) % 7 == 0
    tables = [np.where(holes, np.nan, table) for table in (rows.original, rows.released, rows.control)]  # type: ignore[arg-type]
    found = attacked(name, Rows(rows.columns, *tables))
    assert found.main.share > 0.3


@pytest.mark.parametrize("name", TABLE_ATTACKS)
def test_every_attack_is_in_the_help_and_on_the_page(name: str) -> None:
    page = (ROOT / "docs/reference/cli.md").read_text("utf-8")
    assert f"| {name} |" in page
    assert name in (ROOT / "privshare/cli/attack.py").read_text("utf-8")
