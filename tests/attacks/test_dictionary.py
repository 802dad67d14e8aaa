"""The dictionary names everybody behind an unkeyed hash and nobody behind a keyed or random value."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from privshare.attacks.dictionary import adversary, dictionary, unkeyed_hash
from privshare.holders.identifiers import every_identifier
from privshare.model.entropy import SystemEntropy

SPACE = list(every_identifier(serials=5))
PEOPLE = SPACE[::37]


def public(name: str) -> Iterable[bytes]:
    return (unkeyed_hash(name), unkeyed_hash(name.lower()))


def test_the_hash_is_plain_sha_256() -> None:
    assert unkeyed_hash("HC01-1945-0000-V") == hashlib.sha256(b"HC01-1945-0000-V").digest()


def test_everybody_behind_an_unkeyed_hash_is_named() -> None:
    sent = {unkeyed_hash(name): name for name in PEOPLE}
    assert dictionary(sent, SPACE, public) == sent


def test_a_style_is_no_protection() -> None:
    sent = {unkeyed_hash(name.lower()): name for name in PEOPLE}
    assert dictionary(sent, SPACE, public) == sent


def test_nobody_behind_a_keyed_value_is_named() -> None:
    """A hit would be a collision of SHA-256: no chance worth counting."""
    key = SystemEntropy().token(32)
    sent = [hmac.digest(key, name.encode(), "sha256") for name in PEOPLE]
    assert dictionary(sent, SPACE, public) == {}


def test_nobody_behind_a_random_value_is_named() -> None:
    assert dictionary([SystemEntropy().token(32) for _ in PEOPLE], SPACE, public) == {}


def test_whoever_has_the_key_names_everybody() -> None:
    """What "keyed" holds against is an outsider; the attack itself is not weak."""
    key = SystemEntropy().token(32)

    def keyed(name: str) -> tuple[bytes]:
        return (hmac.digest(key, name.encode(), "sha256"),)

    sent = {keyed(name)[0]: name for name in PEOPLE}
    assert dictionary(sent, SPACE, keyed) == sent


@given(st.lists(st.sampled_from(SPACE[:40])), st.lists(st.sampled_from(SPACE[:40])))
def test_exactly_the_candidates_that_were_sent_are_named(sent: list[str], candidates: list[str]) -> None:
    named = dictionary([unkeyed_hash(name) for name in sent], candidates, lambda name: (unkeyed_hash(name),))
    assert set(named.values()) == set(sent) & set(candidates)
    assert all(unkeyed_hash(name) == value for value, name in named.items())


def test_nothing_seen_nothing_named() -> None:
    assert dictionary([], SPACE, public) == {}
    assert dictionary([unkeyed_hash("a")], [], public) == {}


def test_the_frame_says_what_it_saw_and_knew() -> None:
    frame = adversary("a list")
    assert frame.view == "a list"
    assert frame.goal
    assert frame.background
