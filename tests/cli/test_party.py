"""privshare party: two holders, each with its own table, gate, ledger and output; what each refuses, and when."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from privshare.errors import (
    BudgetExhausted,
    InputRefused,
    LicenceNotInForce,
    ParameterRefused,
    PrivshareError,
    ProtocolAborted,
    ProtocolError,
)
from privshare.exchange.connecting import Listener, connect
from privshare.exchange.network import NetworkEndpoint
from privshare.exchange.payload import Payload
from privshare.exchange.tls import Credentials
from privshare.report.party import party_files, party_lines
from privshare.scenario.party import holder
from privshare.scenario.party.request import PartyRequest
from privshare.scenario.party.run import PartyRun, run_party
from privshare.secure.canonical import canonical
from privshare.secure.psi import size
from privshare.secure.psi.size import terms as size_terms
from privshare.secure.signing import verify
from privshare.use.ledger import open_existing_ledger
from tests.cli.conftest import Command, refused_without_a_trace, tree
from tests.exchange.project import BANK, HOST, OFFICE, Side, project
from tests.scenario.linking import numbers

CALLED, LISTENED = (range(8, 20), range(12))  # person 8 to 11 are common; one of the bank's stands twice


@pytest.fixture
def room(tmp_path: Path) -> Path:
    return furnished(tmp_path)


def furnished(folder: Path) -> Path:
    """Two tables under other names of columns, and the keys of both parties."""
    project(folder / "keys")
    bank = "".join(f" Person {n}\n" for n in LISTENED)
    (folder / "bank.csv").write_text(f"id\n{bank}person 9\n", encoding="utf-8")
    (folder / "office.csv").write_text("y,who\n" + "".join(f"{n},person {n}\n" for n in CALLED), encoding="utf-8")
    return folder


def asked(room: Path, party: str, **more: Any) -> PartyRequest:
    key, peer = (("id",), OFFICE) if party == BANK else (("who",), BANK)
    given = {"table": room / f"{party}.csv", "key": key, "keys": room / "keys" / party, "peer": peer, **more}
    return PartyRequest(**given)


def nothing(*_: object) -> None:
    return None


def play(one: PartyRequest, other: PartyRequest, **ends: Callable[[NetworkEndpoint], None]) -> tuple[Any, Any]:
    """Run the bank (which listens) and the office; return what each has, a PartyRun or its error."""
    with Listener(HOST, 0) as listener:

        def accept(own: Credentials) -> NetworkEndpoint:
            return listener.accept(own, peer=OFFICE, within=20, patience=20)

        def call(own: Credentials) -> NetworkEndpoint:
            end = connect(HOST, listener.port, own, peer=BANK, within=20, patience=20)
            ends.get("office", nothing)(end)
            return end

        sides = [
            Side(lambda: run_party(one, accept, calls=False, began=nothing, passed=nothing)),
            Side(lambda: run_party(other, call, calls=True, began=nothing, passed=nothing)),
        ]
        outcomes = []
        for side in sides:
            try:
                outcomes.append(side.result())
            except PrivshareError as fault:
                outcomes.append(fault)
        return outcomes[0], outcomes[1]


def rows(run: PartyRun) -> list[list[int]]:
    assert run.found.matches is not None
    return [list(run.found.matches.of(match)) for match in range(len(run.found.matches))]


@pytest.mark.parametrize(("suite", "why"), [
    (None, "neither side has"), ("psi-oprf/1", "both sides asked"), ("psi-ot-mr/1", "both sides asked"),
])
def test_both_learn_the_same_matches_under_the_same_numbers(room: Path, suite: str | None, why: str) -> None:
    bank, office = play(asked(room, BANK, suite=suite), asked(room, OFFICE, suite=suite))
    assert why in bank.found.choice.reason
    pairs = sorted(zip(rows(bank), rows(office), strict=True))
    assert pairs == [([8], [0]), ([9, 12], [1]), ([10], [2]), ([11], [3])]
    assert bank.found.suite == office.found.suite == (suite or "psi-oprf/1")
    assert (bank.items, bank.rows, office.items) == (12, 13, 12)
    assert bank.found.statement.learned == office.found.statement.learned
    assert bank.session["sid"] == office.session["sid"]
    assert bank.session["agreed"] == {"columns": 1, "purpose": "as-asked", "reveal": "members"}


def test_the_session_file_can_be_checked_by_whoever_has_it(room: Path) -> None:
    for run in play(asked(room, BANK), asked(room, OFFICE)):
        facts = json.loads(party_files(run)["session.json"])["session"]
        for side, other in ((facts["own"], facts["peer"]), (facts["peer"], facts["own"])):
            counts = side["frames"].to_bytes(4, "little") + other["frames"].to_bytes(4, "little")
            chains = bytes.fromhex(side["frames_sha256"]) + bytes.fromhex(other["frames_sha256"])
            message = bytes.fromhex(facts["sid"]) + bytes([side["sender"]]) + counts + chains
            verify(
                bytes.fromhex(side["identity"]), domain="session-done", message=message,
                signature=bytes.fromhex(side["signature"]), file="session.json",
            )  # fmt: skip
        named = (room / "keys" / facts["peer"]["party"] / "party.json").read_text(encoding="utf-8")
        assert json.loads(named)["identity"] == facts["peer"]["identity"]


SIZE = {"reveal": "size", "epsilon": "1", "delta": "1e-4"}


def account(room: Path, party: str) -> tuple[int, list[str]]:
    """What a party's ledger has spent, in micro-epsilon, and the states of its requests."""
    with open_existing_ledger(room / f"{party}.ledger") as ledger:
        statement = ledger.statement()
    spent = sum(line.spent.micro_epsilon for line in statement.accounts)
    return spent, [line.state.value for line in statement.entries]


