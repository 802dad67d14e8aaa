"""privshare party totals: three parties on three ends of TLS; what each gets, pays and refuses, and when."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from privshare.errors import (
    BudgetExhausted,
    DataRefused,
    InputRefused,
    KeyNotAllowed,
    LicenceNotInForce,
    NoConnection,
    ParameterRefused,
    PrivshareError,
    ProtocolError,
)
from privshare.exchange.connecting import Listener
from privshare.exchange.network import NetworkEndpoint
from privshare.exchange.payload import Payload
from privshare.exchange.tls import Credentials
from privshare.model.entropy import SeededEntropy, permutation
from privshare.model.loss import MICRO, NO_LOSS
from privshare.model.party import PartyId
from privshare.model.role import Role
from privshare.report.party_totals import totals_files, totals_lines
from privshare.scenario.party import holder
from privshare.scenario.party.totals.lines import Places, lines_to
from privshare.scenario.party.totals.request import TotalsRequest
from privshare.scenario.party.totals.run import TotalsRun, run_totals
from privshare.secure.psi.item_set import items_of
from privshare.secure.psi.totals.leakage import ROUNDS_AS_TOLD
from privshare.use.ledger import open_existing_ledger
from tests.cli.conftest import Command
from tests.cli.test_party import Clock
from tests.exchange.project import HOST, Side, project

CITY, BANK, HUB = PartyId("city"), PartyId("bank"), PartyId("hub")
NAMES = {Role.GROUPING: CITY, Role.VALUING: BANK, Role.UNIT: HUB}
GROUPS = ("north", "south", "west")
PEOPLE = 60
EPSILON, DELTA = "20", "1e-3"


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return furnished(tmp_path_factory.mktemp("three"))


def furnished(folder: Path) -> Path:
    """Persons 0 to 59 of the city live in two of three groups; the bank knows 30 to 79, with two rows of 5 each."""
    project(folder / "keys", names=(CITY, BANK, HUB))
    rows = "".join(f"Person {n},{GROUPS[n % 2]}\n" for n in range(PEOPLE))
    (folder / "city.csv").write_text(f"citizen,district\n{rows}person 3,west\n", encoding="utf-8")
    rows = "".join(f"person {n},5\n" * 2 for n in range(30, 80))
    (folder / "bank.csv").write_text(f"who,loans\n{rows}", encoding="utf-8")
    return folder


def asked(room: Path, role: Role, **more: Any) -> TotalsRequest:
    name = NAMES[role]
    given: dict[str, Any] = {
        "role": role, "keys": room / "keys" / name, "names": dict(NAMES), "value_max": 20, "epsilon": EPSILON,
        "delta": DELTA,
    }  # fmt: skip
    if role is Role.UNIT:
        given["group_count"] = len(GROUPS)
    else:
        key, column = (("citizen",), "district") if role is Role.GROUPING else (("who",), "loans")
        given |= {"table": room / f"{name}.csv", "key": key, "column": column, "groups": GROUPS}
    return TotalsRequest(**{**given, **more})


def nothing(*_: object) -> None:
    return None


def play(
    room: Path,
    *,
    ends: dict[Role, Callable[[NetworkEndpoint], None]] | None = None,
    wait: float = 20,
    **more: dict[str, Any],
) -> dict[Role, Any]:
    """Run all three; return a TotalsRun or its error by role. more: further fields of a role's request, by its name."""
    with Listener(HOST, 0) as one, Listener(HOST, 0) as two:
        ports = {Role.VALUING: one.port, Role.UNIT: two.port}
    where = {role: (HOST, port) for role, port in ports.items()}
    places = {
        Role.GROUPING: Places(valuing=where[Role.VALUING], unit=where[Role.UNIT], wait=wait, patience=20),
        Role.VALUING: Places(own=where[Role.VALUING], unit=where[Role.UNIT], wait=wait, patience=20),
        Role.UNIT: Places(own=where[Role.UNIT], wait=wait, patience=20),
    }

    def side(role: Role) -> TotalsRun:
        def connect(own: Credentials, others: Any) -> tuple[NetworkEndpoint, ...]:
            lines = lines_to(others, places[role].checked(role), own, listening=nothing, refused=nothing)
            for line in lines:
                (ends or {}).get(role, nothing)(line)
            return lines

        return run_totals(asked(room, role, **more.get(str(role), {})), connect, began=nothing, passed=nothing)

    sides = {role: Side(lambda role=role: side(role)) for role in Role}
    outcomes: dict[Role, Any] = {}
    for role, running in sides.items():
        try:
            outcomes[role] = running.result()
        except PrivshareError as fault:
            outcomes[role] = fault
    return outcomes


