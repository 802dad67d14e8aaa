"""A policy file (TOML, version 1) made into frozen facts; every fault at once, each with its place.

The file is data between organisations, so it is strict: unknown keys, missing
parts and wrong types are refused, and a column that no clause names stays
unclassified, which means refused.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Callable
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, WithJsonSchema

from privshare.categorize.contradictions import contradictions
from privshare.categorize.faults import accepting, faults_of
from privshare.categorize.vocabulary import read_rung
from privshare.errors import FileFaults, ParameterRefused
from privshare.model.category import Category, Rung
from privshare.model.loss import PrivacyLoss, delta_e15, micro_epsilon
from privshare.model.party import ColumnName, PartyId, PurposeId
from privshare.model.policy import ColumnClause, Licence, PairingClause, PairingField, Policy, Purpose


class StrictModel(BaseModel):
    """Base of every file model: no unknown keys, no silent conversion, frozen."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def _reader(read: Callable[[str], Any]) -> BeforeValidator:
    def accept(value: object) -> Any:
        if not isinstance(value, str):
            raise ValueError(f"{value!r} must be written as text in quotes, so that no digit is lost")
        try:
            return read(value)
        except ParameterRefused as refused:
            raise ValueError(str(refused)) from None

    return BeforeValidator(accept)


def _text(what: str, example: str) -> WithJsonSchema:
    """Describe in the JSON Schema what is read from a text: the type alone would call it a number."""
    return WithJsonSchema({"type": "string", "description": what, "examples": [example]})


NAME_TOLD = "a name in quotes, of small letters, digits, - and _, at most {most} characters, the first a letter"
Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,39}$"), accepting(NAME_TOLD.format(most=40))]
COLUMN_MAX = 60
# Any writing, but nothing that cannot be seen, and no blank at either end.
UNSEEN = r"\x00-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff"
COLUMN_PATTERN = rf"^[^\s{UNSEEN}]([^{UNSEEN}]*[^\s{UNSEEN}])?$"
SEEN_TOLD = "a name of 1 to {most} characters that can be seen, without a blank at either end"
COLUMN_TOLD = SEEN_TOLD.format(most=COLUMN_MAX)
Column = Annotated[str, Field(pattern=COLUMN_PATTERN, max_length=COLUMN_MAX), accepting(COLUMN_TOLD)]
Sentence = Annotated[
    str,
    Field(min_length=3, max_length=400, pattern=r"^[^\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]*$"),
    accepting("a text in quotes of 3 to 400 characters, in one line, without signs that turn the direction of writing"),
]
MicroEpsilon = Annotated[int, _reader(micro_epsilon), _text("epsilon, a decimal in quotes", "0.5")]
DeltaE15 = Annotated[int, _reader(delta_e15), _text("delta, a decimal in quotes", "1e-9")]
RungText = Annotated[Rung, _reader(read_rung), _text("a rung of the disclosure ladder", "after-dp(epsilon<=0.5)")]
VALUES_TOP = 2**63 - 1
# What of a field counts (`secure/psi/fuzzy/fields.py`); where the kind does not say how many values, /DOMAIN does.
_LENGTH, _VALUES = "(?:[1-9]|[12][0-9]|3[0-2])", "/[1-9][0-9]{0,17}"
RULE_PATTERN = rf"^(?:(?:(?:letters|digits|tail|stem){_LENGTH}|date|year)(?:{_VALUES})?|(?:text|digits|stem){_VALUES})$"
# Literal[1] would take true and 1.0, which equal 1.
Version1 = Annotated[int, Field(ge=1, le=1), accepting("the whole number 1, without quotes")]
Clause = Annotated[
    str,
    Field(pattern=r"^[a-z][a-z0-9_/-]{0,59}$"),
    accepting("a name in quotes, of small letters, digits, -, _ and /, at most 60 characters, the first a letter"),
]
_DPV_TOLD = "a text in quotes that begins with https://w3id.org/dpv"
_RULE_TOLD = (
    "a rule in quotes, lettersN, digitsN, tailN, stemN (N from 1 to 32), digits, stem, text, date or year, after it /"
    'DOMAIN where the kind does not say how many values there are: "letters4", "text/10000000"'
)


class _Purpose(StrictModel):
    id: Identifier
    sentence: Sentence
    dpv: Annotated[str, Field(pattern=r"^https://w3id\.org/dpv"), accepting(_DPV_TOLD)]