def test_a_noised_size_is_debited_in_both_ledgers_anew_each_run(room: Path) -> None:
    kept = {party: {**SIZE, "ledger": room / f"{party}.ledger"} for party in (BANK, OFFICE)}
    for times in (1, 2):
        bank, office = play(asked(room, BANK, **kept[BANK]), asked(room, OFFICE, **kept[OFFICE]))
        assert bank.found.people == office.found.people
        assert bank.found.matches is None
        assert "matches.csv" not in party_files(bank)
        words = " ".join(" ".join(party_lines(bank, out="out")).split())
        assert "for somebody in both tables: epsilon 1.5, delta 1.5 × 10⁻⁴" in words
        assert account(room, BANK) == account(room, OFFICE) == (times * 10**6, ["released"] * times)
        told = party_files(bank)["session.json"].decode()
        # The padded number is announced, and the exact one stands nowhere but among the own facts.
        assert json.loads(told)["session"]["items"][1] > 12
        assert dict(bank.found.statement.public_sizes)["points of bank"] == json.loads(told)["session"]["items"][1]


DIFFERENT: list[tuple[dict[str, Any], str]] = [
    ({"epsilon": "2"}, "E_PARAMETERS"),
    ({"delta": "1e-5"}, "E_PARAMETERS"),
    ({"reveal": "members", "epsilon": None, "delta": None, "ledger": None}, "E_SUITE"),
    ({"key": ("who", "y")}, "E_PARAMETERS"),
]


@pytest.mark.parametrize(("more", "code"), DIFFERENT)
def test_a_difference_is_told_on_both_sides_and_debited_on_neither(room: Path, more: dict[str, Any], code: str) -> None:
    kept = {party: {**SIZE, "ledger": room / f"{party}.ledger"} for party in (BANK, OFFICE)}
    faults = play(asked(room, BANK, **kept[BANK]), asked(room, OFFICE, **{**kept[OFFICE], **more}))
    for fault in faults:
        assert isinstance(fault, ProtocolError)
        assert fault.code in (code, "E_ABORT")
    assert code in {fault.code for fault in faults}
    assert account(room, BANK) == (0, [])


def changing(kind: str, **more: Any) -> Callable[[NetworkEndpoint], None]:
    """An end that says something else in one message, canonical JSON."""
    def hook(end: NetworkEndpoint) -> None:
        send = end.send

        def changed(receiver: Any, payload: Payload) -> None:
            if payload.kind == kind:
                payload = Payload(kind, canonical({**json.loads(payload.body), **more}), 1)
            send(receiver, payload)

        end.send = changed  # type: ignore[method-assign]

    return hook


def test_a_peer_that_brings_more_than_it_proposed_is_refused(room: Path) -> None:
    """It could else steer which suite is chosen by the sizes."""
    bank, office = play(asked(room, BANK), asked(room, OFFICE), office=changing("items", items=1))
    assert bank.code == "E_CAP"
    assert isinstance(office, ProtocolError)


