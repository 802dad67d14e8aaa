"""What two parties fix before anything else, and what they sign of everything that passes between them.

    both  commit   SHA-256 of the greeting, so that neither chooses it after reading the other's
    both  hello    the greeting (`hello.py`): nonce, identity, suite, number of items, digest of the parameters
    both  seal     a signature over the session id and every frame so far
    ...            the messages of a suite; `seal` again where the suite says so, before it answers
    both  done     a signature over every frame of both directions; without it no output

The session id binds both nonces, all parameters, both identities and the
channel. Pools, keys and dummies are derived from it, so no two runs share them
and a message of another run means nothing in this one. A signature names how
many frames of each direction it covers, since both directions run at once.
Promises: a side that commits cannot choose its nonce after the other's; what
does not fit ends the run before any item or key is used; a frame that was
changed, dropped, repeated or moved ends it before an output. Leaves to others:
whether the identities are the right ones (`Setting.peers`), and fairness: the
side that gets the last signature may stop with what it knows.
"""

from __future__ import annotations

import hashlib
import hmac
import struct
from collections.abc import Mapping
from typing import cast

from privshare.errors import ParameterRefused, ProtocolError, SignatureRefused
from privshare.exchange.channel import Endpoint
from privshare.exchange.frames import Chain
from privshare.exchange.payload import Payload
from privshare.model.entropy import Entropy
from privshare.model.party import PartyId
from privshare.secure.canonical import canonical
from privshare.secure.psi.hello import (
    HELLO_MOST,
    ITEMS_MAX,
    NONCE_BYTES,
    PROTOCOL,
    Hello,
    check_hello,
    greeting,
    parameters_digest,
    read_hello,
    write_hello,
)
from privshare.secure.signing import (
    SIGNATURE_BYTES,
    SigningKey,
    new_signing_key,
    sign,
    signing_key_of,
    verify,
)

__all__ = ["ITEMS_MAX", "Session", "check_size", "exactly", "open_session", "parameters_digest"]

DIGEST_BYTES = 32
_SID = b"privshare/sid/1"
_COMMIT = b"privshare/commit/1"
_COUNTS = struct.Struct("<II")
_SEAL_BYTES = _COUNTS.size + SIGNATURE_BYTES


class _Frames:
    """Every frame between this side and one peer, hashed in order, one chain a direction."""

    def __init__(self, endpoint: Endpoint, peer: PartyId, leads: bool) -> None:
        self._endpoint, self._peer = endpoint, peer
        self.sent, self.received = Chain(0 if leads else 1), Chain(1 if leads else 0)

    def send(self, kind: str, body: bytes | memoryview, items: int) -> None:
        payload = Payload(kind, cast("bytes", body), items)
        self.sent.add(self.sent.next(kind, items, len(body)), payload.digest)
        self._endpoint.send(self._peer, payload)

    def noted(self, facts: Mapping[str, object]) -> None:
        self._endpoint.setting.noted(facts)

    def receive(self, kind: str, most: int) -> Payload:
        payload = self._endpoint.receive(self._peer, kind, most=most)
        self.received.add(self.received.next(kind, payload.items, len(payload.body)), payload.digest)
        return payload


class Session:
    """One pair of parties over one Endpoint, from the first seal to `finish`. Made by `open_session`.

    sid: the session id, 32 bytes, the same on both sides. peer_items: how many items the peer announced.
    """

    def __init__(
        self,
        frames: _Frames,
        *,
        sid: bytes,
        peer: PartyId,
        key: SigningKey,
        hellos: tuple[Hello, Hello],
        document: Mapping[str, object],
    ) -> None:
        self.sid, self.peer = sid, peer
        self._frames, self._key, self._document = frames, key, document
        self._own, self._other = hellos

    @property
    def peer_items(self) -> int:
        """How many items the peer announced, dummies included."""
        return self._other.items

    def send(self, kind: str, body: bytes | memoryview, items: int) -> None:
        """Send one message. items: how many elements it carries, public to both."""
        self._frames.send(kind, body, items)

    def receive(self, kind: str, *, most: int) -> Payload:
        """Return the next message; raise ProtocolError unless it is of that kind and of at most so many bytes."""
        return self._frames.receive(kind, most)

    def seal(self) -> None:
        """Send a signature over every frame of both directions so far."""
        self._attest("seal")

    def check_seal(self) -> None:
        """Receive the peer's signature; raise ProtocolError unless it covers what it sent, as it arrived here."""
        self._check("seal", whole=False)

    def finish(self) -> None:
        """Exchange signatures over all frames. Only then may a role return its output.

        Raises ProtocolError unless both sides saw the very same frames.
        """
        signatures = (self._attest("done"), self._check("done", whole=True))
        self._frames.noted(self._facts(*signatures))

    def _facts(self, signature: bytes, peer_signature: bytes) -> Mapping[str, object]:
        """Return what a reader needs to check both last signatures again; no message, and nothing of any item."""
        sent, received = self._frames.sent, self._frames.received
        sides = ((self._own, sent, signature), (self._other, received, peer_signature))
        own, other = (
            {
                "identity": hello.identity,
                "items": hello.items,
                "sender": chain.sender,
                "frames": chain.count - 1,  # all but the last, which carries the signature
                "frames_sha256": chain.digests[-2].hex(),
                "signature": signed.hex(),
            }
            for hello, chain, signed in sides
        )
        return {**self._document, "sid": self.sid.hex(), "own": own, "peer": {"party": self.peer, **other}}

    def _attest(self, kind: str) -> bytes:
        sent, received = self._frames.sent, self._frames.received
        message = _attested(self.sid, sent, sent.count, received, received.count)
        signature = sign(self._key, domain=f"session-{kind}", message=message)
        self._frames.send(kind, _COUNTS.pack(sent.count, received.count) + signature, 1)
        return signature

    def _check(self, kind: str, *, whole: bool) -> bytes:
        sent, received = self._frames.sent, self._frames.received
        last = sent.count - 1 if whole else sent.count  # our own "done" is on its way and is in no other's
        body = exactly(self._frames.receive(kind, _SEAL_BYTES), _SEAL_BYTES)
        theirs, ours = _COUNTS.unpack_from(body)
        if theirs != received.count - 1 or ours > last or (whole and ours != last):
            raise ProtocolError("E_SEAL", f"{self.peer} signed for other frames than passed")
        signature = body[_COUNTS.size :]
        message = _attested(self.sid, received, theirs, sent, ours)
        try:
            verify(
                bytes.fromhex(self._other.identity),
                domain=f"session-{kind}",
                message=message,
                signature=signature,
                file=kind,
            )
        except SignatureRefused:
            raise ProtocolError("E_SEAL", f"the signature of {self.peer} does not hold for what passed") from None
        return signature


