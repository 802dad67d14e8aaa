"""The nouns of the miniature run: policy, transcripts with their statements, releases with their truth."""


from __future__ import annotations

import datetime

from privshare.exchange.payload import Payload
from privshare.exchange.transcript import Message, Transcript
from privshare.model.category import Category, Rung, RungKind
from privshare.model.entropy import SeededEntropy, below
from privshare.model.leakage import LeakageStatement
from privshare.model.loss import PrivacyLoss
from privshare.model.party import ColumnName, PartyId, PurposeId
from privshare.model.policy import ColumnClause, Licence, Policy, Purpose
from privshare.model.release import Cell, NoisePart, Release
from privshare.scenario.outcome import (
    ProtocolRecord,
)
from privshare.use.release.evidence import evidence_of

PLATFORM, BANK, CITY, UNIT = (PartyId(name) for name in ("platform", "bank", "city", "unit"))
HOLDERS = (PLATFORM, BANK, CITY)
PUBLIC, ADVERTS = PurposeId("public-accountability"), PurposeId("targeted-offers")
DISTRICTS = ("Old Harbour", "Northbank", "Mill Quarter", "Greenfield", "Southgate", "Lakeside")
BANDS = ("1 low", "2 fair", "3 good", "4 high", "5 top")
DPV = "https://w3id.org/dpv"
CAP = PrivacyLoss(2_000_000, 10**8)
NEVER, LINK, OPEN = Rung(RungKind.NEVER), Rung(RungKind.AFTER_LINK), Rung(RungKind.OPEN)


def noised(micro: int) -> Rung:
    return Rung(RungKind.AFTER_DP, micro)


COLUMNS: dict[PartyId, tuple[tuple[str, Category | None, Rung, str], ...]] = {
    PLATFORM: (
        ("citizen_id", Category.DIRECT_IDENTIFIER, LINK, "names the person, so it may only link, under a key"),
        ("district", Category.QUASI_IDENTIFIER, noised(1_000_000), "a place of living narrows down who somebody is"),
        ("score_band", Category.SENSITIVE_ATTRIBUTE, noised(1_000_000), "a private judgement about a person"),
        ("joined", Category.QUASI_IDENTIFIER, NEVER, "no question here needs it"),
        ("device_model", None, NEVER, ""),
        ("plan", Category.INSENSITIVE, noised(500_000), "says little about a person"),
    ),
    BANK: (
        ("account_holder", Category.DIRECT_IDENTIFIER, LINK, "the same identifier at the bank"),
        ("defaulted", Category.SENSITIVE_ATTRIBUTE, noised(1_000_000), "whether a person failed to repay"),
        ("credit_limit", Category.SENSITIVE_ATTRIBUTE, NEVER, "income can be read off it"),
        ("product", Category.INSENSITIVE, noised(250_000), "a kind of loan"),
        ("register_name", Category.INSENSITIVE, OPEN, "the law wants lenders to be named"),
        ("register_status", Category.INSENSITIVE, OPEN, "the law wants it"),
    ),
    CITY: (
        ("resident", Category.DIRECT_IDENTIFIER, LINK, "names the person"),
        ("home_district", Category.QUASI_IDENTIFIER, noised(500_000), "narrows down who somebody is"),
        ("points", Category.SENSITIVE_ATTRIBUTE, noised(500_000), "points that an office gave to a person"),
        ("rule", Category.INSENSITIVE, OPEN, "whoever is judged by rules must be able to read them"),
        ("rule_points", Category.INSENSITIVE, OPEN, "the same"),
        ("rule_appeal", Category.INSENSITIVE, OPEN, "the same"),
    ),
}  # fmt: skip


