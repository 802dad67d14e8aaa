"""What `fuzzy/1` hands in to a suite of members: handles, which matches are told, and what else both agree on.

    sender     an 8-byte handle for each of its items, sent under a pad that only one who has the item can make
    receiver   reads the handles of its matches and chooses which of them the sender is told

Roles of every suite take them by these names, all with a default:
`receiver(..., choosing=None, agreed={})`, `sender(..., handles=None, agreed={})`. `agreed` joins the parameters of
the session. A receiver that chooses is told by handle what belongs together; its role returns (own indices,
handles) of every match in the order of the tags, and the sender's role the own indices of what it was told.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

HANDLE_BYTES = 8

Choosing = Callable[[NDArray[np.int64], NDArray[np.uint64]], NDArray[np.int64]]
"""Of (own indices, handles of the sender), one a match in the order of the tags: which to tell, ascending."""
