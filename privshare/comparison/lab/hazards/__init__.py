"""Safeguards that can be switched off to see what they were for; a new one is a file and a line here.

Nothing of this is reachable from a release: the games are played on simulated
people in this folder, and the code of releases has no such switch.
"""

from privshare.comparison.lab.hazards.bounds_from_data import BOUNDS_FROM_DATA
from privshare.comparison.lab.hazards.budget_reset import BUDGET_RESET
from privshare.comparison.lab.hazards.float_noise import FLOAT_NOISE
from privshare.comparison.lab.hazards.hazard import Hazard
from privshare.comparison.lab.hazards.no_clamp import NO_CLAMP
from privshare.comparison.lab.hazards.reused_salt import REUSED_SALT
from privshare.comparison.lab.hazards.threshold_only import THRESHOLD_ONLY
from privshare.comparison.lab.hazards.tiny_intersection import TINY_INTERSECTION
from privshare.comparison.lab.hazards.unit_row import UNIT_ROW

HAZARDS: dict[str, Hazard] = {
    hazard.name: hazard
    for hazard in (
        NO_CLAMP,
        BUDGET_RESET,
        REUSED_SALT,
        FLOAT_NOISE,
        THRESHOLD_ONLY,
        TINY_INTERSECTION,
        UNIT_ROW,
        BOUNDS_FROM_DATA,
    )
}
