"""`privshare release` and `privshare categorize` on files that somebody brought: what they give and what they refuse.

Bad input: exit code 2, one line, no file left, nothing debited. Each case is beside a request that is answered, so
that it is refused for its own reason.
"""

from __future__ import annotations

import csv
import shutil
import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from privshare import run_scenario
from privshare.categorize.policy import read_policy
from privshare.model.entropy import seeded_generator
from privshare.scenario.adhoc.release import ReleaseRequest, release_scenario
from privshare.use.ledger import open_existing_ledger
from tests.cli.conftest import Command, refused_and_noted, refused_without_a_trace

HEADER = ("who", "town", "value", "year")
ASKED = ("--count", "--sum", "value", "--bounds", "0,100", "--by", "town,year", "--person", "who", "--epsilon", "2")
Row = Sequence[str]


def write(path: Path, rows: Sequence[Row], header: Sequence[str] = HEADER, order: Sequence[str] | None = None) -> Path:
    chosen = [list(header).index(name) for name in order or header]
    lines = [",".join(row[place] for place in chosen) for row in (header, *rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def rows_of(count: int = 1_000) -> list[list[str]]:
    """Four towns and two years, a person in two rows or so, one row without a town."""
    chance = seeded_generator(5)
    rows = [
        [f"p{chance.integers(count // 2)}", "NSEW"[chance.integers(4)], f"{chance.integers(101)}", "78"[number % 2]]
        for number in range(count)
    ]
    rows[0][1] = ""
    return rows


def write_parquet(path: Path, rows: Sequence[Row]) -> Path:
    """Whole numbers as numbers and a null town, as a data frame would be saved."""
    frame = pd.DataFrame(rows, columns=list(HEADER)).astype({"value": "int64", "year": "int32"})
    frame["town"] = frame["town"].where(frame["town"] != "", None)
    with duckdb.connect() as engine:
        engine.register("frame", frame)
        engine.execute(f"COPY frame TO '{path}' (FORMAT parquet)")
    return path


def debits(path: Path) -> list[tuple[int, int]]:
    """Everything the ledger counts: (micro-epsilon, delta in 1e-15) an account."""
    with open_existing_ledger(path) as ledger:
        return [(line.spent.micro_epsilon, line.spent.delta_e15) for line in ledger.statement().accounts]


def answer(out: Path) -> bytes:
    return (out / "tables" / "release-release.csv").read_bytes()


@pytest.fixture
def table(tmp_path: Path) -> Path:
    return write(tmp_path / "table.csv", rows_of())


def test_a_release_is_a_table_of_the_asked_columns(privshare: Command, table: Path, tmp_path: Path) -> None:
    """8 groups of about 110 rows, noise of scale 0.3 and a threshold below 20: all are found but with 1e-90."""
    words = [*changed(epsilon="20"), "--count-bound", "3"]
    facts = privshare("release", table, *words, "--out", "out", "--json").document()
    with (tmp_path / "out" / "tables" / "release-release.csv").open(encoding="utf-8", newline="") as file:
        found = list(csv.DictReader(file))
    assert list(found[0]) == ["town", "year", "count", "sum_value"]
    assert [(row["town"], row["year"]) for row in found] == sorted((row["town"], row["year"]) for row in found)
    assert {row["town"] for row in found} == set("NSEW")
    assert facts["fingerprint"].startswith("SHA256:")
    assert privshare("verify", "out", "--key", facts["fingerprint"]).code == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "table.csv"]


def test_a_repeat_says_that_nothing_was_debited(privshare: Command, table: Path, tmp_path: Path) -> None:
    told = []
    for out in ("first", "again"):
        done = privshare("release", table, *ASKED, "--out", out, "--ledger", "l")
        page = (tmp_path / out / "report.html").read_text("utf-8")
        told.append([" ".join(text.split()).count("nothing was debited") for text in (done.out, page)])
    assert told == [[0, 0], [1, 1]]


def test_one_question_is_debited_once_in_whatever_form_the_file_comes(
    privshare: Command, table: Path, tmp_path: Path
) -> None:
    """Shuffled rows, another column order, another column more, Parquet with numbers: the stored bytes again."""
    rows = rows_of()
    shuffled = [rows[place] for place in seeded_generator(6).permutation(len(rows))]
    wider = [[*row, "x"] for row in shuffled]
    forms = [
        table,
        write(tmp_path / "shuffled.csv", shuffled),
        write(tmp_path / "columns.csv", shuffled, order=("year", "value", "town", "who")),
        write(tmp_path / "wider.csv", wider, header=(*HEADER, "more")),
        write_parquet(tmp_path / "numbers.parquet", shuffled),
    ]
    seen = set()
    for number, form in enumerate(forms):
        assert privshare("release", form, *ASKED, "--out", f"out{number}", "--ledger", "l").code == 0, form
        seen.add(answer(tmp_path / f"out{number}"))
        assert debits(tmp_path / "l") == [(2_000_000, 10**9)], form
    assert len(seen) == 1


@pytest.mark.parametrize("change", ["value", "town", "person", "one row less", "the same row twice"])
def test_another_table_is_another_question(privshare: Command, table: Path, tmp_path: Path, change: str) -> None:
    """The teeth of the test above: what differs in content is asked and debited anew."""
    assert privshare("release", table, *ASKED, "--out", "first", "--ledger", "l").code == 0
    rows = rows_of()
    if change == "one row less":
        rows.pop()
    elif change == "the same row twice":
        rows.append(rows[-1])
    else:
        place = {"value": 2, "town": 1, "person": 0}[change]
        rows[7][place] = {"value": "41" if rows[7][2] != "41" else "42", "town": "", "person": "new"}[change]
    write(table, rows)
    assert privshare("release", table, *ASKED, "--out", "second", "--ledger", "l").code == 0
    assert debits(tmp_path / "l") == [(4_000_000, 2 * 10**9)]


def test_a_ledger_without_a_policy_adds_up_beyond_any_cap(privshare: Command, table: Path, tmp_path: Path) -> None:
    """20 + 20 + 0.5: flags state no budget, so nothing is refused and nothing is forgotten."""
    for number, epsilon in enumerate(("20", "20", "0.5")):
        asked = ("--count", "--by", ("town", "year", "town")[number], "--person", "who", "--epsilon", epsilon)
        assert privshare("release", table, *asked, "--out", f"o{number}", "--ledger", "l").code == 0
    assert debits(tmp_path / "l") == [(40_500_000, 3 * 10**9)]


def test_without_a_ledger_the_report_says_that_nothing_else_is_counted(
    privshare: Command, table: Path, tmp_path: Path
) -> None:
    for out, more in (("alone", ()), ("counted", ("--ledger", "l"))):
        privshare("release", table, *ASKED, "--out", out, *more)
    alone, counted = ((tmp_path / out / "report.html").read_text("utf-8") for out in ("alone", "counted"))
    told = "before or after"
    assert told in alone
    assert told not in counted


Plant = Callable[[Path], object]
GOOD = [["a", "N", "1", "7"], ["b", "S", "2", "7"], ["c", "N", "3", "8"]]


def raw(data: bytes) -> Plant:
    return lambda path: path.write_bytes(data)


def row(line: str) -> Plant:
    """The good table with one more row, which is line 5."""
    return lambda path: path.write_text(path.read_text("utf-8") + line + "\n", "utf-8")


def folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


TABLES: dict[str, tuple[Plant, str]] = {
    "ragged row": (row("d,N,1"), "line 5"),
    "row with more": (row("d,N,1,7,8"), "line 5"),
    "duplicate header": (raw(b"who,town,value,town\na,N,1,7\n"), "line 1"),
    "byte order mark": (raw(b"\xef\xbb\xbfwho,town,value,year\na,N,1,7\n"), "byte order mark"),
    "NUL": (row("d,N\x00,1,7"), "line 5"),
    "open quote": (row('d,"N,1,7'), "line 5"),
    "not UTF-8": (raw(b"who,town,value,year\na,\xff,1,7\n"), "line 2"),
    "empty file": (raw(b""), "empty"),
    "header without rows": (raw(b"who,town,value,year\n"), "without rows"),
    "number nan": (row("d,N,nan,7"), "line 5"),
    "number 1_000": (row("d,N,1_000,7"), "line 5"),
    "number 1e3": (row("d,N,1e3,7"), "line 5"),
    "number 1.5": (row("d,N,1.5,7"), "line 5"),
    "number +1": (row("d,N,+1,7"), "line 5"),
    "number with a blank": (row("d,N, 1,7"), "line 5"),
    "Arabic digits": (row("d,N,\u0661\u0662,7"), "line 5"),
    "no number": (row("d,N,,7"), "line 5"),
    "no person": (row(",N,1,7"), "line 5"),
    "a person of blanks": (row("  ,N,1,7"), "line 5"),
    "value above": (row("d,N,101,7"), "line 5"),
    "value below": (row("d,N,-1,7"), "line 5"),
    "value of 30 digits": (row(f"d,N,{'9' * 30},7"), "line 5"),
    "no table at all": (lambda path: path.unlink(), "table.csv"),
    "a folder": (folder, "table.csv"),
}


@pytest.mark.parametrize(("plant", "told"), TABLES.values(), ids=TABLES.keys())
def test_a_bad_table_is_one_sentence(privshare: Command, tmp_path: Path, plant: Plant, told: str) -> None:
    table = write(tmp_path / "table.csv", GOOD)
    words = ("release", table, *ASKED, "--outside", "refuse", "--out", "new/out", "--ledger", "l")
    plant(table)
    sentence = refused_without_a_trace(privshare, tmp_path, *words)
    assert told in sentence
    assert "table.csv" in sentence


@pytest.mark.parametrize("value", ["101", "-1", "9" * 18])
def test_values_outside_are_clamped_unless_refusal_is_asked_for(privshare: Command, tmp_path: Path, value: str) -> None:
    table = write(tmp_path / "table.csv", [*GOOD, ["d", "N", value, "7"]])
    assert privshare("release", table, *ASKED, "--out", "out").code == 0
    assert "line 5" in refused_without_a_trace(
        privshare, tmp_path, "release", table, *ASKED, "--outside", "refuse", "--out", "out2"
    )


def without(*flags: str) -> list[str]:
    """The good request without these flags and their values."""
    words = list(ASKED)
    for flag in flags:
        place = words.index(flag)
        del words[place : place + (1 if flag == "--count" else 2)]
    return words


def changed(**flags: str | None) -> list[str]:
    """The good request with other values: by="town" is --by town; None leaves the flag out."""
    words = list(ASKED)
    for name, value in flags.items():
        flag = f"--{name.replace('_', '-')}"
        if flag in words:
            place = words.index(flag)
            words[place : place + 2] = [] if value is None else [flag, value]
        else:
            words += [flag, str(value)]
    return words


PERSON = ("--person", "who", "--epsilon", "2")
WORDS: dict[str, tuple[list[str], str]] = {
    "nothing asked": (without("--count", "--sum", "--bounds"), "--count"),
    "sum without bounds": (without("--bounds"), "--bounds"),
    "bounds without sum": (without("--sum"), "--bounds"),
    "unknown groups without a count": (without("--count"), "--count"),
    "no by": (changed(by=","), "--by was ,; accepted is columns"),
    "an empty name in by": (changed(by="town,,year"), "--by was town,,year; accepted is columns"),
    "five in by": (changed(by="a,b,c,d,e"), "--by"),
    "by is person": (changed(by="town,who"), "--person"),
    "empty person": (changed(person=""), "--person was empty; accepted is the name of a column"),
    "blank sum": (changed(sum=" "), "--sum was blank; accepted is the name of a column"),
    "empty sum": (changed(sum=""), "--sum was empty; accepted is the name of a column"),
    "by twice": (changed(by="town,town"), "each column once"),
    "by is a column of the result": (changed(by="count"), "count"),
    "sum is by": (changed(sum="town"), "--sum"),
    "sum is person": (changed(sum="who"), "--sum"),
    "unknown column": (changed(by="tonw"), "'town'"),
    "unknown person": (changed(person="whom"), "'who'"),
    "unknown sum": (changed(sum="valeu"), "'value'"),
    "another case": (changed(by="Town"), "'town'"),
    "person in another case": (changed(person="WHO"), "'who'"),
    "half a by": (changed(by="town,"), "--by"),
    "a name that no policy can name": (changed(by="ho\u00adme"), "can be seen"),
    "sum of a name that no policy can name": (changed(sum="gr\u2060\u00dfe"), "can be seen"),
    "sum of too long a name": (changed(sum="x" * 61), "1 to 60"),
    "bounds reversed": (changed(bounds="100,0"), "--bounds"),
    "bounds equal": (changed(bounds="5,5"), "--bounds"),
    "bounds nan": (changed(bounds="nan,5"), "--bounds"),
    "bounds inf": (changed(bounds="0,inf"), "--bounds"),
    "bounds of one": (changed(bounds="5"), "--bounds"),
    "bounds of three": (changed(bounds="0,5,9"), "--bounds"),
    "bounds as fractions": (changed(bounds="0,0.5"), "--bounds"),
    "bounds in Arabic digits": (changed(bounds="0,\u0665"), "--bounds"),
    "bounds too large": (changed(bounds="0,1000000001"), "--bounds"),
    "bounds too long": (changed(bounds="0," + "9" * 5_000), "--bounds"),
    "epsilon 0": (changed(epsilon="0"), "epsilon"),
    "epsilon negative": (changed(epsilon="-1"), "epsilon"),
    "epsilon above 20": (changed(epsilon="20.000001"), "epsilon"),
    "epsilon nan": (changed(epsilon="nan"), "epsilon"),
    "epsilon inf": (changed(epsilon="inf"), "epsilon"),
    "epsilon text": (changed(epsilon="half"), "epsilon"),
    "epsilon too small for two": (changed(epsilon="0.000001"), "epsilon"),
    "epsilon too small for bounds": (changed(epsilon="0.000002"), "epsilon"),
    "delta 0": (changed(delta="0"), "--delta"),
    "delta empty": (changed(delta=""), "delta"),
    "delta above": (changed(delta="0.1"), "delta"),
    "delta negative": (changed(delta="-1e-9"), "delta"),
    "delta nan": (changed(delta="nan"), "delta"),
    "delta too small for the bound": (changed(delta="1e-15"), "delta"),
    "delta with keys": (changed(delta="1e-6", keys="keys.csv"), "--delta"),
    "keys without the column": (changed(keys="keys.csv"), "'year'"),
    "keys that are no file": (changed(keys="none.csv"), "none.csv"),
    "keys without rows": (changed(keys="bare.csv"), "without rows"),
    "keys with a blank": (changed(keys="blank.csv"), "blank.csv, line 3: the group (column 'town') begins or ends"),
    "keys not in NFC": (changed(keys="apart.csv"), "apart.csv, line 2: the group (column 'year') is not in"),
    "count-bound 0": (changed(count_bound="0"), "--count-bound"),
    "count-bound beyond": (changed(count_bound="8000001"), "--count-bound"),
    "count-bound beyond unknown groups": (changed(count_bound="1048577"), "2^20"),
    "count-bound text": (changed(count_bound="many"), "--count-bound"),
    "sum-bound negative": (changed(sum_bound="-5"), "--sum-bound"),
    "sum-bound beyond": (changed(sum_bound="8000001"), "--sum-bound"),
    "outside otherwise": (changed(outside="drop"), "--outside"),
    "people-bound 0": (changed(people_bound="0"), "--people-bound"),
    "people-bound without people": (changed(people_bound="2"), "--people-bound is a bound for --people"),
    "people-bound without groups": (["--people", "--people-bound", "2", *PERSON], "--people-bound is a bound for"),
    "count-bound without a count": (["--people", "--count-bound", "3", *PERSON], "--count-bound is a bound for"),
    "sum-bound without a sum": ([*without("--sum", "--bounds"), "--sum-bound", "5"], "--sum-bound is a bound for"),
    "by an empty text": (changed(by=""), "for the whole table leave --by out"),
    "by a blank": (changed(by=" "), "for the whole table leave --by out"),
    "mean of another column": (changed(mean="count"), "'value'"),
    "mean is by": ([*without("--sum"), "--mean", "town"], "--mean"),
    "variance is person": ([*without("--sum"), "--variance", "who"], "--variance"),
    "mean without bounds": ([*without("--sum", "--bounds"), "--mean", "value"], "--bounds"),
    "unknown mean": ([*without("--sum"), "--mean", "valeu"], "'value'"),
    "quantiles without bins": (changed(quantiles="value:50"), "needs --bins"),
    "quantiles of found groups": (changed(quantiles="value:50", bins="value:1,2"), "--keys"),
    "quantiles is by": (changed(quantiles="year:50", bins="year:8"), "--quantiles"),
    "quantiles of the smallest": (changed(quantiles="value:0", bins="value:1,2"), "between 0 and 100"),
    "quantiles of the largest": (changed(quantiles="value:50,100", bins="value:1,2"), "between 0 and 100"),
    "quantiles of two decimals": (changed(quantiles="value:99.95", bins="value:1,2"), "--quantiles"),
    "quantiles nan": (changed(quantiles="value:nan", bins="value:1,2"), "--quantiles"),
    "quantiles of no column": (changed(quantiles=":50", bins="value:1,2"), "--quantiles"),
    "ten quantiles": (changed(quantiles="value:1,2,3,4,5,6,7,8,9,10", bins="value:1,2"), "1 to 9"),
    "bins of found groups": (changed(bins="year:7,8"), "--keys"),
    "bins of a column not asked for": (changed(bins="value:1,2"), "--bins"),
    "bins descending": (changed(bins="year:9,7"), "ascending"),
    "bins twice the same edge": (changed(bins="year:7,7"), "ascending"),
    "bins without a column": (changed(bins=":1,2"), "--bins"),
    "bins without edges": (changed(bins="year:"), "--bins"),
    "bins without a colon": (changed(bins="year"), "--bins"),
    "bins of fractions": (changed(bins="year:1.5"), "--bins"),
    "bins in Arabic digits": (changed(bins="year:\u0665"), "--bins"),
    "quantiles of the person": (changed(by="town", keys="keys.csv", quantiles="who", bins="who:1"), "--person"),
    "top 0": (changed(top="0"), "--top"),
    "top beyond": (changed(top="1001"), "--top"),
    "top of nothing counted": (["--quantiles", "value", "--bins", "value:1", "--top", "1", *PERSON], "--top"),
    "noise otherwise": (changed(noise="cauchy"), "--noise"),
    "gaussian noise for found groups": (changed(noise="gaussian"), "--keys"),
    "policy without purpose": (changed(policy="p.toml"), "--purpose"),
    "purpose without policy": (changed(purpose="study"), "--policy"),
    "holder without policy": (changed(holder="bank"), "--holder"),
    "policy that is not there": (changed(policy="none.toml", purpose="study"), "there is no policy file none.toml"),
    "policy that is a folder": (changed(policy=".", purpose="study"), "the policy . cannot be read"),
    "policy with a name too long": (changed(policy=300 * "p", purpose="study"), "cannot be read: File name too long"),
    "purpose of no policy": (changed(policy="p.toml", purpose="sell"), "study"),
    "holder of no policy": (changed(policy="p.toml", purpose="study", holder="bank"), "city"),
    "unclassified column": (changed(policy="p.toml", purpose="study"), "unclassified:city.year"),
    "out in use": (changed(out="full"), "not empty"),
    "ledger that is none": (changed(ledger="keys.csv"), "keys.csv"),
}
POLICY = """version = 1
title = "A small policy"
[[purposes]]
id = "study"
sentence = "Look whether figures add up"
dpv = "https://w3id.org/dpv#PublicBenefit"
[[columns]]
holder = "city"
column = "who"
category = "direct-identifier"
grade = "important"
reason = "names a person"
[[columns]]
holder = "city"
column = "town"
category = "quasi-identifier"
grade = "general"
reason = "groups only"
ladder = { study = "after-dp(epsilon<=1)" }
[[licences]]
id = "city/study"
holder = "city"
purpose = "study"
epsilon = "1.5"
delta = "1e-6"
minimum_group = 5
expires = 2099-12-31
"""


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files that the words name, and a ledger on which the good request was debited."""
    room = tmp_path_factory.mktemp("room")
    header = (*HEADER, "count", "ho\u00adme", "gr\u2060\u00dfe", "x" * 61)
    table = write(room / "table.csv", [[*each, "1", "N", "2", "3"] for each in GOOD], header=header)
    write(room / "keys.csv", [["N"], ["S"]], header=("town",))
    write(room / "bare.csv", [], header=("town", "year"))
    write(room / "blank.csv", [["N", "7"], ["S ", "8"]], header=("town", "year"))
    write(room / "apart.csv", [["N", "e\u0301"]], header=("town", "year"))
    (room / "p.toml").write_text(POLICY, "utf-8")
    (room / "full").mkdir()
    (room / "full" / "file").write_text("something")
    good = ReleaseRequest(table=table, by=("town", "year"), person="who", epsilon="2", total="value", bounds=(0, 100))
    run_scenario(release_scenario(good), ledger_path=room / "l")
    return room


@pytest.mark.parametrize(("words", "told"), WORDS.values(), ids=WORDS.keys())
def test_bad_words_are_one_sentence(
    privshare: Command, tmp_path: Path, room: Path, words: list[str], told: str
) -> None:
    shutil.copytree(room, tmp_path, dirs_exist_ok=True)
    tail = [] if "--out" in words else ["--out", "out"]
    tail += [] if "--ledger" in words else ["--ledger", "l"]
    if "unclassified" in told:
        sentence = refused_and_noted(privshare, tmp_path, tmp_path / "l", "release", "table.csv", *words, *tail)
    else:
        sentence = refused_without_a_trace(privshare, tmp_path, "release", "table.csv", *words, *tail)
    assert told in sentence
    assert len(sentence) < 12_000
    assert debits(tmp_path / "l") == [(2_000_000, 10**9)]


def test_the_good_words_are_answered_in_that_room(privshare: Command, tmp_path: Path, room: Path) -> None:
    """Else every case above would be refused for another reason than its own."""
    shutil.copytree(room, tmp_path, dirs_exist_ok=True)
    assert privshare("release", "table.csv", *ASKED, "--out", "out", "--ledger", "l").code == 0
    assert debits(tmp_path / "l") == [(2_000_000, 10**9)], "the stored answer again"


def test_a_policy_file_is_kept_to_and_its_budget_ends(privshare: Command, tmp_path: Path) -> None:
    write(tmp_path / "t.csv", GOOD)
    (tmp_path / "p.toml").write_text(POLICY, "utf-8")
    given: list[object] = ["release", "t.csv", "--count", "--by", "town", "--person", "who", "--ledger", "l"]
    given += ["--policy", "p.toml", "--purpose", "study"]
    write(tmp_path / "keys.csv", [["N"], ["S"]], header=("town",))
    assert "epsilon" in refused_without_a_trace(privshare, tmp_path, *given, "--epsilon", "1.1", "--out", "dear")
    assert privshare(*given, "--epsilon", "1", "--out", "one").code == 0
    sentence = refused_and_noted(
        privshare, tmp_path, tmp_path / "l", *given, "--epsilon", "0.6", "--keys", "keys.csv", "--out", "two"
    )
    assert "epsilon 0.5 and delta 0 are left" in sentence
    assert privshare(*given, "--epsilon", "0.5", "--keys", "keys.csv", "--out", "three").code == 0
    assert debits(tmp_path / "l") == [(1_500_000, 10**9)]


def test_public_keys_are_all_answered_once(privshare: Command, tmp_path: Path) -> None:
    write(tmp_path / "t.csv", GOOD)
    write(tmp_path / "keys.csv", [["W"], ["N"], ["W"], ["a"]], header=("town",))
    words = ("--count", "--by", "town", "--person", "who", "--epsilon", "1", "--keys", "keys.csv", "--out", "out")
    assert privshare("release", "t.csv", *words).code == 0
    with (tmp_path / "out" / "tables" / "release-release.csv").open(encoding="utf-8", newline="") as file:
        assert sorted(line["town"] for line in csv.DictReader(file)) == ["N", "W", "a"]


def test_categorize_drafts_a_policy_that_is_accepted_and_grants_nothing(privshare: Command, tmp_path: Path) -> None:
    mail = [[f"person{n}@example.org", f"20{n:02d}", "a b", "1"] for n in range(40)]
    write(tmp_path / "people.csv", mail, header=("email", "joined", "home town", "fl\u00adag"))
    said = privshare("categorize", "people.csv", "--out", "draft.toml", "--holder", "city", "--purpose", "study")
    assert said.code == 0
    draft = (tmp_path / "draft.toml").read_bytes()
    policy = read_policy(draft, "draft.toml")
    assert {(clause.holder, clause.column) for clause in policy.clauses.values()} == {
        ("city", "email"),
        ("city", "joined"),
        ("city", "home town"),
    }
    assert policy.licences == {}
    assert 'The column "fl?ag"' in draft.decode(), "what cannot be seen is not written either"
    assert tomllib.loads(draft.decode())["version"] == 1
    again = ("categorize", "people.csv", "--out", "draft.toml")
    assert "draft.toml" in refused_without_a_trace(privshare, tmp_path, *again)


def test_categorize_prints_one_document(privshare: Command, tmp_path: Path) -> None:
    mail = [[f"person{n}@example.org", f"{n % 3}"] for n in range(40)]
    write(tmp_path / "people.csv", mail, header=("email", "group"))
    found: Any = privshare("categorize", "people.csv", "--json").document()
    assert list(found) == ["about_people", "columns", "small_groups", "policy"]
    assert [column["column"] for column in found["columns"]] == ["email", "group"]
    assert found["columns"][0]["category"] == "direct-identifier"
    shape = {"column", "category", "written_as", "rung", "grade", "concept", "reason", "confidence", "certainty"}
    assert all(set(column) == shape | {"evidence"} for column in found["columns"])
    assert all(0 <= column["certainty"] <= 1 for column in found["columns"])
    assert found["policy"] is None
    assert [path.name for path in tmp_path.iterdir()] == ["people.csv"], "nothing is written unless asked"


CATEGORIZE: dict[str, tuple[list[str], str]] = {
    "out exists": (["t.csv", "--out", "there.toml"], "there.toml"),
    "out is the table": (["t.csv", "--out", "t.csv"], "t.csv"),
    "out in no folder": (["t.csv", "--out", "no/draft.toml"], "no/draft.toml"),
    "out is a folder": (["t.csv", "--out", "."], "."),
    "no table": (["none.csv"], "none.csv"),
    "another kind of file": (["there.toml"], "there.toml"),
    "holder that is no id": (["t.csv", "--holder", "The City"], "The City"),
    "purpose that is no id": (["t.csv", "--purpose", ""], "purpose"),
}


@pytest.mark.parametrize(("words", "told"), CATEGORIZE.values(), ids=CATEGORIZE.keys())
def test_categorize_refuses_in_one_sentence(privshare: Command, tmp_path: Path, words: list[str], told: str) -> None:
    write(tmp_path / "t.csv", GOOD)
    (tmp_path / "there.toml").write_text("x = 1\n")
    assert told in refused_without_a_trace(privshare, tmp_path, "categorize", *words)


def test_the_table_itself_is_no_list_of_public_groups(privshare: Command, tmp_path: Path) -> None:
    """Else a group that one person made up would be published at delta 0."""
    (tmp_path / "t.csv").write_text("pid,town\n1,A\n2,A\n3,Secret\n")
    (tmp_path / "copy.csv").write_text("pid,town\n1,A\n3,Secret\n")
    for keys in ("t.csv", "copy.csv"):
        told = refused_without_a_trace(
            privshare, tmp_path, "release", "t.csv", "--count", "--by", "town", "--person", "pid", "--epsilon", "1",
            "--keys", keys, "--out", "out",
        )  # fmt: skip
        assert "--keys" in told
