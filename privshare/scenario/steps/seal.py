"""Step `seal`: every holder signs a commitment to its records, and the commitments are logged.

How many records there are stays with the holder: an exact number published
beside noised ones would tell, of the last person in doubt, whether they are in.
"""

from __future__ import annotations

from typing import Any, Literal

from privshare.holders.holder import records_of
from privshare.scenario.outcome import Component, Reality, SealRecord
from privshare.scenario.spec import StepFrame
from privshare.scenario.stage import Stage
from privshare.scenario.steps.kind import Mention, StepKind
from privshare.secure.sealing import seal
from privshare.secure.signing import envelope


class SealStep(StepFrame):
    """No settings: all holders seal all their records."""

    kind: Literal["seal"]


def _mentions(_step: SealStep) -> tuple[Mention, ...]:
    return ()


def _perform(_step: SealStep, stage: Stage) -> None:
    for holder in stage.holders.values():
        records = [record for name in sorted(holder.tables) for record in records_of(holder.tables[name])]
        sealed = seal(records, stage.entropy)
        stage.seals[holder.party.id] = sealed
        document: dict[str, Any] = {
            "holder": holder.party.id,
            "kind": "seal",
            "root": sealed.root.hex(),
        }
        signed = envelope(document, domain="seal", signers=[(holder.party.id, stage.keys[holder.party.id])])
        stage.seal_records.append(SealRecord(holder.party.id, sealed.root.hex(), stage.log(signed)))


SEAL = StepKind(
    model=SealStep,
    title="Sealing the records",
    mentions=_mentions,
    perform=_perform,
    components=(
        Component(
            "signatures, record seals and log",
            Reality.REAL,
            "Ed25519, salted Merkle commitments, an RFC 9162 log whose C2SP checkpoint all holders countersign",
        ),
        Component(
            "keys",
            Reality.SIMPLIFIED,
            "fresh keys a run, all made on this machine; real holders keep their own for years",
        ),
    ),
)
