"""What an attack on a pair of tables is told as: lines for a terminal, one document, and a folder.

    attack.json   rates, risk and intervals; adversary and columns; who declared the tables synthetic, when, and of
                  which bytes; seed and seconds
    attack.txt    the lines of the terminal

Promises: the declaration is in all of them, and no cell of a table is in any. Leaves to others: how a folder appears
whole or not at all (`staging.py`).
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from privshare.attacks.tables.risk import Rate
from privshare.comparison.tables import TableAttacked
from privshare.report.figures import count
from privshare.report.layout import aligned, section, tabled, wrapped
from privshare.report.sentences import Sentences, english

DOCUMENT, TEXT = "attack.json", "attack.txt"


def attacked_files(found: TableAttacked) -> dict[str, bytes]:
    """Return the files of an attack by path."""
    document = json.dumps(attacked_facts(found), indent=2, ensure_ascii=False)
    return {DOCUMENT: document.encode() + b"\n", TEXT: "\n".join(attacked_lines(found)).encode() + b"\n"}


def attacked_facts(found: TableAttacked) -> dict[str, Any]:
    """Return an attack as a document: names, counts and figures, no cell."""
    risk = found.risk
    return {
        "version": 1,
        "attack": risk.attack,
        "adversary": asdict(risk.adversary),
        "main": _rate(risk.main),
        "control": None if risk.control is None else _rate(risk.control),
        "baseline": _rate(risk.baseline),
        "risk": {"value": risk.value, "interval": list(risk.interval), "measured_against": risk.measured_against},
        "notes": list(risk.notes),
        "background": asdict(found.background),
        "columns": [{"name": column.name, "number": column.number} for column in found.columns],
        "left_out": list(found.left_out),
        "declaration": asdict(found.declaration),
        "seed": found.seed,
        "seconds": found.seconds,
    }


def attacked_lines(found: TableAttacked, *, out: str | None = None, sentences: Sentences | None = None) -> list[str]:
    """Return an attack as lines for a terminal. out: the folder that was written, if one was."""
    language = sentences or english()
    say, risk = language.say, found.risk
    names = {table.role: Path(table.path).name for table in found.declaration.tables}
    frame = risk.adversary
    what = say(
        "attacked.what", attack=risk.attack, released=names["released"], goal=frame.goal, view=frame.view,
        background=frame.background,
    )  # fmt: skip
    lines = [*wrapped([what], indent=""), "", *_table(found, names, language), ""]
    lines += [*wrapped([*_verdict(found, names, language), *risk.notes, say("attacked.limits")], indent=""), ""]
    lines += [*wrapped(_columns(found, language), indent=""), ""]
    told = found.declaration
    declared = say("attacked.declaration", says=told.says, at=told.at.removesuffix("+00:00"), seed=count(found.seed))
    tables = [
        (table.path, say("attacked.table", role=table.role, rows=count(table.rows), digest=table.sha256[:16]))
        for table in told.tables
    ]
    lines += section(say("attacked.declared"), [*wrapped([declared]), *aligned(tables)])[:-1]
    if out is None:
        return lines
    files = [(f"{out}/{DOCUMENT}", say("attacked.document")), (f"{out}/{TEXT}", say("attacked.text"))]
    return [*lines, "", *section(say("attacked.files"), aligned(files))[:-1]]


def _table(found: TableAttacked, names: dict[str, str], language: Sentences) -> list[str]:
    say, risk = language.say, found.risk
    rows = [("", say("attacked.head_rate"), say("attacked.head_interval"), say("attacked.head_count"), "")]
    rows.append(_row(say("attacked.main"), risk.main, say("attacked.main_of", original=names["original"])))
    if risk.control is not None:
        of = say("attacked.control_of", control=names["control"], original=names["original"])
        rows.append(_row(say("attacked.control"), risk.control, of))
    of = say("attacked.baseline_of", original=names["original"], released=names["released"])
    rows.append(_row(say("attacked.baseline"), risk.baseline, of))
    of = say("attacked.risk_of", released=names["released"], against=risk.measured_against)
    rows.append((say("attacked.risk"), f"{risk.value:.3f}", _spanned(risk.interval), "", of))
    return tabled(rows, words=(True, False, False, False, True))


def _row(name: str, rate: Rate, of: str) -> tuple[str, str, str, str, str]:
    return name, f"{rate.share:.3f}", _spanned(rate.interval), count(rate.attempts), of


def _spanned(interval: tuple[float, float]) -> str:
    return f"{interval[0]:.3f} to {interval[1]:.3f}"


def _verdict(found: TableAttacked, names: dict[str, str], language: Sentences) -> list[str]:
    """Return what was found in counts of a thousand, and what the risk's interval says."""
    say, risk = language.say, found.risk
    other = risk.baseline if risk.control is None else risk.control
    if risk.control is None:
        others = say("attacked.others_baseline", released=names["released"])
    else:
        others = say("attacked.others_control", original=names["original"])
    shares = [count(round(1000 * rate.share)) for rate in (risk.main, other)]
    told = [say("attacked.thousand", main=shares[0], against=shares[1], others=others)]
    low, high = (f"{end:.1%}" for end in risk.interval)
    if risk.interval[0] > 0:
        told.append(say("attacked.found", low=low, high=high, against=risk.measured_against))
    else:
        told.append(say("attacked.nothing", high=high, against=risk.measured_against))
    return told if risk.control is not None else [*told, say("attacked.no_control")]


def _columns(found: TableAttacked, language: Sentences) -> list[str]:
    say = language.say
    numbers, categories = (
        ", ".join(column.name for column in found.columns if column.number is number) or say("attacked.none")
        for number in (True, False)
    )
    told = [say("attacked.numbers", columns=numbers), say("attacked.categories", columns=categories)]
    return [*told, say("attacked.left_out", columns=", ".join(found.left_out))] if found.left_out else told


def _rate(rate: Rate) -> dict[str, Any]:
    return {**asdict(rate), "rate": rate.share, "interval": list(rate.interval)}
