"""The kinds of step a scenario may have. One file and one line here each; a kind is loaded when it is asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module

from privshare.scenario.steps.kind import StepKind

_HOMES = {
    "seal": "seal.SEAL",
    "open": "open_data.OPEN",
    "overlap-size": "overlap.OVERLAP",
    "link-members": "link.LINK",
    "link-fuzzy": "fuzzy.FUZZY",
    "joint-table": "joint.JOINT",
    "statistic": "statistic.STATISTIC",
    "remeasure": "remeasure.REMEASURE",
    "withdraw-licence": "licence.WITHDRAW",
    "plant-record": "fraud.PLANT_RECORD",
    "plant-release": "fraud.PLANT_RELEASE",
    "attack-dictionary": "dictionary.DICTIONARY",
    "attack-differencing": "differencing.DIFFERENCING",
}


class _Registry(Mapping[str, StepKind]):
    """The kinds by name, in the order above. Each brings its protocols and models with it, so none is loaded before."""

    def __getitem__(self, name: str) -> StepKind:
        file, _, kind = _HOMES[name].partition(".")
        found: StepKind = getattr(import_module(f"{__name__}.{file}"), kind)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(_HOMES)

    def __len__(self) -> int:
        return len(_HOMES)


STEPS: Mapping[str, StepKind] = _Registry()

__all__ = ["STEPS", "StepKind"]
