"""What a column's name says, by the vocabulary in `column_names.toml`.

A name is only a claim: `weighing` holds it against the values. Three kinds of
entry a concept, from strong to weak: the whole name, neighbouring words of it,
and stems with which a word begins or ends.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources

from privshare.categorize.detection.concept import CONCEPTS, QUASI, SENSITIVE

WHOLE, WORDS, STEM_BEGINS, STEM_ENDS = 0.92, 0.85, 0.78, 0.7
SOME_NAME = 0.62
"""Whose name contact_name or shop_name is, the values must tell; until they do, a person's is assumed."""

WORDS_JOINED = 4
SHORTENED, DRESSED = 0.66, 0.64
"""Of a word cut short (occu, relig) or with a letter for whose or which form it is in front (lwage, wage2, hage)."""
_CUT_MIN = 4
_DRESS = re.compile(
    r"(?:log|ln|fa|mo|sp|hh|avg|max|min|mean|total|tot|[hwfmlsrpcn])?(.{3,}?)(?:sq|squared|grp|cat|yr|hat)?"
)

THINGS = frozenset(
    {"airport", "animal", "barcode", "bird", "breed", "crop", "cultivar", "cylinders", "flight", "flower", "galaxy",
     "genus", "horsepower", "humidity", "iata", "icao", "isbn", "island", "mpg", "petal", "precipitation", "rainfall",
     "sensor", "sepal", "sku", "species", "temperature", "ticker", "variety", "voltage", "weather", "wind"}
)
"""Words that say what kind of thing a row is about, when it is not a person."""

PEOPLE = frozenset(
    {"citizen", "person", "patient", "customer", "client", "member", "employee", "staff", "student", "pupil", "user",
     "respondent", "participant", "resident", "taxpayer", "voter", "tenant", "debtor", "borrower", "insured", "holder",
     "policyholder", "passenger", "guest", "donor", "applicant", "kunde", "kunden", "kundennummer", "mitglied",
     "mitarbeiter", "schuler", "客户", "客户号", "用户", "患者", "员工", "学生", "居民"}
)
"""Words for people that a column's name can hold: whatever the column is, the rows are about somebody."""

# A name whose last word is one of these is about a property of what stands before it: phone_verified is no number.
_PROPERTY = frozenset(
    {"flag", "verified", "valid", "type", "kind", "count", "length", "len", "format", "known", "missing", "n", "num",
     "status", "optin"}
)  # fmt: skip
_JUDGED = frozenset({"rate", "rating", "rated", "opinion", "view", "attitude", "satisfaction", "satisfied", "trust"})
"""A name that begins so is what somebody thinks of the rest of it."""
_ASKS = frozenset({"has", "is", "num"})


@dataclass(frozen=True, slots=True)
class Claim:
    """A concept that the name speaks of, and how strongly, in [0, 1]."""

    concept: str
    strength: float


def claims_of(words: tuple[str, ...]) -> tuple[Claim, ...]:
    """Return the concepts a column name speaks of, the strongest first.

    >>> claims_of(("date", "of", "birth"))[0].concept, claims_of(("logwage",))[0].concept
    ('birth date', 'money')
    """
    best: dict[str, float] = {}
    for concept, strength in _claims(words):
        best[concept] = max(best.get(concept, 0.0), strength)
    ranked = sorted(best.items(), key=lambda item: (-item[1], _ORDER[item[0]]))
    return tuple(Claim(concept, strength) for concept, strength in ranked)


def _claims(words: tuple[str, ...]) -> Iterator[tuple[str, float]]:
    joined = "".join(words)
    known = _WHOLES.get(joined, ())
    yield from ((concept, WHOLE) for concept in known)
    weaker = 0.3 if len(words) > 1 and (words[-1] in _PROPERTY or words[0] in _ASKS) else 0.0
    if len(words) > 1 and words[-1] in {"name", "names"}:
        yield "person name", SOME_NAME
    for start in range(len(words)):
        for end in range(start + 1, min(len(words), start + WORDS_JOINED) + 1):
            run = "".join(words[start:end])
            # What stands last in a name is its noun, and of several runs that end together the longest says most.
            bonus = 0.03 * (end == len(words)) + 0.02 * (end - start - 1) + 0.04 * (end - start == len(words))
            yield from ((concept, WORDS + bonus - weaker) for concept in _WORDS.get(run, ()))
    for word in words:
        for stem, concept in _STEMS:
            if word.startswith(stem) and len(word) > len(stem):
                yield concept, STEM_BEGINS + 0.005 * len(stem) - weaker
            elif word.endswith(stem):
                yield concept, STEM_ENDS + 0.005 * len(stem) - weaker
    if len(words) > 1 and words[0] in _JUDGED:
        yield "conduct", WHOLE + 0.02
    if len(words) <= 2 and not known:
        yield from _shortened(joined, words)


def _shortened(joined: str, words: tuple[str, ...]) -> Iterator[tuple[str, float]]:
    """Yield what a short or dressed-up form may stand for: nothing so strict or so harmless that it must be sure."""
    for word in words:
        if len(word) >= _CUT_MIN and word not in _PROPERTY:
            cut = [full for full in _WORDS if full.startswith(word) and len(word) + 1 < len(full) <= 2 * len(word)]
            meant = {concept for full in cut for concept in _WORDS[full]}
            if len(meant) == 1:
                yield from ((concept, SHORTENED) for concept in meant & _MILD)
    dressed = _DRESS.fullmatch(joined)
    if dressed and dressed[1] != joined:
        for concept in {*_WHOLES.get(dressed[1], ()), *_WORDS.get(dressed[1], ())} & _MILD:
            yield concept, DRESSED


def _index(kind: str) -> dict[str, list[str]]:
    index: dict[str, list[str]] = {}
    for concept, entries in _VOCABULARY.items():
        for entry in entries.get(kind, "").split():
            index.setdefault(entry, []).append(concept)
    return index


_VOCABULARY: dict[str, dict[str, str]] = tomllib.loads(
    resources.files("privshare.categorize.detection").joinpath("column_names.toml").read_text("utf-8")
)
_WHOLES, _WORDS = _index("whole"), _index("words")
_STEMS = tuple((stem, concept) for stem, concepts in _index("stems").items() for concept in concepts)
_MILD = frozenset(name for name, concept in CONCEPTS.items() if concept.category in (QUASI, SENSITIVE))
_ORDER = {concept: place for place, concept in enumerate(_VOCABULARY)}
