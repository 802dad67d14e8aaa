"""What the statement of `psi-ot-sh/1` says is not stopped is not stopped: a receiver that deviates, played.

It knows some thirty items of which it also knows that the sender has them. In one row that such an item reads, it
flips the bits of sixteen columns of its own: the item's row then differs at the sender by sixteen bits of delta, which
the item's tag gives away to 2^16 hashes. With all of delta it makes the sender's tag of any identifier by itself, as
often as it likes and long after the run. The same receiver gets no tag in `psi-ot-mr/1`.
A test here that fails would be good news, and a reason to change what the statement says.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from privshare.errors import ProtocolError
from privshare.exchange.channel import Endpoint, run_together
from privshare.model.entropy import SeededEntropy
from privshare.secure.psi import members
from privshare.secure.psi.item_set import ItemSet
from privshare.secure.psi.kernels.sha256 import sha256_rows
from privshare.secure.psi.members import marks, ot
from privshare.secure.psi.members.terms import NOTHING, Terms
from privshare.secure.psi.session import Session, exactly
from privshare.secure.psi.transfer import base, check, okvs
from privshare.secure.psi.transfer.code import encode
from privshare.secure.psi.transfer.extension import Form, Writer
from tests.secure.psi.members.standing_in import stand_in
from tests.secure.psi.playing import A, B, members_roles, people

Words = NDArray[np.uint64]
GUESSED = 16
"""Bits of delta that one common item gives away."""
ENTROPY = SeededEntropy(5)


@dataclass
class Deviating:
    """A receiver that knows of some of its items that they are common. opened: of a dictionary, what the sender has."""

    kind: ot.Kind
    items: ItemSet
    common: ItemSet
    dictionary: ItemSet
    opened: set[bytes] = field(default_factory=set)
    used: int = 0

    def role(self, endpoint: Endpoint) -> None:
        own = self.items.hashes
        session = Terms(self.kind.suite, True, False, NOTHING).open_receiver(
            endpoint, B, items=len(own), entropy=ENTROPY
        )
        places, values = ot._placed(self.kind.code, own, session.sid, okvs.shape_for(len(own)))
        table = okvs.encode(places, values, ENTROPY, bits=self.kind.code.dimension, extra=self.kind.extra)
        flips = self._flips(places)
        words = self._columns(session, table, flips)
        if self.kind.checked:
            seed = exactly(session.receive("challenge", most=check.SEED_BYTES), check.SEED_BYTES)
            proof = check.prove(self.kind.code, words, table, sid=session.sid, seed=seed)
            session.send("proof", proof, check.EXTRA_ROWS)
        session.check_seal()
        length = self.kind.tag_bytes(len(own), session.peer_items)
        tags = session.receive("tags", most=session.peer_items * length)
        seen = np.stack([word[: len(table)] for word in words], axis=1)  # T, (rows, words)
        delta = self._delta(okvs.decode(places, seen), flips, tags.body, length)
        coded = encode(self.kind.code, table)
        for column, (_, row) in flips.items():
            coded[row, column // 64] ^= np.uint64(1 << column % 64)
        at_sender = seen ^ (coded & delta)  # Q
        for items, learns in ((self.dictionary, self._open), (self.items, self._tell)):
            where, what = ot._placed(self.kind.code, items.hashes, session.sid, okvs.shape_for(len(own)))
            rows = okvs.decode(where, at_sender) ^ (encode(self.kind.code, what) & delta)
            learns(session, ot._marks(rows.T, items.hashes, length, False), tags)
        session.finish()

    def _flips(self, places: okvs.Places) -> dict[int, tuple[int, int]]:
        """Return column -> (own item, row); a row that no other of the common items reads."""
        known = {item.tobytes() for item in self.common.hashes}
        common = [index for index, item in enumerate(self.items.hashes) if item.tobytes() in known]
        read, times = np.unique(places.sparse[common], return_counts=True)
        alone = set(read[times == 1].tolist())
        pairs = [(index, row) for index in common for row in sorted(alone & set(places.sparse[index].tolist()))[:1]]
        length = self.kind.code.length
        self.used = -(-length // GUESSED)
        return {column: pairs[column // GUESSED] for column in range(length) if column // GUESSED < len(pairs)}

    def _columns(self, session: Session, table: Words, flips: dict[int, tuple[int, int]]) -> list[Words]:
        """Send the columns, flipped; return T, the words of each group."""
        code = self.kind.code
        message = session.receive("base-receiver", most=code.length * base.PLACE_BYTES).body
        keys = base.give(message, count=code.length, sid=session.sid, entropy=ENTROPY)
        session.send("base-sender", keys.message, 1)
        form = Form(code, len(table))
        writer, words = Writer(form, keys, table), [form.room() for _ in range(form.groups)]
        for group, room in enumerate(words):
            body = bytearray(writer.block(group, room))
            for column in range(form.first(group), form.first(group) + form.columns(group)):
                if column in flips:
                    row = flips[column][1]
                    body[8 + (column - form.first(group)) * form.column_bytes + row // 8] ^= 1 << row % 8
            session.send("columns", bytes(body), form.columns(group))
        session.seal()
        return words

    def _delta(self, rows: Words, flips: dict[int, tuple[int, int]], tags: bytes, length: int) -> Words:
        """Return delta: for each common item, the sixteen bits under which its tag is among those that came."""
        due = np.frombuffer(tags, np.uint8).reshape(-1, length)[:, :8].copy().view(">u8").ravel()
        delta = np.zeros(self.kind.code.words, np.uint64)
        for first in range(0, self.kind.code.length, GUESSED):
            index, word, shift = flips[first][0], first // 64, np.uint64(first % 64)
            bits = np.arange(1 << min(GUESSED, self.kind.code.length - first), dtype=np.uint64) << shift
            tried = np.tile(rows[index], (len(bits), 1))
            tried[:, word] ^= bits
            items = np.tile(self.items.hashes[index], (len(bits), 1))
            hashed = sha256_rows(b"", tried.view(np.uint8), items, b"\x03")[:, :8].copy().view(">u8").ravel()
            delta[word] |= bits[np.isin(hashed, due)][0]
        return delta

    def _open(self, session: Session, made: marks.Marks, tags: Any) -> None:
        found = marks._compared(tags, session.peer_items, made.length, made)
        self.opened = {self.dictionary.hashes[index].tobytes() for index in found.indices}

    def _tell(self, session: Session, made: marks.Marks, tags: Any) -> None:
        """Tell the sender the matches of the declared items, as if nothing had been."""
        found = marks._compared(tags, session.peer_items, made.length, made)
        told = found.places.astype("<u4").tobytes()
        session.send("matches", told + marks._proof(session.sid, told, made, found.indices), len(found.indices))


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The attack takes the base transfers as they are; they run for real elsewhere."""
    stand_in(monkeypatch)


