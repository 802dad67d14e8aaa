"""Attacks on a pair of tables that somebody brought: an original and what was released of it. One line each.

A table attack takes `Rows`, a `Background` and chance, and returns a `Risk`. `needs`: what has to be said of the
adversary's background, beside which columns there are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from privshare.attacks.tables import inference, linkability, singling_out
from privshare.attacks.tables.risk import Risk
from privshare.attacks.tables.rows import Background, Rows
from privshare.model.entropy import WorldGenerator


@dataclass(frozen=True, slots=True)
class TableAttack:
    """run: the attack. needs: of "known", "other" and "secret", those that must be given. takes: those that may be."""

    run: Callable[[Rows, Background, WorldGenerator], Risk]
    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ("known",)


TABLE_ATTACKS: Mapping[str, TableAttack] = {
    singling_out.NAME: TableAttack(singling_out.singling_out),
    singling_out.UNIVARIATE: TableAttack(singling_out.singling_out_univariate),
    linkability.NAME: TableAttack(linkability.linkability, needs=("known", "other"), takes=("known", "other")),
    inference.NAME: TableAttack(inference.inference, needs=("secret",), takes=("known", "secret")),
}
