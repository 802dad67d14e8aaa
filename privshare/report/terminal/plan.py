"""A plan in sentences and a table for a terminal, and as a document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from privshare.model.loss import EPSILON_MAX
from privshare.report.figures import count, decimal, epsilon, exact_percent, listing, plain
from privshare.report.layout import aligned, section, wrapped
from privshare.report.sentences import Sentences, english
from privshare.scenario.adhoc.plan import Planned, Request
from privshare.use.release.planning import Need, Standing

GROUPS_SHOWN = 40


def plan_lines(planned: Planned, *, sentences: Sentences | None = None) -> list[str]:
    """Return what every group needs, the group that decides, the price, and what cannot be promised."""
    say = sentences or english()
    made = planned.plan
    share, measure, level = exact_percent(made.target.share), planned.measure, f"{made.target.level:.6g}"
    what = say.say("plan.what", source=planned.source, share=share, measure=measure, level=level)
    lines = wrapped([what], indent="")
    head = (
        *(planned.by or (say.say("plan.group"),)),
        *(say.say(id) for id in ("plan.size", "plan.half", "plan.needed", "plan.mean", "plan.standing")),
    )
    rows = [_row(planned, need, say) for need in made.needs[:GROUPS_SHOWN]]
    lines += ["", *aligned([head, *rows])]
    if len(made.needs) > GROUPS_SHOWN:
        lines.append(say.say("plan.more", number=count(len(made.needs) - GROUPS_SHOWN)))
    lines.append("")
    worst = worst_of(planned)
    if worst is None or made.micro is None:
        lines += wrapped([say.say("plan.none")], indent="")
    else:
        needed = epsilon(made.micro)
        told = [say.say("plan.worst", group=_group(worst, say), epsilon=needed, share=share, measure=measure)]
        if made.mean_micro is not None:
            told.append(say.say("plan.worst_mean", epsilon=epsilon(made.mean_micro), share=share))
        if planned.had_micro is not None:
            told.append(say.say("plan.had", epsilon=epsilon(planned.had_micro), source=planned.source))
        lines += wrapped(told, indent="")
    lines += ["", *section(say.say("plan.unpromised"), wrapped(_unpromised(planned, say)))]
    lines += _requests(planned, say)
    return [*lines, *wrapped([say.say("plan.noise_only")], indent="")]


def plan_facts(planned: Planned) -> dict[str, Any]:
    """Return the plan as a document; epsilons as decimal texts and whole micro-epsilon."""
    made = planned.plan
    worst = worst_of(planned)
    return {
        "source": planned.source,
        "measure": planned.measure,
        "error": float(made.target.share),
        "level": made.target.level,
        "by": list(planned.by),
        "groups": [
            {
                "key": list(need.size.key),
                "size": need.size.number,
                "half": need.size.half,
                "needed_micro_epsilon": need.micro,
                "needed_micro_epsilon_for_mean": need.mean_micro,
                "standing": need.standing.value,
            }
            for need in made.needs
        ],
        "worst": None if worst is None else list(worst.size.key),
        "needed_micro_epsilon": made.micro,
        "needed_micro_epsilon_for_mean": made.mean_micro,
        "had_micro_epsilon": planned.had_micro,
        "alone": _request_facts(planned.alone),
        "whole_request": _request_facts(planned.whole),
        "flags": planned.flags,
    }


def worst_of(planned: Planned) -> Need | None:
    """Return the promised group that needs most."""
    promised = [need for need in planned.plan.needs if need.micro is not None]
    return max(promised, key=lambda need: need.micro or 0, default=None)


def _row(planned: Planned, need: Need, say: Sentences) -> tuple[str, ...]:
    size = need.size
    return (
        *(size.key if planned.by else (say.say("plan.all"),)),
        "" if size.number is None else count(size.number),
        "" if size.number is None else count(size.half),
        "" if need.micro is None else epsilon(need.micro),
        "" if need.mean_micro is None else epsilon(need.mean_micro),
        _standing(need.standing, say),
    )


def _standing(standing: Standing, say: Sentences) -> str:
    return say.say(_STANDINGS[standing])


_STANDINGS: Mapping[Standing, str] = {
    Standing.PROMISED: "plan.promised",
    Standing.UNPRINTED: "plan.not_printed",
    Standing.TOO_SMALL: "plan.reaches_zero",
    Standing.TOO_DEAR: "plan.too_dear",
}


def _group(need: Need, say: Sentences) -> str:
    return listing(need.size.key) if need.size.key else say.say("plan.all")


def _unpromised(planned: Planned, say: Sentences) -> list[str]:
    made = planned.plan
    numbers = {standing: [need for need in made.needs if need.standing is standing] for standing in Standing}
    told = []
    for standing, id in (
        (Standing.UNPRINTED, "plan.because_unprinted"),
        (Standing.TOO_SMALL, "plan.because_empty" if planned.had_micro is None else "plan.because_zero"),
        (Standing.TOO_DEAR, "plan.because_dear"),
    ):
        groups = numbers[standing]
        if groups:
            named = "; ".join(_group(need, say) for need in groups[:GROUPS_SHOWN])
            told.append(say.say(id, number=count(len(groups)), groups=named))
    return told


def _requests(planned: Planned, say: Sentences) -> list[str]:
    if planned.plan.micro is None:
        return []
    told = []
    if planned.alone is not None:
        told.append(say.say("plan.alone", measure=planned.measure, epsilon=epsilon(planned.alone.micro)))
    if planned.whole is not None:
        price = {"number": count(planned.whole.measures), "epsilon": epsilon(planned.whole.micro)}
        told.append(say.say("plan.whole_choosing" if planned.whole.choosing else "plan.whole", **price))
        if not planned.whole.possible:
            told.append(say.say("plan.not_in_one", limit=decimal(float(EPSILON_MAX), 0)))
    lines = section(say.say("plan.price"), wrapped(told))
    if planned.flags and planned.alone is not None:
        lines.append(say.say("plan.flags"))
        command = say.say("plan.command", flags=planned.flags, epsilon=epsilon(planned.alone.micro))
        lines += [plain(f"  {command}"), ""]
    return lines


def _request_facts(request: Request | None) -> dict[str, Any] | None:
    if request is None:
        return None
    return {
        "micro_epsilon": request.micro,
        "measures": request.measures,
        "choosing_bounds": request.choosing,
        "possible": request.possible,
    }
