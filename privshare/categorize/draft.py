"""A policy draft from suggestions: a valid file that permits nothing until a person has read and changed it.

Unsure columns are written with the safer category and the rung `never`, and a
comment says why. No licence is granted: that is an act of the holder, and the
draft shows where it goes. Counts from the table stay out of it, since a policy
is shared between organisations and the table is not.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from privshare.categorize.detection.suggestion import Suggestion
from privshare.categorize.policy import COLUMN_MAX, COLUMN_PATTERN, COLUMN_TOLD, UNSEEN, read_policy
from privshare.errors import FileFaults, InputRefused, ParameterRefused
from privshare.model.category import RungKind

_IDENTIFIER = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_COLUMN = re.compile(COLUMN_PATTERN)
_UNPRINTABLE = re.compile(rf"[{UNSEEN}\ud800-\udfff]")

_HEAD = """\
# A draft by privshare categorize. It is a beginning, not a decision: read every clause, change what is wrong, and
# write reasons of your own. Sure, likely and unsure are rules of thumb. A column without a clause is unclassified,
# which means refused; so is every purpose that a ladder does not name.
version = 1
title = {title}

# Nothing may be used before the holder grants a licence. To grant one, replace the next line by the block at the end.
licences = []

[[purposes]]
id = {purpose}
sentence = "To be written by a person: what the data may be used for, in one sentence"
dpv = "https://w3id.org/dpv#Purpose"
"""

_TAIL = """
# A licence says what all uses for a purpose together may cost one person, and until when:
# [[licences]]
# id = {licence}
# holder = {holder}
# purpose = {purpose}
# epsilon = "1.0"
# delta = "0"
# minimum_group = 20
# expires = YYYY-MM-DD
"""


def draft_policy(suggestions: Sequence[Suggestion], holder: str, purpose: str) -> str:
    """Return a policy file (TOML, version 1) with one commented clause a column; `read_policy` accepts it.

    A column whose name no clause can carry (`policy.COLUMN_PATTERN`) is told in a comment and stays unclassified.
    Raises ParameterRefused for a holder or purpose that is no id, InputRefused when no column can be written or one
    occurs twice.
    """
    for name, given in (("holder", holder), ("purpose", purpose)):
        if not _IDENTIFIER.fullmatch(given):
            raise ParameterRefused(name, given, "a short id: a small letter, then small letters, digits, - or _")
    writable = [said for said in suggestions if _is_writable(said.column)]
    if not writable:
        raise InputRefused(f"no column has a name that a policy can carry; accepted is {COLUMN_TOLD}.")
    parts = [_HEAD.format(title=_quoted(f"Draft for {holder}"), purpose=_quoted(purpose))]
    for said in suggestions:
        parts.append(_clause(said, holder, purpose) if said in writable else _unwritable(said))
    ids = {"holder": _quoted(holder), "purpose": _quoted(purpose), "licence": _quoted(f"{holder}/{purpose}"[:60])}
    text = "\n".join(parts) + _TAIL.format(**ids)
    try:
        read_policy(text.encode(), "the draft")
    except FileFaults as fault:
        raise InputRefused(f"no draft can be made of these columns: {fault}") from None
    return text


def _is_writable(name: str) -> bool:
    return len(name) <= COLUMN_MAX and bool(_COLUMN.fullmatch(name)) and not _UNPRINTABLE.search(name)


def _clause(said: Suggestion, holder: str, purpose: str) -> str:
    lines = [f"# {said.confidence} ({said.certainty:.2f}): {said.concept}"]
    if said.safer is not said.category:
        lines.append(f"# It may be {said.category}; until a person decides it is written as the safer {said.safer}.")
    if said.confidence == "unsure":
        lines.append("# Unsure, so it may leave in no form: decide, then write a rung.")
    lines += [
        "[[columns]]",
        f"holder = {_quoted(holder)}",
        f"column = {_quoted(said.column)}",
        f"category = {_quoted(said.safer.value)}",
        f"grade = {_quoted(said.grade)}",
        f"reason = {_quoted('suggested: ' + said.reason)}",
    ]
    lines += ["gdpr_art_9 = true"] * said.gdpr9 + ["pipl_art_28 = true"] * said.pipl28
    lines += [f"dpv = {_quoted(said.dpv)}"] * bool(said.dpv)
    if said.rung.kind is RungKind.OPEN:
        lines.append("# Open means: published row by row.")
    lines.append(f"ladder = {{ {purpose} = {_quoted(str(said.rung))} }}")
    return "\n".join(lines) + "\n"


def _unwritable(said: Suggestion) -> str:
    shown = _UNPRINTABLE.sub("?", said.column)[:80]
    return (
        f"# The column {_quoted(shown)} ({said.category}, {said.confidence}) stays unclassified:\n"
        f"# accepted is {COLUMN_TOLD}.\n# Rename it in the file to use it.\n"
    )


def _quoted(text: str) -> str:
    """Return a TOML basic string, which JSON's escapes also write."""
    return json.dumps(text, ensure_ascii=False)
