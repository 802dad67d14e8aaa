"""A scenario made into a Run: the one place that joins all stages.

Order: build the world, prepare, ask the gate about every planned question, open
the ledger, reserve all prices in one transaction (all or nothing), and only
then let anything be computed. A run that asks what it may not, cannot afford one
of its questions, or lost a race for the last budget has debited nothing.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from privshare.categorize.plan import decide
from privshare.errors import InputRefused, LedgerFault, NotPermitted, StorageFault
from privshare.holders.holder import Holder, ingest
from privshare.holders.population import WORLDS
from privshare.holders.truth import digest_of
from privshare.model.entropy import Entropy, SystemEntropy
from privshare.model.loss import NO_LOSS
from privshare.model.party import Party, PartyId
from privshare.model.policy import Policy
from privshare.scenario.adhoc.flags import states_no_cap
from privshare.scenario.adhoc.spent import open_accounts
from privshare.scenario.loader import Imported, Scenario
from privshare.scenario.outcome import BudgetLine, Component, LogRecord, Reality, Run
from privshare.scenario.prices import reserve
from privshare.scenario.questions import plan_questions
from privshare.scenario.spec import WorldSpec
from privshare.scenario.stage import Notice, Stage, unnoticed
from privshare.secure.log.checkpoint import Checkpoint, sign_checkpoint
from privshare.secure.log.merkle import inclusion_proofs, leaf_hash, root_of
from privshare.secure.signing import SigningKey, envelope, new_signing_key
from privshare.use.ledger import Ledger, LedgerStatement, open_ledger, statement_document

LOG_ORIGIN = "privshare.example/log"


def run_scenario(
    scenario: Scenario,
    *,
    people: int | None = None,
    seed: int | None = None,
    ledger_path: Path | None = None,
    now: datetime | None = None,
    entropy: Entropy | None = None,
    notice: Notice = unnoticed,
    hinted: Notice = unnoticed,
) -> tuple[Run, SigningKey]:
    """Run a scenario; return what happened and the key that is to sign the run folder.

    people, seed: instead of the file's. ledger_path: a ledger that outlives the run; without one a fresh
    ledger is made and thrown away, and nothing before or after this run is counted. now: UTC. notice: told each title.
    hinted: told what is odd about a table, for the terminal of whoever brought it.
    Raises NotPermitted for a refusal that the scenario does not plan, with nothing debited; a ledger that is there
    notes it.
    """
    entropy = entropy or SystemEntropy()
    now = now or datetime.now(UTC)
    clock = time.perf_counter()
    notice("Building the simulated world")
    stage = set_stage(scenario, people=people, seed=seed, now=now, entropy=entropy)
    stage.hinted = hinted
    try:
        planned = plan_questions(scenario, stage)
    except NotPermitted as refusal:
        _note(refusal, ledger_path, entropy)
        raise
    with _ledger(ledger_path, entropy) as stage.ledger:
        stage.ledger.see(now)
        open_accounts(stage.ledger, stage.policy)
        try:
            reserve(planned, stage)
        except NotPermitted as refusal:
            stage.ledger.note_refusal(refusal.question, type(refusal).__name__, refusal.clause)
            raise
        for kind, step in scenario.steps:
            notice(kind.title)
            kind.perform(step, stage)
            stage.components += [part for part in kind.components if part not in stage.components]
        run = _frozen(scenario, stage, people=people, now=now, ledger_kept=ledger_path is not None)
    return replace(run, seconds=time.perf_counter() - clock), stage.keys["run"]


def _note(refusal: NotPermitted, path: Path | None, entropy: Entropy) -> None:
    """Write a refusal into the ledger, if there is one; what is wrong with it is told when it is next used."""
    if path is None or not path.exists():
        return
    with suppress(LedgerFault, StorageFault), open_ledger(path, entropy=entropy) as ledger:
        ledger.note_refusal(refusal.question, type(refusal).__name__, refusal.clause)


@contextmanager
def _ledger(path: Path | None, entropy: Entropy) -> Iterator[Ledger]:
    """Open the ledger at `path`, or one that is thrown away with the run."""
    with ExitStack() as held:
        if path is None:
            folder = held.enter_context(tempfile.TemporaryDirectory(prefix="privshare-"))
            path = Path(folder) / "run.ledger"
        yield held.enter_context(open_ledger(path, entropy=entropy))


def _frozen(scenario: Scenario, stage: Stage, *, people: int | None, now: datetime, ledger_kept: bool) -> Run:
    """Return everything that happened; the ledger's head is the last entry of the log."""
    statement = stage.ledger.statement()
    ledger_extract = _extract(stage, statement)
    tables = [table for holder in stage.holders.values() for table in holder.tables.values()]
    return Run(
        scenario=scenario.name,
        title=scenario.title,
        question=scenario.question,
        story=scenario.story,
        people=(people or scenario.world.people) if isinstance(scenario.world, WorldSpec) else None,
        seed=stage.seed,
        started=now.replace(microsecond=0).isoformat(),
        seconds=0.0,
        policy=stage.policy,
        parties=tuple(stage.parties.values()),
        keys=tuple((name, key.public.hex()) for name, key in stage.keys.items()),
        decisions=decide(stage.policy, ((table.holder, column) for table in tables for column in table.columns)),
        seals=tuple(stage.seal_records),
        open_records=tuple(stage.open_records),
        releases=tuple(stage.releases),
        refusals=tuple(stage.refusals),
        protocols=tuple(stage.protocols),
        frauds=tuple(stage.frauds),
        attacks=tuple(stage.attacks),
        budgets=_budgets(stage.policy, statement),
        ledger_kept=ledger_kept,
        ledger_extract=ledger_extract,
        log=_log(stage),
        components=tuple(stage.components),
        links=tuple(stage.links),
        remeasured=tuple(stage.remeasured),
        scenario_digest=scenario.digest,
        world_digest=digest_of(stage.truth) if stage.truth is not None else "",
    )


