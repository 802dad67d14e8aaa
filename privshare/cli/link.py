"""The command for two of somebody's own files: link."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from privshare.cli.options import Json, LedgerFile, Out, columns_of, whole_option
from privshare.cli.process import prepare
from privshare.cli.terminal import print_json, progress, say, warn
from privshare.errors import InputRefused, ParameterRefused
from privshare.model.party import PartyId

if TYPE_CHECKING:
    from privshare.scenario.adhoc.given import Given


class Reveal(StrEnum):
    """What a link tells."""

    MEMBERS = "members"
    SIZE = "size"


class SuiteName(StrEnum):
    """Suites that tell members."""

    OPRF = "psi-oprf/1"
    SEMI_HONEST = "psi-ot-sh/1"
    MALICIOUS_RECEIVER = "psi-ot-mr/1"


def link(
    left: Annotated[Path, typer.Argument(help="A .csv or .parquet table.")],
    right: Annotated[Path, typer.Argument(help="The other .csv or .parquet table.")],
    out: Out,
    on: Annotated[str | None, typer.Option(help="Key columns of both tables, separated by commas.")] = None,
    left_on: Annotated[str | None, typer.Option(help="Key columns of the left table, if the names differ.")] = None,
    right_on: Annotated[str | None, typer.Option(help="Key columns of the right table, in the same order.")] = None,
    reveal: Annotated[
        Reveal, typer.Option(help="Which rows match (members), or only about how many people (size).")
    ] = Reveal.MEMBERS,
    epsilon: Annotated[
        str | None, typer.Option(help="Privacy loss of --reveal size, at each table; needed with it.")
    ] = None,
    delta: Annotated[str | None, typer.Option(help="Delta of --reveal size in all; default 1e-6.")] = None,
    fuzzy: Annotated[
        bool, typer.Option("--fuzzy", help="Pair records without an identifier, by keys of several COLUMN[:RULE].")
    ] = False,
    fuzzy_keys: Annotated[
        str | None,
        typer.Option(help="Keys of --fuzzy, as A+B+C,A+B+D; default: the policy's, or every three of the columns."),
    ] = None,
    weight_min: Annotated[
        int | None,
        whole_option("On how many keys of --fuzzy a pair must agree at least; default: 1, or the policy's."),
    ] = None,
    suite: Annotated[
        SuiteName | None, typer.Option(help="By which protocol rows are matched; default: by the number of keys.")
    ] = None,
    policy: Annotated[Path | None, typer.Option(help="Policy file; without it the flags are the policy.")] = None,
    purpose: Annotated[str | None, typer.Option(help="Purpose in the policy file; needed with --policy.")] = None,
    holders: Annotated[
        str, typer.Option(help="Whose the left and the right table are, as the policy file names them.")
    ] = "left,right",
    ledger: LedgerFile = None,
    as_json: Json = False,
) -> None:
    """Find which rows two tables share, or about how many people, as two parties would who do not show their tables."""
    prepare()
    from privshare.report.facts import run_facts
    from privshare.report.folder import staging, write_run
    from privshare.report.svg import warm_up
    from privshare.report.terminal.link import link_lines
    from privshare.scenario.adhoc.link import LEFT, RIGHT, LinkRequest, link_scenario
    from privshare.scenario.adhoc.spent import spent_for_flags
    from privshare.scenario.run import run_scenario
    from privshare.secure.signing import fingerprint

    if ledger is not None and reveal is Reveal.MEMBERS:
        raise InputRefused("--ledger counts what noised numbers cost; --reveal members has no price to count.")
    if suite is not None and reveal is Reveal.SIZE:
        raise InputRefused("--suite says how rows are matched; --reveal size matches none and has one protocol.")
    if not fuzzy and (fuzzy_keys is not None or weight_min is not None):
        raise InputRefused("--fuzzy-keys and --weight-min say how --fuzzy pairs records; give --fuzzy with them.")
    if fuzzy and (reveal is not Reveal.MEMBERS or epsilon is not None or delta is not None):
        raise InputRefused("--fuzzy tells both parties which records pair; no noise and no price goes with that.")
    given = _given(policy, purpose, holders)
    if given is not None and reveal is Reveal.SIZE and ledger is None:
        raise InputRefused("--policy with --reveal size needs --ledger: a cap of the policy is kept over all runs.")
    asked = LinkRequest(
        left=left,
        right=right,
        keys=_keys(on, left_on, right_on),
        reveal=reveal.value,
        suite=suite and suite.value,
        epsilon=epsilon,
        delta=delta,
        spent={party: spent_for_flags(ledger, party) for party in (LEFT, RIGHT)},
        given=given,
        flags=("--left-on", "--right-on") if on is None else ("--on", "--on"),
    )
    if reveal is Reveal.SIZE:
        warm_up()  # only a budget is drawn
    with progress(quiet=as_json) as notice, staging(out) as stage:
        notice(f"Reading {left.name} and {right.name}")
        if fuzzy:
            from privshare.scenario.adhoc.fuzzy import FuzzyRequest, fuzzy_scenario
            from privshare.scenario.adhoc.fuzzy_rules import composite

            scenario = fuzzy_scenario(
                FuzzyRequest(
                    left,
                    right,
                    asked.keys,
                    keys=None if fuzzy_keys is None else composite(fuzzy_keys),
                    weight_min=weight_min,
                    suite=asked.suite,
                    given=given,
                    flags=asked.flags,
                ),
                progress=notice.part,
            )
        else:
            scenario = link_scenario(asked, progress=notice.part)
        played, run_key = run_scenario(scenario, ledger_path=ledger, notice=notice, hinted=warn)
        notice("Writing the report")
        write_run(played, stage, run_key=run_key)
    if left.samefile(right):
        warn("left and right are the same file, so every row that has a key matches itself.")
    key = fingerprint(run_key.public)
    if as_json:
        print_json({**run_facts(played), "out": str(out), "fingerprint": key})
        return
    for line in link_lines(played, out=str(out), fingerprint=key):
        say(line)


def _given(policy: Path | None, purpose: str | None, holders: str) -> Given | None:
    """Return what the policy options name, or None without them."""
    from privshare.scenario.adhoc.given import Given

    if (policy is None) != (purpose is None) or (policy is None and holders != "left,right"):
        raise InputRefused(
            "--policy and --purpose go together, and --holders with them: the file, what for, and whose."
        )
    if policy is None or purpose is None:
        return None
    names = [name.strip() for name in holders.split(",")]
    if len(names) != 2 or not all(names) or names[0] == names[1]:
        raise ParameterRefused("--holders", holders, "two different names of the policy, for example clinic,library")
    return Given(policy, purpose, (PartyId(names[0]), PartyId(names[1])))


def _keys(on: str | None, left_on: str | None, right_on: str | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the key columns of both tables."""
    if (on is None) == (left_on is None and right_on is None) or (left_on is None) != (right_on is None):
        raise InputRefused(
            "give --on COLUMN[,COLUMN] for names that both tables have, or --left-on together with --right-on."
        )
    if on is not None:
        return columns_of("--on", on), columns_of("--on", on)
    return columns_of("--left-on", left_on), columns_of("--right-on", right_on)