def told(runs: dict[Role, Any]) -> dict[str, str]:
    return {str(role): str(fault) for role, fault in runs.items() if isinstance(fault, PrivshareError)}


def within_reach(run: TotalsRun) -> bool:
    """Whether the cells are 15, 15 and 0 people, and ten times as much, but for their noise.

    A draw of a count is off by more than 6 with odds of 2e-13, of a sum (scale 2) by more than 50 with 3e-11, and
    there are twelve: a false alarm in less than 1e-9.
    """
    exact = (15, 15, 0)
    return all(
        people is not None and total is not None and abs(people - n) <= 12 and abs(total - 10 * n) <= 100
        for (_, people, total), n in zip(run.cells, exact, strict=True)
    )


def test_all_three_get_the_same_cells_and_the_unit_no_name_of_a_group(room: Path) -> None:
    runs = play(room)
    assert not told(runs)
    grouping, valuing, unit = (runs[role] for role in Role)
    assert grouping.cells == valuing.cells
    assert [cell[1:] for cell in unit.cells] == [cell[1:] for cell in grouping.cells]
    assert ([cell[0] for cell in grouping.cells], [cell[0] for cell in unit.cells]) == (list(GROUPS), ["1", "2", "3"])
    assert within_reach(grouping)
    assert grouping.statement.learned == valuing.statement.learned
    assert unit.statement.public_sizes == grouping.statement.public_sizes
    kept = b"".join(totals_files(unit).values()).lower()
    for name in (*GROUPS, "district", "citizen", "loans"):
        assert name.encode() not in kept, name
    assert (unit.loss, unit.clauses, unit.rows) == (NO_LOSS, (), 0)
    assert grouping.clauses == ("city.citizen", "city.district", "city/as-asked")
    assert "for somebody in both tables: epsilon 25, delta" in " ".join(totals_lines(grouping, out="o"))
    assert json.loads(totals_files(grouping)["leakage.json"])["in_both"]["micro_epsilon"] == 25 * MICRO


def test_the_statement_says_that_rounds_are_as_the_three_tell_them(room: Path) -> None:
    """A unit that makes up how long its messages waited is believed, since nobody sees what the others told it."""
    runs = play(room, ends={Role.UNIT: lambda line: line.waited(500)})
    assert not told(runs)
    for run in runs.values():
        assert run.statement.rounds > 500
        assert ROUNDS_AS_TOLD in run.statement.not_stopped


def test_nothing_that_reaches_the_unit_names_a_group_or_holds_an_identifier(room: Path) -> None:
    """Bodies as they leave, before TLS: plain, and as the unkeyed hash that the program calls an item."""
    sent: list[tuple[PartyId, bytes]] = []

    def listened(line: NetworkEndpoint) -> None:
        send = line.send

        def noting(receiver: PartyId, payload: Payload) -> None:
            sent.append((receiver, payload.settled().body))
            send(receiver, payload)

        line.send = noting  # type: ignore[method-assign]

    assert not told(play(room, ends=dict.fromkeys(Role, listened)))
    everything = b"".join(body for _, body in sent)
    assert len(b"".join(body for receiver, body in sent if receiver == HUB)) > 2000
    for name in GROUPS:
        assert name.encode() not in everything, "the holders compare digests"
    for item in items_of([f"person {n}" for n in range(80)]).hashes:
        assert item.tobytes() not in everything
    assert b"person" not in everything.lower()