def test_a_peer_that_looks_at_the_greeting_and_hangs_up_has_cost_the_price(room: Path) -> None:
    """The greeting tells the padded length of the own list: who looks at it for nothing, again and again, averages."""
    looks: list[int] = []

    def looks_and_leaves(end: NetworkEndpoint) -> None:
        send = end.send

        def looking(receiver: Any, payload: Payload) -> None:
            if payload.kind == "hello":
                looks.append(json.loads(end.receive(BANK, "hello").body)["items"])
                raise ProtocolAborted("office")
            send(receiver, payload)

        end.send = looking  # type: ignore[method-assign]

    kept = {**SIZE, "ledger": room / "bank.ledger"}
    for _ in range(2):
        play(asked(room, BANK, **kept), asked(room, OFFICE, **SIZE), office=looks_and_leaves)
    assert len(looks) == 2
    assert account(room, BANK) == (2 * 10**6, ["drawing"] * 2)


@pytest.mark.parametrize(("kind", "more", "code"), [
    ("propose", {"purpose": "other"}, "E_PURPOSE"),
    ("propose", {"reveal": "size"}, "E_SUITE"),
    ("propose", {"columns": 2}, "E_PARAMETERS"),
    ("propose", {"terms": "0" * 64}, "E_PARAMETERS"),
    ("propose", {"protocol": "privshare/session/2"}, "E_VERSION"),
    ("propose", {"normaliser": "norm/1/1.0"}, "E_NORMALISER"),
])
def test_a_peer_that_wants_something_else_is_told_no_size(
    room: Path, kind: str, more: dict[str, Any], code: str
) -> None:
    heard: list[str] = []

    def curious(end: NetworkEndpoint) -> None:
        changing(kind, **more)(end)
        receive, end_send = end.receive, end.send

        def listening(sender: Any, kind: str, **most: Any) -> Payload:
            payload = receive(sender, kind, **most)
            heard.append(payload.kind)
            if payload.kind == "propose":
                assert b'"items"' not in payload.body
                end_send(BANK, Payload("items", canonical({"items": 12}), 1))
                receive(sender, "items", **most)
                heard.append("items")
            return payload

        end.receive = listening  # type: ignore[method-assign]

    bank, office = play(asked(room, BANK), asked(room, OFFICE), office=curious)
    assert bank.code == code
    assert isinstance(office, ProtocolError)
    assert heard == ["propose"]


def test_neither_side_moves_the_other_to_a_suite_that_it_would_not_take(room: Path) -> None:
    for one, other in (({}, {"suite": "psi-ot-sh/1"}), ({"suite": "psi-ot-mr/1"}, {})):
        faults = play(asked(room, BANK, **one), asked(room, OFFICE, **other))
        assert all(isinstance(fault, ProtocolError) for fault in faults)
        assert any("at this side too" in str(fault) for fault in faults)
    # what the sizes choose anyway is no demand
    bank, _ = play(asked(room, BANK), asked(room, OFFICE, suite="psi-oprf/1"))
    assert "neither side has" in bank.found.choice.reason
    bank, _ = play(asked(room, BANK), asked(room, OFFICE), office=changing("propose", suite="made-up/1"))
    assert "a suite that this side does not have" in str(bank)


def test_a_smaller_cap_is_agreed_and_kept(room: Path) -> None:
    bank, office = play(asked(room, BANK, items_max=12), asked(room, OFFICE, items_max=12))
    assert bank.session["parameters"]["items_max"] == office.session["parameters"]["items_max"] == 12
    faults = play(asked(room, BANK, items_max=12), asked(room, OFFICE))
    assert any("another --items-max" in str(fault) for fault in faults)
    both = asked(room, BANK, items_max=12), asked(room, OFFICE, items_max=12)
    faults = play(*both, office=changing("items", items=13))
    assert faults[0].code == "E_CAP"
    with pytest.raises(ParameterRefused, match="items-max 11"):
        run_party(
            asked(room, BANK, items_max=11), nothing, calls=False, began=nothing, passed=nothing  # type: ignore[arg-type]
        )


