"""Signed heads: real ones of others, ours with every byte changed, and two heads that cannot both be true."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import pytest

from privshare.errors import LogRefused, ParameterRefused, SignatureRefused, VerificationFailed
from privshare.model.entropy import SeededEntropy
from privshare.secure.log.checkpoint import Checkpoint, _key_id, check_extends, open_checkpoint, sign_checkpoint
from privshare.secure.log.merkle import EMPTY_ROOT, consistency_proof, leaf_hash, root_of
from privshare.secure.signing import new_signing_key, sign_note, verify_note

LOG, WITNESS, STRANGER = (new_signing_key(SeededEntropy(seed)) for seed in (1, 2, 3))
LEAVES = [leaf_hash(bytes([i])) for i in range(12)]
HEAD = Checkpoint("privshare/demo", 12, root_of(LEAVES))
SIGNERS = [("privshare/demo", LOG), ("witness/r\u00edo", WITNESS)]
KEYS = {name: key.public for name, key in SIGNERS}
NOTE = sign_checkpoint(HEAD, signers=SIGNERS)

# A head of the public Go checksum database. C2SP tlog-checkpoint prints its last four lines; the origin and the
# key (name + key id + base64(01 || key)) are the ones that the Go tool carries.
GO_KEY = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
GO_NOTE = (
    "go.sum database tree\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
    "\u2014 sum.golang.org "
    "Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
)
# The example of golang.org/x/mod/sumdb/note, package documentation
NEUMANN_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
NEUMANN_TEXT = (
    b"If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
)
NEUMANN_SIGNATURE = (
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
)


def opened(note: str | bytes, *, required: tuple[str, ...] = ("privshare/demo",)) -> Checkpoint:
    return open_checkpoint(note, keys=KEYS, required=required, file="log/checkpoint")


def one_byte_changes(data: bytes) -> Iterator[bytes]:
    """Each byte with each bit flipped, dropped, doubled, and with a space, newline, NUL or "=" put before it."""
    for at in range(len(data)):
        head, byte, tail = data[:at], data[at : at + 1], data[at + 1 :]
        yield from (head + bytes([byte[0] ^ (1 << bit)]) + tail for bit in range(8))
        yield from (head + put + byte + tail for put in (b" ", b"\n", b"\r", b"\x00", b"=", byte))
        yield head + tail
    yield from (data + put for put in (b" ", b"\n", b"\x00", b"="))


def test_a_head_of_a_real_log_opens() -> None:
    name, key_id, typed = GO_KEY.split("+", 2)
    public = base64.b64decode(typed)[1:]
    assert _key_id(name, public).hex() == key_id
    head = open_checkpoint(GO_NOTE, keys={name: public}, required=[name], file="x")
    assert (head.origin, head.size) == ("go.sum database tree", 20852163)
    with pytest.raises(SignatureRefused):
        open_checkpoint(GO_NOTE.replace("20852163", "20852164"), keys={name: public}, required=[name], file="x")


def test_the_note_of_the_go_documentation_holds() -> None:
    name, key_id, typed = NEUMANN_KEY.split("+", 2)
    public, blob = base64.b64decode(typed)[1:], base64.b64decode(NEUMANN_SIGNATURE)
    assert _key_id(name, public).hex() == key_id == blob[:4].hex()
    verify_note(public, NEUMANN_TEXT, blob[4:], file="x")


def test_a_head_is_written_in_the_c2sp_format_and_reads_back() -> None:
    assert NOTE.startswith(f"privshare/demo\n12\n{base64.b64encode(HEAD.root).decode()}\n\n\u2014 privshare/demo ")
    assert NOTE.count("\n\u2014 ") == 2
    assert opened(NOTE) == opened(NOTE.encode()) == HEAD
    assert opened(NOTE, required=tuple(KEYS)) == HEAD
    first = base64.b64decode(NOTE.split("\n")[4].split(" ")[2])
    assert first[4:] == sign_note(LOG, NOTE.split("\n\n")[0].encode() + b"\n")


def test_no_byte_of_a_head_can_change() -> None:
    data, tried = NOTE.encode(), 0
    for changed in one_byte_changes(data):
        if changed != data:
            with pytest.raises(VerificationFailed) as refused:
                opened(changed)
            assert refused.value.file == "log/checkpoint"
            tried += 1
    assert tried > 12 * len(data)


def test_the_spare_bits_of_base64_carry_nothing() -> None:
    """Trap: decoders drop the last bits of "...I=", so four texts give one root and one signature."""
    root_line, signature_line = NOTE.split("\n")[2], NOTE.split("\n")[4]
    for line in (root_line, signature_line):
        body = line.rstrip("=")
        alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
        other = body[:-1] + alphabet[alphabet.index(body[-1]) ^ 1] + line[len(body) :]
        encoded, changed = line.split(" ")[-1], other.split(" ")[-1]
        assert base64.b64decode(encoded, validate=True) == base64.b64decode(changed, validate=True)  # the naive way
        with pytest.raises(LogRefused, match="canonical base64"):
            opened(NOTE.replace(line, other))


def signed_text(text: str) -> str:
    """Any text, truly signed by the log: what a log with a buggy or hostile writer could publish."""
    blob = _key_id("privshare/demo", LOG.public) + sign_note(LOG, text.encode())
    return f"{text}\n\u2014 privshare/demo {base64.b64encode(blob).decode()}\n"


ROOT = base64.b64encode(HEAD.root).decode()


@pytest.mark.parametrize("text", [
    f"privshare/demo\n012\n{ROOT}\n",
    f"privshare/demo\n+12\n{ROOT}\n",
    f"privshare/demo\n-1\n{ROOT}\n",
    f"privshare/demo\n1_2\n{ROOT}\n",
    f"privshare/demo\n \u0661\u0662\n{ROOT}\n",
    f"privshare/demo\n\u0661\u0662\n{ROOT}\n",
    f"privshare/demo\n{2**63}\n{ROOT}\n",
    f"privshare/demo\n{'9' * 5000}\n{ROOT}\n",
    f"privshare/demo\n\n{ROOT}\n",
    f"\n12\n{ROOT}\n",
    f"privshare\u202edemo\n12\n{ROOT}\n",
    f"privshare\tdemo\n12\n{ROOT}\n",
    f"privshare/demo\n12\n{ROOT}\nextension\n",
    f"privshare/demo\n12\n{ROOT[:-4]}\n",
    f"privshare/demo\n12\n{HEAD.root.hex()}\n",
    "privshare/demo\n12\n",
    "\n",
])
def test_a_text_that_is_no_head_is_refused_even_when_it_is_signed(text: str) -> None:
    with pytest.raises(LogRefused):
        opened(signed_text(text))


def test_that_refusal_is_about_the_text() -> None:
    assert opened(signed_text(f"privshare/demo\n12\n{ROOT}\n")) == HEAD


@pytest.mark.parametrize("note", [
    "", "\n", "\n\n", "\n\n\n", "a\n\n", "\ud800", b"\xff", b"\x00", NOTE[:-1],
    NOTE.replace("\u2014 ", ""), NOTE.replace("\u2014", "-"), NOTE.replace("\n", "\r\n"),
])
def test_what_is_no_note_is_refused(note: str | bytes) -> None:
    with pytest.raises(LogRefused):
        opened(note)


def test_a_note_of_any_length_costs_little() -> None:
    assert opened(signed_text("x" * 2**15 + f"\n12\n{ROOT}\n")) == Checkpoint("x" * 2**15, 12, HEAD.root)
    with pytest.raises(LogRefused, match="more than 65536 bytes"):
        opened(signed_text("x" * 2**16 + f"\n12\n{ROOT}\n"))


def test_a_head_takes_so_many_signers_and_no_more() -> None:
    crowd = [(f"witness/{at}", LOG) for at in range(65)]
    keys = {name: key.public for name, key in crowd}
    note = sign_checkpoint(HEAD, signers=crowd[:64])
    assert open_checkpoint(note, keys=keys, required=tuple(keys)[:64], file="x") == HEAD
    with pytest.raises(ParameterRefused):
        sign_checkpoint(HEAD, signers=crowd)
    more = note + sign_checkpoint(HEAD, signers=crowd[64:]).split("\n\n")[1]
    with pytest.raises(LogRefused, match="1 to 64"):
        open_checkpoint(more, keys=keys, required=(), file="x")


def test_a_head_without_a_signature_line_is_refused_even_when_none_is_required() -> None:
    text = NOTE.split("\n\n")[0] + "\n"
    for note in (text, text + "\n", text + "\n\n"):
        with pytest.raises(LogRefused):
            opened(note, required=())


def test_a_missing_a_doubled_and_an_unknown_signer_are_refused() -> None:
    alone = sign_checkpoint(HEAD, signers=SIGNERS[:1])
    with pytest.raises(LogRefused, match="witness/r\u00edo is missing"):
        opened(alone, required=tuple(KEYS))
    with pytest.raises(LogRefused, match="twice"):
        opened(alone + alone.split("\n\n")[1])
    for signers in ([*SIGNERS, ("stranger", STRANGER)], [("privshare/demo", STRANGER)], [("witness/r\u00edo", LOG)]):
        with pytest.raises(LogRefused, match="not known here"):
            opened(sign_checkpoint(HEAD, signers=signers), required=())


def test_a_line_with_the_right_key_id_and_another_signature_is_refused() -> None:
    blob = _key_id("privshare/demo", LOG.public) + sign_note(STRANGER, (NOTE.split("\n\n")[0] + "\n").encode())
    forged = NOTE.split("\n\n")[0] + f"\n\n\u2014 privshare/demo {base64.b64encode(blob).decode()}\n"
    with pytest.raises(SignatureRefused):
        opened(forged)


@pytest.mark.parametrize("name", ["", "two words", "a+b", "a\nb", "a\u00a0b", "a\u2003b", "a\u200bb", "\x1b[31m"])
def test_a_name_that_would_break_the_line_is_not_signed(name: str) -> None:
    with pytest.raises(ParameterRefused):
        sign_checkpoint(HEAD, signers=[(name, LOG)])


def test_a_head_needs_signers_each_once() -> None:
    for signers in ([], [("log", LOG), ("log", WITNESS)]):
        with pytest.raises(ParameterRefused):
            sign_checkpoint(HEAD, signers=signers)


@pytest.mark.parametrize(("origin", "size", "root"), [
    ("", 1, bytes(32)), ("a\nb", 1, bytes(32)), ("a", -1, bytes(32)), ("a", 2**63, bytes(32)),
    ("a", True, bytes(32)), ("a", 1.0, bytes(32)), ("a", 1, bytes(31)), ("a", 1, bytearray(32)), ("a", 1, "00" * 32),
])
def test_a_head_that_could_not_be_written_does_not_exist(origin: str, size: int, root: bytes) -> None:
    with pytest.raises(ParameterRefused):
        Checkpoint(origin, size, root)


def test_a_split_view_is_found_by_comparing_two_heads_of_one_size() -> None:
    hidden = Checkpoint(HEAD.origin, 12, root_of([*LEAVES[:5], leaf_hash(b"for you only"), *LEAVES[6:]]))
    for head in (HEAD, hidden):  # each reader alone sees nothing wrong
        assert opened(sign_checkpoint(head, signers=SIGNERS[:1])) == head
    with pytest.raises(LogRefused, match="different readers different entries"):
        check_extends(HEAD, hidden, proof=[], file="log")
    check_extends(HEAD, HEAD, proof=[], file="log")


def test_a_later_head_needs_a_proof_from_the_earlier_one() -> None:
    for old in range(1, 12):
        earlier = Checkpoint(HEAD.origin, old, root_of(LEAVES[:old]))
        proof = consistency_proof(LEAVES, old)
        check_extends(earlier, HEAD, proof=proof, file="log")
        for wrong in ((), proof[:-1], (*proof, LEAVES[0])):
            with pytest.raises(LogRefused):
                check_extends(earlier, HEAD, proof=wrong, file="log")
        with pytest.raises(LogRefused, match="shrink"):
            check_extends(HEAD, earlier, proof=proof, file="log")
        with pytest.raises(LogRefused, match="different logs"):
            check_extends(Checkpoint("another", old, earlier.root), HEAD, proof=proof, file="log")
    with pytest.raises(LogRefused, match="empty"):
        check_extends(Checkpoint(HEAD.origin, 0, EMPTY_ROOT), HEAD, proof=(), file="log")
