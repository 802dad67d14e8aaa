"""Pooled join: both holders hand their files, with identifiers, to a third party, which publishes the exact table.

The usual way, under a contract: nothing but the contract keeps the third party
from everything that both holders know, and the exact tables tell the public
what exact tables tell.
"""

from __future__ import annotations

from privshare.comparison.lab.techniques.technique import Protected, Setting, Technique
from privshare.comparison.lab.techniques.third_party import joined_by_third_party
from privshare.comparison.lab.world import LabWorld


def _protect(world: LabWorld, setting: Setting) -> Protected:
    del setting
    plain = tuple(text.encode() for text in world.people.identifiers)
    return joined_by_third_party(world, names=plain, recipe=lambda identifiers: identifiers)


POOLED_JOIN = Technique(
    name="pooled-join",
    title="pooled join at a third party",
    trust="a third party, with both files and all identifiers; and everybody who sees its exact tables",
    promise="nothing against the third party; against the public, no rows, but exact numbers",
    budgeted=False,
    protect=_protect,
)