def policy() -> Policy:
    purposes = {
        PUBLIC: Purpose(PUBLIC, "Let the public judge how people are judged.", f"{DPV}#PublicBenefit"),
        ADVERTS: Purpose(ADVERTS, "Aim offers at people.", f"{DPV}#TargetedAdvertising"),
    }
    clauses = {
        (holder, ColumnName(column)): ColumnClause(
            id=f"{holder}.{column}", holder=holder, column=ColumnName(column), category=category, grade="important",
            reason=reason, ladder={PUBLIC: rung}, gdpr9=False, pipl28=category is Category.SENSITIVE_ATTRIBUTE,
            dpv=f"{DPV}/pd#{column.title()}",
        )
        for holder, columns in COLUMNS.items() for column, category, rung, reason in columns if category
    }  # fmt: skip
    licences = {
        (holder, PUBLIC): Licence(
            f"{holder}/accountability", holder, PUBLIC, CAP, 10, datetime.date(2027, 12, 31)
        )
        for holder in HOLDERS
    }
    return Policy("Harbour City data accord", purposes, clauses, licences, "ab" * 32)


def _message(sender: PartyId, receiver: PartyId, kind: str, items: int, size: int, depth: int) -> Message:
    body = SeededEntropy(sum(f"{sender}{receiver}{kind}".encode()) + 1000 * items).token(size)
    return Message(sender, receiver, Payload(kind, body, items), depth)


def protocols() -> tuple[ProtocolRecord, ...]:
    size = Transcript((
        _message(PLATFORM, BANK, "hello", 1, 64, 1),
        _message(BANK, PLATFORM, "hello", 1, 64, 1),
        _message(PLATFORM, BANK, "points", 130, 4160, 2),
        _message(BANK, PLATFORM, "tags", 130, 1300, 3),
        _message(BANK, PLATFORM, "points", 145, 4640, 3),
        _message(PLATFORM, BANK, "count", 1, 8, 4),
    ))  # fmt: skip
    totals = Transcript((
        _message(PLATFORM, BANK, "key-share", 1, 32, 1),
        _message(BANK, PLATFORM, "key-share", 1, 32, 1),
        _message(PLATFORM, UNIT, "labelled-tags", 420, 7140, 2),
        _message(BANK, UNIT, "masked-values", 450, 10800, 2),
        _message(UNIT, PLATFORM, "joined", 30, 1440, 3),
        _message(PLATFORM, BANK, "table", 30, 480, 4),
        _message(PLATFORM, UNIT, "table", 30, 480, 4),
    ))  # fmt: skip
    semi = "parties that follow the protocol and keep everything they see (semi-honest)"
    return (
        ProtocolRecord("shared-customers", size, LeakageStatement(
            "size/1", semi,
            ((PLATFORM, ("a noisy count of the people both know", "how many padded items the bank sent")),
             (BANK, ("the published noisy count",))),
            (("points of the platform", 130), ("points of the bank", 145)),
            size.bytes_sent(), size.rounds(),
            ("a platform that sends related points learns more than one person's share",),
        ), 0.21),
        ProtocolRecord("defaults-by-band", totals, LeakageStatement(
            "totals-3/1", semi + " and do not collude with the unit",
            ((PLATFORM, ("noisy counts and sums by group",)), (BANK, ("the published table",)),
             (UNIT, ("padded sizes of both lists", "a matching of tags without names, groups or values"))),
            (("tags of the platform", 420), ("rows of the bank", 450)),
            totals.bytes_sent(), totals.rounds(),
            ("unit and platform together: all values of the platform's identifiers",
             "unit and bank together: which of the bank's people the platform knows"),
        ), 0.48),
    )  # fmt: skip


def _part(measure: str, by: PartyId, sensitivity: int, micro: int, delta: int = 0) -> NoisePart:
    scale = sensitivity / (micro / 1e6)
    return NoisePart(
        measure, "two-sided geometric", by, sensitivity, repr(scale), PrivacyLoss(micro, delta), repr(micro / 1e6)
    )


def _noise(seed: int, number: int) -> int:
    entropy = SeededEntropy(1000 * seed + number)
    return below(entropy, 5) + below(entropy, 5) - 4


