"""The benchmark of links: what is made, run side by side, checked and refused; no figure of a machine is looked at."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from privshare.bench.environments import Ready
from privshare.bench.link import members
from privshare.bench.link.contestants import LINK_PEERS, LinkPeer
from privshare.bench.link.data import ROWS_MAX, Pair, Truth, ids_in, make_pair
from privshare.bench.link.entrants import Answer, LinkEntrant, Seats, party_entrant, peer_entrants, process_entrant
from privshare.bench.link.members import chosen_suites, compare_links, play, play_all
from privshare.bench.link.wire import Wire
from privshare.bench.options import Others
from privshare.bench.process import Taken
from privshare.errors import InputRefused, ParameterRefused

ROWS = 300


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    return make_pair(tmp_path_factory.mktemp("data"), rows=ROWS, seed=3)


@pytest.fixture(scope="module")
def truth(pair: Pair) -> Truth:
    return Truth(pair)


def test_half_of_the_people_are_in_both_tables_and_nobody_twice_in_one(pair: Pair) -> None:
    left, right = ids_in(pair.left), ids_in(pair.right)
    assert len(left) == len(set(left)) == len(right) == len(set(right)) == ROWS
    assert len(set(left) & set(right)) == pair.common == ROWS // 2
    assert [row for row in left if row in set(right)] != [row for row in right if row in set(left)], "in no order"
    assert all(len(each) == 17 and each.startswith("NL") and each[10] == "-" for each in left + right)


def test_the_same_seed_makes_the_same_tables_and_another_makes_others(tmp_path: Path, pair: Pair) -> None:
    again = make_pair(tmp_path, rows=ROWS, seed=3)
    assert again.left.read_bytes() == pair.left.read_bytes()
    other = make_pair(tmp_path, rows=ROWS, seed=4)
    assert set(ids_in(other.left)) != set(ids_in(pair.left))
    assert not list(tmp_path.glob("*.unfinished"))


@pytest.mark.parametrize("rows", [0, 255, ROWS_MAX + 1])
def test_a_size_out_of_range_is_refused(tmp_path: Path, rows: int) -> None:
    with pytest.raises(ParameterRefused, match="--rows"):
        make_pair(tmp_path / "none", rows=rows)
    assert list(tmp_path.iterdir()) == []


def test_only_the_whole_truth_is_exact(pair: Pair, truth: Truth) -> None:
    common = sorted(set(ids_in(pair.left)) & set(ids_in(pair.right)))
    stranger = next(each for each in ids_in(pair.left) if each not in common)
    assert truth.exact(common, common[::-1])
    assert truth.exact(common, None)
    for wrong in (common[1:], [*common, common[0]], [*common, stranger], [stranger, *common[1:]], []):
        assert not truth.exact(wrong, common)
        assert not truth.exact(common, wrong)
        assert not truth.exact(wrong, None)
    assert truth.ids(0, [5, 2]) == [ids_in(pair.left)[5], ids_in(pair.left)[2]]


TALKING = """
import socket, sys
side, port = sys.argv[1], int(sys.argv[2])
if side == "listen":
    with socket.create_server(("127.0.0.1", port)) as door:
        print("listening", flush=True)
        near, _ = door.accept()
        with near:
            assert near.recv(3) == b"abc"
            near.sendall(b"defgh")
else:
    while True:
        try:
            near = socket.create_connection(("127.0.0.1", port))
            break
        except OSError:
            continue
    with near:
        near.sendall(b"abc")
        while near.recv(9):
            pass