def test_each_session_is_bound_to_its_own_connection_and_signed(room: Path) -> None:
    runs = play(room)
    sids: dict[frozenset[str], set[str]] = {}
    for role, run in runs.items():
        facts = json.loads(totals_files(run)["session.json"])
        assert (facts["role"], facts["parties"]["unit"], len(facts["sessions"])) == (str(role), HUB, 2)
        for session in facts["sessions"]:
            sids.setdefault(frozenset({run.party, session["peer"]["party"]}), set()).add(session["sid"])
            named = json.loads((room / "keys" / session["peer"]["party"] / "party.json").read_text(encoding="utf-8"))
            assert session["peer"]["identity"] == named["identity"]
    assert [len(both) for both in sids.values()] == [1, 1, 1], "two sides of a session have one id"
    assert len({sid for both in sids.values() for sid in both}) == 3


def ledgers(folder: Path) -> dict[str, dict[str, Any]]:
    return {str(role): {"ledger": folder / f"{NAMES[role]}.ledger"} for role in (Role.GROUPING, Role.VALUING)}


def states(path: Path) -> list[str]:
    if not path.exists():
        return []
    with open_existing_ledger(path) as ledger:
        return [entry.state.value for entry in ledger.statement().entries]


def test_both_holders_pay_each_run_in_their_own_ledger(room: Path, tmp_path: Path) -> None:
    for times in (1, 2):
        assert not told(play(room, **ledgers(tmp_path)))
        for name in (CITY, BANK):
            assert states(tmp_path / f"{name}.ledger") == ["released"] * times
    with open_existing_ledger(tmp_path / "city.ledger") as ledger:
        (line,) = ledger.statement().accounts
    assert (line.spent.micro_epsilon, line.spent.delta_e15) == (40 * MICRO, 2 * 10**12)


@pytest.mark.parametrize(
    ("role", "more", "what"),
    [
        ("valuing", {"value_max": 21}, "--value-max"),
        ("valuing", {"epsilon": "19"}, "--epsilon"),
        ("grouping", {"delta": "1e-4"}, "--delta"),
        ("grouping", {"identifiers_max": 2}, "--identifiers-max"),
        ("valuing", {"groups": ("south", "north", "west")}, "--groups"),
        ("grouping", {"groups": ("north", "south", "east")}, "--groups"),
        ("unit", {"group_count": 4}, "--groups"),
        ("unit", {"value_max": 19}, "--value-max"),
        ("unit", {"items_max": 9_999}, "--items-max"),
        ("unit", {"purpose": "offers"}, "another purpose"),
        ("valuing", {"key": ("who", "more")}, "number of columns"),
    ],
)
def test_what_differs_is_named_before_anything_is_debited(
    room: Path, tmp_path: Path, role: str, more: dict[str, Any], what: str
) -> None:
    if "key" in more:
        table = tmp_path / "bank.csv"
        table.write_text("who,more,loans\n" + "".join(f"person {n},x,5\n" for n in range(30)), encoding="utf-8")
        more = {**more, "table": table}
    given = ledgers(tmp_path)
    given[role] = {**given.get(role, {}), **more}
    faults = told(play(room, **given))
    assert len(faults) == 3, "nobody has an output"
    assert any(what in fault for fault in faults.values()), faults
    assert [states(tmp_path / f"{name}.ledger") for name in (CITY, BANK)] == [[], []]


def test_a_unit_under_another_name_is_no_partner(room: Path) -> None:
    """The holders mean the hub; what calls itself the unit has the keys of somebody else."""
    faults = play(room, wait=1, unit={"keys": room / "keys" / CITY})
    assert isinstance(faults[Role.UNIT], ParameterRefused)
    assert isinstance(faults[Role.GROUPING], NoConnection | ProtocolError)


POLICY = """
version = 1
title = "The city's policy"
[[purposes]]
id = "figures"
sentence = "Publish figures"
dpv = "https://w3id.org/dpv#PublicBenefit"
[[columns]]
holder = "city"
column = "citizen"
category = "direct-identifier"
grade = "important"
reason = "it names a person"
ladder = { figures = "after-link" }
[[columns]]
holder = "city"
column = "district"
category = "quasi-identifier"
grade = "general"
reason = "published in counts"
ladder = { figures = "after-dp(epsilon<=12)" }
[[licences]]
id = "city/figures"
holder = "city"
purpose = "figures"
epsilon = "20"
delta = "1e-3"
minimum_group = 10
expires = 2999-01-01
"""


