"""Commands for somebody's own files: categorize, release."""

from __future__ import annotations

from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from privshare.cli.options import Json, LedgerFile, OutUnlessPreview, PreviewOnly, columns_of, whole_in, whole_option
from privshare.cli.preview import needed_unless_preview, show_preview
from privshare.cli.terminal import print_json, progress, say
from privshare.errors import ParameterRefused


class NoiseKind(StrEnum):
    """Which noise a release gets."""

    LAPLACE = "laplace"
    GAUSSIAN = "gaussian"


class Outside(StrEnum):
    """What to do with a value outside --bounds."""

    CLAMP = "clamp"
    REFUSE = "refuse"


def categorize(
    table: Annotated[Path, typer.Argument(help="A .csv or .parquet table.")],
    out: Annotated[Path | None, typer.Option(help="Policy draft to write; must not exist.")] = None,
    holder: Annotated[str, typer.Option(help="Id of the holder in the draft.")] = "owner",
    purpose: Annotated[str, typer.Option(help="Id of the purpose in the draft.")] = "my-purpose",
    as_json: Json = False,
) -> None:
    """Suggest a category for each column, with the reason, and draft a policy that a person then edits."""
    from privshare.report.staging import write_new
    from privshare.report.terminal.run import examination_lines
    from privshare.scenario.adhoc.categorize import examine_file

    with progress(quiet=as_json) as notice:
        notice(f"Reading {table.name}")
        found, draft = examine_file(table, holder=holder, purpose=purpose, progress=notice.part)
        if out is not None:
            write_new(out, draft)
    if as_json:
        print_json(
            {
                "about_people": found.people,
                "columns": [
                    {
                        "column": said.column,
                        "category": said.category.value,
                        "written_as": said.safer.value,
                        "rung": str(said.rung),
                        "grade": said.grade,
                        "concept": said.concept,
                        "reason": said.reason,
                        "confidence": said.confidence,
                        "certainty": said.certainty,
                        "evidence": asdict(said.evidence),
                    }
                    for said in found.suggestions
                ],
                "small_groups": [asdict(risk) for risk in found.risks],
                "policy": None if out is None else str(out),
            }
        )
        return
    for line in examination_lines(found, out=None if out is None else str(out)):
        say(line)


