"""Hash join: both holders send their files to a third party with SHA-256 of the identifier in its place.

No key: whoever can write down every identifier of the format can hash them all,
and the third party is one of those (Article 29 Working Party, Opinion 05/2014,
section 4). The public gets the same exact tables as from a pooled join.
"""

from __future__ import annotations

from privshare.attacks.dictionary import unkeyed_hash
from privshare.comparison.lab.techniques.technique import Protected, Setting, Technique
from privshare.comparison.lab.techniques.third_party import joined_by_third_party
from privshare.comparison.lab.techniques.unkeyed_hash import hashed_rows
from privshare.comparison.lab.world import LabWorld


def _protect(world: LabWorld, setting: Setting) -> Protected:
    del setting
    names = tuple(unkeyed_hash(text) for text in world.people.identifiers)
    return joined_by_third_party(world, names=names, recipe=hashed_rows)


HASH_JOIN = Technique(
    name="hash-join",
    title="join of hashed identifiers at a third party (no key)",
    trust="a third party, with both files and all but the spelling of identifiers, which it can find by trying; and "
    "everybody who sees its exact tables",
    promise="nothing against who can enumerate the identifiers; against the public, no rows, but exact numbers",
    budgeted=False,
    protect=_protect,
)
