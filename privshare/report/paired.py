"""Records paired without an identifier: words for the terminal, facts, and the two files that only such a link has.

    PARTY/ID.weights.csv   `match_id,weight`: on how many keys each pair agrees, for the party that made the pairs
    PARTY/ID.open.csv      `own_row,weight,candidates`: its rows whose best candidates tie, so that nobody was chosen

Leaves to others: the rows of the matches (`matches.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from privshare.errors import VerificationFailed
from privshare.model.matches import MatchedRows
from privshare.report.figures import count, listing
from privshare.report.layout import aligned, section, wrapped
from privshare.report.row_numbers import read, written
from privshare.report.sentences import Sentences
from privshare.report.shape import part, parts

if TYPE_CHECKING:
    from privshare.report.sealed import SealedFolder
    from privshare.scenario.outcome import LinkRecord
    from privshare.scenario.paired import Paired, Unread
    from privshare.secure.psi.fuzzy import KeyCount

WEIGHTS_HEADER = "match_id,weight"
OPEN_HEADER = "own_row,weight,candidates"


def paired_files(record: LinkRecord) -> dict[str, bytes]:
    """Return the further files of a link by path; none for a link by one key."""
    paired, name = record.fuzzy, record.question.id
    if paired is None:
        return {}
    ties = [paired.open_rows, paired.open_weight, paired.open_candidates]
    return {
        weights_path(paired.by, name): written(WEIGHTS_HEADER, [np.arange(len(paired.weight)), paired.weight]),
        open_path(paired.by, name): written(OPEN_HEADER, ties),
    }


def weights_path(party: str, link: str) -> str:
    """Return the path of the weights of a link's matches."""
    return f"{party}/{link}.weights.csv"


def open_path(party: str, link: str) -> str:
    """Return the path of the rows that stayed open."""
    return f"{party}/{link}.open.csv"


def paired_facts(paired: Paired) -> dict[str, Any]:
    """Return how records were paired as facts: rules, counts and sizes, no row."""
    return {
        "plan": paired.plan.facts(),
        "by": paired.by,
        "open": len(paired.open_rows),
        "keys": [
            {
                "key": paired.plan.named(number + 1),
                "made": {party: counts[number].made for party, counts in paired.counts},
                "ambiguous": {party: counts[number].ambiguous for party, counts in paired.counts},
            }
            for number in range(len(paired.plan.keys))
        ],
    }


def rules_of(paired: Paired) -> list[str]:
    """Return each field with its rule and its public domain."""
    return [f"{field.name} {field.rule}" for field in paired.plan.fields]


def keys_of(paired: Paired) -> list[tuple[str, list[KeyCount]]]:
    """Return each key by name, with what each party could and could not use of it."""
    return [
        (paired.plan.named(number + 1), [counts[number] for _, counts in paired.counts])
        for number in range(len(paired.plan.keys))
    ]


def paired_lines(link: LinkRecord, paired: Paired, say: Sentences) -> list[str]:
    """Return what was found, by which rules, and how many keys each side left out, as lines."""
    one, other = link.sides
    plan = paired.plan
    found = say.say(
        "told.pairs_found",
        one=one.party, other=other.party, matches=count(len(one.matches)), pairs=count(link.pairs),
    )  # fmt: skip
    fixed = say.say("told.pairs_weight", least=count(plan.weight_min), keys=count(len(plan.keys)))
    tied = say.say("told.pairs_open", party=paired.by, rows=count(len(paired.open_rows)))
    sides = [
        (
            side.party,
            say.say(
                "told.link_side",
                matched=count(len(side.matches.rows)), rows=count(side.rows), missing=count(side.missing),
            ),
        )
        for side in link.sides
    ]  # fmt: skip
    rules = [
        (field.name, str(field.rule), listing([side.columns[number] for side in link.sides]))
        for number, field in enumerate(plan.fields)
    ]
    keys = [(key, _left_out(paired, uses, say)) for key, uses in keys_of(paired) if any(use.ambiguous for use in uses)]
    title = say.say("told.pairs_keys" if keys else "told.pairs_no_keys")
    return [
        *wrapped([found, tied, fixed], indent=""),
        *aligned(sides),
        "",
        *(line for party, unread in paired.unread for line in unread_lines(party, unread, say)),
        *section(say.say("told.pairs_rules"), aligned(rules)),
        *([title, *aligned(keys), ""] if keys else [*wrapped([title], indent=""), ""]),
    ]


def unread_lines(party: str, unread: Sequence[Unread], say: Sentences) -> list[str]:
    """Return how many rows of a party have something that a rule reads nothing of, for that party's terminal."""
    told = [
        say.say(
            "told.pairs_unread_date" if one.rule in ("date", "year") else "told.pairs_unread",
            party=party, column=one.column, rule=one.rule, rows=count(one.rows),
        )
        for one in unread
    ]  # fmt: skip
    return [*wrapped(told, indent=""), ""] if told else []


def check_paired(sealed: SealedFolder, link: dict[str, Any], matches: MatchedRows, *, file: str) -> None:
    """Check the further files of a link against its facts; raise VerificationFailed(file, reason).

    matches: of the first side. A link by one key has no such part and passes.
    """
    if link.get("fuzzy") is None:
        return
    told = part(link, "fuzzy", dict, file=file)
    name, by = part(link, "question", str, file=file), part(told, "by", str, file=file)
    if by != part(parts(link, "sides", dict, file=file)[0], "party", str, file=file):
        raise VerificationFailed(file, "its pairs were made by another than the first party")
    plan = part(told, "plan", dict, file=file)
    most, least = len(parts(plan, "keys", list, file=file)), part(plan, "weight_min", int, file=file)
    path = weights_path(by, name)
    weights = _read(sealed, path, WEIGHTS_HEADER)
    if [match for match, _ in weights] != list(range(len(matches))) or not all(least <= w <= most for _, w in weights):
        raise VerificationFailed(path, "its weights are not one for each match, or not such as the plan allows")
    path = open_path(by, name)
    ties = _read(sealed, path, OPEN_HEADER)
    rows = [row for row, _, _ in ties]
    matched = set(matches.rows.tolist())
    if rows != sorted(set(rows)) or len(rows) != part(told, "open", int, file=file) or matched & set(rows):
        raise VerificationFailed(path, "its rows are not in order, not as many as stated, or are matched as well")
    if not all(least <= weight <= most and candidates for _, weight, candidates in ties):
        raise VerificationFailed(path, "its weights are not such as the plan allows")


def _left_out(paired: Paired, uses: Sequence[KeyCount], say: Sentences) -> str:
    told = [
        say.say("told.pairs_left_out", party=party, ambiguous=count(use.ambiguous), made=count(use.made))
        for (party, _), use in zip(paired.counts, uses, strict=True)
    ]
    return listing(told)


def _read(sealed: SealedFolder, path: str, header: str) -> list[list[int]]:
    columns = read(sealed.read(path), header)
    if columns is None:
        raise VerificationFailed(path, f"it is not a table of whole numbers with the header {header!r}")
    return np.stack(columns, axis=1).tolist()  # type: ignore[no-any-return]