def test_a_noised_list_that_might_exceed_the_cap_is_refused_before_anybody_is_called(room: Path) -> None:
    """Refused by the drawn number, a peer that comes again and again would learn the size from how often it is."""
    terms = size.SizeTerms(500_000, 500_000, 5 * 10**10)
    most = 12 + 2 * (size_terms.padding_noise(terms).radius + size_terms.matched_noise(terms).radius)
    with pytest.raises(ParameterRefused, match="different keys in the table"):
        run_party(
            asked(room, BANK, **SIZE, items_max=most - 1), nothing,  # type: ignore[arg-type]
            calls=False, began=nothing, passed=nothing,
        )  # fmt: skip
    bank, office = play(asked(room, BANK, **SIZE, items_max=most), asked(room, OFFICE, **SIZE, items_max=most))
    assert bank.found.people == office.found.people


def proposing(body: bytes) -> Callable[[NetworkEndpoint], None]:
    """An end that proposes something else than it was asked to."""
    def hook(end: NetworkEndpoint) -> None:
        send = end.send

        def changed(receiver: Any, payload: Payload) -> None:
            send(receiver, Payload("propose", body, 1) if payload.kind == "propose" else payload)

        end.send = changed  # type: ignore[method-assign]

    return hook


@pytest.mark.parametrize(
    "body", [b"[" * 1024, b'"' + b"1" * 1000, b"9" * 1024, b"\xff\xfe", b"{}", b'{"purpose":"\\ud800"}', b"{ }"]
)
def test_a_proposal_that_cannot_be_read_ends_the_run_in_one_sentence(room: Path, body: bytes) -> None:
    bank, office = play(asked(room, BANK), asked(room, OFFICE), office=proposing(body))
    assert isinstance(bank, ProtocolError)
    assert "cannot be read" in str(bank)
    assert isinstance(office, ProtocolAborted)


def test_suites_that_differ_and_purposes_that_differ(room: Path) -> None:
    faults = play(asked(room, BANK, suite="psi-oprf/1"), asked(room, OFFICE, suite="psi-ot-sh/1"))
    assert "E_SUITE" in {fault.code for fault in faults}
    policy = room / "policy.toml"
    policy.write_text(POLICY, encoding="utf-8")
    faults = play(asked(room, BANK, policy=policy, purpose="research"), asked(room, OFFICE))
    assert "E_PURPOSE" in {fault.code for fault in faults}


POLICY = """
version = 1
title = "The bank's policy"

[[purposes]]
id = "research"
sentence = "Research"
dpv = "https://w3id.org/dpv#ResearchAndDevelopment"

[[columns]]
holder = "bank"
column = "id"
category = "direct-identifier"
grade = "important"
reason = "it names a person"
ladder = { research = "after-link" }

[[licences]]
id = "bank/research"
holder = "bank"
purpose = "research"
epsilon = "1.5"
delta = "1e-3"
minimum_group = 0
expires = 2999-01-01
"""


def test_a_policy_is_asked_before_anybody_is_called_and_its_cap_holds_over_runs(room: Path) -> None:
    policy = room / "policy.toml"
    policy.write_text(POLICY, encoding="utf-8")
    own = {**SIZE, "ledger": room / "bank.ledger", "policy": policy, "purpose": "research"}
    other = room / "office.toml"
    other.write_text(POLICY.replace('"bank', '"office').replace('"id"', '"who"'), encoding="utf-8")
    bank, office = play(
        asked(room, BANK, **own),
        asked(room, OFFICE, **{**SIZE, "ledger": room / "office.ledger", "policy": other, "purpose": "research"}),
    )
    assert bank.found.people == office.found.people
    assert bank.clauses == ("bank.id", "bank/research")
    called: list[str] = []
    with pytest.raises(BudgetExhausted) as refused:
        run_party(
            asked(room, BANK, **own), lambda own: called.append("called"),  # type: ignore[arg-type, return-value]
            calls=False, began=nothing, passed=nothing,
        )  # fmt: skip
    assert refused.value.left_micro == 500_000
    assert not called


class Clock(datetime):
    """The clock of a gate: noon of a day, until a day has passed by."""

    at = datetime(2030, 1, 1, 12, tzinfo=UTC)

    @classmethod
    def now(cls, tz: Any = None) -> Any:
        return cls.at

    @classmethod
    def pass_by(cls, *_: object) -> None:
        cls.at = datetime(2030, 1, 2, 12, tzinfo=UTC)


