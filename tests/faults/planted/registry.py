"""Every planted fault. `docs/explanation/planted-faults.md` lists exactly these, in these groups."""

from __future__ import annotations

from collections.abc import Mapping

from tests.faults.planted import (
    bounding,
    fuzzy,
    ledger,
    members,
    noise,
    noised_linkage,
    okvs,
    opendp,
    release,
    sessions,
    tables,
    traditional,
)
from tests.faults.planted.planting import Fault

GROUPS: Mapping[str, tuple[Fault, ...]] = {
    "Noise": noise.FAULTS,
    "What OpenDP offers and we leave alone": opendp.FAULTS,
    "Bounding one person": bounding.FAULTS,
    "The release": release.FAULTS,
    "Gate and ledger": ledger.FAULTS,
    "Tables for linkage": okvs.FAULTS,
    "Matching members": members.FAULTS,
    "Noised linkage": noised_linkage.FAULTS,
    "Fuzzy linkage": fuzzy.FAULTS,
    "Sessions and the network": sessions.FAULTS,
    "Attacks on a released table": tables.FAULTS,
    "Traditional techniques of the comparison": traditional.FAULTS,
}
FAULTS = tuple(fault for faults in GROUPS.values() for fault in faults)
