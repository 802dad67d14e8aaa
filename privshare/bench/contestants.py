"""Who takes part beside us: another package, with its program, what its environment needs, and where it cannot.

A new one is a program in `peers/`, written as its own documentation would have it, and an entry in the benchmark that
runs it. Its program is run by its own interpreter and is never imported by us.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TypeVar

from privshare.errors import ParameterRefused

PROGRAMS = Path(__file__).with_name("peers")
NO_LIMIT = 10**12


@dataclass(frozen=True, slots=True)
class Peer:
    """Another package.

    requires: what pip installs into its environment; nothing where our own interpreter has it. bound: a sentence; of a
    release with {total}, {groups} and {rows_a_group}. program: file in `peers/`. java: needs a JDK. rows_max: above
    this it is left out, with `why_not`. noise: False for a program that shows what an engine costs and is no release.
    """

    name: str
    program: str
    requires: tuple[str, ...]
    bound: str
    java: bool = False
    rows_max: int = NO_LIMIT
    why_not: str = ""
    noise: bool = True


Some = TypeVar("Some", bound=Peer)


def named(text: str, peers: Mapping[str, Some]) -> tuple[Some, ...]:
    """Return the peers that a list of names stands for: none, `all`, or names separated by commas.

    Raises ParameterRefused for an unknown name, with the nearest one.
    """
    names = [name.strip() for name in text.split(",") if name.strip()]
    if names == ["all"]:
        return tuple(peers.values())
    for name in names:
        if name not in peers:
            near = get_close_matches(name, peers, n=1, cutoff=0.4)
            hint = f" (did you mean {near[0]!r}?)" if near else ""
            raise ParameterRefused("--peers", name, f"all, or one or more of {', '.join(peers)}{hint}")
    return tuple(peers[name] for name in dict.fromkeys(names))
