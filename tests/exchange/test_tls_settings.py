"""What both sides of a connection insist on, besides the certificates of one project."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest

from privshare.exchange.tls import context_for
from tests.exchange.project import BANK, joined, project


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
