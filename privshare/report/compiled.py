"""The report's templates as code, kept from one process to the next: compiling them takes longer than filling them.

Promises: code is used only for the very text, template engine and options it was made of, so an option that
matters, such as escaping, is never outlived by older code. It lies in `__pycache__` beside the templates, as
trusted as the package's own; where it cannot be written, templates are compiled anew each time.
"""

from __future__ import annotations

import contextlib
import hashlib
from pathlib import Path

import jinja2
from jinja2.bccache import Bucket

TEMPLATES = Path(__file__).parent / "templates"


class _Kept(jinja2.FileSystemBytecodeCache):
    """The engine's own cache of files, but a full or closed disk is no reason not to have a report."""

    def dump_bytecode(self, bucket: Bucket) -> None:
        with contextlib.suppress(OSError):
            Path(self.directory).mkdir(exist_ok=True)
            super().dump_bytecode(bucket)


def kept_for(environment: jinja2.Environment, *, folder: Path = TEMPLATES) -> jinja2.BytecodeCache:
    """Return where the code of this environment's templates is kept."""
    printed = getattr(environment.finalize, "__qualname__", None)  # code made without it prints past it
    made_with = (environment.autoescape, environment.trim_blocks, environment.lstrip_blocks, environment.is_async)
    options = (*made_with, printed)
    made_by = hashlib.sha256(repr((jinja2.__version__, options)).encode()).hexdigest()[:16]
    return _Kept(str(folder / "__pycache__"), pattern=f"{made_by}-%s.template")