def open_session(
    endpoint: Endpoint,
    *,
    peer: PartyId,
    leads: bool,
    parameters: Mapping[str, object],
    items: int,
    entropy: Entropy,
    identity: SigningKey | None = None,
) -> Session:
    """Greet the peer and return the session, whose id is the same on both sides.

    leads: True at exactly one of the two. parameters: all that both must agree on, as canonical JSON can hold it.
    items: how many this side brings, dummies included. identity: without one, the endpoint's, or a key of this run.
    Raises ParameterRefused for more items than are accepted, and ProtocolError, with what differs, when the peer
    announced anything that does not fit, opened another greeting than it had committed to, or sent back our own.
    """
    setting = endpoint.setting
    parameters = _capped(parameters, setting.items_max)
    nonce = entropy.token(NONCE_BYTES)
    key = identity or (signing_key_of(setting.identity_seed) if setting.identity_seed else new_signing_key(entropy))
    own = greeting(parameters, setting.agreed, items=check_size(items), nonce=nonce, identity=key.public)
    if setting.items_max is not None and own.items > setting.items_max:
        raise ParameterRefused("items with their dummies", "more", f"at most {setting.items_max}, as agreed")
    frames = _Frames(endpoint, peer, leads)
    commitment = _commitment(write_hello(own))
    frames.send("commit", commitment, 1)
    promised = exactly(frames.receive("commit", DIGEST_BYTES), DIGEST_BYTES)
    if promised == commitment:
        raise ProtocolError("E_REFLECTED", f"{peer} sent back what it was sent")
    setting.telling(own.items)  # before: a padded number of items has its price, whatever the peer does next
    frames.send("hello", write_hello(own), 1)
    greeted = frames.receive("hello", HELLO_MOST)
    opened = exactly(greeted, len(greeted.body))
    if not hmac.compare_digest(_commitment(opened), promised):
        raise ProtocolError("E_COMMIT", f"{peer} greeted otherwise than it had committed to")
    other = read_hello(opened, peer=peer)
    check_hello(own, other, peer=peer, expected=setting.peers.get(peer))
    setting.paced(own.items + other.items)
    document = {
        "protocol": PROTOCOL,
        "parameters": dict(parameters),
        "agreed": dict(setting.agreed),
        "items": [own.items, other.items] if leads else [other.items, own.items],
    }
    sid = _session_id(own, other, document, setting.binding_with(peer))
    session = Session(frames, sid=sid, peer=peer, key=key, hellos=(own, other), document=document)
    session.seal()
    session.check_seal()
    return session


def exactly(payload: Payload, size_bytes: int, *, items: int = 1) -> bytes:
    """Return the body of a payload if it has exactly this many bytes and items; raise ProtocolError otherwise.

    A number of items is only said by its sender, and statements repeat it; so it is checked where the body is.
    """
    if len(payload.body) != size_bytes:
        raise ProtocolError("E_LENGTH", f"{payload.kind} must have {size_bytes} bytes, not {len(payload.body)}")
    if payload.items != items:
        raise ProtocolError("E_LENGTH", f"{payload.kind} must have {items} items, not {payload.items}")
    return payload.body


def check_size(count: int) -> int:
    """Return the number of items that a party is to bring; raise ParameterRefused above 2^24."""
    if count > ITEMS_MAX:
        raise ParameterRefused("items with their dummies", count, f"at most {ITEMS_MAX}")
    return count


def _capped(parameters: Mapping[str, object], items_max: int | None) -> Mapping[str, object]:
    """Return the parameters with the smaller of two caps on items: the suite's and the channel's."""
    if items_max is None:
        return parameters
    most = parameters.get("items_max", ITEMS_MAX)
    return {**parameters, "items_max": min(most, items_max) if isinstance(most, int) else items_max}


def _session_id(own: Hello, other: Hello, document: Mapping[str, object], binding: bytes) -> bytes:
    ordered = sorted((own, other), key=lambda hello: hello.identity)
    parts = [bytes.fromhex(hello.nonce) for hello in ordered]
    parts.append(hashlib.sha256(canonical(dict(document))).digest())
    parts += [bytes.fromhex(hello.identity) for hello in ordered]
    return hashlib.sha256(_SID + b"".join(parts) + binding).digest()


def _commitment(hello: bytes) -> bytes:
    return hashlib.sha256(_COMMIT + hello).digest()


def _attested(sid: bytes, signer: Chain, signed: int, other: Chain, seen: int) -> bytes:
    return b"".join(
        (sid, bytes([signer.sender]), _COUNTS.pack(signed, seen), signer.digests[signed], other.digests[seen])
    )