def ruled(folder: Path, text: str = POLICY) -> dict[str, Any]:
    policy = folder / "policy.toml"
    policy.write_text(text, encoding="utf-8")
    return {"policy": policy, "purpose": "figures", "ledger": folder / "city.ledger"}


def test_a_holders_own_policy_has_a_cap_and_a_minimum_group(room: Path, tmp_path: Path) -> None:
    """Odds that noise lifts the empty group to 10, at a part of epsilon 3: below 1e-11."""
    alike = {"purpose": "figures", "epsilon": "12"}
    own = {**ruled(tmp_path), **alike}
    office = tmp_path / "bank"
    office.mkdir()
    text = POLICY.replace('"city', '"bank').replace('"citizen"', '"who"').replace('"district"', '"loans"')
    others = {
        **ruled(office, text.replace("minimum_group = 10", "minimum_group = 0")),
        "ledger": tmp_path / "b.ledger",
        **alike,
    }
    runs = play(room, grouping=own, valuing=others, unit=alike)
    assert not told(runs)
    assert runs[Role.GROUPING].cells[2] == ("west", None, None)
    assert runs[Role.VALUING].cells[2][1] is not None, "its licence has no minimum"
    assert totals_files(runs[Role.GROUPING])["totals.csv"].endswith(b"west,,\n")
    assert "fewer people than the 10" in " ".join(" ".join(totals_lines(runs[Role.GROUPING], out="o")).split())
    with pytest.raises(BudgetExhausted):
        alone(room, Role.GROUPING, **own)


def test_a_licence_that_ends_while_the_others_are_waited_for_is_not_used(
    monkeypatch: pytest.MonkeyPatch, room: Path, tmp_path: Path
) -> None:
    monkeypatch.setattr(holder, "datetime", type("Today", (Clock,), {}))
    alike = {"purpose": "figures", "epsilon": "12"}
    own = {**ruled(tmp_path, POLICY.replace("2999-01-01", "2030-01-01")), **alike}
    turned = {Role.GROUPING: holder.datetime.pass_by}
    faults = play(room, ends=turned, grouping=own, valuing={**alike, "purpose": None}, unit=alike)
    assert isinstance(faults[Role.GROUPING], LicenceNotInForce)
    with open_existing_ledger(own["ledger"]) as ledger:
        assert not ledger.statement().entries


def alone(room: Path, role: Role, **more: Any) -> None:
    """Play a party whose connections must never be made."""
    run_totals(asked(room, role, **more), _never, began=nothing, passed=nothing)


def _never(*_: object) -> Any:
    raise AssertionError("somebody was called")


@pytest.mark.parametrize(
    ("role", "more", "kind", "what"),
    [
        (Role.GROUPING, {"epsilon": "0"}, ParameterRefused, "epsilon"),
        (Role.GROUPING, {"epsilon": "0.000003"}, ParameterRefused, "three parts"),
        (Role.VALUING, {"value_max": 0}, ParameterRefused, "value_max"),
        (Role.VALUING, {"value_max": 2**50}, ParameterRefused, "value_max"),
        (Role.UNIT, {"group_count": 0}, InputRefused, "groups"),
        (Role.UNIT, {"group_count": 256}, ParameterRefused, "groups"),
        (Role.UNIT, {"table": Path("city.csv")}, InputRefused, "a unit brings no table"),
        (Role.UNIT, {"ledger": Path("x")}, InputRefused, "a unit brings no table"),
        (Role.GROUPING, {"groups": ()}, InputRefused, "--groups"),
        (Role.GROUPING, {"groups": ("a", "a")}, ParameterRefused, "groups"),
        (Role.GROUPING, {"group_count": 3}, InputRefused, "--group-count is for the unit"),
        (Role.VALUING, {"column": ""}, InputRefused, "--sum"),
        (Role.VALUING, {"column": "who"}, ParameterRefused, "another column"),
        (Role.VALUING, {"column": "lons"}, DataRefused, "the nearest is 'loans'"),
        (Role.GROUPING, {"key": ("district",), "column": "citizen"}, KeyNotAllowed, "can have 10,000 values"),
        (Role.GROUPING, {"names": {Role.VALUING: BANK, Role.UNIT: ""}}, InputRefused, "--unit is missing"),
        (Role.GROUPING, {"names": {Role.VALUING: BANK, Role.UNIT: BANK}}, ParameterRefused, "three different"),
        (Role.GROUPING, {"names": {**NAMES, Role.GROUPING: HUB}}, ParameterRefused, "whose keys these are"),
        (Role.GROUPING, {"items_max": 60}, ParameterRefused, "most dummies"),
        (Role.GROUPING, {"purpose": "figures"}, InputRefused, "go together"),
    ],
)
def test_bad_input_is_told_before_anybody_is_called(
    room: Path, role: Role, more: dict[str, Any], kind: type[Exception], what: str
) -> None:
    with pytest.raises(kind, match=what):
        alone(room, role, **more)


