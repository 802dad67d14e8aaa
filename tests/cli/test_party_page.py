"""report.html of a party: one file that says what its folder says, all of it, and nothing of the other's table."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from privshare.exchange.connecting import Listener
from privshare.model.leakage import LeakageStatement
from privshare.model.role import Role
from privshare.report import party_page
from privshare.report.figures import count, delta, epsilon, plain, size
from privshare.report.party import party_files, party_lines
from privshare.report.party_totals import totals_files
from privshare.scenario.party.request import PartyRequest
from privshare.scenario.party.run import run_party
from privshare.secure.signing import fingerprint
from tests.cli import test_party_totals
from tests.cli.conftest import Command, tree
from tests.cli.test_party import CALLED, LISTENED, SIZE, nothing, play
from tests.exchange.project import BANK, HOST, OFFICE, Side, project
from tests.house.repository import ROOT
from tests.report.comparison.test_browser import BROWSER, seen
from tests.report.parsed import Page

PAGES = ("bank", "office", "size", "grouping", "valuing", "unit")
COLUMNS = {BANK: "bank_mail", OFFICE: "office_mail"}


def asked(room: Path, party: str, **more: Any) -> PartyRequest:
    peer = OFFICE if party == BANK else BANK
    given = {"table": room / f"{party}.csv", "key": (COLUMNS[party],), "keys": room / "keys" / party, "peer": peer}
    return PartyRequest(**{**given, **more})


class Played(NamedTuple):
    """A party's run, its statement, and the files of its folder."""

    run: Any
    told: LeakageStatement
    files: dict[str, bytes]

    @property
    def html(self) -> str:
        return self.files["report.html"].decode()

    @property
    def words(self) -> str:
        """What a reader sees, in one line."""
        return " ".join(" ".join(Page(self.html).texts).split()).replace("\N{NO-BREAK SPACE}", " ")


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Path:
    room = tmp_path_factory.mktemp("pages")
    project(room / "keys")
    for party, people in ((BANK, LISTENED), (OFFICE, CALLED)):
        lines = "".join(f"{party if n not in CALLED or n not in LISTENED else 'both'}{n}@example.org\n" for n in people)
        (room / f"{party}.csv").write_text(f"{COLUMNS[party]}\n{lines}", encoding="utf-8")
    return room


@pytest.fixture(scope="module")
def played(room: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Played]:
    bank, office = play(asked(room, BANK), asked(room, OFFICE))
    sized, _ = play(asked(room, BANK, **SIZE, ledger=room / "bank.ledger"), asked(room, OFFICE, **SIZE))
    three = test_party_totals.play(test_party_totals.furnished(tmp_path_factory.mktemp("three")))
    runs = {"bank": bank, "office": office, "size": sized}
    pages = {name: Played(run, run.found.statement, party_files(run)) for name, run in runs.items()}
    return pages | {str(role): Played(run, run.statement, totals_files(run)) for role, run in three.items()}


@pytest.mark.parametrize("name", PAGES)
def test_it_is_one_readable_file_without_scripts_or_network(played: dict[str, Played], name: str) -> None:
    html, files = played[name].html, played[name].files
    page = Page(html)
    assert page.of("script", "iframe", "img", "object", "embed", "form", "base") == []
    assert [attributes["href"] for _, attributes in page.of("link")] == ["data:,"]
    assert not re.search(r"url\(|@import|@font-face|https?:", html)
    (policy,) = [a["content"] for _, a in page.of("meta") if a.get("http-equiv") == "Content-Security-Policy"]
    assert str(policy).startswith("default-src 'none';")
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    targets = {str(attributes["href"]) for _, attributes in page.of("a")}
    assert {target[1:] for target in targets if target.startswith("#")} <= set(ids)
    assert {target for target in targets if not target.startswith("#")} == set(files)
    levels = [int(tag[1]) for tag, _ in page.of("h1", "h2", "h3", "h4", "h5", "h6")]
    assert (levels[0], levels.count(1)) == (1, 1)
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert len(page.of("table")) == len(page.of("caption"))
    assert all("scope" in attributes for _, attributes in page.of("th"))
    for _, attributes in page.of("div"):
        assert attributes.get("role") != "region" or (attributes["tabindex"] == "0" and attributes["aria-label"])
    assert len(page.of("main")) == len(page.of("nav")) == len(page.of("title")) == 1


@pytest.mark.parametrize("name", PAGES)
def test_it_has_the_whole_statement(played: dict[str, Played], name: str) -> None:
    told, words = played[name].told, played[name].words
    sentences = [one for _, learned in told.learned for one in learned]
    for sentence in (told.suite, told.adversary, *sentences, *told.broken_by, *told.not_stopped):
        assert sentence in words, sentence
    for what, number in told.public_sizes:
        assert f"{what} {count(number)}" in words
    for party, number in told.bytes_sent:
        assert f"{party} {size(number)}" in words
    assert f"Rounds: {told.rounds}." in words
    for view in told.views:
        price = f"epsilon {epsilon(view.loss.micro_epsilon)}, delta {delta(view.loss.delta_e15)}"
        assert f"{view.viewer} {view.people_of} {price}" in words
    assert len(told.views) == {"bank": 0, "office": 0, "size": 2}.get(name, len(told.views) or -1)


