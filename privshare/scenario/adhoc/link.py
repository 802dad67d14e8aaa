"""`privshare link`: which rows two tables share, or about how many people, as a scenario of one step."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Literal

import numpy as np

from privshare.errors import DataRefused, InputRefused, ParameterRefused
from privshare.holders.files.key_columns import read_key_columns
from privshare.holders.files.read import Progress
from privshare.model.category import Category, RungKind
from privshare.model.loss import MICRO, NO_LOSS, PrivacyLoss
from privshare.model.party import ColumnName, PartyId
from privshare.model.policy import Policy
from privshare.model.table import KeyTable
from privshare.scenario.adhoc.flags import PURPOSE, clause, policy_of
from privshare.scenario.adhoc.given import Given
from privshare.scenario.adhoc.prices import size_parts, size_price
from privshare.scenario.adhoc.public_values import public_values
from privshare.scenario.loader import Scenario
from privshare.scenario.spec import PartySpec, StepFrame
from privshare.scenario.steps.kind import StepKind
from privshare.scenario.steps.link import LINK, LinkStep
from privshare.scenario.steps.sides import KEY_COLUMNS_MAX
from privshare.secure.psi.item_hashes import without_text

LEFT, RIGHT = PartyId("left"), PartyId("right")
MEMBERS, SIZE = "matches", "shared-people"


@dataclass(frozen=True, slots=True)
class LinkRequest:
    """What was asked on the command line, as text where it is to be read exactly.

    keys: the columns of each table that together are the key, in the order in which they correspond. reveal:
    who is shared ("members"), or a noised number of people ("size", at the price of epsilon and delta). suite: of
    members, by its id; by the sizes of the sets if None. spent: what the ledger already counts at each table, so that
    a policy made of flags adds to it. given: a policy file instead, whose licences are what may be spent. flags: the
    options that named each table's columns; no part of the text that the policy's digest is of.
    """

    left: Path
    right: Path
    keys: tuple[tuple[str, ...], tuple[str, ...]]
    reveal: Literal["members", "size"] = "members"
    suite: str | None = None
    epsilon: str | None = None
    delta: str | None = None
    spent: dict[PartyId, PrivacyLoss] = field(default_factory=dict)
    given: Given | None = None
    flags: tuple[str, str] = field(default=("--on", "--on"), repr=False)

    @property
    def parties(self) -> tuple[PartyId, PartyId]:
        """Who holds the left and the right table."""
        return self.given.holders if self.given else (LEFT, RIGHT)

    @property
    def purpose(self) -> str:
        """What the link is for."""
        return self.given.purpose if self.given else PURPOSE


def link_scenario(asked: LinkRequest, *, progress: Progress | None = None) -> Scenario:
    """Read the files and return the scenario; raise InputRefused for what is wrong with the request or a table.

    progress: called with how much of a file is read, and all of it, one file after the other.
    """
    loss = _loss(asked)
    _check_keys(asked)
    paths = dict(zip(asked.parties, (asked.left, asked.right), strict=True))
    keys = dict(zip(paths, asked.keys, strict=True))
    policy = asked.given.read() if asked.given else _policy(asked, keys, loss)
    tables = {party: _key_of(path, party, keys[party], progress) for party, path in paths.items()}
    kind, step = _step(asked, loss)
    return Scenario(
        name="link",
        title=f"{asked.left.name} linked with {asked.right.name}",
        question=_sentence(asked),
        world={str(party): table for party, table in tables.items()},
        parties=tuple(
            PartySpec(id=party, name=f"Holder of the {party} table", role="links", tables=[party]) for party in paths
        ),
        policy=policy,
        story="",
        steps=((kind, step),),
    )


def _loss(asked: LinkRequest) -> PrivacyLoss:
    if asked.reveal == "members":
        if asked.epsilon is not None or asked.delta is not None:
            raise InputRefused(
                "--epsilon and --delta go with --reveal size; --reveal members says exactly which rows match, "
                "which no noise covers and no epsilon bounds."
            )
        return NO_LOSS
    if asked.epsilon is None:
        raise InputRefused("--reveal size needs --epsilon, the price of the noised number, for example --epsilon 1.")
    return size_price(asked.epsilon, asked.delta)


def _check_keys(asked: LinkRequest) -> None:
    keys = asked.keys
    for flag, names in zip(asked.flags, keys, strict=True):
        if not 1 <= len(names) <= KEY_COLUMNS_MAX:
            raise ParameterRefused(flag, ",".join(names) or "nothing", f"1 to {KEY_COLUMNS_MAX} columns")
        if len(set(names)) != len(names):
            raise ParameterRefused(flag, ",".join(names), "each column once")
    if len(keys[0]) != len(keys[1]):
        told = f"{len(keys[0])} and {len(keys[1])} columns"
        raise ParameterRefused("--left-on and --right-on", told, "equally many, in the order in which they correspond")


def _key_of(path: Path, party: PartyId, names: tuple[str, ...], progress: Progress | None) -> KeyTable:
    """Return the key columns of a table; refuse one in which most rows have no key, without saying how many."""
    cells = read_key_columns(path, names, progress=progress)
    empty = [without_text(column) for column in cells]
    rows = len(cells[0])
    if 2 * np.count_nonzero(np.logical_or.reduce(empty)) <= rows:
        return KeyTable(party, party, tuple(map(ColumnName, names)), cells)
    most = max(range(len(names)), key=lambda place: np.count_nonzero(empty[place]))
    told = f"most rows have no whole key ({', '.join(names)})"
    if 2 * np.count_nonzero(empty[most]) > rows:
        told = f"the key column {names[most]!r} is empty in most rows"
    raise DataRefused(str(path), None, f"{told}; accepted is a key that at least half of the rows have")


def _sentence(asked: LinkRequest) -> str:
    if asked.reveal == "members":
        return "Which rows do the two tables share?"
    return "About how many people do the two tables share?"


def _step(asked: LinkRequest, loss: PrivacyLoss) -> tuple[StepKind, StepFrame]:
    sides = [
        {"holder": party, "person": key[0], "further": list(key[1:])}
        for party, key in zip(asked.parties, asked.keys, strict=True)
    ]
    common = {"sentence": _sentence(asked), "purpose": asked.purpose, "sides": sides}
    if asked.reveal == "members":
        return LINK, LinkStep.model_validate({"kind": "link-members", "id": MEMBERS, "suite": asked.suite, **common})
    from privshare.scenario.steps.overlap import OVERLAP, OverlapStep

    pad, count, delta = size_parts(loss)
    terms = {
        "epsilon_pad": str(Decimal(pad) / MICRO),
        "epsilon_count": str(Decimal(count) / MICRO),
        "delta_per_draw": str(Decimal(delta) / 10**15),
    }
    return OVERLAP, OverlapStep.model_validate({"kind": "overlap-size", "id": SIZE, **common, **terms})


def _policy(asked: LinkRequest, keys: dict[PartyId, tuple[str, ...]], loss: PrivacyLoss) -> Policy:
    clauses = [
        clause(
            party,
            name,
            category=Category.DIRECT_IDENTIFIER,
            form=RungKind.AFTER_LINK,
            limit=None,
            flag=flag,
            values_max=public_values(name),
        )
        for flag, (party, names) in zip(asked.flags, keys.items(), strict=True)
        for name in names
    ]
    return policy_of(clauses, loss, spent=asked.spent, command=repr(asked))
