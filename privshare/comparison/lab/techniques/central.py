"""Central differential privacy: a curator who has both files publishes noised tables within one budget.

Unit of privacy: one person, add-or-remove. Half of the budget goes to the
number of people, half to the number who defaulted. An adversary may spend the
same budget on questions of its own instead; tables that leave somebody out are
paid from it, too.
"""

from __future__ import annotations

from privshare.comparison.lab.techniques.curator import BYTES_A_CELL, bytes_to_curator
from privshare.comparison.lab.techniques.series import NoisedSeries, counted, with_noise
from privshare.comparison.lab.techniques.technique import QUESTION, Protected, Setting, Technique
from privshare.comparison.lab.world import LabWorld
from privshare.model.loss import PrivacyLoss
from privshare.model.surface import Surface


def _protect(world: LabWorld, setting: Setting) -> Protected:
    half = PrivacyLoss(setting.loss.micro_epsilon // 2)
    people, secret = (with_noise(counted(world, QUESTION, of), half) for of in ("people", "secret"))
    return Protected(
        Surface(tables=lambda: NoisedSeries(world, setting.loss)),
        people=people,
        secret=secret,
        bytes_sent=bytes_to_curator(world) + BYTES_A_CELL * (people.counts.size + secret.counts.size),
        loss=setting.loss,
    )


CENTRAL = Technique(
    name="central-dp",
    title="central differential privacy",
    trust="one curator, with both files",
    promise="epsilon-DP under add-or-remove of one person, against whoever sees the tables; one budget for all of them",
    budgeted=True,
    protect=_protect,
)
