"""A key of few values in many rows: every command that links by it says so, on the holder's own terminal alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from privshare.model.role import Role
from privshare.scenario.party.totals.run import run_totals
from tests.cli.conftest import Command, tree
from tests.cli.test_party_totals import asked, furnished, nothing

EXACT = "A party that tries every value it could have learns which of them are here"
NOISED = "People who share one are counted as one"


@pytest.mark.parametrize(
    ("more", "so"), [(("--reveal", "members"), EXACT), (("--reveal", "size", "--epsilon", "20"), NOISED)]
)
def test_a_link_in_one_process_says_of_which_table(
    privshare: Command, tmp_path: Path, more: tuple[str, ...], so: str
) -> None:
    """Thirty rows of three values are no reason to ask, thirty-one are."""
    (tmp_path / "l.csv").write_text("code\n" + "".join(f"k{n % 3}\n" for n in range(31)))
    (tmp_path / "r.csv").write_text("code\n" + "".join(f"k{n % 3}\n" for n in range(30)))
    said = privshare("link", "l.csv", "r.csv", "--on", "code", *more, "--out", "out", "--json")
    assert said.code == 0
    told = "left: the key code has only 3 different values in 31 rows."
    assert said.err == f"privshare: {told} {so}; stop now if that is not meant.\n"
    json.loads(said.out)
    assert not any(b"different values" in content for content in tree(tmp_path / "out").values() if content)


@pytest.mark.parametrize(("rows", "hints"), [(300, 0), (301, 1)])
def test_a_holder_of_totals_is_told_before_anybody_is_called(tmp_path: Path, rows: int, hints: int) -> None:
    room, told = furnished(tmp_path), list[str]()
    (room / "bank.csv").write_text("who,loans\n" + "".join(f"person {n % 30},1\n" for n in range(rows)))

    def never(*_: object) -> None:
        raise AssertionError(f"called after {len(told)} hints")

    with pytest.raises(AssertionError, match=f"called after {hints} hints"):
        run_totals(asked(room, Role.VALUING), never, began=nothing, passed=nothing, hinted=told.append)
    assert (
        told
        == [f"the key who has only 30 different values in {rows} rows. {NOISED}; stop now if that is not meant."]
        * hints
    )
