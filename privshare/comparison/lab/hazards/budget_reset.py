"""Hazard `budget-reset`: the budget starts anew with every question, and a question asked again is not recognised.

With a ledger that outlives the session, the same question gets the same
answer, and other questions share what is left. Without it, averaging wins.
"""

from __future__ import annotations

from functools import partial

from privshare.comparison.lab.hazards.games import secret_game
from privshare.comparison.lab.hazards.hazard import Hazard, Staged
from privshare.comparison.lab.techniques.series import NoisedSeries, OpenSeries, with_noise
from privshare.comparison.lab.world import LabWorld
from privshare.model.entropy import Entropy
from privshare.model.loss import PrivacyLoss
from privshare.model.surface import Surface

LOSS = PrivacyLoss(1_000_000)


def _stage(world: LabWorld, guarded: bool, _entropy: Entropy) -> Staged:
    forgetful = OpenSeries(world, partial(with_noise, loss=LOSS))  # fresh noise, as if each question were the first
    surface = Surface(tables=lambda: NoisedSeries(world, LOSS) if guarded else forgetful)
    return secret_game(world, "averaging", surface, LOSS)


BUDGET_RESET = Hazard(
    name="budget-reset",
    attack="averaging",
    safeguard="one budget over all questions, and the same answer to the same question",
    switched_off="the budget starts anew with every question",
    lesson="Noise that is drawn anew each time can be averaged away; a budget only counts what outlives the session.",
    source="Dwork and Roth 2014, section 3.5, on composition (from memory)",
    stage=_stage,
)
