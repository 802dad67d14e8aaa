"""Re-checks what is in the signed folder of a comparison: what follows from its counts is worked out again.

Proves that document and tables are of one piece. Leaves to others: the files'
digests and who signed (`report/verify.py`); and whether the attacks ran, which
no folder can show. The texts, of trust and promise too, are the signer's. The page is only checked by its digest.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from pydantic import TypeAdapter, ValidationError

from privshare.attacks.adversary import Adversary, AttackResult, wilson_interval
from privshare.attacks.attack import Goal
from privshare.comparison.lab.cell import Cell
from privshare.comparison.lab.frontier import Point, on_frontier, risk_of, worst_of
from privshare.comparison.lab.verdict import chance_of, gain_of, word_of
from privshare.comparison.risk import ceiling_at_even_odds
from privshare.errors import VerificationFailed
from privshare.model.loss import MICRO, PrivacyLoss
from privshare.report.comparison.facts import CellFacts, ComparisonFacts, MeasuredCell, TechniqueFacts, epsilon_beside
from privshare.report.comparison.folder import DOCUMENT, PAGE
from privshare.report.comparison.tables import all_tables
from privshare.report.sealed import SealedFolder
from privshare.report.tables import csv_bytes
from privshare.scenario.spec import SEED_MAX

CLOSE = 1e-9
DELTA_MOST = 1e-3
"""By so much a delta, which no cell states, may lift a ceiling above that of its epsilon alone."""


def is_comparison(sealed: SealedFolder) -> bool:
    """Whether the folder is a comparison's; what else is missing or too much is told by the check."""
    return DOCUMENT in sealed.entries


def check_comparison(sealed: SealedFolder) -> tuple[tuple[str, int], ...]:
    """Return what was checked and held; raise VerificationFailed(file, reason) at the first thing that does not."""
    sealed.document(DOCUMENT)  # one spelling only
    try:
        facts = TypeAdapter(ComparisonFacts).validate_json(sealed.read(DOCUMENT), strict=True)
    except ValidationError as fault:
        place = ".".join(map(str, fault.errors()[0]["loc"]))
        raise VerificationFailed(DOCUMENT, f"it is not a comparison's document (at {place})") from None
    rows = [(one.technique, one.epsilon) for one in facts.techniques]
    wanted = [(*row, attack.attack) for row in rows for attack in facts.attacks]
    if [(cell.technique, cell.epsilon, cell.attack) for cell in facts.cells] != wanted:
        raise VerificationFailed(DOCUMENT, "its cells are not one for each technique and attack, in their order")
    for cell in facts.cells:
        if isinstance(cell, MeasuredCell):
            _check_cell(cell)
    _check_ranges(facts)
    _check_risks(facts)
    tables = {f"{table.name}.csv": csv_bytes(table) for table in all_tables(facts)}
    if sealed.entries.keys() != tables.keys() | {DOCUMENT, PAGE}:
        raise VerificationFailed(DOCUMENT, "the folder has files that a comparison does not have, or lacks one")
    for path, data in tables.items():
        if sealed.read(path) != data:
            raise VerificationFailed(path, f"it does not follow from {DOCUMENT}")
    return ("files", len(sealed.entries)), ("cells", len(facts.cells)), ("tables", len(tables))


