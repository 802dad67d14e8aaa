"""The command that attacks tables which somebody brought, or shows what a safeguard was for: attack."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from privshare.cli.options import Json, People, columns_of, whole_option
from privshare.cli.terminal import print_json, progress, say
from privshare.errors import InputRefused, ParameterRefused

if TYPE_CHECKING:
    from privshare.comparison.tables import TableRequest


def attack(
    name: Annotated[
        str,
        typer.Argument(
            help="singling-out, singling-out-univariate, linkability or inference; with --hazard the attack it names.",
            metavar="NAME",
        ),
    ],
    original: Annotated[Path | None, typer.Option(help="Table of the people who are attacked.")] = None,
    released: Annotated[Path | None, typer.Option(help="What was released of it, which the adversary sees.")] = None,
    control: Annotated[
        Path | None, typer.Option(help="People of the same population who are not in the original.")
    ] = None,
    known: Annotated[str | None, typer.Option(help="Columns that the adversary knows, separated by commas.")] = None,
    secret: Annotated[str | None, typer.Option(help="Column that it wants to learn, for inference.")] = None,
    other: Annotated[str | None, typer.Option(help="Columns that a second source knows, for linkability.")] = None,
    neighbours: Annotated[int, whole_option("Nearest released rows that each source looks at.")] = 1,
    attempts: Annotated[int, whole_option("At most so many attempts, 30 to 1000000.")] = 2_000,
    seed: Annotated[int, whole_option("Seed of the adversary's choices, and of the simulated people of a hazard.")] = 1,
    declare_synthetic: Annotated[
        bool, typer.Option("--declare-synthetic", help="Declare that no row is about a real person; it is kept.")
    ] = False,
    hazard: Annotated[
        str | None, typer.Option(help="Switch this safeguard off, on simulated people, and show what NAME then finds.")
    ] = None,
    people: People = None,
    out: Annotated[Path | None, typer.Option(help="Folder to make; must not exist or be empty.")] = None,
    as_json: Json = False,
) -> None:
    """Attack a released table, beside its original, or show on simulated people what a safeguard is for."""
    if hazard is not None:
        if any((original, released, control, known, other, secret, out)):
            raise InputRefused("--hazard plays on simulated people; leave out the tables, their columns and --out.")
        _show_hazard(name, hazard, people=people, seed=seed, as_json=as_json)
        return
    from privshare.attacks import ATTACKS
    from privshare.attacks.tables import TABLE_ATTACKS
    from privshare.comparison.tables import TableRequest

    if name in ATTACKS:
        raise InputRefused(
            f"{name} is an attack of the lab, on simulated people: show what stops it with --hazard, or put it against "
            f"every technique with privshare compare SCENARIO --attack {name}."
        )
    named_attack(name, tuple(TABLE_ATTACKS))
    asked = TableRequest(
        attack=name,
        original=_needed("--original", original),
        released=_needed("--released", released),
        control=control,
        known=columns_of("--known", known),
        other=columns_of("--other", other),
        secret=secret,
        attempts=attempts,
        neighbours=neighbours,
        seed=seed,
        declared=declare_synthetic,
    )
    _attack_tables(asked, out=out, as_json=as_json)


def _show_hazard(name: str, hazard: str, *, people: int | None, seed: int, as_json: bool) -> None:
    from privshare.attacks import ATTACKS
    from privshare.report.hazards import hazard_facts, hazard_lines
    from privshare.scenario.lab.hazards import hazard_named, play_hazard
    from privshare.scenario.loader import load_scenario

    named_attack(name, tuple(ATTACKS))
    with progress(quiet=as_json) as notice:
        notice("Playing with the safeguard on and off")
        played = play_hazard(hazard_named(hazard, attack=name), load_scenario("demo"), people=people, seed=seed)
    if as_json:
        print_json(hazard_facts(played))
        return
    for line in hazard_lines(played):
        say(line)


def named_attack(name: str, names: tuple[str, ...]) -> None:
    """Raise ParameterRefused, with the nearest name, unless there is an attack of this name."""
    if name in names:
        return
    near = get_close_matches(name, names, n=1, cutoff=0.4)
    raise ParameterRefused("NAME", name, ", ".join(names) + (f" (did you mean {near[0]!r}?)" if near else ""))


def _attack_tables(asked: TableRequest, *, out: Path | None, as_json: bool) -> None:
    from privshare.comparison.tables import attack_tables
    from privshare.report.attacked import attacked_facts, attacked_files, attacked_lines
    from privshare.report.staging import check_free, publish, staging

    if out is not None:
        check_free(out)
    with progress(quiet=as_json) as notice:
        found = attack_tables(asked, notice=notice)
    if out is not None:
        with staging(out) as stage:
            publish(attacked_files(found), stage)
    if as_json:
        print_json({**attacked_facts(found), "out": None if out is None else str(out)})
        return
    for line in attacked_lines(found, out=None if out is None else str(out)):
        say(line)


def _needed(option: str, path: Path | None) -> Path:
    if path is None:
        raise ParameterRefused(option, "not given", "a .csv or .parquet table")
    return path
