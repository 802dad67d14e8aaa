"""Draws the messages of a real run into the linkage page: `python -m tests.docs.picture`.

The run is of psi-ot-sh/1 with 3,000 items a side, half of them common, in the
form that tells both. Kinds, items and bytes of its messages do not depend on
chance, so the picture is the same every time; a test compares it.
"""

from __future__ import annotations

from privshare.exchange.channel import run_together
from privshare.exchange.transcript import Transcript
from privshare.report.page import templates_for
from privshare.report.sentences import english
from privshare.report.sequence import sequence_picture
from privshare.secure.psi import members
from tests.house.repository import ROOT
from tests.secure.psi.playing import A, B, people, shared_roles

PICTURE = ROOT / "docs" / "explanation" / "linkage-psi-ot-sh.svg"


def picture() -> str:
    """Return the picture of such a run as a file of its own."""
    first, second = people(range(3000)), people(range(1500, 4500))
    _, transcript = run_together(shared_roles(first, second, suite=members.SEMI_HONEST))
    names = {A: "R, the receiver", B: "S, the sender"}
    # Two messages that nobody waits for may pass each other; drawn they come by round, the receiver's first.
    drawn = Transcript(tuple(sorted(transcript.messages, key=lambda message: (message.depth, message.sender))))
    say = english()
    return str(sequence_picture(drawn, names, say, templates_for(say), id="messages")) + "\n"


if __name__ == "__main__":
    PICTURE.write_text(picture(), "utf-8")
