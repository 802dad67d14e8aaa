"""`privshare release`: statistics of one table, as a scenario of one or two steps."""

from privshare.scenario.adhoc.release.request import ReleaseRequest
from privshare.scenario.adhoc.release.scenario import release_scenario

__all__ = ["ReleaseRequest", "release_scenario"]
