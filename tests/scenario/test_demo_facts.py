"""What the demo must show: four refusals, two frauds caught and one not, spent budgets, attacks beside baselines."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path

import pytest
from scipy.stats import beta

from privshare import Run, load_scenario, run_scenario
from privshare.errors import SignatureRefused
from privshare.holders.population import credit_city
from privshare.secure.log.merkle import leaf_hash, verify_inclusion
from privshare.secure.signing import open_envelope
from tests.scenario.stories import Story, quick_demo

STEP_ORDER = ["UnclassifiedColumn", "PurposeNotAllowed", "BudgetExhausted", "LicenceNotInForce"]


def test_four_requests_are_refused_each_with_clause_and_what_would_be_accepted(demo_run: Run) -> None:
    assert [refusal.kind for refusal in demo_run.refusals] == STEP_ORDER
    column, purpose, budget, licence = demo_run.refusals
    assert "device_model" in column.clause
    assert "score_band" in column.accepted, "it names columns that the policy does classify"
    assert "targeted-offers" in purpose.clause
    assert "public-accountability" in purpose.accepted
    assert budget.clause == "bank/accountability"
    assert "no more than what is left" in budget.accepted
    assert licence.clause == "city/accountability"
    assert "new licence" in licence.accepted
    assert all(refusal.refused for refusal in demo_run.refusals)


def test_refused_requests_published_and_cost_nothing(demo_run: Run) -> None:
    refused = {refusal.question.id for refusal in demo_run.refusals}
    assert not refused & {published.release.id for published in demo_run.releases}
    statement = json.loads(demo_run.ledger_extract)["document"]
    assert refused <= {entry["question"] for entry in statement["refusals"]}
    assert not refused & {entry["question"] for entry in statement["entries"]}


def test_spent_is_what_the_story_asks_for(demo_run: Run) -> None:
    """By hand from the scenario file: size 0.5, joint table 1.0, loans 0.25, points 0.5; two truncated draws each."""
    spent = {line.holder: (line.spent_micro, line.spent_delta_e15) for line in demo_run.budgets}
    assert spent == {
        "platform": (1_500_000, 4 * 10**6),
        "bank": (1_750_000, 4 * 10**6),
        "city": (500_000, 0),
    }
    for line in demo_run.budgets:
        asked = [p.release.loss for p in demo_run.releases if line.holder in p.release.holders]
        assert line.spent_micro == sum(loss.micro_epsilon for loss in asked) <= line.cap_micro
        assert line.spent_delta_e15 == sum(loss.delta_e15 for loss in asked) <= line.cap_delta_e15


def test_four_releases_and_two_open_records(demo_run: Run) -> None:
    assert [published.release.id for published in demo_run.releases] == [
        "shared-customers",
        "defaults-by-band",
        "loans-by-product",
        "points-by-district",
    ]
    assert [record.id for record in demo_run.open_records] == ["city-rules", "lender-register"]
    assert not any(published.from_store for published in demo_run.releases)


def test_small_groups_are_not_printed(demo_run: Run) -> None:
    """With 300 people almost every cell of the joint table is below the minimum of 20."""
    joint = demo_run.releases[1].release
    assert joint.minimum_group == 20
    counted = [cell.values[0] for cell in joint.cells]
    assert None in counted
    assert all(count is None or count >= 20 for count in counted)
    assert all(cell.values == (None, None) for cell in joint.cells if cell.values[0] is None)


def test_every_release_carries_what_is_needed_to_judge_it(demo_run: Run) -> None:
    for published in demo_run.releases:
        release = published.release
        assert release.loss.micro_epsilon > 0
        assert release.clauses
        assert release.bounds
        assert "add or remove one person" in release.neighbouring
        assert {name for name, scales in release.public_noise if scales} == set(release.measures)
        assert all(float(part.map_epsilon) <= part.loss.epsilon * (1 + 1e-12) for part in release.parts)
        assert len(published.truth) == len(release.cells)


def test_no_single_party_draws_the_noise_of_a_joint_release(demo_run: Run) -> None:
    """Whoever adds noise alone can subtract it."""
    for published in demo_run.releases[:2]:
        for measure in published.release.measures:
            assert len({part.drawn_by for part in published.release.parts if part.measure == measure}) == 2


def test_frauds_are_caught_by_the_right_safeguard_or_honestly_by_none(demo_run: Run) -> None:
    invented, intruded, forged, resigned = demo_run.frauds
    assert "before it was sealed" in invented.planted
    assert invented.caught_by == ""
    assert "nothing here catches" in invented.lesson
    assert "after it was sealed" in intruded.planted
    assert intruded.caught_by == "signed record seal"
    for fraud in (forged, resigned):
        assert "signatures" in fraud.caught_by
        assert "log" in fraud.caught_by


def test_nothing_that_is_signed_tells_how_many_records_a_holder_has(demo_run: Run) -> None:
    """An exact number of records beside noised figures would break what they promise."""
    assert demo_run.people is not None
    assert demo_run.seed is not None
    tables = credit_city(demo_run.people, demo_run.seed).tables
    exact = {len(frame) + extra for frame, person in tables.values() if person for extra in (0, 1, 2, 4, 5)}
    told = repr((demo_run.frauds, demo_run.seals)).encode()
    shown = [*demo_run.log.leaves, demo_run.ledger_extract, told]
    for text in shown:
        assert not {int(n) for n in re.findall(rb"(?<![0-9a-f])[0-9]{3,6}(?![0-9a-f])", text)} & exact


def test_attacks_stand_beside_baseline_and_ceiling(demo_run: Run) -> None:
    """The noisy differencing attack stays below its ceiling up to a Clopper-Pearson bound at 1e-9."""
    hashes, keyed, exact, noisy = demo_run.attacks
    assert (hashes.attempts, hashes.successes) == (200, 200)
    assert hashes.baseline < 1e-5
    assert keyed.attempts > 400, "both directions of the wire"
    assert keyed.successes == 0
    assert exact.attempts == exact.successes >= 20
    assert exact.baseline == noisy.baseline == 0.5
    assert exact.ceiling is None
    assert noisy.ceiling is not None
    assert 0.5 < noisy.ceiling < 0.7
    surely = beta.ppf(1e-9, noisy.successes, noisy.attempts - noisy.successes + 1) if noisy.successes else 0.0
    assert surely <= noisy.ceiling


def test_decisions_cover_every_column_of_every_holder(demo_run: Run) -> None:
    by_holder = {
        holder: {d.column for d in demo_run.decisions if d.holder == holder} for holder in ("platform", "bank", "city")
    }
    assert by_holder["platform"] == {"citizen_id", "district", "score_band", "device_model"}
    assert {"account_holder", "product", "credit_limit", "defaulted", "register_name"} <= by_holder["bank"]
    assert {"citizen", "home_district", "event_kind", "points", "rule"} <= by_holder["city"]
    assert [d.column for d in demo_run.decisions if d.category is None] == ["device_model"]
    assert all(d.reason for d in demo_run.decisions)


def test_everything_published_is_signed_logged_and_proven(demo_run: Run) -> None:
    keys = {name: bytes.fromhex(key) for name, key in demo_run.keys}
    logged = [(p.document, p.leaf_index, "release") for p in demo_run.releases]
    logged += [(record.document, record.leaf_index, "open") for record in demo_run.open_records]
    root = _root(demo_run.log.checkpoint)
    for document, index, domain in logged:
        assert demo_run.log.leaves[index] == document
        open_envelope(document, domain=domain, keys=keys, file="release")
        verify_inclusion(
            leaf_hash(document),
            index=index,
            size=len(demo_run.log.leaves),
            proof=[bytes.fromhex(node) for node in demo_run.log.proofs[index]],
            root=root,
            file="log",
        )
    with pytest.raises(SignatureRefused):
        open_envelope(logged[0][0], domain="open", keys=keys, file="release")


def _root(checkpoint: str) -> bytes:
    """The third line of a C2SP checkpoint is the root hash in base64."""
    return base64.b64decode(checkpoint.splitlines()[2], validate=True)


def test_every_party_of_a_protocol_is_told_what_it_learned(demo_run: Run) -> None:
    assert [record.for_question for record in demo_run.protocols] == ["shared-customers", "defaults-by-band"]
    size, joint = demo_run.protocols
    assert {party for party, _ in size.leakage.learned} == {"platform", "bank"}
    assert {party for party, _ in joint.leakage.learned} == {"platform", "bank", "unit"}
    assert any("unit" in sentence for sentence in joint.leakage.broken_by)
    for record in demo_run.protocols:
        assert dict(record.leakage.bytes_sent) == dict(record.transcript.bytes_sent())
        assert record.leakage.rounds == record.transcript.rounds() > 1


def test_every_component_says_how_real_it_is(demo_run: Run) -> None:
    assert {component.reality.value for component in demo_run.components} == {"real", "simplified", "simulated"}
    assert all(component.reason for component in demo_run.components)
    assert len({component.name for component in demo_run.components}) == len(demo_run.components)


def sharp(story: Story) -> Story:
    """The demo with hardly any noise and no minimum group, so that its figures can be held against the truth."""
    for _ in range(20):
        text = (story.folder / "policy.toml").read_text("utf-8")
        if "epsilon<=1.0" not in text and "minimum_group = 20" not in text:
            break
        if "epsilon<=1.0" in text:
            story.edit("policy.toml", ("epsilon<=1.0", "epsilon<=20"))
        if "minimum_group = 20" in text:
            story.edit("policy.toml", ("minimum_group = 20", "minimum_group = 0"))
    for _ in range(2):
        story.edit("policy.toml", ('epsilon = "2.0"', 'epsilon = "20"'))
    return story.edit(
        "scenario.toml",
        ('epsilon_pad = "0.25"\nepsilon_count = "0.25"', 'epsilon_pad = "1"\nepsilon_count = "3"'),
        (
            'epsilon_pad = "0.2"\nepsilon_count = "0.3"\nepsilon_sum = "0.5"',
            'epsilon_pad = "1"\nepsilon_count = "7"\nepsilon_sum = "7"',
        ),
    )


def test_figures_with_little_noise_are_the_truth(tmp_path_factory: pytest.TempPathFactory) -> None:
    """End to end: world, normaliser, protocol, decoding and order of cells against the truth's own path.

    A published value differs from the truth by more than 30 times the sum of its scales with a probability
    below 1e-12 a value (a two-sided geometric exceeds 30 scales with less than 2 e^-30; 60 values).
    """
    story = sharp(quick_demo(tmp_path_factory.mktemp("sharp") / "demo"))
    run, _ = run_scenario(load_scenario(str(story.folder)), people=1_500)
    size, joint = run.releases[:2]
    assert size.truth[0][0] > 300
    assert sum(total for _, total in joint.truth) > 30
    for published in (size, joint):
        reach = {name: 30 * sum(map(float, scales)) for name, scales in published.release.public_noise}
        assert all(tolerance < 40 for tolerance in reach.values())
        for cell, exact in zip(published.release.cells, published.truth, strict=True):
            for measure, value, true in zip(published.release.measures, cell.values, exact, strict=True):
                assert value is not None
                assert abs(value - true) <= reach[measure], (cell.key, measure)
    # A shift of every cell by one could hide in that tolerance, but not in the mean: noise of scale 1/7 is mostly 0.
    errors = [
        cell.values[0] - exact[0]
        for cell, exact in zip(joint.release.cells, joint.truth, strict=True)
        if cell.values[0] is not None
    ]
    assert sum(map(abs, errors)) <= len(errors) // 2


def test_two_runs_of_one_world_draw_their_own_noise(demo_run: Run, tmp_path: Path) -> None:
    """Six districts, two measures, scales of 20 and 240: equal by chance with a probability far below 1e-9."""
    quick = load_scenario(str(quick_demo(tmp_path / "demo").folder))
    again, _ = run_scenario(quick, people=demo_run.people, seed=demo_run.seed)
    assert [p.truth for p in again.releases] == [p.truth for p in demo_run.releases]
    assert again.releases[3].release.cells != demo_run.releases[3].release.cells
    assert dict(again.keys).keys() == dict(demo_run.keys).keys()
    assert not set(dict(again.keys).values()) & set(dict(demo_run.keys).values())
    assert [seal.root for seal in again.seals] != [seal.root for seal in demo_run.seals], "salts are fresh"
