"""Steps `plant-record` and `plant-release`: fraud on purpose, to see which safeguard catches which.

A record invented before its holder sealed the table is caught by nothing here,
and the run says so: a signature proves who said a thing, not that it is true.
"""

from __future__ import annotations

import copy
from typing import Any, Literal

from privshare.categorize.policy import Identifier, Sentence
from privshare.errors import LogRefused, SignatureRefused
from privshare.holders.holder import records_of, with_row
from privshare.scenario.outcome import FraudRecord
from privshare.scenario.spec import StepFrame
from privshare.scenario.stage import Stage
from privshare.scenario.steps.kind import Mention, StepKind
from privshare.secure.canonical import canonical, parse_canonical
from privshare.secure.sealing import check_records
from privshare.secure.signing import envelope, new_signing_key, open_envelope
from privshare.use.release.documents import FILE_MAX


class PlantRecordStep(StepFrame):
    """Which row is invented, by whom, before or after the holder sealed its table."""

    kind: Literal["plant-record"]
    holder: Identifier
    table: Identifier
    moment: Literal["before-seal", "after-seal"]
    row: dict[str, str | int]
    by: Sentence


class PlantReleaseStep(StepFrame):
    """Which release is forged."""

    kind: Literal["plant-release"]
    release: Identifier
    by: Sentence


def _record_mentions(step: PlantRecordStep) -> tuple[Mention, ...]:
    return (Mention("holder", "holder", step.holder), Mention("kind", "earlier step", "seal"))


def _prepare_record(step: PlantRecordStep, stage: Stage) -> None:
    """Put the row in before anything is sealed or asked, as a dishonest holder would. A later one is only checked."""
    holder = stage.holder(step.holder)
    grown = with_row(holder, step.table, step.row)
    if step.moment == "before-seal":
        stage.holders[holder.party.id] = grown


def _perform_record(step: PlantRecordStep, stage: Stage) -> None:
    holder = stage.holder(step.holder)
    sealed = stage.seals[holder.party.id]
    late = step.moment == "after-seal"
    shown = with_row(holder, step.table, step.row) if late else holder
    records = [record for name in sorted(shown.tables) for record in records_of(shown.tables[name])]
    salts = sealed.salts + tuple(stage.entropy.token(32) for _ in range(len(records) - sealed.size))
    try:
        check_records(sealed.root, records, salts, file=f"records of {holder.party.id}")
        caught_by, evidence = "", "the seal holds with the invented record among the others"
    except LogRefused as refused:
        caught_by, evidence = "signed record seal", str(refused)
    stage.frauds.append(
        FraudRecord(
            planted=f"a record that nobody generated, put into {holder.party.name}'s table "
            + ("after it was sealed" if late else "before it was sealed"),
            by=step.by,
            caught_by=caught_by,
            evidence=evidence,
            lesson=(
                "whoever holds the salts and the signed root can see that the table is not the one that was sealed"
                if late
                else "nothing here catches a record that its holder invented and then signed; the contribution bound "
                "limits what one such record moves, and the signature says who answers for it"
            ),
        )
    )


def _release_mentions(step: PlantReleaseStep) -> tuple[Mention, ...]:
    return (Mention("release", "release", step.release),)


def _perform_release(step: PlantReleaseStep, stage: Stage) -> None:
    published = stage.release(step.release)
    keys = {name: key.public for name, key in stage.keys.items()}
    signed = parse_canonical(published.document, file="release", most=FILE_MAX)
    forged: dict[str, Any] = copy.deepcopy(signed)
    values = forged["document"]["cells"][0]["values"]
    values[-1] = 7 + (values[-1] or 0)  # a group too small to be printed gets a number
    _judge_forgery(step, stage, "one number changed, the old signatures kept", canonical(forged), keys)
    thief = new_signing_key(stage.entropy)
    resigned = envelope(
        forged["document"], domain="release", signers=[(holder, thief) for holder in published.release.holders]
    )
    _judge_forgery(step, stage, "one number changed and signed anew with a key of the forger's", resigned, keys)


def _judge_forgery(
    step: PlantReleaseStep, stage: Stage, how: str, document: bytes, keys: dict[str, bytes]
) -> None:
    caught, evidence = [], []
    try:
        open_envelope(document, domain="release", keys=keys, file=f"forged {step.release}", most=FILE_MAX)
    except SignatureRefused as refused:
        caught.append("holders' signatures")
        evidence.append(str(refused))
    if document not in stage.leaves:
        caught.append("transparency log")
        evidence.append("no entry of the log has these bytes")
    stage.frauds.append(
        FraudRecord(
            planted=f"a forged copy of release {step.release}: {how}",
            by=step.by,
            caught_by=" and ".join(caught),
            evidence=" ".join(evidence),
            lesson="both checks need the holders' true keys; a reader who takes keys from the forger is fooled",
        )
    )


PLANT_RECORD = StepKind(
    model=PlantRecordStep,
    title="Planting a fabricated record",
    mentions=_record_mentions,
    prepare=_prepare_record,
    perform=_perform_record,
)
PLANT_RELEASE = StepKind(
    model=PlantReleaseStep,
    title="Planting a forged release",
    mentions=_release_mentions,
    perform=_perform_release,
)
