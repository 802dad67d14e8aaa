"""Attacks on a released table, which somebody brought beside its original.

TABLE_ATTACKS: a new one is a file and a line here. None of them sees the original: see `attack.py`.
"""

from privshare.attacks.tables.attack import TableAttack
from privshare.attacks.tables.inference import INFERENCE
from privshare.attacks.tables.linkability import LINKABILITY
from privshare.attacks.tables.singling_out import SINGLING_OUT, SINGLING_OUT_UNIVARIATE

TABLE_ATTACKS: dict[str, TableAttack] = {
    attack.name: attack for attack in (SINGLING_OUT, SINGLING_OUT_UNIVARIATE, LINKABILITY, INFERENCE)
}
