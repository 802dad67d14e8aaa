"""What both sides of a connection insist on, besides the certificates of one project."""

from __future__ import annotations

import _ssl
import dataclasses
import re
import ssl
from pathlib import Path

import pytest

from privshare.errors import FileFaults
from privshare.exchange.tls import context_for, told_of
from tests.exchange.project import BANK, OFFICE, joined, project


def test_no_session_can_be_resumed(tmp_path: Path) -> None:
    """A caller that has read something has read the tickets, had the listener sent any."""
    bank, office = joined(project(tmp_path / "keys"))
    with bank, office:
        for end in (bank, office):
            assert end._line.session_reused is False
            assert end._line.session is None or not end._line.session.has_ticket


@pytest.mark.parametrize("serves", [True, False])
def test_either_side_is_strict(tmp_path: Path, serves: bool) -> None:
    """Certificates are read as RFC 5280 has them, whatever this version of Python does by default."""
    context = context_for(project(tmp_path / "keys")[BANK], serves=serves)
    assert context.minimum_version == ssl.TLSVersion.TLSv1_3
    assert context.verify_mode == ssl.CERT_REQUIRED
    assert context.verify_flags & ssl.VERIFY_X509_STRICT


@pytest.mark.parametrize("file", ["tls_key", "authority"])
@pytest.mark.parametrize("text", ["", "x", "another"])
def test_own_files_that_do_not_go_together_are_no_fault_of_whoever_calls(tmp_path: Path, file: str, text: str) -> None:
    """And no sentence of OpenSSL: the file is named."""
    own = project(tmp_path / "keys")
    spoilt = tmp_path / f"{file}.pem"
    spoilt.write_text(own[OFFICE].tls_key.read_text() if text == "another" else text)
    with pytest.raises(FileFaults) as refused:
        context_for(dataclasses.replace(own[BANK], **{file: spoilt}), serves=True)
    ((name, what),) = refused.value.faults
    assert name == spoilt.name
    assert what.endswith("accepted are the files as `privshare party keys` made them")


def failed(reason: str | None) -> ssl.SSLError:
    fault = ssl.SSLError(1, "[SSL: SOME_NAME] words of the library (_ssl.c:1006)")
    fault.reason = reason  # type: ignore[assignment]
    return fault


REASONS = sorted({*_ssl.err_codes_to_names.values()})  # type: ignore[attr-defined]
KNOWN = {
    "TLSV1_ALERT_UNKNOWN_CA": "it does not believe this side's certificate, which another authority has signed",
    "SSLV3_ALERT_CERTIFICATE_EXPIRED": "it says that this side's certificate has expired",
    "SSLV3_ALERT_CERTIFICATE_REVOKED": "it says that this side's certificate has been withdrawn",
    "TLSV13_ALERT_CERTIFICATE_REQUIRED": "it was shown no certificate of this side",
    "SSLV3_ALERT_UNSUPPORTED_CERTIFICATE": "it does not accept this side's certificate",
    "TLSV1_ALERT_PROTOCOL_VERSION": "the other side offers no TLS 1.3",
    "SSLV3_ALERT_BAD_RECORD_MAC": "it broke off TLS (bad record mac)",
    "TLSV1_ALERT_INTERNAL_ERROR": "it broke off TLS (internal error)",
    "NO_SHARED_CIPHER": "TLS failed at this side (no shared cipher)",
}


@pytest.mark.parametrize(("reason", "told"), KNOWN.items(), ids=KNOWN)
def test_what_the_other_side_sent_before_it_hung_up_is_told(reason: str, told: str) -> None:
    assert reason in REASONS, "OpenSSL calls it otherwise by now"
    assert told_of(failed(reason)) == told


def test_a_port_that_is_none_is_told() -> None:
    assert told_of(OverflowError("bind(): port must be 0-65535.")) == "a port is a whole number from 0 to 65535"


def test_no_reason_of_openssl_is_told_in_its_own_words() -> None:
    """Whatever it is, known here or not: a sentence, with the short name in brackets at most."""
    assert len(REASONS) > 100
    for reason in REASONS:
        sentence = re.sub(r" \(.*\)$", "", told_of(failed(reason)))
        assert not re.search("tlsv1|sslv3|alert|library", sentence, re.IGNORECASE), reason
        assert len(sentence.split()) > 2, reason
    for fault in (failed(None), ssl.SSLEOFError(8, "EOF occurred in violation of protocol"), ssl.SSLError(1, "words")):
        assert re.fullmatch(r"the other side hung up|TLS failed at this side \(no reason known\)", told_of(fault))