def test_a_column_of_values_that_are_none_is_refused_at_ingest(room: Path, tmp_path: Path) -> None:
    (tmp_path / "bank.csv").write_text("who,loans\nann,1\nbob,many\n", encoding="utf-8")
    with pytest.raises(DataRefused, match="line 3") as refused:
        alone(room, Role.VALUING, table=tmp_path / "bank.csv")
    assert "bob" not in str(refused.value)


def frames(room: Path) -> list[tuple[Role, PartyId, int, str]]:
    """Every message of a run: whose, to whom, which of that connection, its kind."""
    found: list[tuple[Role, PartyId, int, str]] = []

    def noting(role: Role) -> Callable[[NetworkEndpoint], None]:
        def hook(line: NetworkEndpoint) -> None:
            send, numbers = line.send, count()

            def noted(receiver: PartyId, payload: Payload) -> None:
                found.append((role, receiver, next(numbers), payload.kind))
                send(receiver, payload)

            line.send = noted  # type: ignore[method-assign]

        return hook

    assert not told(play(room, ends={role: noting(role) for role in Role}))
    return sorted(found, key=lambda frame: (frame[0], frame[1], frame[2]))


def failing(peer: PartyId, at: int, fault: str) -> Callable[[NetworkEndpoint], None]:
    """Return what makes one message of one connection fail: cut off, flipped, longer, repeated or of another kind."""

    def hook(line: NetworkEndpoint) -> None:
        if line.peer != peer:
            return
        send, numbers = line.send, count()

        def faulty(receiver: PartyId, payload: Payload) -> None:
            payload = payload.settled()
            body = payload.body
            if next(numbers) != at:
                send(receiver, payload)
                return
            if fault == "cut":
                line.close()
            elif fault == "flip":
                payload = Payload(payload.kind, bytes([body[0] ^ 1]) + body[1:] if body else b"x", payload.items)
            elif fault == "longer":
                payload = Payload(payload.kind, body + b"x", payload.items)
            elif fault == "items":
                payload = Payload(payload.kind, body, payload.items + 1)
            elif fault == "twice":
                send(receiver, payload)
            else:
                payload = Payload("key-share" if payload.kind != "key-share" else "hello", body, payload.items)
            send(receiver, payload)

        line.send = faulty  # type: ignore[method-assign]

    return hook


def check_fault(room: Path, folder: Path, frame: tuple[Role, PartyId, int, str], fault: str) -> None:
    """Play a run in which one message fails: typed errors, no hang; no output, unless all had signed for everything."""
    role, peer, at, kind = frame
    runs = play(room, ends={role: failing(peer, at, fault)}, **ledgers(folder))
    faults = [run for run in runs.values() if isinstance(run, PrivshareError)]
    assert all(isinstance(error, ProtocolError | NoConnection) for error in faults), faults
    if kind == "settled" or (kind, fault) == ("done", "twice"):
        assert faults or fault == "twice"  # which may come when nobody listens any more
    else:
        assert len(faults) == 3, f"{frame}, {fault}: {[str(error) for error in faults]}"
        for name in (CITY, BANK):
            entries = states(folder / f"{name}.ledger")
            assert "released" not in entries
            # A proposal that comes twice is noticed when the next message is due, and then it may have cost something.
            assert not entries or kind != "propose" or fault == "twice", "a proposal costs nothing"


def test_a_proposal_that_does_not_reach_the_unit_costs_nothing(room: Path, tmp_path: Path) -> None:
    """The last that the unit reads: both holders have the word of each other, and none of the unit."""
    check_fault(room, tmp_path, (Role.VALUING, HUB, 0, "propose"), "other")


