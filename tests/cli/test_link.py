"""privshare link: what it prints, what it leaves, and what it refuses without leaving anything."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from shutil import rmtree

import pytest

from tests.cli.conftest import Command, refused_without_a_trace, tree
from tests.house.repository import ROOT, run_python

LEFT = "mail,born\nAnn@x.org,1990\nbob@x.org,1991\n,1992\nann@X.org ,1990\n"
RIGHT = "mail,born\nANN@x.org,1990\ndan@x.org,1993\n"


@pytest.fixture
def room(tmp_path: Path) -> Path:
    (tmp_path / "l.csv").write_text(LEFT)
    (tmp_path / "r.csv").write_text(RIGHT)
    return tmp_path


def test_members_for_people(privshare: Command, room: Path) -> None:
    said = privshare("link", "l.csv", "r.csv", "--on", "mail", "--out", "out")
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith("Keys that left and right share: 1. Pairs of rows: 2.\n")
    told = " ".join(said.out.split())
    for needed in (
        "Who learned what, by psi-oprf/1",
        "which of its own items left has too: 1 of 2",
        "out/left/matches.csv what left gets",
        "no ledger counts it",
        "Report: out/report.html",
    ):
        assert needed in told, needed
    assert all(len(line) <= 80 for line in said.out.splitlines() if not line.startswith("Verify: "))
    assert (room / "out" / "matches.csv").read_text() == "left_row,right_row\n0,0\n3,0\n"
    assert (room / "out" / "left" / "matches.csv").read_text() == "match_id,own_row\n0,0\n0,3\n"
    assert (room / "out" / "right" / "matches.csv").read_text() == "match_id,own_row\n0,0\n"
    assert privshare("verify", "out").code == 0


HEAVY = {"pandas", "duckdb", "numba", "scipy", "opendp", "altair", "vl_convert", "numpy.random"}
OTHERS = {
    "privshare.attacks", "privshare.comparison.lab", "privshare.secure.psi.fuzzy", "privshare.secure.psi.totals",
    "privshare.secure.psi.size", "privshare.use.release.planning", "privshare.use.release.published",
}  # fmt: skip
LOADED = f"print('loaded', *sorted({HEAVY | OTHERS!r} & set(sys.modules)))"


def loaded_by_link(room: Path, *words: str) -> str:
    program = (
        "import sys\n"
        "from privshare.cli import main\n"
        f"sys.argv = ['privshare', 'link', '{room}/l.csv', '{room}/r.csv', *{words!r}, '--out', '{room}/out']\n"
        "try:\n"
        "    main()\n"
        "except SystemExit:\n"
        "    pass\n"
        f"{LOADED}\n"
    )
    told = run_python("-c", program).splitlines()[-1]
    assert (room / "out" / "matches.csv").exists()
    rmtree(room / "out")
    return told


def test_a_small_link_loads_no_library_that_it_does_not_need(room: Path) -> None:
    """Each costs a party a tenth of a second or more, which is most of a small link and much of a large one."""
    assert loaded_by_link(room, "--on", "mail") == "loaded"


def test_a_large_link_does_not_load_the_compiler_of_its_kernels(room: Path) -> None:
    """The first of two may have to compile them."""
    for name, first in (("l", 0), ("r", 1_000)):
        (room / f"{name}.csv").write_text("id\n" + "\n".join(f"p{n}" for n in range(first, first + 3_000)) + "\n")
    told = [loaded_by_link(room, "--on", "id", "--suite", "psi-ot-sh/1") for _ in range(2)]
    assert told[1] == "loaded"


def test_a_party_loads_only_its_own_verb() -> None:
    modules = "scenario.party.run, privshare.report.party, privshare.report.staging, privshare.exchange.connecting"
    assert run_python("-c", f"import sys, privshare.{modules}; {LOADED}").strip() == "loaded"


def test_members_as_one_document(privshare: Command, room: Path) -> None:
    told = privshare("link", "l.csv", "r.csv", "--on", "mail,born", "--out", "out", "--json").document()
    (link,) = told["links"]
    assert (link["matches"], link["pairs"], link["suite"]) == (1, 2, "psi-oprf/1")
    assert [side["columns"] for side in link["sides"]] == [["mail", "born"]] * 2
    assert [side["missing"] for side in link["sides"]] == [1, 0]
    checked = privshare("verify", "out", "--key", told["fingerprint"], "--json").document()
    assert {"what": "links", "count": 1} in checked["checks"]


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("--on", "mail,born"), ["--on", "--on"]),
        (("--left-on", "mail", "--right-on", "mail"), ["--left-on", "--right-on"]),
        (("--left-on", "mail:letters8,born:text/4096", "--right-on", "mail:letters8,born:text/4096", "--fuzzy"),
         ["--left-on with --fuzzy", "--right-on with --fuzzy"]),
    ],
)  # fmt: skip
def test_a_clause_says_which_option_named_its_column(
    privshare: Command, room: Path, words: tuple[str, ...], named: list[str]
) -> None:
    document = privshare("link", "l.csv", "r.csv", *words, "--out", "out", "--json").document()
    found = {(decision["holder"], decision["reason"]) for decision in document["decisions"] if decision["clause"]}
    assert found == {
        (party, f"named by {flag} on the command line; no policy file was given")
        for party, flag in zip(("left", "right"), named, strict=True)
    }


@pytest.mark.parametrize("suite", ["psi-oprf/1", "psi-ot-sh/1", "psi-ot-mr/1"])
def test_a_suite_that_is_asked_for_gives_the_same_matches(privshare: Command, room: Path, suite: str) -> None:
    told = privshare("link", "l.csv", "r.csv", "--on", "mail", "--suite", suite, "--out", "out", "--json").document()
    (link,), (protocol,) = told["links"], told["protocols"]
    assert link["suite"] == protocol["suite"] == protocol["choice"]["suite"] == suite
    assert protocol["choice"]["reason"] == "it was asked for"
    predicted = protocol["choice"]["predicted"]
    assert list(predicted) == ["psi-oprf/1", "psi-ot-sh/1", "psi-ot-mr/1"]
    matches = 4 * link["matches"] + 32
    assert 1300 < protocol["bytes"] - predicted[suite]["bytes"] - matches < 1450  # greeting and signatures
    assert (room / "out" / "matches.csv").read_text() == "left_row,right_row\n0,0\n3,0\n"
    assert suite in (room / "out" / "report.html").read_text()


def test_the_sizes_choose_and_it_is_said(privshare: Command, room: Path) -> None:
    (room / "many.csv").write_text("mail\n" + "".join(f"p{number}@x.org\n" for number in range(2000)))
    few = " ".join(privshare("link", "l.csv", "r.csv", "--on", "mail", "--out", "few").out.split())
    many = " ".join(privshare("link", "l.csv", "many.csv", "--on", "mail", "--out", "many").out.split())
    assert "Chosen was psi-oprf/1: neither side has 2,000 items" in few
    assert "Chosen was psi-ot-sh/1: a side has 2,000 items or more" in many
    assert "Predicted, both parties together: psi-oprf/1" in many


def test_a_size_and_its_ledger(privshare: Command, room: Path) -> None:
    words = ("link", "l.csv", "r.csv", "--on", "mail", "--reveal", "size", "--ledger", "link.ledger")
    said = privshare(*words, "--epsilon", "1", "--out", "out")
    assert (said.code, said.err) == (0, "")
    told = " ".join(said.out.split())
    for needed in (
        "people shared, give or take",
        "epsilon 1, delta 10⁻⁶",
        "by size/1",
        "dummies of left, which hide",
        "for somebody in both tables: epsilon 1.5, delta 1.5 × 10⁻⁶",
    ):
        assert needed in told, needed
    assert "matches.csv" not in told
    headline = re.search('class="finding">([^<]*)<', (room / "out" / "report.html").read_text("utf-8"))
    assert headline
    number = told.split()[1]
    assert f"share about {number} people, give or take" in headline[1], "the answer comes first"
    assert privshare(*words, "--epsilon", "0.5", "--delta", "2e-6", "--out", "again").code == 0
    statement = privshare("ledger", "link.ledger", "--json").document()
    assert {account["holder"]: account["spent"] for account in statement["accounts"]} == {
        holder: {"micro_epsilon": 1_500_000, "delta_e15": 3 * 10**9} for holder in ("left", "right")
    }


@pytest.mark.parametrize("name", ["l.csv", "./l.csv", "again.csv"])
def test_the_same_file_twice_is_a_warning(privshare: Command, room: Path, name: str) -> None:
    (room / "again.csv").symlink_to(room / "l.csv")
    said = privshare("link", "l.csv", name, "--on", "mail", "--out", "out", "--json")
    assert said.code == 0
    assert said.err.count("\n") == 1
    assert "the same file" in said.err
    assert said.out.startswith("{")
    assert len((room / "out" / "matches.csv").read_text().splitlines()) == 1 + 4 + 1


def test_letters_that_look_alike_are_two_people(privshare: Command, room: Path) -> None:
    """The pages say so: a Cyrillic letter is not the Latin one, while capitals and wide letters are."""
    (room / "latin.csv").write_text("mail\nann@x.org\nbob@x.org\n")
    alike, wide = "\N{CYRILLIC SMALL LETTER A}nn@x.org", "\N{FULLWIDTH LATIN CAPITAL LETTER B}ob@x.org"
    (room / "other.csv").write_text(f"mail\n{alike}\n{wide}\n", encoding="utf-8")
    privshare("link", "latin.csv", "other.csv", "--on", "mail", "--out", "out", "--json").document()
    assert (room / "out" / "matches.csv").read_text().splitlines()[1:] == ["1,1"]


GOOD = ["l.csv", "r.csv", "--on", "mail", "--out", "out"]
BAD: dict[str, tuple[list[str], str]] = {
    "no key": (["l.csv", "r.csv", "--out", "out"], "give --on COLUMN"),
    "on and left-on": ([*GOOD, "--left-on", "mail"], "give --on COLUMN"),
    "on and both": ([*GOOD, "--left-on", "mail", "--right-on", "mail"], "give --on COLUMN"),
    "left-on alone": (["l.csv", "r.csv", "--left-on", "mail", "--out", "out"], "together with --right-on"),
    "unequal keys": (
        ["l.csv", "r.csv", "--left-on", "mail,born", "--right-on", "mail", "--out", "out"],
        "equally many",
    ),
    "no column": (["l.csv", "r.csv", "--on", "mial", "--out", "out"], "the nearest is 'mail'"),
    "another case": (["l.csv", "r.csv", "--on", "Mail", "--out", "out"], "the nearest is 'mail'"),
    "a column twice": (["l.csv", "r.csv", "--on", "mail,mail", "--out", "out"], "each column once"),
    "a column twice at the right": (
        ["l.csv", "r.csv", "--left-on", "mail,born", "--right-on", "mail,mail", "--out", "out"],
        "--right-on was mail,mail; accepted is columns separated by commas, each column once.",
    ),
    "no text": (["l.csv", "r.csv", "--on", "", "--out", "out"], "--on was empty; accepted is columns"),
    "no text at the left": (
        ["l.csv", "r.csv", "--left-on", "", "--right-on", "mail", "--out", "out"],
        "--left-on was empty; accepted is columns separated by single commas, each with a name.",
    ),
    "a blank name": (
        ["l.csv", "r.csv", "--left-on", "mail", "--right-on", " ", "--out", "out"],
        "--right-on was blank;",
    ),
    "an empty fuzzy name": (["l.csv", "r.csv", "--on", "", "--fuzzy", "--out", "out"], "--on was empty;"),
    "a name with a comma": (["comma.csv", "r.csv", "--on", "last, first", "--out", "out"], "there is no column 'last'"),
    "delta empty": ([*GOOD, "--reveal", "size", "--epsilon", "1", "--delta", ""], "delta was empty; accepted is"),
    "no name": (["l.csv", "r.csv", "--on", " , ", "--out", "out"], "accepted is columns"),
    "an empty name": (
        ["l.csv", "r.csv", "--on", "mail,,born", "--out", "out"],
        "--on was mail,,born; accepted is columns separated by single commas, each with a name",
    ),
    "an empty name at the left": (
        ["l.csv", "r.csv", "--left-on", ",mail", "--right-on", "mail", "--out", "out"],
        "--left-on was ,mail; accepted is columns",
    ),
    "an empty name at the right": (
        ["l.csv", "r.csv", "--left-on", "mail", "--right-on", "mail,", "--out", "out"],
        "--right-on was mail,; accepted is columns",
    ),
    "no file": (["none.csv", "r.csv", "--on", "mail", "--out", "out"], "no such file"),
    "a folder": ([".", "r.csv", "--on", "mail", "--out", "out"], "a folder"),
    "another format": (["l.xlsx", "r.csv", "--on", "mail", "--out", "out"], "accepted are .csv and .parquet"),
    "empty file": (["empty.csv", "r.csv", "--on", "mail", "--out", "out"], "it is empty"),
    "no rows": (["header.csv", "r.csv", "--on", "mail", "--out", "out"], "without rows"),
    "ragged": (["ragged.csv", "r.csv", "--on", "mail", "--out", "out"], "ragged.csv, line 3"),
    "mostly empty": (["l.csv", "sparse.csv", "--on", "mail", "--out", "out"], "is empty in most rows"),
    "epsilon with members": ([*GOOD, "--epsilon", "1"], "--reveal size"),
    "delta with members": ([*GOOD, "--delta", "1e-6"], "--reveal size"),
    "ledger with members": ([*GOOD, "--ledger", "new.ledger"], "no price to count"),
    "size without epsilon": ([*GOOD, "--reveal", "size"], "needs --epsilon"),
    "epsilon nan": ([*GOOD, "--reveal", "size", "--epsilon", "nan"], "accepted is"),
    "epsilon negative": ([*GOOD, "--reveal", "size", "--epsilon=-1"], "accepted is"),
    "delta too large": ([*GOOD, "--reveal", "size", "--epsilon", "1", "--delta", "0.1"], "accepted is"),
    "delta zero": ([*GOOD, "--reveal", "size", "--epsilon", "1", "--delta", "0"], "above 0"),
    "suite with a size": ([*GOOD, "--suite", "psi-ot-sh/1", "--reveal", "size", "--epsilon", "1"], "matches none"),
    "another suite": ([*GOOD, "--suite", "psi-ot-sh/2"], "suite"),
    "another form": ([*GOOD, "--reveal", "names"], "reveal"),
    "out in use": (["l.csv", "r.csv", "--on", "mail", "--out", "used"], "not empty"),
}


@pytest.mark.parametrize(("words", "told"), BAD.values(), ids=BAD)
def test_bad_input_gets_one_sentence_and_leaves_nothing(
    privshare: Command, room: Path, words: list[str], told: str
) -> None:
    (room / "empty.csv").write_text("")
    (room / "l.xlsx").write_text("")
    (room / "header.csv").write_text("mail,born\n")
    (room / "comma.csv").write_text('"last, first",born\n"Lee, Ann",1990\n')
    (room / "ragged.csv").write_text("mail,born\na@x.org,1990\nb@x.org\n")
    (room / "sparse.csv").write_text("mail,born\n,1990\n \u00a0,1991\nc@x.org,1992\n")
    (room / "used").mkdir()
    (room / "used" / "file").write_text("x")
    assert told in refused_without_a_trace(privshare, room, "link", *words)


def test_a_pipe_gets_no_progress(room: Path) -> None:
    before = tree(room)
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "privshare", "link", *GOOD],
        capture_output=True, text=True, cwd=room, env={"PYTHONPATH": str(ROOT)}, check=False, timeout=300,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert before.keys() < tree(room).keys()
