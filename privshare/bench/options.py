"""What options of `privshare bench` mean alike in every benchmark: how many runs, who else takes part."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from privshare.bench.contestants import Peer, Some, named
from privshare.bench.environments import Ready, Skipped, made, prepared
from privshare.errors import ParameterRefused

RUNS_MAX = 100


def check_whole(option: str, given: int, low: int, high: int) -> None:
    """Raise ParameterRefused for a number out of range.

    >>> check_whole("--rows", 5, 1, 9)
    """
    if not low <= given <= high:
        raise ParameterRefused(option, given, f"a whole number from {low} to {high}")


def check_runs(runs: int) -> None:
    """Raise ParameterRefused for a number of runs out of range."""
    check_whole("--runs", runs, 1, RUNS_MAX)


@dataclass(frozen=True, slots=True)
class Others:
    """Who else takes part, and where they live.

    peers: names, as in `contestants.named`. env: folder of their environments. install: whether one is made that is
    not there yet.
    """

    peers: str = ""
    env: Path | None = None
    install: bool = True

    def chosen(self, known: Mapping[str, Some]) -> tuple[Some, ...]:
        """Return the peers, of those that a benchmark knows.

        Raises ParameterRefused for an unknown name, and as `check`.
        """
        peers = named(self.peers, known)
        self.check(peers)
        return peers

    def check(self, peers: Sequence[Peer]) -> None:
        """Raise ParameterRefused or InputRefused where these peers need a folder and there is none."""
        if any(peer.requires for peer in peers):
            made(self.env, "environments of --peers")

    def prepared(self, peer: Peer, *, notice: Callable[[str], None], rows: int = 0) -> Ready | Skipped:
        """Return a peer ready to run, or why it is not, as in `environments.prepared`."""
        return prepared(peer, self.env, rows=rows, install=self.install, notice=notice)


NOBODY = Others()
