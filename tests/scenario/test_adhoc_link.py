"""`privshare link` as a scenario of one step: the rows that match, their files, and what the folder does not hold."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from privshare import Run, verify_folder
from privshare.errors import DataRefused, InputRefused, ParameterRefused, VerificationFailed
from privshare.holders.identifiers import identifier
from privshare.model.party import PartyId
from privshare.report.facts import run_facts
from privshare.scenario.adhoc.link import LinkRequest, link_scenario
from privshare.scenario.adhoc.spent import spent_for_flags
from privshare.scenario.spec import WorldSpec
from privshare.scenario.steps import link as step
from privshare.secure.signing import SigningKey
from privshare.use.ledger import open_existing_ledger
from tests.report.test_verify_liar import signed_anew
from tests.scenario.leaks import needles
from tests.scenario.linking import Row, linked, numbers, table, written

NOTHING = "\u200b\u00ad"


def plainly(text: str | None) -> str:
    """The normal form of the few letters used here, in another way than the normaliser's."""
    kept = "".join(letter for letter in text or "" if letter not in NOTHING)
    return " ".join(unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", kept).casefold()).split())


def wanted(left: Sequence[Row], right: Sequence[Row]) -> list[tuple[int, int]]:
    """Every pair of rows whose keys are equal and whole."""
    keys = [[tuple(map(plainly, row)) for row in rows] for rows in (left, right)]
    return [
        (i, j)
        for (i, one), (j, other) in product(enumerate(keys[0]), enumerate(keys[1]))
        if one == other and all(one)
    ]


def pairs(run: Run) -> list[tuple[int, int]]:
    (link,) = run.links
    one, other = (side.matches for side in link.sides)
    assert len(one) == len(other)
    return sorted(pair for n in range(len(one)) for pair in product(one.of(n), other.of(n)))


CELL = st.text(st.sampled_from("abAＢ \u200b\u00e9e\u0301ß"), min_size=1, max_size=3).filter(plainly)


@given(st.data(), st.sampled_from([1, 2]))
@settings(max_examples=40)
def test_the_pairs_are_those_of_a_join(tmp_path_factory: pytest.TempPathFactory, data: Any, width: int) -> None:
    """Duplicates, missing keys, other spellings, keys of one column and of two."""
    room = tmp_path_factory.mktemp("join")
    row = st.tuples(*[CELL] * width)
    header = ("one", "two")[:width]
    tables = []
    for name in ("left", "right"):
        whole = data.draw(st.lists(row, min_size=2, max_size=8))
        broken = data.draw(st.lists(st.tuples(*[st.none()] * width), max_size=len(whole) // 2))
        rows = data.draw(st.permutations([*whole, *broken]))
        tables.append((table(room / f"{name}.csv", [*header, "x"], [(*cells, "1") for cells in rows]), rows))
    (left, left_rows), (right, right_rows) = tables
    run, _ = linked(left, right, *header)
    assert pairs(run) == wanted(left_rows, right_rows)


PEOPLE = [("Ann", "1990"), ("BOB", "1991"), ("ann ", "1990"), (None, "1990"), ("ann", "1991"), ("Ｅve", "1992")]
OTHERS = [("eve", "1992"), ("dan", "1993"), ("ANN", "1990"), ("Ann", "1990"), ("bob", "1990")]
BOTH = [(0, 2), (0, 3), (2, 2), (2, 3), (5, 0)]


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    return table(tmp_path / "l.csv", ["name", "born"], PEOPLE), table(tmp_path / "r.csv", ["name", "born"], OTHERS)


def test_the_files_of_the_folder(files: tuple[Path, Path], tmp_path: Path) -> None:
    played = linked(*files, "name", "born")
    assert pairs(played[0]) == BOTH
    folder = written(played, tmp_path / "out")
    assert (folder / "matches.csv").read_text() == "left_row,right_row\n0,2\n0,3\n2,2\n2,3\n5,0\n"
    left, right = (numbers(folder / party / "matches.csv") for party in ("left", "right"))
    assert left == sorted(left)
    assert right == sorted(right)
    assert sorted((i, j) for (m, i), (n, j) in product(left, right) if m == n) == BOTH
    assert {match for match, _ in left} == {match for match, _ in right} == {0, 1}
    told = dict(verify_folder(folder).checks)
    assert (told["links"], told["log"]) == (1, 2)
    page = (folder / "report.html").read_text("utf-8")
    for needed in (
        "left/matches.csv", "Give each party its own file only", "own items left has too", "Keys in common: 2.",
    ):  # fmt: skip
        assert needed in page
    for absent in ("No party learned which people", "Budget per holder", "epsilon 0 of 0"):
        assert absent not in page


@pytest.mark.parametrize("suffixes", [(".csv", ".parquet"), (".parquet", ".parquet")])
def test_the_same_from_parquet(tmp_path: Path, suffixes: tuple[str, str]) -> None:
    left = table(tmp_path / f"l{suffixes[0]}", ["name", "born"], PEOPLE)
    right = table(tmp_path / f"r{suffixes[1]}", ["name", "born"], OTHERS)
    assert pairs(linked(left, right, "name", "born")[0]) == BOTH


def test_the_same_from_shuffled_rows_and_columns(tmp_path: Path) -> None:
    order = (3, 0, 5, 1, 4, 2)
    left = table(tmp_path / "l.csv", ["x", "born", "name"], [("7", *reversed(PEOPLE[row])) for row in order])
    right = table(tmp_path / "r.csv", ["name", "born"], OTHERS)
    run, _ = linked(left, right, "name", "born")
    assert sorted((order[one], other) for one, other in pairs(run)) == BOTH


def test_the_order_of_key_columns_is_the_order_in_which_they_correspond(files: tuple[Path, Path]) -> None:
    keys = (("born", "name"), ("born", "name"))
    assert pairs(linked(*files, keys=keys)[0]) == BOTH
    assert pairs(linked(*files, keys=(("born", "name"), ("name", "born")))[0]) == []


def test_two_runs_number_the_matches_anew(tmp_path: Path) -> None:
    """A number that stayed could be compared between runs. Equal orders of 20: below 1e-18."""
    path = table(tmp_path / "t.csv", ["id"], [(f"p{n}",) for n in range(20)])
    orders = [linked(path, path, "id")[0].links[0].sides[0].matches.rows.tolist() for _ in range(2)]
    assert orders[0] != orders[1]
    assert sorted(orders[0]) == sorted(orders[1]) == list(range(20))


@pytest.mark.parametrize("reveal", [{}, {"reveal": "size", "epsilon": "1"}])
def test_no_key_stands_in_the_folder_in_clear_or_as_an_unkeyed_hash(tmp_path: Path, reveal: dict[str, Any]) -> None:
    people = [identifier(number) for number in range(0, 4000, 13)]
    left = table(tmp_path / "l.csv", ["id"], [(who,) for who in people])
    right = table(tmp_path / "r.csv", ["id"], [(who.lower(),) for who in people[100:]])
    folder = written(linked(left, right, "id", **reveal), tmp_path / "out")
    sought = needles([*people, *(who.lower() for who in people)])
    assert sought.found_in(left.read_bytes()), "the search finds them where they are"
    assert sought.found_below(folder) == {}


def test_a_size_tells_no_row(files: tuple[Path, Path], tmp_path: Path) -> None:
    played = linked(*files, "name", "born", reveal="size", epsilon="1", ledger=tmp_path / "l.ledger")
    run = played[0]
    assert run.links == ()
    (release,) = (published.release for published in run.releases)
    assert (release.loss.micro_epsilon, release.loss.delta_e15) == (1_000_000, 10**9)
    assert [part.loss.micro_epsilon for part in release.parts] == [500_000] * 4
    folder = written(played, tmp_path / "out")
    assert not list(folder.rglob("matches.csv"))
    assert "links" not in dict(verify_folder(folder).checks)
    assert run_facts(run)["links"] == []
    assert [part.truth for part in run.releases] == [()]


def test_a_size_is_debited_at_both_tables_and_once_a_question(files: tuple[Path, Path], tmp_path: Path) -> None:
    ledger = tmp_path / "l.ledger"
    for epsilon, spent in (("1", 1_000_000), ("1", 1_000_000), ("0.5", 1_500_000)):
        held = {party: spent_for_flags(ledger, party) for party in (PartyId("left"), PartyId("right"))}
        linked(*files, "name", reveal="size", epsilon=epsilon, spent=held, ledger=ledger)
        with open_existing_ledger(ledger) as opened:
            accounts = {line.holder: line.spent.micro_epsilon for line in opened.statement().accounts}
        assert accounts == {"left": spent, "right": spent}


def test_the_noised_size_is_near_the_truth_and_noised(tmp_path: Path) -> None:
    """100 shared people, epsilon 19: two draws of scale 0.105 are together off by more than 5 below 1e-17."""
    left = table(tmp_path / "l.csv", ["id"], [(f"p{n}",) for n in range(150)])
    right = table(tmp_path / "r.csv", ["id"], [(f"P{n} ",) for n in range(50, 200)])
    run, _ = linked(left, right, "id", reveal="size", epsilon="19")
    (cell,) = run.releases[0].release.cells
    assert cell.values[0] is not None
    assert abs(cell.values[0] - 100) <= 5


def test_only_the_key_is_brought_and_classified(tmp_path: Path) -> None:
    left = table(tmp_path / "l.csv", ["name", "secret"], [("ann", "x")])
    scenario = link_scenario(LinkRequest(left, left, (("name",), ("name",))))
    assert {holder for holder, _ in scenario.policy.clauses} == {"left", "right"}
    assert {column for _, column in scenario.policy.clauses} == {"name"}
    assert not isinstance(scenario.world, WorldSpec)
    assert [brought.columns for brought in scenario.world.values()] == [("name",), ("name",)]


def test_a_column_may_have_any_name_that_a_header_may_have(tmp_path: Path) -> None:
    left = table(tmp_path / "l.csv", ["E-mail address (main)", "x"], [("ann@x.org", "1")])
    right = table(tmp_path / "r.csv", ["邮箱", "x"], [("ANN@x.org", "1")])
    assert pairs(linked(left, right, keys=(("E-mail address (main)",), ("邮箱",)))[0]) == [(0, 0)]


def test_a_key_that_most_rows_lack_is_refused_without_a_number(tmp_path: Path) -> None:
    half = table(tmp_path / "half.csv", ["a", "b"], [("x", "1"), (" \u200b", "2")])
    assert pairs(linked(half, half, "a")[0]) == [(0, 0)]
    most = table(tmp_path / "most.csv", ["a", "b"], [("x", "1"), (None, "2"), ("\u200b ", None)])
    with pytest.raises(DataRefused, match=re.escape("the key column 'a' is empty in most rows")) as empty:
        linked(half, most, "a")
    rows = [("x", None), (None, "2"), ("y", "3"), (None, "4"), ("z", None)]
    crossed = table(tmp_path / "crossed.csv", ["a", "b"], rows)
    with pytest.raises(DataRefused, match=re.escape("most rows have no whole key (a, b)")) as partial:
        linked(crossed, half, "a", "b")
    for refused in (empty, partial):
        assert not re.search(r"[0-9]", str(refused.value).replace(str(tmp_path), ""))


def test_more_pairs_than_a_file_should_hold_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In one sentence, however many they are: their number is of both tables, and nobody was to see it."""
    monkeypatch.setattr(step, "PAIRS_MAX", 8)
    told = set()
    for rows in (3, 4):
        path = table(tmp_path / "t.csv", ["id"], [("same",)] * rows)
        with pytest.raises(InputRefused, match="more pairs of rows match than the 8 that are accepted") as refused:
            linked(path, path, "id")
        told.add(str(refused.value))
    assert len(told) == 1


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"epsilon": "1"}, "--reveal size"),
        ({"delta": "1e-6"}, "--reveal size"),
        ({"reveal": "size"}, "needs --epsilon"),
        ({"reveal": "size", "epsilon": "0"}, "0.000001"),
        ({"reveal": "size", "epsilon": "0.000001"}, "at least 0.000002"),
        ({"reveal": "size", "epsilon": "nan"}, "epsilon"),
        ({"reveal": "size", "epsilon": "21"}, "20"),
        ({"reveal": "size", "epsilon": "1", "delta": "0"}, "above 0"),
        ({"reveal": "size", "epsilon": "1", "delta": "1e-15"}, "above 0"),
        ({"reveal": "size", "epsilon": "1", "delta": "0.5"}, "0.001"),
        ({"keys": (("name", "name"), ("name", "born"))}, "each column once"),
        ({"keys": (("name",), ("name", "born"))}, "equally many"),
        ({"keys": ((), ())}, "1 to 8 columns"),
        ({"keys": (tuple("abcdefghi"), tuple("abcdefghi"))}, "1 to 8 columns"),
        ({"keys": (("nmae",), ("name",))}, "the nearest is 'name'"),
        ({"keys": (("name",), ("Born",))}, "the nearest is 'born'"),
    ],
)
def test_what_is_asked_wrongly(files: tuple[Path, Path], more: dict[str, Any], told: str) -> None:
    with pytest.raises((InputRefused, ParameterRefused), match=re.escape(told)):
        linked(*files, "name", **more)


def test_text_that_no_utf8_file_holds_is_refused_before_any_debit(tmp_path: Path) -> None:
    left = table(tmp_path / "l.parquet", ["id"], [("a\x00b",)])
    ledger = tmp_path / "l.ledger"
    with pytest.raises(InputRefused):
        linked(left, left, "id", reveal="size", epsilon="1", ledger=ledger)
    assert not ledger.exists()


@pytest.fixture
def lied(files: tuple[Path, Path], tmp_path: Path) -> tuple[Path, SigningKey]:
    played = linked(*files, "name", "born")
    return written(played, tmp_path / "out"), played[1]


LIES = {
    "a row out of range": ("left/matches.csv", lambda text: re.sub(r",5\n", ",6\n", text)),
    "a row twice": ("right/matches.csv", lambda text: text + text.splitlines()[-1] + "\n"),
    "out of order": ("left/matches.csv", lambda text: "\n".join([*sorted(text.splitlines(), reverse=True), ""])),
    "rows out of order": ("left/matches.csv", lambda text: re.sub(r"(\d),0\n(\d),2\n", r"\1,2\n\2,0\n", text)),
    "a match renumbered": ("right/matches.csv", lambda text: text.replace("\n1,", "\n2,")),
    "another header": ("left/matches.csv", lambda text: text.replace("own_row", "row")),
    "no end": ("matches.csv", lambda text: text[:-1]),
    "a pair less": ("matches.csv", lambda text: text.replace("0,3\n", "")),
    "another pair": ("matches.csv", lambda text: text.replace("0,3\n", "0,4\n")),
    "not a number": ("matches.csv", lambda text: text.replace("0,3\n", "0,+3\n")),
    "empty": ("right/matches.csv", lambda text: ""),
    "a count": ("run.json", lambda text: text.replace('"pairs":5', '"pairs":6')),
    "another link": ("run.json", lambda text: text.replace('"question":"matches","se', '"question":"m","se')),
}


@pytest.mark.parametrize(("path", "change"), LIES.values(), ids=LIES)
def test_a_lie_in_the_rows_is_found_though_signed_anew(lied: tuple[Path, SigningKey], path: str, change: Any) -> None:
    folder, key = lied
    signed_anew(folder, key)
    verify_folder(folder)
    before = (folder / path).read_text("utf-8")
    (folder / path).write_text(change(before), "utf-8")
    assert (folder / path).read_text("utf-8") != before
    signed_anew(folder, key)
    with pytest.raises(VerificationFailed):
        verify_folder(folder)


@pytest.mark.parametrize(
    ("own", "pairs_too"),
    [
        ((",5\n", ",6\n"), ("\n5,0\n", "\n6,0\n")),  # a row that the table has not
        ((",5\n", ",2\n"), ("2,2\n2,3\n5,0\n", "2,0\n2,2\n2,3\n")),  # one row in two matches
    ],
)
def test_a_lie_told_alike_in_all_files_is_found(
    lied: tuple[Path, SigningKey], own: tuple[str, str], pairs_too: tuple[str, str]
) -> None:
    folder, key = lied
    for name, (old, new) in (("left/matches.csv", own), ("matches.csv", pairs_too)):
        text = (folder / name).read_text()
        assert text.count(old) == 1
        (folder / name).write_text(text.replace(old, new))
    signed_anew(folder, key)
    with pytest.raises(VerificationFailed) as refused:
        verify_folder(folder)
    assert refused.value.file == "left/matches.csv"


def test_a_changed_row_is_found_by_the_manifest(lied: tuple[Path, SigningKey]) -> None:
    folder, _ = lied
    (folder / "left" / "matches.csv").write_text("match_id,own_row\n")
    with pytest.raises(VerificationFailed) as refused:
        verify_folder(folder)
    assert refused.value.file == "left/matches.csv"
