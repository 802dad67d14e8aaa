"""The template engine of every page, in one place, so that all are escaped alike.

Promises: everything that a template prints goes through two doors: `figures.plain` spells out control and direction
characters, and autoescape escapes the rest; only what the package itself marks as markup enters as it is. A name that
a template does not know is an error, never an empty place. Leaves to others: what a page says.
"""

from __future__ import annotations

from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from privshare.report import figures
from privshare.report.compiled import kept_for
from privshare.report.sentences import Sentences


def engine_for(say: Sentences) -> Environment:
    """Return an environment of the report's templates, with autoescape, in these sentences, with figures for people."""
    environment = Environment(
        loader=PackageLoader("privshare.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_plain,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.bytecode_cache = kept_for(environment)
    environment.globals |= {
        "say": say.say,
        "language": say.language,
        "count": figures.count,
        "decimal": figures.decimal,
        "delta": figures.delta,
        "epsilon": figures.epsilon,
        "label": figures.label,
        "listing": figures.listing,
        "percent": figures.percent,
        "size": figures.size,
        "shown": figures.shown,
    }
    return environment


def _plain(value: Any) -> Any:
    """Spell out invisible characters of what a template prints, powers of ten unbroken; own markup passes as it is."""
    return value if isinstance(value, Markup) else figures.unbroken(figures.plain(str(value), keep="\n"))