def deviating(kind: ot.Kind) -> Deviating:
    """Declared are 600 items, 45 of them common and known to be; the dictionary has everybody."""
    common = range(45)
    return Deviating(kind, people(common, range(10_000, 10_555)), people(common), people(range(4_000)))


def test_a_receiver_that_deviates_learns_the_whole_secret_of_sh_and_everybody_in_a_dictionary() -> None:
    """31 common items are used; that fewer of 45 have a row to themselves happens to one session id in 10^24."""
    attack = deviating(ot.SEMI_HONEST)
    of_sender = people(range(3_000))
    honest = members_roles(people(range(45)), of_sender, suite=members.SEMI_HONEST, told=True)
    results, transcript = run_together({A: attack.role, B: honest[B]})
    assert len(attack.items) == 600
    assert attack.used == 31
    assert attack.opened == set(of_sender.items), "the sender's set, all of it: five times what was declared"
    assert len(results[B]) == 45, "the sender sees a run like any other"
    told = members.leakage(transcript, receiver=A, sender=B)
    (said,) = (what for what in told.not_stopped if "any number of identifiers" in what)
    assert "some thirty" in said
    assert "after the run" in said


def test_the_same_receiver_gets_no_tag_in_mr() -> None:
    """It would pass with a chance of 2^-39 at most."""
    attack = deviating(ot.MALICIOUS_RECEIVER)
    honest = members_roles(people(range(45)), people(range(3_000)), suite=members.MALICIOUS_RECEIVER, told=True)
    with pytest.raises(ProtocolError, match="E_CHECK"):
        run_together({A: attack.role, B: honest[B]})
    assert not attack.opened