"""


def talking(pair: Pair, *, exact: bool = True, listen: str = TALKING) -> LinkEntrant:
    """Return a contestant of two small processes that talk over one connection."""

    def commands(seats: Seats) -> tuple[Sequence[str], ...]:
        python = [sys.executable, "-I", "-S", "-c"]
        return [*python, listen, "listen", str(seats.ports[0])], [*python, TALKING, "connect", str(seats.via[0])]

    def read(seats: Seats, taken: tuple[Taken, ...]) -> Answer:
        assert len(taken) == 2
        assert seats.folder.is_dir()
        return Answer(exact, exact)

    return LinkEntrant("talking", "t", pair, commands, read, dict(os.environ), ports=1, relayed=True)


def test_two_processes_are_run_side_by_side_and_their_bytes_are_counted_once(pair: Pair, tmp_path: Path) -> None:
    one = talking(pair)
    noticed: list[str] = []
    play_all([one], 2, tmp_path, noticed.append)
    assert one.faults == []
    assert one.crossed == [8], "in the round that is not counted"
    assert [run.crossed for run in one.runs] == [None, None]
    assert all(run.cpu > 0 and run.peak_mb > 0 and run.wall > 0 for run in one.runs)
    assert noticed == ["Round 0 of 2: talking", "Round 1 of 2: talking", "Round 2 of 2: talking"]


def test_a_wrong_answer_is_a_fault_and_no_figure(pair: Pair, tmp_path: Path) -> None:
    one = talking(pair, exact=False)
    play_all([one], 2, tmp_path, lambda _: None)
    assert one.faults == ["its answer is not the truth"]
    row = members._row(one)
    assert (row.fault, row.cpu, row.bytes) == ("its answer is not the truth", None, None)


@pytest.mark.parametrize(
    ("listen", "told"),
    [
        ("import sys; sys.exit('no door')", "exit code 1: no door"),
        ("import sys; print('listening', flush=True); sys.exit('went away')", "exit code 1: went away"),
    ],
)
def test_when_one_fails_the_other_is_stopped_and_the_first_fault_is_told(
    pair: Pair, tmp_path: Path, listen: str, told: str
) -> None:
    """The relay accepts whoever connects, so the second would wait a minute for nobody."""
    one = talking(pair, listen=listen)
    assert play(one, tmp_path, Wire()) is None
    assert one.faults == [told]


def test_ours_are_asked_for_the_same_key_and_suite(pair: Pair, truth: Truth, tmp_path: Path) -> None:
    seats = Seats((7001,), (7002,), tmp_path / "out", tmp_path / "keys")
    (alone,) = process_entrant(pair, truth, "psi-ot-mr/1").commands(seats)
    listen, connect = party_entrant(pair, truth, "psi-ot-mr/1").commands(seats)
    for words in (alone, listen, connect):
        assert list(words[words.index("--suite") :][:2]) == ["--suite", "psi-ot-mr/1"]
        assert list(words[words.index("--on") :][:2]) == ["--on", "id"]
    assert "7001" in listen
    assert "127.0.0.1:7002" in connect, "whatever lies between them"
    assert str(pair.right) not in listen
    assert str(pair.left) not in connect


def test_what_ours_found_is_read_off_both_parties_files(pair: Pair, truth: Truth, tmp_path: Path) -> None:
    left, right = ids_in(pair.left), ids_in(pair.right)
    common = sorted(set(left) & set(right))
    for side, rows in (("left", left), ("right", right)):
        (tmp_path / side).mkdir()
        lines = [f"{number},{rows.index(each)}\n" for number, each in enumerate(common)]
        (tmp_path / side / "matches.csv").write_text("match_id,own_row\n" + "".join(lines), "utf-8")
        (tmp_path / side / "leakage.json").write_text('{"bytes_sent": {"left": 5, "right": 7}}', "utf-8")
    entrant = party_entrant(pair, truth, "psi-ot-sh/1")
    seats = Seats((1,), (1,), tmp_path, tmp_path)
    assert entrant.read(seats, ()) == Answer(True, True, 12)
    text = (tmp_path / "right" / "matches.csv").read_text("utf-8").splitlines()
    swapped = [text[0], text[1].replace("0,", "1,", 1), text[2].replace("1,", "0,", 1), *text[3:]]
    (tmp_path / "right" / "matches.csv").write_text("\n".join(swapped) + "\n", "utf-8")
    assert entrant.read(seats, ()) == Answer(True, False, 12), "the right people, paired wrongly"


@pytest.mark.parametrize("peer", LINK_PEERS.values(), ids=LINK_PEERS.keys())
def test_a_peer_reaches_the_other_through_what_lies_between_and_listens_itself(
    peer: LinkPeer, pair: Pair, truth: Truth, tmp_path: Path
) -> None:
    entrants = peer_entrants(peer, Ready(peer, Path("/env/bin/python")), pair, truth)
    assert [each.name for each in entrants] == [name for name, _, _ in peer.ways]
    for entrant in entrants:
        ports = tuple(range(5001, 5001 + entrant.ports))
        commands = entrant.commands(Seats(ports, tuple(port + 1000 for port in ports), tmp_path, tmp_path))
        assert len(commands) == peer.parties
        if peer.parties == 2:
            assert ["5001,6002" in commands[0], "6001,5002" in commands[1]] == [True, True]
        assert "PYTHONPATH" not in entrant.environment


def test_suites_are_chosen_by_name() -> None:
    assert chosen_suites("psi-ot-mr/1, psi-ot-sh/1,psi-ot-mr/1") == ("psi-ot-mr/1", "psi-ot-sh/1")
    for wrong in ("", "psi-ot/1"):
        with pytest.raises(ParameterRefused, match="--suite"):
            chosen_suites(wrong)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"runs": 0}, "--runs"),
        ({"runs": 101}, "--runs"),
        ({"suites": "size/1"}, "--suite"),
        ({"others": Others("spy")}, "did you mean 'spu'"),
        ({"others": Others("spu")}, "--env"),
        ({"rows": 10}, "--rows"),
        ({"seed": -1}, "--seed"),
    ],
)
def test_what_is_wrong_is_refused_before_anything_is_run(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, asked: dict[str, object], told: str
) -> None:
    monkeypatch.setattr(members, "begun", None)
    monkeypatch.setattr(members, "measured", None)
    with pytest.raises((ParameterRefused, InputRefused), match=told):
        compare_links(**{"rows": ROWS, "runs": 1, "data": tmp_path / "data", **asked})  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []


def test_ours_are_run_as_whole_processes_and_found_exact(tmp_path: Path) -> None:
    """The smallest link there is, and a peer that is left out. What crosses the wire is what is told, and TLS."""
    found = compare_links(
        rows=256, runs=1, suites="psi-oprf/1", others=Others("spu", tmp_path / "env", install=False), seed=5
    )
    alone, party, peer = found.contestants
    assert (alone.fault, party.fault) == (None, None)
    assert "--no-install" in (peer.fault or "")
    assert (alone.aligned, party.aligned) == (True, True)
    assert (alone.on_the_wire, party.on_the_wire) == (False, True)
    assert alone.bytes is not None
    assert party.bytes is not None
    assert alone.bytes < party.bytes < alone.bytes + 20_000
    for row in (alone, party):
        for series in (row.wall, row.cpu, row.peak):
            assert series is not None
            assert len(series.values) == 1
    assert (found.rows, found.common, found.seed) == (256, 128, 5)
