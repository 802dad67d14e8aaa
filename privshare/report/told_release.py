"""What a release says besides its numbers, in plain words: price, bounds and evidence, for terminal and page alike.

Leaves to others: the tables (`tables.py`) and where the words stand (`terminal/run.py`, `panels.py`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from privshare.model.bounding import Amount
from privshare.model.loss import DELTA_UNIT, NO_LOSS
from privshare.model.release import ONE_HOLDER, SIGMA, Bias, Evidence, NoisePart, Release
from privshare.report import figures
from privshare.report.tables import Data, Value
from privshare.use.release.mechanisms import GAUSSIAN

AUDIT = "privshare audit {folder}/releases/{id}.json"
LOW, HIGH = "_low", "_high"
BIASES_TOLD = 4
Say = Callable[..., str]


@dataclass(frozen=True, slots=True)
class Bound:
    """Bounds of one measure, or of the whole release where `of` is "", each as a phrase."""

    of: str
    told: tuple[str, ...]


def price_told(release: Release, say: Say) -> list[str]:
    """Return what each part of the price paid for; what is alike is said once, and Gaussian draws are one sum."""
    one_holder = release.suite.startswith(ONE_HOLDER)
    told = []
    chosen = Counter(_priced(part) for part in release.parts if not part.measure)
    for (epsilon, delta, scale), number in chosen.items() if one_holder else ():
        values = {"epsilon": epsilon, "delta": delta, "scale": scale}
        several = number > 1
        told.append(
            say("told.part_bounds", number=figures.count(number), **values) if several
            else say("told.part_bound", **values)
        )  # fmt: skip
    gaussian = [part for part in release.parts if part.mechanism == GAUSSIAN]
    for part in release.parts:
        if part in gaussian or (one_holder and not part.measure):
            continue
        epsilon, delta, scale = _priced(part)
        told.append(say("told.part_measure", measure=part.measure, epsilon=epsilon, delta=delta, scale=scale))
    if gaussian:
        debit = sum((part.loss for part in gaussian), NO_LOSS)
        measures = figures.listing([part.measure for part in gaussian])
        price = {"epsilon": figures.epsilon(debit.micro_epsilon), "delta": figures.delta(debit.delta_e15)}
        told.append(say("told.part_gaussian", measures=measures, **price))
        told += [say("told.deviation", measure=part.measure, scale=_priced(part)[2]) for part in gaussian]
    return told


def numbers_told(release: Release, say: Say) -> str:
    """Return how many numbers a release has that are printed."""
    printed = sum(value is not None for cell in release.cells for value in cell.values)
    return say("told.one_cell") if printed == 1 else say("told.cells", number=figures.count(printed))


def bounds_told(release: Release, say: Say) -> list[Bound]:
    """Return the bounds measure by measure, then those of the whole release."""
    one_holder = release.suite.startswith(ONE_HOLDER)
    by_measure: dict[str, list[str]] = {measure.name: [] for measure in release.bounded}
    whole: list[str] = []
    for what, value in release.bounds:
        measure, colon, rest = what.partition(": ")
        of = measure if colon and measure in by_measure else ""
        words = {"what": rest if of else what, "value": figures.whole(value)}
        phrase = say("told.phrase", **words) if one_holder else say("told.bound", **words)
        (by_measure[of] if of else whole).append(phrase)
    grouped = [Bound(measure, tuple(told)) for measure, told in by_measure.items() if told]
    return [*grouped, Bound("", tuple(whole))] if whole else grouped


def evidence_told(release: Release, say: Say, *, name: Callable[[str], str] = str) -> list[str]:
    """Return what speaks for a release: its errors, the second opinion on its loss, engines that check each other.

    name: how a measure is written.
    """
    evidence = release.evidence
    told = [
        say(
            "evidence.error",
            measure=name(error.measure), mean=figures.decimal(float(error.expected)), half=figures.count(error.half),
        )
        for error in evidence.errors
    ]  # fmt: skip
    if evidence.cut:
        shares = [
            say("evidence.share", measure=name(measure), share=figures.decimal(float(share) * 100))
            for measure, share in evidence.cut
        ]
        by_group = {measure for measure, _ in evidence.cut} <= {bias.measure for bias in evidence.bias}
        told.append(say("evidence.cut_whole" if by_group else "evidence.cut", shares=figures.listing(shares)))
    told += [_bias(release, bias, say, name) for bias in evidence.bias]
    if release.bounded and not evidence.cut and not evidence.bias:
        told.append(say("evidence.cut_unknown"))
    if evidence.batch_epsilon:
        told.append(_opinion(release, evidence, say))
    if len(evidence.engines) > 1:
        told.append(say("evidence.engines", engines=figures.listing(evidence.engines)))
    return told


def _bias(release: Release, bias: Bias, say: Say, name: Callable[[str], str]) -> str:
    """Return a bias in one sentence: the groups with the largest, and how sure that is."""
    printed = [(cell.key, one) for cell, one in zip(release.cells, bias.cells, strict=True) if one is not None]
    largest = sorted(printed, key=lambda pair: -abs(pair[1].estimate))[:BIASES_TOLD]
    groups = [
        say("evidence.bias_group", group=" / ".join(key) or say("evidence.all"), estimate=_signed(one.estimate))
        for key, one in largest
    ]
    values = {
        "measure": name(bias.measure),
        "groups": figures.listing(groups),
        "half": figures.count(bias.half),
        "up_to": figures.count(bias.up_to),
    }
    if not groups:
        return say("evidence.bias_none", measure=values["measure"])
    return say("evidence.bias_largest" if len(largest) < len(printed) else "evidence.bias", **values)


def _signed(number: int) -> str:
    return figures.count(number) if number <= 0 else f"+{figures.count(number)}"


def audit_command(release: Release, folder: str) -> str | None:
    """Return the command that audits a release; None where none does, as for noise that several holders add."""
    return AUDIT.format(folder=folder, id=release.id) if release.suite.startswith(ONE_HOLDER) else None


def has_intervals(data: Data) -> bool:
    """Tell whether `folded` puts an interval into any column."""
    return len(folded(data).columns) < len(data.columns)


def ingredients(release: Release) -> tuple[str, ...]:
    """Return the measures that nobody asked for by themselves: sums from the middle and squares, for means."""
    if not release.derived:
        return ()
    return tuple(measure.name for measure in release.bounded if measure.centre or measure.amount is Amount.SQUARES)


def for_people(release: Release, data: Data) -> Data:
    """Return a table of a release as people want it: intervals folded, and without the ingredients of its means."""
    aside = ingredients(release)
    kept = [place for place, name in enumerate(data.columns) if name not in aside]
    columns = tuple(data.columns[place] for place in kept)
    return folded(Data(data.name, columns, tuple(tuple(row[place] for place in kept) for row in data.rows)))


def folded(data: Data) -> Data:
    r"""Return a table for people: three columns x, x_low, x_high become one, the ends of the interval in brackets.

    >>> folded(Data("t", ("shop", "mean", "mean_low", "mean_high"), (("a", 1.5, 1.0, 2.25), ("b", None, None, None))))
    Data(name='t', columns=('shop', 'mean'), rows=(('a', '1.5 (1 \u2013 2.25)'), ('b', None)))
    """
    places = []
    for place, name in enumerate(data.columns):
        ends = (f"{name}{LOW}", f"{name}{HIGH}")
        if data.columns[place + 1 : place + 3] == ends:
            places.append((place, True))
        elif not any(at < place <= at + 2 for at, ranged in places if ranged):
            places.append((place, False))
    rows = tuple(tuple(_folded(row[at : at + 3]) if ranged else row[at] for at, ranged in places) for row in data.rows)
    return Data(data.name, tuple(data.columns[at] for at, _ in places), rows)


def _folded(values: Sequence[Value]) -> Value:
    value, low, high = values
    return None if value is None else f"{figures.shown(value)} ({figures.shown(low)} \N{EN DASH} {figures.shown(high)})"


def _opinion(release: Release, evidence: Evidence, say: Say) -> str:
    delta = int(Decimal(evidence.batch_delta) * DELTA_UNIT)
    return say(
        "evidence.opinion",
        epsilon=evidence.batch_epsilon, delta=figures.delta(delta),
        debited=figures.epsilon(release.loss.micro_epsilon), debited_delta=figures.delta(release.loss.delta_e15),
    )  # fmt: skip


def _priced(part: NoisePart) -> tuple[str, str, str]:
    scale = float(part.scale.removeprefix(SIGMA)) / part.grain
    return figures.epsilon(part.loss.micro_epsilon), figures.delta(part.loss.delta_e15), figures.decimal(scale)