def _check_cell(cell: MeasuredCell) -> None:
    where = f"{cell.attack} against {cell.technique}"
    if not 0 <= cell.successes <= cell.attempts or not 0 <= cell.baseline <= 1:
        raise VerificationFailed(DOCUMENT, f"{where}: its counts are none")
    if cell.control is not None and not 0 <= cell.control.successes <= cell.control.attempts:
        raise VerificationFailed(DOCUMENT, f"{where}: the counts of its control are none")
    rate = cell.successes / cell.attempts if cell.attempts else 0.0
    told = [(cell.success, rate), (cell.gain, gain_of(rate, cell.baseline))]
    told += list(zip(cell.interval, wilson_interval(cell.successes, cell.attempts), strict=True))
    if (cell.ceiling is None) != (cell.chance is None):
        raise VerificationFailed(DOCUMENT, f"{where}: a ceiling and the chance at it belong together")
    if cell.ceiling is not None and cell.chance is not None:
        told.append((cell.chance, chance_of(cell.successes, cell.attempts, cell.ceiling)))
        least = 0.5 if cell.epsilon is None else ceiling_at_even_odds(PrivacyLoss(round(cell.epsilon * MICRO)))
        if not least - CLOSE <= cell.ceiling <= 1 or (cell.epsilon is not None and cell.ceiling > least + DELTA_MOST):
            raise VerificationFailed(DOCUMENT, f"{where}: its ceiling is not that of its epsilon")
    counts = (cell.attempts, cell.successes, cell.baseline, cell.ceiling)
    result = AttackResult(cell.attack, cell.technique, Adversary("", "", ""), *counts, "")
    if word_of(Cell(cell.technique, cell.attack, cell.epsilon, result, None, "", cell.seed, 0.0)) is not cell.word:
        raise VerificationFailed(DOCUMENT, f"{where}: its word does not follow from its counts")
    if not all(math.isclose(said, found, rel_tol=CLOSE, abs_tol=CLOSE) for said, found in told):
        raise VerificationFailed(DOCUMENT, f"{where}: a rate or an interval does not follow from its counts")


def _check_ranges(facts: ComparisonFacts) -> None:
    """Check what no other figure gives: that numbers are such as a comparison can have."""
    if not 0 <= facts.targets <= facts.known_to_both <= facts.people or not 0 <= facts.world_seed <= SEED_MAX:
        raise VerificationFailed(DOCUMENT, "its people, targets or seed are none that a comparison has")
    epsilons = tuple(sorted({one.epsilon for one in facts.techniques if one.epsilon is not None}))
    if (facts.epsilons, facts.epsilon_shown) != (epsilons, epsilon_beside(epsilons)):
        raise VerificationFailed(DOCUMENT, "its epsilons are not those of its techniques")
    for one in facts.techniques:
        useful, linked = one.utility, one.utility.linkage
        shares = [useful.order_kept, *([] if linked is None else [linked.precision, linked.recall, linked.f1])]
        sizes = [useful.mean_error_people, useful.mean_error_secret, useful.worst_error, useful.withheld]
        if not all(0 <= share <= 1 for share in shares) or not all(size >= 0 for size in sizes):
            raise VerificationFailed(DOCUMENT, f"{one.technique}: its errors or shares are none")
    members = {attack.attack for attack in facts.attacks if attack.judged_as == Goal.MEMBER}
    for cell in facts.cells:
        if isinstance(cell, MeasuredCell) and cell.not_hidden and (cell.attack not in members or cell.ceiling):
            raise VerificationFailed(DOCUMENT, f"{cell.attack} against {cell.technique}: only members may go unhidden")


def _check_risks(facts: ComparisonFacts) -> None:
    """Check that mean errors, worst attacks and who is on the frontier follow from the figures beside them."""
    size = len(facts.attacks)
    points = [_point_of(one, facts.cells[size * row : size * row + size]) for row, one in enumerate(facts.techniques)]
    for one, point, best in zip(facts.techniques, points, on_frontier(points), strict=True):
        if not math.isclose(one.utility.mean_error, point.error, rel_tol=CLOSE, abs_tol=CLOSE):
            raise VerificationFailed(DOCUMENT, f"{one.technique}: its mean error is not that of both its tables")
        if (one.worst_gain, one.worst_attack, one.on_frontier) != (point.gain, point.attack, best):
            raise VerificationFailed(DOCUMENT, f"{one.technique}: its worst attack does not follow from the cells")


def _point_of(one: TechniqueFacts, cells: Sequence[CellFacts]) -> Point:
    error = (one.utility.mean_error_people + one.utility.mean_error_secret) / 2
    return worst_of(
        error,
        [
            (risk_of(cell.word, cell.success, cell.baseline, cell.ceiling), cell.attack)
            for cell in cells
            if isinstance(cell, MeasuredCell) and cell.attempts and not cell.not_hidden
        ],
    )