def set_stage(
    scenario: Scenario, *, people: int | None, seed: int | None, now: datetime, entropy: Entropy
) -> Stage:
    """Build the world, give each holder its tables, make fresh keys, prepare every step. No ledger is open yet."""
    world = scenario.world
    tables: Imported
    truth, made = None, Component("records and people", Reality.REAL, "tables that somebody brought; no truth is shown")
    if isinstance(world, WorldSpec):
        seed = world.seed if seed is None else seed
        simulated = WORLDS[world.kind](world.people if people is None else people, seed)
        tables, truth = simulated.tables, simulated.truth
        made = Component("records and people", Reality.SIMULATED, "built from a seed; nobody real is in them")
    else:
        tables, seed = world, None
    parties = {
        PartyId(spec.id): Party(PartyId(spec.id), spec.name, spec.role, bool(spec.tables)) for spec in scenario.parties
    }
    holders: dict[PartyId, Holder] = {}
    for spec in scenario.parties:
        unknown = [name for name in spec.tables if name not in tables]
        if unknown:
            raise InputRefused(f"party {spec.id} asks for table {unknown[0]!r}; there are {', '.join(tables)}.")
        if spec.tables:
            holders[PartyId(spec.id)] = ingest(parties[PartyId(spec.id)], {name: tables[name] for name in spec.tables})
    stage = Stage(
        seed=seed,
        policy=scenario.policy,
        capped=not states_no_cap(scenario.policy),
        parties=parties,
        holders=holders,
        truth=truth,
        entropy=entropy,
        today=now.date(),
        keys={name: new_signing_key(entropy) for name in (*parties, "log", "run")},
        components=[made],
    )
    for kind, step in scenario.steps:
        kind.prepare(step, stage)
    return stage


def _budgets(policy: Policy, statement: LedgerStatement) -> tuple[BudgetLine, ...]:
    """Return what the statement says of each licence's account; another run may have spent or given a cap meanwhile."""
    accounts = {(line.holder, line.purpose): line for line in statement.accounts}
    lines = []
    for account, licence in policy.licences.items():
        if licence.cap == NO_LOSS:
            continue  # for links only, which have no price: there is nothing to spend
        cap, left = accounts[account].cap, accounts[account].left
        lines.append(
            BudgetLine(
                holder=licence.holder,
                purpose=licence.purpose,
                licence=licence.id,
                cap_micro=cap.micro_epsilon,
                spent_micro=cap.micro_epsilon - left.micro_epsilon,
                cap_delta_e15=cap.delta_e15,
                spent_delta_e15=cap.delta_e15 - left.delta_e15,
            )
        )
    return tuple(lines)


def _extract(stage: Stage, statement: LedgerStatement) -> bytes:
    """Return the ledger's statement, signed by every holder, and log its head."""
    signers = [(holder, stage.keys[holder]) for holder in stage.holders]
    head = {"entries": statement.count, "head": statement.head, "kind": "ledger-head"}
    stage.log(envelope(head, domain="ledger-head", signers=signers))
    return envelope(statement_document(statement), domain="ledger-extract", signers=signers)


def _log(stage: Stage) -> LogRecord:
    """Close the log: checkpoint by the log's key, countersigned by every holder as a witness."""
    hashes = [leaf_hash(leaf) for leaf in stage.leaves]
    checkpoint = Checkpoint(LOG_ORIGIN, len(hashes), root_of(hashes))
    signers = [("log", stage.keys["log"]), *((str(holder), stage.keys[holder]) for holder in stage.holders)]
    return LogRecord(
        leaves=tuple(stage.leaves),
        checkpoint=sign_checkpoint(checkpoint, signers=signers),
        proofs=tuple(
            tuple(node.hex() for node in proof) for proof in inclusion_proofs(hashes, range(len(hashes)))
        ),
    )
