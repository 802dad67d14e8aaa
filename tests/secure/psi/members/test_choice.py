"""Choice and prediction: the bytes are those of the run, and nothing is compiled to choose."""

from __future__ import annotations

import subprocess
import sys

import pytest

from privshare.errors import ParameterRefused
from privshare.exchange.channel import run_together
from privshare.secure.psi import members
from privshare.secure.psi.members import choice, ot
from privshare.secure.psi.members.leakage import VALUE_BITS
from privshare.secure.psi.transfer import check, code, okvs
from tests.secure.psi.members.standing_in import stand_in
from tests.secure.psi.playing import A, members_roles, people

SESSION = {"commit", "hello", "seal", "done"}


@pytest.mark.parametrize("told", [False, True])
@pytest.mark.parametrize(("left", "right"), [(0, 0), (1, 9), (300, 20), (700, 1500)])
@pytest.mark.parametrize("suite", members.SUITES)
def test_the_bytes_that_are_predicted_are_sent(
    suite: str, left: int, right: int, told: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(monkeypatch)
    if suite == members.OPRF:
        left, right = min(left, 30), min(right, 40)
    results, transcript = run_together(members_roles(people(range(left)), people(range(right)), suite=suite, told=told))
    sent = sum(len(m.payload.body) for m in transcript.messages if m.payload.kind not in SESSION)
    matches = 4 * len(results[A]) + 32 if told else 0
    assert choice.predict(suite, left, right).bytes + matches == sent
    greetings = sum(len(m.payload.body) for m in transcript.messages if m.payload.kind in SESSION)
    assert 1300 < greetings < 1400


def test_the_bytes_of_a_million_items_are_those_of_the_specification() -> None:
    predicted = [choice.predict(suite, 2**20, 2**20).bytes for suite in members.SUITES]
    assert predicted == [77_594_624, 91_626_256, 121_362_360]


def test_sizes_that_are_written_down_here_are_those_of_the_suites() -> None:
    for n in [*range(1, 3000), 2**14 - 1, 2**14, 2**14 + 1, 10**5, 2**20, 2**24]:
        assert choice.table_rows(n) == okvs.shape_for(n).table_rows
    for kind in (ot.SEMI_HONEST, ot.MALICIOUS_RECEIVER):
        columns = choice._COLUMNS[kind.suite]
        assert columns.columns == kind.code.length
        assert columns.extra == kind.extra
        assert columns.checked == (check.SEED_BYTES + check.proof_bytes(kind.code) if kind.checked else 0)
    assert code.MR.dimension == VALUE_BITS
    assert [ot.SEMI_HONEST.suite, ot.MALICIOUS_RECEIVER.suite] == [choice.SEMI_HONEST, choice.MALICIOUS_RECEIVER]


@pytest.mark.parametrize(
    ("left", "right", "suite"),
    [(0, 0, "psi-oprf/1"), (1999, 1999, "psi-oprf/1"), (2000, 1, "psi-ot-sh/1"), (1, 2000, "psi-ot-sh/1")],
)
def test_the_sizes_choose(left: int, right: int, suite: str) -> None:
    chosen = members.choose(left, right)
    assert chosen.suite.id == suite
    assert [name for name, _ in chosen.costs] == list(members.SUITES)


@pytest.mark.parametrize("suite", members.SUITES)
def test_a_wish_is_granted_whatever_the_sizes(suite: str) -> None:
    assert {members.choose(n, n, wish=suite).suite.id for n in (3, 5000)} == {suite}


def test_a_suite_that_there_is_not_is_refused() -> None:
    with pytest.raises(ParameterRefused, match="psi-ot-mr/1"):
        members.choose(1, 1, wish="psi-ot-sh/2")


def test_choosing_for_few_items_loads_no_compiler() -> None:
    program = (
        "import sys; from privshare.secure.psi import members; members.choose(1500, 3); print('numba' in sys.modules)"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "False"
