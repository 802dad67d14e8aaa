"""The process's one DuckDB, and connections to it.

Promises: nothing is fetched from anywhere; what does not fit into memory goes
into a folder that only its owner may read, is deleted with the connection that
made it, and the folder with the process.
"""

from __future__ import annotations

import os
import tempfile
import weakref
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb


MEMORY = "800MB"
"""What the engine may keep in memory before it writes to disk; the process takes about 200 MB more."""
_CONFIG = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}


def connected() -> duckdb.DuckDBPyConnection:
    """Return an empty connection with all limits set; what it makes goes with it."""
    engine = _instance().cursor()
    engine.execute("SET TimeZone = 'UTC'")
    return engine


@cache
def _instance() -> duckdb.DuckDBPyConnection:
    """Return the process's one engine: starting it costs more than a question. Its folder goes with the process."""
    import duckdb

    folder = tempfile.TemporaryDirectory(prefix="privshare-")
    engine = duckdb.connect(config={**_CONFIG, "memory_limit": MEMORY, "temp_directory": folder.name})
    weakref.finalize(engine, folder.cleanup)
    return engine


# Its threads are not there in a forked child, which starts an engine of its own.
os.register_at_fork(after_in_child=_instance.cache_clear)