FAULTS = ("cut", "flip", "longer", "items", "twice", "other")


def test_a_connection_that_is_cut_at_any_message_leaves_no_output(room: Path, tmp_path: Path) -> None:
    listed = frames(room)
    assert len(listed) == 38 + 6 + 6, "the suite's, proposals, and that all are through"
    for number, frame in enumerate(listed):
        folder = tmp_path / str(number)
        folder.mkdir()
        check_fault(room, folder, frame, "cut")


@pytest.mark.parametrize("fault", FAULTS[1:])
def test_a_message_that_is_not_as_it_was_sent_leaves_no_output(room: Path, tmp_path: Path, fault: str) -> None:
    """At six messages drawn for each fault; at every message in the slow form."""
    listed = frames(room)
    drawn = permutation(SeededEntropy(FAULTS.index(fault)), len(listed))[:6].tolist()
    for number, frame in enumerate(listed[place] for place in drawn):
        folder = tmp_path / str(number)
        folder.mkdir()
        check_fault(room, folder, frame, fault)


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_at_every_message(room: Path, tmp_path: Path, fault: str) -> None:
    for number, frame in enumerate(frames(room)):
        folder = tmp_path / str(number)
        folder.mkdir()
        check_fault(room, folder, frame, fault)


WORDS: dict[Role, tuple[str, ...]] = {
    Role.GROUPING: ("city.csv", "--keys", "keys/city", "--valuing", "bank", "--unit", "hub", "--on", "citizen", "--by",
                    "district", "--groups", "north,south,west", "--valuing-at", f"{HOST}:9", "--unit-at", f"{HOST}:9"),
    Role.VALUING: ("bank.csv", "--keys", "keys/bank", "--grouping", "city", "--unit", "hub", "--on", "who", "--sum",
                   "loans", "--groups", "north,south,west", "--at", f"{HOST}:0", "--unit-at", f"{HOST}:9"),
    Role.UNIT: ("--keys", "keys/hub", "--grouping", "city", "--valuing", "bank", "--at", f"{HOST}:0", "--group-count",
                "3"),
}  # fmt: skip


@pytest.mark.parametrize(
    ("role", "more", "what"),
    [
        (Role.GROUPING, (), "nobody listens there"),
        (Role.VALUING, (), "city did not call within 1 seconds"),
        (Role.UNIT, (), "city or bank did not call within 1 seconds"),
        (Role.UNIT, ("--unit-at", f"{HOST}:9"), "--role unit takes --at"),
        (Role.GROUPING, ("--at", f"{HOST}:0"), "--role grouping takes --unit-at and --valuing-at"),
        (Role.GROUPING, ("--unit-at", "nowhere"), "HOST:PORT"),
        (Role.GROUPING, ("--unit-at", f"{HOST}:0"), "HOST:PORT"),
        (Role.GROUPING, ("--sum", "x"), "give the own one only"),
        (Role.VALUING, ("--by", "x"), "give the own one only"),
        (Role.UNIT, ("--groups", "a,b"), "a unit brings no table"),
        (Role.GROUPING, ("--groups", "a,,b"), "--groups was a,,b; accepted is groups separated by single commas"),
        (Role.VALUING, ("--on", "who,"), "--on was who,; accepted is columns separated by single commas"),
        (Role.UNIT, ("--wait", "-1"), "0 to 604800"),
        (Role.UNIT, ("--out", "city.csv/out"), "Not a directory"),
        (Role.GROUPING, ("--policy", "none.toml", "--purpose", "x", "--ledger", "l"), "no policy file none.toml"),
    ],
)
def test_bad_words_get_one_sentence_and_leave_nothing(
    privshare: Command, tmp_path: Path, role: Role, more: tuple[str, ...], what: str
) -> None:
    furnished(tmp_path)
    common = ("party", "totals", "--role", str(role), "--value-max", 20, "--epsilon", 1, "--wait", 1, "--out", "out")
    told_on = privshare(*common, *WORDS[role], *more)
    assert told_on.code == 2
    assert what in told_on.err.splitlines()[-1]
    assert all(line.startswith("privshare: ") for line in told_on.err.splitlines())
    assert not (tmp_path / "out").exists()
