"""Keyed pseudonyms: a key holder replaces identifiers before both files are published.

Both holders send their identifiers to the key holder, in the order of their
rows, and get a pseudonym for each, HMAC-SHA-256 under the project's key, which
never leaves it (`secure/pseudonyms.py`). The files are published with pseudonyms and join like the
raw ones; the later release, another project, has another key, so pseudonyms do not link the two.
No dictionary helps without the key. Birth, sex and district stand beside the pseudonym as before, and who knows
those of a person finds the row: that is the lesson (Article 29 Working Party, Opinion 05/2014, section 4).
"""

from __future__ import annotations

from dataclasses import replace

from privshare.comparison.lab.techniques.published import published_files
from privshare.comparison.lab.techniques.technique import Protected, Setting, Technique
from privshare.comparison.lab.world import LabWorld
from privshare.secure.pseudonyms import KEY_BYTES, PSEUDONYM_BYTES, project_key, pseudonyms


def _protect(world: LabWorld, setting: Setting) -> Protected:
    secret = setting.entropy.token(KEY_BYTES)
    first, later = (
        pseudonyms(project_key(secret, project), world.people.identifiers)
        for project in ("first release", "later release")
    )
    published = published_files(world, first=first, later=later, recipe=None)
    rows = int(world.people.platform.sum() + world.people.bank.sum())
    asked = rows * (max(map(len, world.people.identifiers), default=0) + PSEUDONYM_BYTES)
    return replace(published, bytes_sent=published.bytes_sent + asked)


KEYED_PSEUDONYMS = Technique(
    name="keyed-pseudonyms",
    title="files with keyed pseudonyms",
    trust="a key holder, with every identifier and nothing else; everybody, with everything but the identifiers",
    promise="pseudonyms tell which rows are of one person within a project, and no identifier, to who lacks the key; "
    "nothing about what stands beside them",
    budgeted=False,
    protect=_protect,
)