def test_a_licence_that_ends_while_the_other_party_is_waited_for_is_not_used(
    monkeypatch: pytest.MonkeyPatch, room: Path
) -> None:
    monkeypatch.setattr(holder, "datetime", type("Today", (Clock,), {}))
    policy = room / "office.toml"
    text = POLICY.replace('"bank', '"office').replace('"id"', '"who"').replace("2999-01-01", "2030-01-01")
    policy.write_text(text, encoding="utf-8")
    own = {**SIZE, "policy": policy, "purpose": "research", "ledger": room / "office.ledger"}
    (room / "bank.toml").write_text(POLICY, encoding="utf-8")
    other = {**own, "policy": room / "bank.toml", "ledger": room / "bank.ledger"}
    bank, office = play(asked(room, BANK, **other), asked(room, OFFICE, **own), office=holder.datetime.pass_by)
    assert isinstance(office, LicenceNotInForce)
    assert isinstance(bank, ProtocolAborted)
    assert account(room, OFFICE) == account(room, BANK) == (0, [])
    with open_existing_ledger(room / "office.ledger") as ledger:
        assert [line.kind for line in ledger.statement().refusals] == ["LicenceNotInForce"]


def test_a_number_below_the_minimum_group_of_the_own_licence_is_not_told(room: Path) -> None:
    policy = room / "policy.toml"
    policy.write_text(POLICY.replace("minimum_group = 0", "minimum_group = 1000"), encoding="utf-8")
    other = room / "office.toml"
    other.write_text(POLICY.replace('"bank', '"office').replace('"id"', '"who"'), encoding="utf-8")
    given = {**SIZE, "purpose": "research"}
    bank, office = play(
        asked(room, BANK, **given, policy=policy, ledger=room / "bank.ledger"),
        asked(room, OFFICE, **given, policy=other, ledger=room / "office.ledger"),
    )
    assert bank.found.people is None
    assert office.found.people is not None  # it has a licence of its own
    told = json.loads(party_files(bank)["session.json"])
    assert (told["people"], told["minimum_group"]) == (None, 1000)
    shown = " ".join(" ".join(party_lines(bank, out="out")).split())
    assert "fewer people than the 1,000" in shown
    assert account(room, BANK) == (10**6, ["released"])
    kept = (room / "bank.ledger").read_bytes()
    assert b'"people":null' in kept
    assert f'"people":{office.found.people}'.encode() not in kept


def test_a_policy_with_a_price_needs_a_ledger_that_stays(room: Path) -> None:
    policy = room / "policy.toml"
    policy.write_text(POLICY, encoding="utf-8")
    with pytest.raises(InputRefused, match="needs --ledger"):
        run_party(
            asked(room, BANK, **SIZE, policy=policy, purpose="research"), nothing,  # type: ignore[arg-type]
            calls=False, began=nothing, passed=nothing,
        )  # fmt: skip


def test_a_peer_that_breaks_off_after_the_greeting_has_cost_the_price(room: Path) -> None:
    def breaks_off(end: NetworkEndpoint) -> None:
        send = end.send

        def until_points(receiver: Any, payload: Payload) -> None:
            if payload.kind == "points":
                raise ProtocolAborted("office")
            send(receiver, payload)

        end.send = until_points  # type: ignore[method-assign]

    kept = {**SIZE, "ledger": room / "bank.ledger"}
    bank, office = play(asked(room, BANK, **kept), asked(room, OFFICE, **SIZE), office=breaks_off)
    assert isinstance(bank, ProtocolError)
    assert isinstance(office, ProtocolAborted)
    assert account(room, BANK) == (10**6, ["drawing"])


