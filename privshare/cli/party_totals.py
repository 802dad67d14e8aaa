"""The command of one of three parties that add up over people whom two of them know: party totals."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from privshare.cli.options import Json, Out, columns_of, whole_option
from privshare.cli.party_options import ITEMS_MAX, ItemsMax, Keys, Patience, Wait, address_of, check_bounds
from privshare.cli.process import prepare
from privshare.cli.terminal import print_json, progress, say, warn
from privshare.errors import InputRefused
from privshare.model.role import Role

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from privshare.exchange.connecting import Listener
    from privshare.exchange.network import NetworkEndpoint
    from privshare.exchange.tls import Credentials
    from privshare.model.party import PartyId

PartyName = Annotated[str, typer.Option(help="Name of that party, as in its certificate; the own one may be left out.")]
Place = Annotated[str | None, typer.Option(help="HOST:PORT where that party listens.")]


def totals(
    role: Annotated[Role, typer.Option(help="Who this party is: it knows groups, or values, or it is the unit.")],
    keys: Keys,
    out: Out,
    value_max: Annotated[int, whole_option("A person's sum is clamped to 0 up to this. All three must agree.")],
    epsilon: Annotated[str, typer.Option(help="Privacy loss at each holder. All three must agree.")],
    table: Annotated[Path | None, typer.Argument(help="A holder's .csv or .parquet table; none at the unit.")] = None,
    grouping: PartyName = "",
    valuing: PartyName = "",
    unit: PartyName = "",
    at: Annotated[str | None, typer.Option(help="HOST:PORT to listen at (valuing, unit); port 0 prints one.")] = None,
    valuing_at: Place = None,
    unit_at: Place = None,
    on: Annotated[str | None, typer.Option(help="A holder's key columns, in the order agreed.")] = None,
    by: Annotated[str | None, typer.Option(help="The column that names a person's group (grouping).")] = None,
    column: Annotated[str | None, typer.Option("--sum", help="The column of whole numbers (valuing).")] = None,
    groups: Annotated[
        str | None, typer.Option(help="The groups, separated by commas. Both holders must agree.")
    ] = None,
    group_count: Annotated[int, whole_option("How many groups there are, which is all the unit is told.")] = 0,
    delta: Annotated[str, typer.Option(help="Delta of it all at each holder. All three must agree.")] = "1e-6",
    identifiers_max: Annotated[
        int, whole_option("Most keys that one person has at one holder. All three must agree.")
    ] = 1,
    ledger: Annotated[Path | None, typer.Option(help="A holder's own ledger; without it only this run counts.")] = None,
    policy: Annotated[Path | None, typer.Option(help="A holder's policy file; without it the flags are it.")] = None,
    purpose: Annotated[str | None, typer.Option(help="What for: of the policy file. All three must agree.")] = None,
    items_max: ItemsMax = ITEMS_MAX,
    wait: Wait = 600,
    patience: Patience = 60,
    as_json: Json = False,
) -> None:
    """Play one of three parties that count and add up, by group, over people whom two of them know; with noise."""
    prepare()
    from privshare.report.party_totals import totals_facts, totals_files, totals_lines
    from privshare.report.staging import check_free, publish, staging
    from privshare.scenario.party.totals.lines import Places, lines_to
    from privshare.scenario.party.totals.request import TotalsRequest
    from privshare.scenario.party.totals.run import run_totals

    check_bounds(items_max, wait, patience)
    if (role is Role.GROUPING and column) or (role is Role.VALUING and by):
        raise InputRefused("--by is the grouping holder's column, --sum the valuing holder's; give the own one only.")
    asked = TotalsRequest(
        role=role,
        keys=keys,
        names={Role.GROUPING: grouping, Role.VALUING: valuing, Role.UNIT: unit},
        value_max=value_max,
        epsilon=epsilon,
        delta=delta,
        identifiers_max=identifiers_max,
        groups=columns_of("--groups", groups, what="groups"),
        group_count=group_count,
        table=table,
        key=columns_of("--on", on),
        column=by or column or "",
        ledger=ledger,
        policy=policy,
        purpose=purpose,
        items_max=items_max,
    )
    places = Places(
        own=None if at is None else address_of(at, least=0),
        valuing=None if valuing_at is None else address_of(valuing_at),
        unit=None if unit_at is None else address_of(unit_at),
        wait=wait,
        patience=patience,
    ).checked(role)

    def listening(listener: Listener) -> None:
        if places.own is not None and places.own[1] == 0:
            warn(f"listening at {listener.address}")

    def connect(credentials: Credentials, others: Mapping[str, PartyId]) -> Sequence[NetworkEndpoint]:
        return lines_to(others, places, credentials, listening=listening, refused=warn)

    check_free(out)
    with progress(quiet=as_json) as notice:
        run = run_totals(asked, connect, began=notice, passed=notice.part, hinted=warn)
        # Only now, when all three have signed for everything: a process that is killed before leaves nothing.
        with staging(out, reserve=1, private=True) as stage:
            publish(totals_files(run), stage)
    if as_json:
        print_json({**totals_facts(run), "out": str(out)})
        return
    for line in totals_lines(run, out=str(out)):
        say(line)
