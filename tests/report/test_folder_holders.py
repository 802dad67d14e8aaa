"""What a holder of a joint table could do with a published run folder beside its own state: nothing new.

The linkage unit's mail would name the matched people to whoever knows one holder's shuffle or keys, which is the
collusion that the suite forbids. So no body that only the unit and one holder saw may stand in the folder.
"""

from __future__ import annotations

from privshare import load_scenario, run_scenario
from privshare.report.contents import contents
from privshare.use.release.accounting import loss_everywhere


def test_no_mail_of_the_unit_is_in_the_folder() -> None:
    run, _ = run_scenario(load_scenario("demo"), people=300)
    files = contents(run)
    (joint,) = [record for record in run.protocols if record.leakage.suite.startswith("totals")]
    with_unit = [m for m in joint.transcript.messages if "unit" in (m.sender, m.receiver)]
    assert {m.payload.kind for m in with_unit} >= {"labelled-pseudonyms", "masked-values", "positions", "masked-sums"}
    kept = set(files.values())
    assert not [m for m in with_unit if m.payload.body in kept]
    results = [m for record in run.protocols for m in record.transcript.messages if m.payload.kind == "result"]
    assert results
    everything = b"".join(files.values())
    assert not [m for m in results if m.payload.body in kept or m.digest.encode() in everything]


def test_a_person_in_both_tables_pays_for_both_paddings() -> None:
    run, _ = run_scenario(load_scenario("demo"), people=300)
    cost = {p.release.id: loss_everywhere(p.release) for p in run.releases}
    assert (cost["shared-customers"].micro_epsilon, cost["shared-customers"].delta_e15) == (750_000, 3 * 10**6)
    assert (cost["defaults-by-band"].micro_epsilon, cost["defaults-by-band"].delta_e15) == (1_200_000, 3 * 10**6)
    stated = {p.release.id: p.release.loss for p in run.releases}
    assert cost["points-by-district"] == stated["points-by-district"], "one holder pads no list"