def test_a_budget_that_another_run_spends_meanwhile_ends_the_run_before_a_key_is_used(
    monkeypatch: pytest.MonkeyPatch, room: Path
) -> None:
    """The bank's gate said yes, its ledger says no when both have greeted; the office is told that it stopped."""
    def gone(account: Any, question: Any) -> None:
        if account.ledger is not None and question.uses[0].holder == BANK:
            raise BudgetExhausted(
                question=question.id, clause="x", holder=BANK, purpose="x", asked_micro=1, left_micro=0,
                asked_delta_e15=0, left_delta_e15=0, asked="much", left="nothing",
            )  # fmt: skip

    sent: list[str] = []

    def watched(end: NetworkEndpoint) -> None:
        send = end.send

        def noting(receiver: Any, payload: Payload) -> None:
            sent.append(payload.kind)
            send(receiver, payload)

        end.send = noting  # type: ignore[method-assign]

    monkeypatch.setattr(holder.Account, "debit", gone)
    kept = {**SIZE, "ledger": room / "bank.ledger"}
    bank, office = play(asked(room, BANK, **kept), asked(room, OFFICE, **SIZE), office=watched)
    assert isinstance(bank, BudgetExhausted)
    assert isinstance(office, ProtocolAborted)
    assert "a reason of its own" in str(office)
    assert sent == ["propose", "items", "commit", "hello"]


def test_the_commands_end_to_end(privshare: Command, room: Path) -> None:
    with Listener(HOST, 0) as listener:
        bank = Side(
            lambda: run_party(
                asked(room, BANK), lambda own: listener.accept(own, peer=OFFICE, within=20), calls=False,
                began=nothing, passed=nothing,
            )
        )  # fmt: skip
        common = ("office.csv", "--on", "who", "--keys", "keys/office", "--peer", "bank", "--out", "out")
        said = privshare("party", "connect", f"{HOST}:{listener.port}", *common, "--json")
        run = bank.result()
    facts = said.document()
    assert stat.S_IMODE((room / "out").stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in (room / "out").iterdir()} == {0o600}
    assert {path.name for path in (room / "out").iterdir()} == FILES
    assert facts == {**json.loads((room / "out" / "session.json").read_text(encoding="utf-8")), "out": "out"}
    own = dict(numbers(room / "out" / "matches.csv"))
    assert sorted(own.values()) == [0, 1, 2, 3]
    assert {match: LISTENED[rows(run)[match][0]] for match in own} == {m: CALLED[row] for m, row in own.items()}
    assert json.loads((room / "out" / "leakage.json").read_text(encoding="utf-8"))["suite"] == "psi-oprf/1"


FILES = {"leakage.json", "matches.csv", "report.html", "session.json"}
CONNECT = ("party", "connect", f"{HOST}:9", "office.csv", "--on", "who", "--keys", "keys/office", "--peer", "bank")
REFUSED: list[tuple[tuple[str, ...], str]] = [
    (("--wait", "0"), "nobody listens there"),
    (("--wait", "0", "--out", "bank.csv/out"), "Not a directory"),
    (("--reveal", "size"), "needs --epsilon"),
    (("--epsilon", "1"), "go with --reveal size"),
    (("--reveal", "size", "--epsilon", "1", "--suite", "psi-oprf/1"), "--suite is for --reveal members"),
    (("--reveal", "size", "--epsilon", "none"), "epsilon"),
    (("--policy", "none.toml"), "go together"),
    (("--policy", "none.toml", "--purpose", "x"), "there is no policy file none.toml"),
    (("--policy", ".", "--purpose", "x"), "cannot be read"),
    (("--on", "whom"), "'who'"),
    (("--on", "who,,"), "--on was who,,; accepted is columns separated by single commas, each with a name"),
    (("--on", "who,who"), "each column once"),
    (("--keys", "none"), "--keys was none; accepted is a party's folder"),
    (("--keys", "keys"), "--keys was keys; accepted is keys/bank, keys/office"),
    (("--peer", "office"), "whose keys these are"),
    (("--reveal", "all"), "--reveal"),
    (("--suite", "made-up/1"), "psi-ot-mr/1"),
    (("--reveal", "fuzzy", "--on", "who:letters4,y:date", "--suite", "made-up/1"), "psi-ot-mr/1"),
    (("--wait", "99999999999999"), "0 to 604800"),
    (("--wait", "-1"), "0 to 604800"),
    (("--patience", "0"), "1 to 3600"),
    (("--patience", "99999999999999"), "1 to 3600"),
    (("--items-max", "0"), "1 to 16777216"),
    (("--items-max", "16777217"), "1 to 16777216"),
    (("--items-max", "11"), "items-max 11"),
]


@pytest.mark.parametrize(("more", "told"), REFUSED)
def test_bad_input_gets_one_sentence_and_leaves_nothing(
    privshare: Command, room: Path, more: tuple[str, ...], told: str
) -> None:
    assert told in refused_without_a_trace(privshare, room, *CONNECT, "--out", "out", *more)


