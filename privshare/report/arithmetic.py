"""Whether the numbers of one release fit each other: its draws, its loss, its printed noise, its small groups.

A release's draws must add up to its loss (basic composition); where several
parties drew noise into one measure the dearest of these draws counts, since
each protects against other parties. Every draw's library bound must lie within
its debit, and a draw is made for what its measure's stated bound lets one
person move. Discrete Gaussian draws are a batch: their rhos are computed from
sensitivity and scale, added up and converted here anew
(`use/release/concentrated.py`).
Works from the release alone; what the ledger and the log say of it is in `checks.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from privshare.errors import ParameterRefused, VerificationFailed
from privshare.model.loss import NO_LOSS, PrivacyLoss
from privshare.model.release import ONE_HOLDER, SIGMA, NoisePart, Release
from privshare.report.opinions import check_opinion
from privshare.use.release.accounting import half_width
from privshare.use.release.bias import LEVEL, PREFIX, ends, is_signed, sensitivity
from privshare.use.release.concentrated import epsilon_at, rho_of
from privshare.use.release.mechanisms import GAUSSIAN

GRAINLESS = "a draw of noise is in units of no size"


def check_arithmetic(release: Release, path: str) -> None:
    """Raise VerificationFailed(path, reason) for the first number of the release that does not fit the others."""
    for draw in release.parts:
        if draw.grain < 1:
            raise VerificationFailed(path, GRAINLESS)
        if draw.mechanism != GAUSSIAN:
            _check_draw(draw, path)
    _check_batch([draw for draw in release.parts if draw.mechanism == GAUSSIAN], path)
    if _added_up(release) != release.loss:
        raise VerificationFailed(path, "its draws of noise do not add up to its loss")
    for measure, scales in release.public_noise:
        # In the release's own arithmetic: a quotient of doubles, rounded once.
        drawn = [
            f"{SIGMA if draw.mechanism == GAUSSIAN else ''}{float(draw.scale) / draw.grain}"
            for draw in release.parts
            if draw.measure == measure
        ]
        try:
            same = bool(drawn) and [_in_doubles(scale) for scale in scales] == drawn
        except ValueError:
            same = False
        if not same:
            raise VerificationFailed(path, f"the noise in {measure} is not that of its draws")
    if tuple(measure for measure, _ in release.public_noise) != release.measures:
        raise VerificationFailed(path, "a measure has no noise")
    _check_bounds(release, path)
    _check_bias(release, path)
    judge = _judge(release) if release.minimum_group else None
    for cell in release.cells:
        printed = [value for value in cell.values if value is not None]
        if printed and len(printed) != len(cell.values):
            raise VerificationFailed(path, "a row is printed in part; it is printed whole or not at all")
        if judge is None and not printed:
            raise VerificationFailed(path, "a row is missing that nothing allows to leave out")
        if judge is not None and printed and printed[judge] < release.minimum_group:
            raise VerificationFailed(path, "a row is printed whose noised count is below the smallest group")
    check_opinion(release, path)


def _check_bounds(release: Release, path: str) -> None:
    """Each measure that an engine bounded has noise for exactly what its bound lets one person move."""
    drawn = {(draw.measure, draw.sensitivity, draw.grain) for draw in release.parts}
    for measure in release.bounded:
        if (measure.name, measure.sensitivity, measure.grain) not in drawn:
            raise VerificationFailed(path, f"the noise in {measure.name} is not for the bound that is stated")


def _check_bias(release: Release, path: str) -> None:
    """Each bias is of a measure under its bound, printed with it, and as wide as its own draw says."""
    bounded = {measure.name: measure for measure in release.bounded}
    draws = {draw.measure: draw for draw in release.parts}
    for bias in release.evidence.bias:
        measure, draw = bounded.get(bias.measure), draws.get(PREFIX + bias.measure)
        if measure is None or draw is None or bias.bound != measure.bound or bias.up_to <= bias.bound:
            raise VerificationFailed(path, "a bias is not of one of its measures")
        moved = sensitivity(measure, bias.up_to, len(release.cells))
        if (draw.sensitivity, draw.grain) != (moved, measure.grain):
            raise VerificationFailed(path, "the noise in a bias is not that of its bounds")
        if bias.half != half_width([draw.scale], draw.grain, LEVEL):
            raise VerificationFailed(path, "the interval of a bias is not that of its noise")
        for cell, one in zip(release.cells, bias.cells, strict=True):
            if (one is None) != all(value is None for value in cell.values):
                raise VerificationFailed(path, "a bias is printed where its number is not, or the reverse")
            if one is not None and (one.low, one.high) != ends(one.estimate, bias.half, signed=is_signed(measure)):
                raise VerificationFailed(path, "an interval of a bias does not fit its estimate")


def _added_up(release: Release) -> PrivacyLoss:
    """Return the loss that the draws make: all of them for one holder, the dearest a measure between parties."""
    if release.suite.startswith(ONE_HOLDER):
        return sum((draw.loss for draw in release.parts), NO_LOSS)
    dearest: dict[str, PrivacyLoss] = {}
    for draw in release.parts:
        known = dearest.get(draw.measure, NO_LOSS)
        dearest[draw.measure] = PrivacyLoss(
            max(known.micro_epsilon, draw.loss.micro_epsilon), max(known.delta_e15, draw.loss.delta_e15)
        )
    return sum(dearest.values(), NO_LOSS)


def _judge(release: Release) -> int | None:
    """Return the index of the measure that small groups are judged by, or None if no measure counts people."""
    if not release.suite.startswith(ONE_HOLDER):
        return 0
    told = next((value for what, value in release.bounds if what.startswith("groups below ")), "")
    name = told.removeprefix("noised ")
    return release.measures.index(name) if told != name and name in release.measures else None


def _check_draw(draw: NoisePart, path: str) -> None:
    try:
        bound, scale = Decimal(draw.map_epsilon), Decimal(draw.scale)
        wide = scale * draw.loss.micro_epsilon >= draw.sensitivity * 10**6 * (1 - Decimal("1e-12"))
        within = bound * 10**6 <= draw.loss.micro_epsilon
    except ArithmeticError:
        raise VerificationFailed(path, "a draw's scale or bound is not a decimal number") from None
    if not (bound.is_finite() and scale.is_finite() and draw.sensitivity >= 1 and wide and within):
        raise VerificationFailed(path, "a draw of noise is too small for what it is debited")


def _in_doubles(scale: str) -> str:
    before = SIGMA if scale.startswith(SIGMA) else ""
    return f"{before}{float(scale.removeprefix(SIGMA))}"


def _check_batch(draws: Sequence[NoisePart], path: str) -> None:
    """Check discrete Gaussian draws, whose rhos add up to what they are debited for together."""
    if not draws:
        return
    debit = sum((draw.loss for draw in draws), NO_LOSS)
    try:
        rho = float(sum(rho_of(draw.sensitivity, draw.scale) for draw in draws))
        told = {Decimal(draw.map_epsilon) for draw in draws}
        within = all(bound.is_finite() and bound * 10**6 <= debit.micro_epsilon for bound in told)
        enough = epsilon_at(rho, debit.delta) <= debit.epsilon * (1 + 1e-9)
    except (ArithmeticError, ValueError, ParameterRefused):
        raise VerificationFailed(path, "a draw's scale, bound or delta is not a number in range") from None
    if not (len(told) == 1 and within and enough and all(draw.sensitivity >= 1 for draw in draws)):
        raise VerificationFailed(path, "its gaussian draws are too small for what they are debited together")
