"""Three-party totals in the lab: exact but for noise, noise as stated, within the budget, nothing told to the unit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import binom

from privshare.comparison.lab.techniques import totals_dp
from privshare.comparison.lab.techniques.psi_members import side_of
from privshare.comparison.lab.techniques.series import counted
from privshare.comparison.lab.techniques.technique import QUESTION
from privshare.comparison.lab.techniques.totals_dp import DELTA_E15, RUNS, TOTALS_DP, UNIT, SizeProbe
from privshare.comparison.risk import ceiling_at_even_odds
from privshare.errors import ParameterRefused
from privshare.exchange.transcript import Transcript
from privshare.model.entropy import SystemEntropy, seeded_generator
from privshare.model.loss import PrivacyLoss
from privshare.secure.psi import size, totals
from privshare.secure.psi.identifiers import item_hash
from privshare.secure.psi.padding import DummyNoise
from privshare.secure.psi.size.terms import matched_noise
from tests.comparison.lab.worlds import setting, small_world
from tests.secure.psi.playing import silence
from tests.statistical.chance import Law, fits, truncated, two_sided

WORLD = small_world(1_000)
ONE = PrivacyLoss(1_000_000)
SIDES = side_of(WORLD, WORLD.people.platform), side_of(WORLD, WORLD.people.bank)


def added(one: Law, other: Law) -> Law:
    """The law of a sum of two."""
    return Law(one.low + other.low, np.convolve(one.chances, other.chances))


def uploads(transcript: Transcript) -> tuple[set[bytes], set[bytes]]:
    """What the unit got from the platform and from the bank in the place of identifiers, dummies included."""
    found = []
    for kind, width in (("labelled-pseudonyms", 17), ("masked-values", 24)):
        body = next(m.payload.body for m in transcript.messages if m.payload.kind == kind and m.receiver == UNIT)
        found.append({body[at : at + 16] for at in range(0, len(body), width)})
    return found[0], found[1]


def test_without_noise_the_protocol_counts_exactly(monkeypatch: pytest.MonkeyPatch) -> None:
    silence(monkeypatch)
    made = TOTALS_DP.protect(WORLD, setting())
    assert (made.people.counts == counted(WORLD, QUESTION, "people").counts).all()
    assert (made.secret.counts == counted(WORLD, QUESTION, "secret").counts).all()


def test_its_numbers_carry_the_noise_of_two_parties_as_stated() -> None:
    """False alarms: 2e-11 in all. At 0.7 and 1.4 of the scales the same test fails, so half the noise would be seen."""
    terms = totals_dp.terms_of(WORLD, ONE)
    exact = {of: counted(WORLD, QUESTION, of).counts.ravel() for of in ("people", "secret")}
    seen = {"people": list[int](), "secret": list[int]()}
    for _ in range(40):
        cells, _ = totals_dp.run(WORLD, SIDES, terms, SystemEntropy())
        for column, of in enumerate(seen):
            seen[of] += [cell[column] - truth for cell, truth in zip(cells, exact[of].tolist(), strict=True)]
    dummies, summing = totals.terms.matched_noise(totals.unit_terms(terms)), 1e6 / terms.sum_micro
    assert dummies.mechanism.scale == pytest.approx(1e6 / terms.count_micro)

    def laws(factor: float) -> dict[str, Law]:
        scale = dummies.mechanism.scale * factor
        return {
            "people": added(truncated(scale, dummies.radius), two_sided(scale)),
            "secret": added(two_sided(summing * factor), two_sided(summing * factor)),
        }

    for of, draws in seen.items():
        assert fits(draws, laws(1.0)[of])
        assert not fits(draws, laws(0.7)[of])
        assert not fits(draws, laws(1.4)[of])


@pytest.mark.parametrize("micro", [100_000, 300_001, 999_999, 1_000_000, 10_000_000])
def test_the_budget_is_spent_and_not_more(micro: int) -> None:
    loss = PrivacyLoss(micro)
    price = totals.price(totals_dp.terms_of(WORLD, loss))
    assert price == PrivacyLoss(micro, 2 * DELTA_E15)
    runs = sum([size.price(totals_dp.sizes_of(loss))] * RUNS, PrivacyLoss(0))
    assert runs.fits(price)
    assert runs.micro_epsilon > micro - RUNS


def test_an_epsilon_that_would_take_millions_of_dummies_is_refused() -> None:
    assert matched_noise(totals_dp.sizes_of(PrivacyLoss(totals_dp.MICRO_LEAST))).radius > 0
    for micro in (1, totals_dp.MICRO_LEAST - 1):
        with pytest.raises(ParameterRefused, match=r"at least 0\.001"):
            TOTALS_DP.protect(WORLD, setting(micro))


def test_the_unit_sees_keyed_pseudonyms_of_the_people_that_the_judge_says() -> None:
    """People of both are in both uploads under one text, people of the platform alone in one: so owners are right."""
    _, transcript = totals_dp.run(WORLD, SIDES, totals_dp.terms_of(WORLD, ONE), SystemEntropy())
    observed, owners = totals_dp.pseudonyms_at_unit(SIDES[0], transcript)
    grouped, valued = uploads(transcript)
    assert sorted(owners) == np.flatnonzero(WORLD.people.platform).tolist()
    assert {*observed} < grouped, "the rest are dummies"
    assert [text in valued for text in observed] == WORLD.people.bank[owners].tolist()
    assert not {*observed} & {item_hash(WORLD.people.identifiers[owner])[:16] for owner in owners}
    _, again = totals_dp.run(WORLD, SIDES, totals_dp.terms_of(WORLD, ONE), SystemEntropy())
    assert not {*observed} & uploads(again)[0], "another session has another key"


def test_what_is_let_out_is_numbers_and_pseudonyms() -> None:
    made = TOTALS_DP.protect(WORLD, setting(1_000_000))
    assert made.surface.records is None
    assert made.surface.later is None
    assert made.linked is None
    assert made.surface.values is not None
    assert made.surface.values.recipe is None
    assert made.surface.tables is not None
    assert made.loss is not None
    series = made.surface.tables()
    assert series.ask(QUESTION, "people") is not None
    assert series.ask(QUESTION, "secret") is None, "the whole budget is spent"


def probe_with(dummies: DummyNoise) -> SizeProbe:
    return SizeProbe(frozenset(SIDES[1].items.items), dummies)


def test_a_size_carries_the_banks_noise_and_four_runs_are_all() -> None:
    """False alarm: 1e-11. At 0.7 and 1.4 of the scale the same test fails."""
    customers = [WORLD.people.identifiers[handle] for handle in np.flatnonzero(WORLD.people.bank)[:3]]
    asked = [*customers, customers[0], "hc99-1900-0000-x"]
    dummies = matched_noise(totals_dp.sizes_of(PrivacyLoss(10_000_000)))
    draws = []
    for _ in range(1_200):
        probe = probe_with(dummies)
        draws += [told - 3 for _ in range(RUNS) if (told := probe.size(asked)) is not None]
        assert probe.size(asked) is None
    assert len(draws) == 1_200 * RUNS
    scale, radius = dummies.mechanism.scale, dummies.radius
    assert scale == pytest.approx(1 / 2)
    assert fits(draws, truncated(scale, radius))
    assert not fits(draws, truncated(scale * 0.7, radius))
    assert not fits(draws, truncated(scale * 1.4, radius))
    assert probe_with(dummies).members(asked) is None


def right_guesses(trials: int, dummies: DummyNoise) -> int:
    """How often the average of all runs tells whether one person is a customer, drawn by a fair coin."""
    chance = seeded_generator(9)
    sides = [np.flatnonzero(WORLD.people.bank == flag) for flag in (False, True)]
    right = 0
    for coin in chance.integers(2, size=trials).tolist():
        name, probe = WORLD.people.identifiers[int(chance.choice(sides[coin]))], probe_with(dummies)
        told = [answer for _ in range(RUNS + 1) if (answer := probe.size([name])) is not None]
        right += int((np.mean(told) >= 1 / 2) == coin)
    return right


def test_all_runs_of_a_budget_together_stay_under_the_ceiling() -> None:
    """False alarm: 1e-10. With a tenth of the noise the same attack passes the ceiling."""
    trials, loss = 600, ONE
    most = int(binom.isf(1e-10, trials, ceiling_at_even_odds(PrivacyLoss(loss.micro_epsilon, 2 * DELTA_E15))))
    terms = totals_dp.sizes_of(loss)
    assert right_guesses(trials, matched_noise(terms)) <= most
    assert right_guesses(trials, matched_noise(replace(terms, count_micro=10 * terms.count_micro))) > most
