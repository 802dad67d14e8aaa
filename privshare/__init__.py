"""privshare: simulated data holders publish aggregate statistics, and everybody sees what it took.

The front door. Names are loaded when they are first used, so that importing
the package computes nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_HOMES = {
    "AttackResult": "privshare.attacks.adversary",
    "FileFaults": "privshare.errors",
    "LeakageStatement": "privshare.model.leakage",
    "NotPermitted": "privshare.errors",
    "PrivacyLoss": "privshare.model.loss",
    "PrivshareError": "privshare.errors",
    "Release": "privshare.model.release",
    "Run": "privshare.scenario.outcome",
    "compare_scenario": "privshare.scenario.lab.comparing",
    "load_scenario": "privshare.scenario.loader",
    "preview_scenario": "privshare.scenario.preview",
    "run_scenario": "privshare.scenario.run",
    "shipped_scenarios": "privshare.scenario.loader",
    "staging": "privshare.report.folder",
    "verify_folder": "privshare.report.verify",
    "write_run": "privshare.report.folder",
}

__all__ = [*sorted(_HOMES), "__version__"]


def __getattr__(name: str) -> Any:
    """Load a public name from its home (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module 'privshare' has no attribute {name!r}; it has {', '.join(__all__)}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    """List the public names."""
    return list(__all__)