def test_an_output_in_use_an_address_that_is_none_and_a_port_in_use(privshare: Command, room: Path) -> None:
    assert "not empty" in refused_without_a_trace(privshare, room, *CONNECT, "--out", "keys")
    for address in ("nowhere", "host:", ":1", "host:0", "host:70000", "host:x"):
        words = ("party", "connect", address, *CONNECT[3:], "--out", "out")
        assert "HOST:PORT" in refused_without_a_trace(privshare, room, *words)
    with Listener(HOST, 0) as listener:
        words = ("party", "listen", "bank.csv", "--on", "id", "--keys", "keys/bank", "--peer", "office", "--out", "out")
        told = refused_without_a_trace(privshare, room, *words, "--port", listener.port)
        assert "in use" in told


def test_a_table_of_which_most_rows_have_no_key_is_refused(room: Path) -> None:
    (room / "bank.csv").write_text("id\n" + '""\n' * 3 + "a\n", encoding="utf-8")
    with pytest.raises(InputRefused, match="most rows have no whole key"):
        run_party(
            asked(room, BANK), nothing, calls=False, began=nothing, passed=nothing  # type: ignore[arg-type]
        )


def test_keys_are_for_their_owner_only_and_made_once(privshare: Command, tmp_path: Path) -> None:
    said = privshare("party", "keys", "bank", "office", "--out", "project", "--json").document()
    assert [party["party"] for party in said["parties"]] == ["bank", "office"]
    assert all(party["identity"].startswith("SHA256:") for party in said["parties"])
    for path in (tmp_path / "project").rglob("*"):
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o700 if path.is_dir() else 0o644 if path.parent.name == "project" else 0o600), path
    files = [path for path in tree(tmp_path) if path.endswith(".pem")]
    assert not any("authority-key" in path for path in files)
    assert "not empty" in refused_without_a_trace(privshare, tmp_path, "party", "keys", "a", "b", "--out", "project")


DRAWN = ("identity.key", "tls-key.pem")


@pytest.mark.parametrize("words", [
    ("bank",), ("bank", "bank"), ("bank", "../office"), ("Bank", "office"), ("bank", "office", "--days", "0"),
    ("bank", "office", "--days", "9999"), ("", "office"), ("a" * 65, "office"),
])  # fmt: skip
def test_names_and_days_that_cannot_be(privshare: Command, tmp_path: Path, words: tuple[str, ...]) -> None:
    refused_without_a_trace(privshare, tmp_path, "party", "keys", *words, "--out", "project")


@pytest.mark.parametrize("file", DRAWN)
def test_a_private_key_that_others_can_read_is_refused(privshare: Command, room: Path, file: str) -> None:
    (room / "keys" / "office" / file).chmod(0o640)
    told = refused_without_a_trace(privshare, room, *CONNECT, "--out", "out")
    assert file in told
    assert "chmod 600" in told


def test_a_run_without_a_ledger_leaves_nothing_to_count_by(monkeypatch: pytest.MonkeyPatch, room: Path) -> None:
    """Also not where a killed process would leave it."""
    monkeypatch.setattr(holder.Account, "__init__", lambda *_: pytest.fail("a ledger was opened"))
    bank, office = play(asked(room, BANK, **SIZE), asked(room, OFFICE, **SIZE))
    assert bank.found.people == office.found.people


def test_all_chance_of_a_project_comes_from_the_given_source(tmp_path: Path) -> None:
    for name, seed in (("one", 1), ("again", 1), ("other", 2)):
        project(tmp_path / name, seed)
    drawn = [
        [(tmp_path / name / party / file).read_bytes() for party in (BANK, OFFICE) for file in DRAWN]
        for name in ("one", "again", "other")
    ]
    assert drawn[0] == drawn[1]
    assert not set(drawn[0]) & set(drawn[2])


def test_two_projects_have_no_key_in_common(tmp_path: Path, privshare: Command) -> None:
    for name in ("one", "two"):
        privshare("party", "keys", "bank", "office", "--out", name)
    secrets = [
        (tmp_path / name / party / file).read_bytes()
        for name in ("one", "two") for party in ("bank", "office") for file in ("identity.key", "tls-key.pem")
    ]  # fmt: skip
    assert len(set(secrets)) == 8