class _Column(StrictModel):
    holder: Identifier
    column: Column
    category: Annotated[Category, Field(strict=False)]
    grade: Literal["core", "important", "general"]
    reason: Sentence
    ladder: dict[Identifier, RungText] = Field(default_factory=dict)
    gdpr_art_9: bool = False
    pipl_art_28: bool = False
    dpv: Annotated[str, Field(pattern=r"^(https://w3id\.org/dpv.*)?$"), accepting(f"{_DPV_TOLD}, or nothing")] = ""
    values_max: Annotated[int, Field(ge=1, le=VALUES_TOP)] | None = None


class _Licence(StrictModel):
    id: Clause
    holder: Identifier
    purpose: Identifier
    epsilon: MicroEpsilon
    delta: DeltaE15
    minimum_group: Annotated[int, Field(ge=0, le=1_000_000)]
    expires: date


class _PairingField(StrictModel):
    name: Column
    rule: Annotated[str, Field(pattern=RULE_PATTERN), accepting(_RULE_TOLD)]
    columns: Annotated[dict[Identifier, Column], Field(min_length=1)]


class _Pairing(StrictModel):
    id: Clause
    purpose: Identifier
    fields: Annotated[list[_PairingField], Field(min_length=2, max_length=8)]
    keys: Annotated[
        list[Annotated[list[Column], Field(min_length=1, max_length=8)]], Field(min_length=1, max_length=255)
    ]
    weight_min: Annotated[int, Field(ge=1, le=255)]


class PolicyFile(StrictModel):
    """The file as written. Its JSON Schema is the contract between organisations."""

    version: Version1
    title: Sentence
    purposes: Annotated[list[_Purpose], Field(min_length=1)]
    columns: Annotated[list[_Column], Field(min_length=1)]
    licences: list[_Licence]
    pairings: list[_Pairing] = Field(default_factory=list)


def read_toml(data: bytes, path: str) -> dict[str, Any]:
    """Return the TOML document, or raise FileFaults with the line that cannot be read."""
    try:
        return tomllib.loads(data.decode("utf-8"))
    except UnicodeDecodeError as fault:
        raise FileFaults(path, [("", f"not UTF-8 at byte {fault.start}; save it as UTF-8")]) from None
    except (ValueError, RecursionError) as fault:  # a whole number of 5000 digits is a plain ValueError
        raise FileFaults(path, [("", f"not readable as TOML: {str(fault) or 'nested too deeply'}")]) from None


def read_policy(data: bytes, path: str) -> Policy:
    """Return the policy, or raise FileFaults naming every fault. path: the file as the person named it."""
    document = read_toml(data, path)
    faults: list[tuple[str, str]] = []
    try:
        written = PolicyFile.model_validate(document)
    except ValidationError as error:
        faults += faults_of(error)
    faults += contradictions(document)
    if faults:
        raise FileFaults(path, faults)
    purposes = {PurposeId(p.id): Purpose(PurposeId(p.id), p.sentence, p.dpv) for p in written.purposes}
    clauses = {
        (PartyId(c.holder), ColumnName(c.column)): ColumnClause(
            id=f"{c.holder}.{c.column}",
            holder=PartyId(c.holder),
            column=ColumnName(c.column),
            category=c.category,
            grade=c.grade,
            reason=c.reason,
            ladder={PurposeId(purpose): rung for purpose, rung in c.ladder.items()},
            gdpr9=c.gdpr_art_9,
            pipl28=c.pipl_art_28,
            dpv=c.dpv,
            values_max=c.values_max,
        )
        for c in written.columns
    }
    licences = {
        (PartyId(x.holder), PurposeId(x.purpose)): Licence(
            id=x.id,
            holder=PartyId(x.holder),
            purpose=PurposeId(x.purpose),
            cap=PrivacyLoss(x.epsilon, x.delta),
            minimum_group=x.minimum_group,
            expires=x.expires,
        )
        for x in written.licences
    }
    pairings = {PurposeId(x.purpose): _pairing(x) for x in written.pairings}
    return Policy(written.title, purposes, clauses, licences, hashlib.sha256(data).hexdigest(), pairings)


def _pairing(written: _Pairing) -> PairingClause:
    return PairingClause(
        id=written.id,
        purpose=PurposeId(written.purpose),
        fields=tuple(
            PairingField(
                field.name,
                field.rule,
                {PartyId(holder): ColumnName(column) for holder, column in field.columns.items()},
            )
            for field in written.fields
        ),
        keys=tuple(frozenset(key) for key in written.keys),
        weight_min=written.weight_min,
    )
