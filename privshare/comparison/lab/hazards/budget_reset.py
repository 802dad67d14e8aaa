"""Hazard `budget-reset`: the budget starts anew with every question, and a question asked again is not recognised.

With a ledger that outlives the session, the same question gets the same
answer, and other questions share what is left. Without it, averaging wins.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from privshare.attacks import ATTACKS
from privshare.comparison.lab.hazards.hazard import Hazard, Staged
from privshare.comparison.lab.judging import targets_of
from privshare.comparison.lab.techniques.series import NoisedSeries, counted, with_noise
from privshare.comparison.lab.world import LabWorld
from privshare.comparison.risk import ceiling_at_even_odds
from privshare.model.entropy import Entropy
from privshare.model.loss import PrivacyLoss
from privshare.model.surface import CountTable, Surface

LOSS = PrivacyLoss(1_000_000)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ForgetfulSeries:
    """Answers every question with fresh noise for the whole budget, as if it were the first."""

    world: LabWorld
    loss: PrivacyLoss

    @property
    def domains(self) -> Mapping[str, int]:
        """Attributes and their numbers of codes."""
        return self.world.people.domains

    def ask(
        self, by: tuple[str, ...], of: str, *,
        without: int | None = None, share: float = 1.0, wording: int = 0, blocks: tuple[int, ...] | None = None,
    ) -> CountTable:  # fmt: skip
        """Return the table with fresh noise."""
        del share, wording, blocks
        return with_noise(counted(self.world, by, of, without=without), self.loss)


def _stage(world: LabWorld, guarded: bool, _entropy: Entropy) -> Staged:
    series = NoisedSeries if guarded else ForgetfulSeries
    return Staged(
        Surface(tables=lambda: series(world, LOSS)),
        targets_of(world, ATTACKS["averaging"], world.secrets),
        truth=world.people.secret[world.secrets],
        baseline=0.5,
        ceiling=ceiling_at_even_odds(LOSS),
    )


BUDGET_RESET = Hazard(
    name="budget-reset",
    attack="averaging",
    safeguard="one budget over all questions, and the same answer to the same question",
    switched_off="the budget starts anew with every question",
    lesson="Noise that is drawn anew each time can be averaged away; a budget only counts what outlives the session.",
    source="Dwork and Roth 2014, section 3.5 (composition)",
    stage=_stage,
)
