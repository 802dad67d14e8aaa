"""A link on somebody's own tables as lines for a terminal: what matched, who learned what, which file is whose."""

from __future__ import annotations

from privshare.model.release import NoisePart, Release
from privshare.report.choice import choice_told
from privshare.report.figures import count, decimal, delta, epsilon, listing, shown
from privshare.report.layout import aligned, section, wrapped
from privshare.report.leaked import learned_lines
from privshare.report.matches import own_path, pairs_path
from privshare.report.paired import open_path, paired_lines, weights_path
from privshare.report.sentences import Sentences, english
from privshare.report.terminal.run import closing
from privshare.scenario.outcome import LinkRecord, Run


def link_lines(run: Run, *, out: str, fingerprint: str, sentences: Sentences | None = None) -> list[str]:
    """Return the one link of a run: matched rows or a noised size, with its leakage statement."""
    say = sentences or english()
    lines: list[str] = []
    for link in run.links:
        lines += paired_lines(link, link.fuzzy, say) if link.fuzzy else _matched(link, say)
    for published in run.releases:
        lines += _size(published.release, say)
    for record in run.protocols:
        lines += [*wrapped(choice_told(record.choice, say)), ""] if record.choice else []
        lines += learned_lines(record.leakage, say)
    for link in run.links:
        files = [
            (f"{out}/{own_path(side.party, link.question.id)}", say.say("told.link_own", party=side.party))
            for side in link.sides
        ]
        if link.fuzzy:
            own, name = link.fuzzy.by, link.question.id
            files.append((f"{out}/{weights_path(own, name)}", say.say("told.pairs_weights", party=own)))
            files.append((f"{out}/{open_path(own, name)}", say.say("told.pairs_ties", party=own)))
        files.append((f"{out}/{pairs_path(link.question.id)}", say.say("told.link_pairs")))
        lines += section(say.say("told.link_files"), aligned(files))
    return lines + closing(run, out, fingerprint, say)


def _matched(link: LinkRecord, say: Sentences) -> list[str]:
    one, other = link.sides
    found = say.say(
        "told.link_found",
        one=one.party, other=other.party, matches=count(len(one.matches)), pairs=count(link.pairs),
    )  # fmt: skip
    sides = [
        (
            side.party,
            say.say("told.link_key", columns=listing(side.columns)),
            say.say(
                "told.link_side",
                matched=count(len(side.matches.rows)), rows=count(side.rows), missing=count(side.missing),
            ),
        )
        for side in link.sides
    ]  # fmt: skip
    return [*wrapped([found], indent=""), *aligned(sides), ""]


def _size(release: Release, say: Sentences) -> list[str]:
    from privshare.use.release.accounting import interval, loss_everywhere  # only a noised size loads it

    (measure,) = release.measures
    value, half = release.cells[0].values[0], interval(dict(release.public_noise)[measure], 0.95)
    found = say.say("told.link_size", number=shown(value), half=count(half))
    title = say.say("told.link_split", epsilon=epsilon(release.loss.micro_epsilon), delta=delta(release.loss.delta_e15))
    everywhere = loss_everywhere(release)
    both = say.say(
        "told.link_both", epsilon=epsilon(everywhere.micro_epsilon), delta=delta(everywhere.delta_e15)
    )  # fmt: skip
    told = [both, *(_part(part, say) for part in release.parts)]
    return [*wrapped([found], indent=""), "", *section(title, wrapped(told))]


def _part(part: NoisePart, say: Sentences) -> str:
    values = {
        "party": part.drawn_by,
        "epsilon": epsilon(part.loss.micro_epsilon),
        "delta": delta(part.loss.delta_e15),
        "scale": decimal(float(part.scale)),
    }
    return say.say("told.link_noise", **values) if part.measure else say.say("told.link_pad", **values)
