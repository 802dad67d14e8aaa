"""The commands of one party of a run between two machines: party keys, party listen, party connect."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from privshare.cli.options import Json, Out, columns_of, whole_option
from privshare.cli.party_options import (
    ITEMS_MAX,
    Delta,
    Epsilon,
    FuzzyKeys,
    ItemsMax,
    Keys,
    LedgerOfParty,
    On,
    Patience,
    Peer,
    PolicyOfParty,
    Purpose,
    RecordsMax,
    Reveal,
    RevealWhat,
    Suite,
    Table,
    Wait,
    WeightMin,
    address_of,
    check_bounds,
)
from privshare.cli.process import prepare
from privshare.cli.terminal import print_json, progress, say, warn
from privshare.errors import InputRefused
from privshare.model.party import PartyId

if TYPE_CHECKING:
    from privshare.exchange.network import NetworkEndpoint
    from privshare.exchange.tls import Credentials
    from privshare.scenario.party.request import PartyRequest

app = typer.Typer()


@app.callback(invoke_without_command=True)
def _shown_alone(context: typer.Context) -> None:
    """Link a table with another party's, each at its own machine: keys, listen, connect."""
    if context.invoked_subcommand is None:
        say(context.get_help())


@app.command()
def keys(
    names: Annotated[list[str], typer.Argument(help="Names of the parties, two or more.")],
    out: Annotated[Path, typer.Option(help="Folder to make: a folder for each party in it.")],
    days: Annotated[int, whole_option("How long the certificates hold.")] = 90,
    as_json: Json = False,
) -> None:
    """Make the keys of a project: a certificate, a TLS key and an identity for each party, under one authority."""
    from privshare.model.entropy import SystemEntropy
    from privshare.scenario.party.keys import make_keys

    made = make_keys(out, names, days=days, entropy=SystemEntropy())
    if as_json:
        print_json({"out": str(out), "days": days, "parties": [{"party": n, "identity": key} for n, key in made]})
        return
    for name, key in made:
        say(f"{out / name}  {key}")
    say("Each folder goes to its party and to nobody else. The authority's own key is forgotten.")


@app.command()
def listen(
    table: Table,
    on: On,
    keys: Keys,
    peer: Peer,
    out: Out,
    host: Annotated[str, typer.Option(help="Address to listen at.")] = "127.0.0.1",
    port: Annotated[int, whole_option("Port; 0 takes a free one and prints it.")] = 0,
    reveal: RevealWhat = Reveal.MEMBERS,
    suite: Suite = None,
    epsilon: Epsilon = None,
    delta: Delta = None,
    ledger: LedgerOfParty = None,
    policy: PolicyOfParty = None,
    purpose: Purpose = None,
    fuzzy_keys: FuzzyKeys = None,
    weight_min: WeightMin = None,
    records_max: RecordsMax = None,
    items_max: ItemsMax = ITEMS_MAX,
    wait: Wait = 600,
    patience: Patience = 60,
    as_json: Json = False,
) -> None:
    """Wait for the other party and link with it; this side answers."""
    prepare()
    from privshare.exchange.connecting import Listener

    asked = _asked(table, on, keys, peer, reveal, suite, epsilon, delta, ledger, policy, purpose, items_max)
    asked = _paired(asked, fuzzy_keys, weight_min, records_max)
    check_bounds(items_max, wait, patience)

    def accept(own: Credentials) -> NetworkEndpoint:
        with Listener(host, port) as listener:
            if port == 0:
                warn(f"listening at {listener.address}")
            return listener.accept_peer(own, peer=PartyId(peer), within=wait, patience=patience, refused=warn)

    _play(asked, accept, calls=False, out=out, as_json=as_json)


@app.command()
def connect(
    address: Annotated[str, typer.Argument(help="HOST:PORT where the other party listens.")],
    table: Table,
    on: On,
    keys: Keys,
    peer: Peer,
    out: Out,
    reveal: RevealWhat = Reveal.MEMBERS,
    suite: Suite = None,
    epsilon: Epsilon = None,
    delta: Delta = None,
    ledger: LedgerOfParty = None,
    policy: PolicyOfParty = None,
    purpose: Purpose = None,
    fuzzy_keys: FuzzyKeys = None,
    weight_min: WeightMin = None,
    records_max: RecordsMax = None,
    items_max: ItemsMax = ITEMS_MAX,
    wait: Wait = 60,
    patience: Patience = 60,
    as_json: Json = False,
) -> None:
    """Call the other party and link with it; this side learns first and tells the other."""
    prepare()
    host, port = address_of(address)
    asked = _asked(table, on, keys, peer, reveal, suite, epsilon, delta, ledger, policy, purpose, items_max)
    asked = _paired(asked, fuzzy_keys, weight_min, records_max)
    check_bounds(items_max, wait, patience)

    def call(own: Credentials) -> NetworkEndpoint:
        from privshare.exchange import connecting

        return connecting.connect(host, port, own, peer=PartyId(peer), within=wait, patience=patience)

    _play(asked, call, calls=True, out=out, as_json=as_json)


def _play(
    asked: PartyRequest,
    connect: Callable[[Credentials], NetworkEndpoint],
    *,
    calls: bool,
    out: Path,
    as_json: bool,
) -> None:
    from privshare.report.party import party_facts, party_files, party_lines
    from privshare.report.staging import check_free, publish, staging
    from privshare.scenario.party.run import run_party

    check_free(out)
    with progress(quiet=as_json) as notice:
        run = run_party(asked, connect, calls=calls, began=notice, passed=notice.part, hinted=warn)
        # Only now, when both sides have signed for everything: a process that is killed before leaves nothing.
        with staging(out, reserve=1, private=True) as stage:
            publish(party_files(run), stage)
    if as_json:
        print_json({**party_facts(run), "out": str(out)})
        return
    for line in party_lines(run, out=str(out)):
        say(line)


def _asked(
    table: Path,
    on: str,
    keys: Path,
    peer: str,
    reveal: Reveal,
    suite: str | None,
    epsilon: str | None,
    delta: str | None,
    ledger: Path | None,
    policy: Path | None,
    purpose: str | None,
    items_max: int,
) -> PartyRequest:
    from privshare.scenario.party.request import PartyRequest

    return PartyRequest(
        table=table,
        key=columns_of("--on", on),
        keys=keys,
        peer=peer,
        reveal=reveal.value,
        suite=suite,
        epsilon=epsilon,
        delta=delta,
        ledger=ledger,
        policy=policy,
        purpose=purpose,
        items_max=items_max,
    )


def _paired(asked: PartyRequest, keys: str | None, weight_min: int | None, records_max: int | None) -> PartyRequest:
    """Return the request with its rules split off the columns, for --reveal fuzzy."""
    from privshare.scenario.party.request import FuzzyTerms

    if asked.reveal != Reveal.FUZZY.value:
        if keys is not None or weight_min is not None or records_max is not None:
            raise InputRefused("--fuzzy-keys, --weight-min and --records-max go with --reveal fuzzy.")
        return asked
    from privshare.scenario.adhoc.fuzzy_rules import composite, written_field

    columns, rules = zip(*(written_field(text) for text in asked.key), strict=True) if asked.key else ((), ())
    terms = FuzzyTerms(rules, None if keys is None else composite(keys), weight_min, records_max)
    return replace(asked, key=columns, fuzzy=terms)
