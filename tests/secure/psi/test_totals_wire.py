"""Uploads of `totals-3/1` that have no room for the dummies that both holders agreed on."""

from __future__ import annotations

import numpy as np
import pytest

from privshare.errors import ProtocolError
from privshare.secure.psi.totals.wire import read_labelled, read_masked, write_labelled, write_masked

PSEUDONYMS = np.arange(3 * 16, dtype=np.uint8).reshape(3, 16)


def test_a_list_of_fewer_records_than_dummies_is_refused() -> None:
    """It has the length that was announced; what is missing is the noise."""
    labelled = write_labelled(PSEUDONYMS, np.zeros(3, np.uint8))
    masked = write_masked(PSEUDONYMS, np.zeros(3, np.uint64))
    assert len(read_labelled(labelled, count=3, at_least=3, groups=1)[1]) == 3
    assert len(read_masked(masked, count=3, at_least=3)[1]) == 3
    with pytest.raises(ProtocolError, match="fewer than the agreed dummies"):
        read_labelled(labelled, count=3, at_least=4, groups=1)
    with pytest.raises(ProtocolError, match="fewer than the agreed dummies"):
        read_masked(masked, count=3, at_least=4)
