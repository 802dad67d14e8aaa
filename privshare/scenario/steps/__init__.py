"""The kinds of step a scenario may have. One file and one line here each."""

from __future__ import annotations

from collections.abc import Mapping

from privshare.scenario.steps.dictionary import DICTIONARY
from privshare.scenario.steps.differencing import DIFFERENCING
from privshare.scenario.steps.fraud import PLANT_RECORD, PLANT_RELEASE
from privshare.scenario.steps.fuzzy import FUZZY
from privshare.scenario.steps.joint import JOINT
from privshare.scenario.steps.kind import StepKind
from privshare.scenario.steps.licence import WITHDRAW
from privshare.scenario.steps.link import LINK
from privshare.scenario.steps.open_data import OPEN
from privshare.scenario.steps.overlap import OVERLAP
from privshare.scenario.steps.remeasure import REMEASURE
from privshare.scenario.steps.seal import SEAL
from privshare.scenario.steps.statistic import STATISTIC

STEPS: Mapping[str, StepKind] = {
    "seal": SEAL,
    "open": OPEN,
    "overlap-size": OVERLAP,
    "link-members": LINK,
    "link-fuzzy": FUZZY,
    "joint-table": JOINT,
    "statistic": STATISTIC,
    "remeasure": REMEASURE,
    "withdraw-licence": WITHDRAW,
    "plant-record": PLANT_RECORD,
    "plant-release": PLANT_RELEASE,
    "attack-dictionary": DICTIONARY,
    "attack-differencing": DIFFERENCING,
}

__all__ = ["STEPS", "StepKind"]
