"""Who takes part in a link beside us: other packages, what each of them tells, and the targets that we set ourselves.

As in `bench/contestants.py`: a program in `peers/` and an entry here.
"""

from __future__ import annotations

from dataclasses import dataclass

from privshare.bench.contestants import Peer

PROCESS, PARTY = "privshare link", "privshare party"
"""One process that plays both parties; one process a party, over TLS on the loopback interface."""
SUITES = ("psi-ot-sh/1", "psi-ot-mr/1", "psi-oprf/1")


@dataclass(frozen=True, slots=True)
class LinkPeer(Peer):
    """Another package that links. bound: what it tells, against whom. parties: how many processes it takes.

    ways: name of a row, the word that asks its program for it, and what is to be said of it. rows_max: more are not
    measured; a smaller table's figure is shown as such, and what follows for more is called an extrapolation.
    """

    parties: int = 2
    ways: tuple[tuple[str, str, str], ...] = ()


LINK_PEERS = {
    peer.name: peer
    for peer in (
        LinkPeer(
            "spu", "spu_rr22.py", ("spu==0.9.5",), "members to both, semi-honest; CSV in and out",
            ways=(
                ("spu RR22", "as-documented", "its defaults"),
                ("spu RR22, fastest", "fastest", "it is told that keys are unique and may write rows in any order"),
            ),
        ),
        LinkPeer(
            "openmined-psi", "openmined_psi.py", ("openmined-psi==2.0.6",),
            "members to one party, semi-honest", rows_max=16_384, why_not="it would take minutes", parties=1,
            ways=(("openmined-psi ECDH", "", "both parties in one process, messages serialised but not sent"),),
        ),
    )
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Target:
    """At most: CPU and wall seconds, bytes, MiB a party, and CPU for one of `beside` (of a peer, its fastest row)."""

    cpu: float | None = None
    wall: float | None = None
    bytes: int | None = None
    peak_mb: float | None = None
    share: float | None = None
    beside: str | None = None


TARGETS = {
    ("psi-ot-sh/1", 1 << 20): Target(cpu=3.0, bytes=100_000_000, share=0.5, beside="spu RR22"),
    ("psi-ot-mr/1", 1 << 20): Target(bytes=125_000_000, share=1.4, beside="psi-ot-sh/1"),
    ("psi-ot-sh/1", 1 << 22): Target(cpu=16.0, peak_mb=4_096),
    ("psi-ot-sh/1", 100_000): Target(wall=1.2),
}
"""By suite and rows a side. `beside` a suite: our own row of the same kind with that suite."""