def test_it_says_what_was_found_and_asked_with_whom_and_why(played: dict[str, Played]) -> None:
    bank = played["bank"]
    for sentence in (
        "Which rows of bank does office have too?",
        "Keys in common: 4.",
        "Rows of bank among them: 4 of 12.",
        "Key of bank bank_mail",
        "rows: 12, without a key: 0; different keys: 12",
        "no policy file was given",
        "bank.bank_mail, bank/as-asked",
        "none: no noise covers the answer",
        f"Chosen was psi-oprf/1: {bank.run.found.choice.reason}.",
        "Predicted, both parties together:",
        "have as many of them: 4.",
    ):
        assert sentence in bank.words, sentence
    sized = played["size"]
    for sentence in (
        " ".join(party_lines(sized.run, out="o")[0].split()),
        "epsilon 1, delta 10⁻⁴, at bank",
        "in the ledger of bank",
        "size/1 is the one suite for this question.",
        "for somebody in both tables: epsilon 1.5, delta 1.5 × 10⁻⁴",
    ):
        assert sentence in sized.words, sentence
    assert "Nothing released before or after this run" not in sized.words
    assert "no noise covers" not in sized.words.lower()


def test_a_table_of_totals_stands_on_all_three_pages_and_its_groups_on_two(played: dict[str, Played]) -> None:
    for role in Role:
        found = played[str(role)]
        for group, people, total in found.run.cells:
            assert f"{group} {count(people)} {count(total)}".replace("-", "\N{MINUS SIGN}") in found.words
    assert "knows the groups" in played["grouping"].words
    assert "district people total" in played["grouping"].words
    assert "group people total" in played["valuing"].words, "its own column is of values, and names no group"
    assert "Nothing released before or after this run" in played["valuing"].words, "it has no ledger"
    assert "none at hub, which holds no table" in played["unit"].words
    assert "Nothing released before or after this run" not in played["unit"].words, "it pays nothing"
    for name in (*test_party_totals.GROUPS, "district", "citizen", "loans"):
        assert name not in played["unit"].html.lower()
    assert "loans" not in played["grouping"].html
    assert "district" not in played["valuing"].html


@pytest.mark.parametrize(("name", "other"), [("bank", OFFICE), ("office", BANK), ("size", OFFICE)])
def test_nothing_of_a_table_stands_in_it_but_the_own_columns(
    played: dict[str, Played], room: Path, name: str, other: str
) -> None:
    html = played[name].html
    assert "example.org" not in html
    assert COLUMNS[OFFICE if other == BANK else BANK] in html
    for foreign in (COLUMNS[other], f"{other}.csv", str(room), "identity.key"):
        assert foreign not in html, foreign


def test_both_pages_name_one_session_and_the_keys_that_were_made(played: dict[str, Played], room: Path) -> None:
    bank, office, other = (played[name] for name in ("bank", "office", "size"))
    sid = str(bank.run.session["sid"])
    assert [sid in page.words for page in (bank, office, other)] == [True, True, False]
    identities = [json.loads((room / "keys" / party / "party.json").read_text())["identity"] for party in COLUMNS]
    for page in (bank, office, other):
        named = set(re.findall(r"SHA256:[0-9a-f-]{39}", page.words))
        assert named == {fingerprint(bytes.fromhex(identity)) for identity in identities}


def test_a_number_below_the_licences_minimum_is_not_on_it(played: dict[str, Played]) -> None:
    sized = played["size"].run
    html = party_files(replace(sized, found=replace(sized.found, people=None, below=1000)))["report.html"].decode()
    assert "share fewer people than the 1,000, noise included" in html
    assert "share about" not in html


def test_names_are_escaped_and_spelled_out(played: dict[str, Played]) -> None:
    nasty = '<script>alert("1")</script>\u202e\x1b[31m'
    run = played["bank"].run
    html = party_files(replace(run, asked=replace(run.asked, key=(nasty,)), clauses=(nasty,)))["report.html"].decode()
    page = Page(html)
    assert page.of("script") == []
    assert sum(plain(nasty) in text for text in page.texts) == 2
    assert not {"\u202e", "\x1b"} & set(html)


def test_a_page_that_cannot_be_made_leaves_no_folder(
    privshare: Command, room: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: object) -> bytes:
        raise RuntimeError("no page")

    monkeypatch.setattr(party_page, "page_bytes", failing)
    with Listener(HOST, 0) as listener:
        bank = Side(
            lambda: run_party(
                asked(room, BANK), lambda own: listener.accept(own, peer=OFFICE, within=20), calls=False,
                began=nothing, passed=nothing,
            )
        )  # fmt: skip
        words = (room / "office.csv", "--on", COLUMNS[OFFICE], "--keys", room / "keys" / "office", "--peer", "bank")
        with pytest.raises(RuntimeError, match="no page"):
            privshare("party", "connect", f"{HOST}:{listener.port}", *words, "--out", "out")
        bank.result()
    assert tree(tmp_path) == {}


def test_a_party_waits_for_no_template_engine_before_its_run_and_for_no_charts_at_all(tmp_path: Path) -> None:
    modules = "cli.party cli.party_totals report.party report.party_totals report.staging scenario.party.run"
    program = (
        f"import sys\nfor name in {modules.split()}:\n    __import__('privshare.' + name)\n"
        "print(*{'jinja2', 'privshare.report.charts'} & set(sys.modules))\n"
        "import privshare.report.party_page\nprint(*{'jinja2', 'privshare.report.charts'} & set(sys.modules))"
    )
    told = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT)},
    ).stdout  # fmt: skip
    assert told == "\njinja2\n"


@pytest.mark.skipif(BROWSER is None, reason="no browser on this machine")
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("name", ["bank", "grouping"])
def test_it_reads_well_at_this_width(played: dict[str, Played], name: str, width: int, tmp_path: Path) -> None:
    found = seen(played[name].html, width, tmp_path)
    assert found["wide"] <= width
    assert (found["faint"], found["fetched"]) == ([], 0)
