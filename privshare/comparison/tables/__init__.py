"""Tables that somebody brought, attacked and judged: `brought.py` reads and declares, `judged.py` scores."""

from privshare.comparison.tables.brought import Brought, Declaration, TableAttacked, TableRequest, attack_tables

__all__ = ["Brought", "Declaration", "TableAttacked", "TableRequest", "attack_tables"]
