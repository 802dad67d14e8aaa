"""Raw release: both holders publish their files with identifiers, and anybody can join them.

The zero of the comparison: perfect figures, no protection.
"""

from __future__ import annotations

from privshare.comparison.lab.techniques.published import published_files
from privshare.comparison.lab.techniques.technique import Protected, Setting, Technique
from privshare.comparison.lab.world import LabWorld


def _protect(world: LabWorld, setting: Setting) -> Protected:
    del setting
    plain = tuple(text.encode() for text in world.people.identifiers)
    return published_files(world, first=plain, later=plain, recipe=lambda identifiers: identifiers)


RAW = Technique(
    name="raw-release",
    title="raw release",
    trust="everybody, with everything",
    promise="nothing",
    budgeted=False,
    protect=_protect,
)