def _release(
    id: str, sentence: str, holders: tuple[PartyId, ...], by: tuple[str, ...], measures: tuple[str, ...],
    truth: list[tuple[tuple[str, ...], tuple[int, ...]]], parts: tuple[NoisePart, ...], suite: str, seed: int,
    loss: PrivacyLoss,
) -> tuple[Release, tuple[tuple[int, ...], ...]]:  # fmt: skip
    cells = []
    for number, (key, exact) in enumerate(truth):
        values = tuple(value + _noise(seed, 10 * number + index) for index, value in enumerate(exact))
        small = len(by) > 0 and values[0] < 10
        cells.append(Cell(key, tuple(None for _ in values) if small else values))
    scales = tuple((name, tuple(part.scale for part in parts if part.measure == name)) for name in measures)
    release = Release(
        id=id, request=f"{seed:064x}", sentence=sentence, purpose=PUBLIC, holders=holders, by=by, measures=measures,
        cells=tuple(cells), parts=parts, public_noise=scales, loss=loss,
        bounds=(
            ("one person's total over all groups at most", "1"),
            ("groups below 10 not printed, judged by", f"noised {measures[0]}"),
        ),
        clauses=tuple(f"{holder}/accountability" for holder in holders), minimum_group=10 if by else 0, suite=suite,
        evidence=evidence_of(scales, parts, suite=suite, cells=len(cells), loss=loss),
    )  # fmt: skip
    return release, tuple(exact for _, exact in truth)


def releases() -> list[tuple[Release, tuple[tuple[int, ...], ...]]]:
    joint = []
    for d, district in enumerate(DISTRICTS):
        for b, band in enumerate(BANDS):
            people = 6 if (d, b) == (5, 0) else 620 - 55 * d - 40 * b
            rate = 9 if district == "Mill Quarter" else 21 - 4 * b
            joint.append(((district, band), (people, people * rate // 100)))
    both = (PLATFORM, BANK)
    joint_parts = (
        _part("", PLATFORM, 1, 200_000, 10**6), _part("people", PLATFORM, 1, 300_000),
        _part("people", BANK, 1, 300_000, 10**6), _part("defaults", PLATFORM, 1, 500_000),
        _part("defaults", UNIT, 1, 500_000),
    )  # fmt: skip
    size_parts = (_part("", BANK, 1, 250_000, 10**6), _part("people", PLATFORM, 1, 250_000),
                  _part("people", BANK, 1, 250_000, 10**6))  # fmt: skip
    products = [(("card",), (5210, 801)), (("car loan",), (2104, 192)), (("home loan",), (999, 41))]
    points = [((district,), (700 - 60 * d, 40 - 22 * d)) for d, district in enumerate(DISTRICTS)]
    return [
        _release("shared-customers", "How many people do both know?", both, (), ("people",), [((), (12_345,))],
                 size_parts, "size/1", 1, PrivacyLoss(500_000, 2 * 10**6)),
        _release("defaults-by-band", "How many people are in each score band of each district, and how many defaulted?",
                 both, ("district", "score_band"), ("people", "defaults"), joint, joint_parts, "totals-3/1", 2,
                 PrivacyLoss(1_000_000, 2 * 10**6)),
        _release("loans-by-product", "How many loans of each kind, and how many are in default?", (BANK,),
                 ("product",), ("loans", "loans_in_default"), products,
                 (_part("loans", BANK, 2, 100_000), _part("loans_in_default", BANK, 2, 150_000)), "statistic/1", 3,
                 PrivacyLoss(250_000)),
        _release("points-by-district", "How many entries in each district, and what do their points add up to?",
                 (CITY,), ("home_district",), ("entries", "points_total"), points,
                 (_part("entries", CITY, 5, 250_000), _part("points_total", CITY, 60, 250_000)), "statistic/1", 4,
                 PrivacyLoss(500_000)),
    ]  # fmt: skip