def release(
    table: Annotated[Path, typer.Argument(help="A .csv or .parquet table.")],
    person: Annotated[str, typer.Option(help="Column that names the person a row is about: the unit of privacy.")],
    epsilon: Annotated[str, typer.Option(help="Total privacy loss of the request, over all its numbers.")],
    out: OutUnlessPreview = None,
    by: Annotated[
        str | None, typer.Option(help="Grouping columns, separated by commas; without them, the whole table.")
    ] = None,
    count: Annotated[bool, typer.Option("--count", help="Count rows by group.")] = False,
    people: Annotated[bool, typer.Option("--people", help="Count distinct people by group.")] = False,
    total: Annotated[str | None, typer.Option("--sum", help="Add up this column of whole numbers by group.")] = None,
    mean: Annotated[str | None, typer.Option(help="Mean of this column by group, with its interval.")] = None,
    variance: Annotated[str | None, typer.Option(help="Variance of this column by group, with its interval.")] = None,
    bounds: Annotated[
        str | None, typer.Option(help="LO,HI of a row's value in --sum, --mean, --variance; never taken from data.")
    ] = None,
    quantiles: Annotated[
        str | None, typer.Option(help="COLUMN:25,50,75 (percentages; COLUMN alone is the median); needs --bins.")
    ] = None,
    bins: Annotated[
        list[str] | None, typer.Option(help="COLUMN:EDGE,EDGE,...: a column of --by or --quantiles in bins.")
    ] = None,
    top: Annotated[int | None, whole_option("Also list this many of the largest groups.")] = None,
    outside: Annotated[Outside, typer.Option(help="What to do with a value outside --bounds.")] = Outside.CLAMP,
    keys: Annotated[
        Path | None, typer.Option(help="Table of the groups, which are public; without it they are found privately.")
    ] = None,
    delta: Annotated[
        str | None, typer.Option(help="Price of finding groups, or of gaussian noise; default 1e-6.")
    ] = None,
    noise: Annotated[
        NoiseKind,
        typer.Option(
            help="Noise to add; gaussian needs --keys and a --delta, and pays where one person is in many groups."
        ),
    ] = NoiseKind.LAPLACE,
    count_bound: Annotated[
        int | None,
        whole_option("Rows one person may add in all; default: chosen privately. With gaussian noise: a length."),
    ] = None,
    people_bound: Annotated[
        int | None,
        whole_option("Groups one person may be counted in; default: chosen privately. With gaussian noise: a length."),
    ] = None,
    sum_bound: Annotated[
        int | None,
        whole_option("Amount one person may add in all; default: chosen privately. With gaussian noise: a length."),
    ] = None,
    bias_share: Annotated[
        int, whole_option("Percent of every number's epsilon to estimate, by group, what its bound cuts away.")
    ] = 0,
    target_error: Annotated[
        str | None, typer.Option(help="5% or 0.05: look first, then spend no more of --epsilon than this needs.")
    ] = None,
    policy: Annotated[Path | None, typer.Option(help="Policy file; without it the flags are the policy.")] = None,
    purpose: Annotated[str | None, typer.Option(help="Purpose in the policy file; needed with --policy.")] = None,
    holder: Annotated[str | None, typer.Option(help="Whose table this is, if the policy names several.")] = None,
    ledger: LedgerFile = None,
    preview: PreviewOnly = False,
    as_json: Json = False,
) -> None:
    """Publish counts, sums, means and quantiles of one table by group, with differential privacy."""
    from privshare.report.facts import run_facts
    from privshare.report.folder import staging, write_run
    from privshare.report.svg import warm_up
    from privshare.report.terminal.run import release_lines
    from privshare.scenario.adhoc.plan import share_of
    from privshare.scenario.adhoc.release import ReleaseRequest, release_scenario
    from privshare.scenario.adhoc.spent import spent_for_flags
    from privshare.scenario.run import run_scenario
    from privshare.secure.signing import fingerprint

    asked = ReleaseRequest(
        table=table,
        by=_by(by),
        person=person,
        epsilon=epsilon,
        count=count,
        people=people,
        total=total,
        mean=mean,
        variance=variance,
        bounds=_bounds(bounds),
        quantiles=None if quantiles is None else _quantiles(quantiles),
        bins=dict(_bins(text) for text in bins or []),
        top=top,
        keys=keys,
        delta=delta,
        noise=noise.value,
        policy=policy,
        purpose=purpose,
        holder=holder,
        count_bound=count_bound,
        people_bound=people_bound,
        total_bound=sum_bound,
        outside=outside.value,
        bias_share=bias_share,
        target=None if target_error is None else share_of(target_error),
        spent=spent_for_flags(ledger),
    )
    if preview:
        show_preview(release_scenario(asked), ledger=ledger, as_json=as_json)
        return
    out = needed_unless_preview(out)
    warm_up()
    with progress(quiet=as_json) as notice, staging(out) as stage:
        notice(f"Reading {table.name}")
        scenario = release_scenario(asked, progress=notice.part)
        played, run_key = run_scenario(scenario, ledger_path=ledger, notice=notice)
        notice("Writing the report")
        write_run(played, stage, run_key=run_key)
    key = fingerprint(run_key.public)
    if as_json:
        print_json({**run_facts(played), "out": str(out), "fingerprint": key})
        return
    for line in release_lines(played, out=str(out), fingerprint=key):
        say(line)


def _by(text: str | None) -> tuple[str, ...]:
    """Read COLUMN,COLUMN,...; no option is no column, but an option without a name has lost one."""
    if text is not None and not text.strip():
        raise ParameterRefused("--by", text, "columns separated by commas; for the whole table leave --by out")
    return columns_of("--by", text)


def _bounds(text: str | None) -> tuple[int, int] | None:
    """Read LO,HI; whole numbers in plain digits."""
    if text is None:
        return None
    accepted = "two whole numbers, the smaller first, separated by a comma, for example 0,100"
    numbers = [whole_in(part) for part in text.split(",")]
    if len(numbers) != 2 or numbers[0] is None or numbers[1] is None:
        raise ParameterRefused("--bounds", text, accepted)
    return numbers[0], numbers[1]


def _bins(text: str) -> tuple[str, tuple[int, ...]]:
    """Read COLUMN:EDGE,EDGE,...; the column is all before the last colon."""
    column, colon, listed = text.rpartition(":")
    edges = [whole_in(part) for part in listed.split(",")]
    if not colon or not column or None in edges:
        raise ParameterRefused("--bins", text, "a column, a colon and whole numbers, for example age:18,30,45,65")
    return column, tuple(edge for edge in edges if edge is not None)


def _quantiles(text: str) -> tuple[str, tuple[int, ...]]:
    """Read COLUMN or COLUMN:P,P,... with percentages of at most one decimal; return thousandths."""
    column, colon, listed = text.rpartition(":")
    if not colon:
        return text, (500,)
    shares = []
    for part in listed.split(","):
        whole, _, tenth = part.strip().partition(".")
        number = whole_in(f"{whole}{tenth or 0}") if len(tenth) <= 1 else None
        if number is None:
            accepted = "a column, a colon and percentages, for example income:25,50,75"
            raise ParameterRefused("--quantiles", text, accepted)
        shares.append(number)
    return column, tuple(shares)
