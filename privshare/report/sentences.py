"""Every sentence a reader sees, by id. A second language is a second file.

A sentence is a whole template: nothing is glued together from fragments, since
languages order their words differently. `say` refuses an unknown id and any
placeholder too many or too few, so a wrong call fails in a test and not in
front of an audience.
"""

from __future__ import annotations

import string
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Sentences:
    """All sentences of one language. language: BCP 47 tag. templates: id -> text with {placeholders}."""

    language: str
    templates: Mapping[str, str]

    def say(self, id: str, /, **values: str) -> str:
        """Return one sentence with its placeholders filled.

        Raises KeyError for an unknown id and ValueError for placeholders that do not match: both are bugs
        of the caller, never facts about the run.

        >>> english().say("stage.use")
        'Use it wisely'
        """
        template = self.templates[id]
        wanted = placeholders(template)
        if wanted != values.keys():
            raise ValueError(f"sentence {id} takes {sorted(wanted)}, not {sorted(values)}")
        return template.format(**values)


def placeholders(template: str) -> frozenset[str]:
    """Return the names of the placeholders in a template.

    >>> sorted(placeholders("{a} of {b}"))
    ['a', 'b']
    """
    return frozenset(name for _, name, _, _ in string.Formatter().parse(template) if name is not None)


def _flat(table: Mapping[str, object], prefix: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in table.items():
        if isinstance(value, Mapping):
            found |= _flat(value, f"{prefix}{key}.")
        else:
            found[prefix + key] = str(value)
    return found


@cache
def english() -> Sentences:
    """Return the English sentences."""
    text = files("privshare.report").joinpath("sentences", "en.toml").read_text("utf-8")
    return Sentences("en", _flat(tomllib.loads(text)))
