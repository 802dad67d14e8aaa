"""Local differential privacy in the lab: the right reports, unbiased tables, and nothing beyond the reports."""

from __future__ import annotations

import math

import numpy as np
import pytest

from privshare.comparison.lab.techniques import TECHNIQUES, local_dp
from privshare.comparison.lab.techniques.series import OF, counted
from privshare.comparison.lab.techniques.technique import QUESTION
from privshare.errors import ParameterRefused
from privshare.model.entropy import seeded_generator
from privshare.model.loss import PrivacyLoss
from privshare.secure import noise
from tests.comparison.lab.worlds import setting, small_world
from tests.statistical.chance import highest_rate, lowest_rate

WORLD = small_world()
ALARM = 1e-10


def mechanism(micro: int) -> noise.ResponseMechanism:
    return noise.response_mechanism(values=60, loss=PrivacyLoss(micro))


def true_values() -> np.ndarray:
    """Every answer as it would be reported without noise."""
    codes = WORLD.people.codes
    who = np.flatnonzero(WORLD.joint)
    return (codes["district"][who] * 5 + codes["band"][who]) * 2 + WORLD.people.secret[who]


def test_a_report_is_the_truth_as_often_as_epsilon_says() -> None:
    """False alarm: 2e-10. At 0.7 of epsilon the share of true reports is another one, and the test would see it."""
    reports = local_dp.reported(WORLD, mechanism(3_000_000))
    assert reports.senders.tolist() == np.flatnonzero(WORLD.joint).tolist()
    right, people = int((reports.values == true_values()).sum()), len(reports.values)
    low, high = lowest_rate(right, people, ALARM), highest_rate(right, people, ALARM)
    assert low <= mechanism(3_000_000).truth <= high
    for other in (2_100_000, 3_900_000):
        assert not low <= mechanism(other).truth <= high


@pytest.mark.parametrize("micro", [100_000, 1_000_000, 10_000_000])
def test_estimates_are_unbiased(micro: int) -> None:
    """Expectation is linear: of expected numbers of reports, the estimates are the true numbers."""
    drawn = mechanism(micro)
    truth, other = (float(chance) for chance in drawn.chances)
    people = seeded_generator(4).integers(0, 500, size=60)
    expected = people * truth + (people.sum() - people) * other
    assert local_dp.estimated(expected, drawn) == pytest.approx(people, abs=1e-6)
    forgetful = (expected - people.sum() * other) / truth  # teeth: one that leaves out the lies that hit
    assert forgetful != pytest.approx(people, abs=1e-6)


def test_at_a_large_epsilon_the_tables_are_nearly_exact_and_all_questions_are_of_one_set_of_reports() -> None:
    """At epsilon 20 a report is a lie with a chance of 1.2e-7: in 741 reports more than 2 with less than 1e-12."""
    series = local_dp.ReportSeries(local_dp.reported(WORLD, mechanism(20_000_000)))
    for of in OF:
        for by in (QUESTION, QUESTION[::-1], ("band",), ("district",), ()):
            table = series.ask(by, of, share=0.01, wording=3)
            assert table is not None
            exact = counted(WORLD, by, of)
            assert table.by == by
            assert table.counts.shape == exact.counts.shape
            assert np.abs(table.counts - exact.counts).sum() <= 4
            again = series.ask(by, of)
            assert again is not None
            assert (again.counts == table.counts).all()


def test_who_is_left_out_takes_their_report_along() -> None:
    reports = local_dp.reported(WORLD, mechanism(20_000_000))
    series = local_dp.ReportSeries(reports)
    handle, value = int(reports.senders[5]), int(reports.values[5])
    whole, rest = (series.table(QUESTION, "people", without) for without in (None, handle))
    apart = whole.counts - rest.counts
    assert apart[value // 10, value // 2 % 5] == 1
    assert apart.sum() == 1
    absent = int(np.flatnonzero(~WORLD.joint)[0])
    assert (series.table(QUESTION, "people", absent).counts == whole.counts).all()


def test_what_nobody_reported_cannot_be_asked() -> None:
    series = local_dp.ReportSeries(local_dp.reported(WORLD, mechanism(1_000_000)))
    assert dict(series.domains) == {"district": 6, "band": 5}
    assert series.ask(("block",), "people") is None
    assert series.ask(QUESTION, "people", blocks=(1,)) is None
    with pytest.raises(ParameterRefused, match="people or secret"):
        series.ask(QUESTION, "everything")


def test_the_collector_sees_reports_and_whose_they_are() -> None:
    protected = local_dp.LOCAL.protect(WORLD, setting(1_000_000))
    records = protected.surface.records
    assert records is not None
    assert protected.owners is not None
    assert records.senders is not None
    assert (records.senders == protected.owners).all()
    assert records.seen_by == "the collector"
    # A report is the true answer with a chance of 0.044; 741 of them more than 150 times with less than 1e-50.
    codes = np.stack([WORLD.people.codes[name][protected.owners] for name in QUESTION], axis=1)
    same = (records.low == codes).all(axis=1) & (records.secret == WORLD.people.secret[protected.owners])
    assert same.sum() < 150
    assert protected.loss == PrivacyLoss(1_000_000)
    assert not protected.hides_members


@pytest.mark.parametrize("micro", [100_000, 1_000_000, 3_000_000])
def test_a_report_is_perturbed_as_much_as_is_stated(micro: int) -> None:
    made = TECHNIQUES["local-dp"].protect(WORLD, setting(micro))
    series = made.surface.tables() if made.surface.tables else None
    assert isinstance(series, local_dp.ReportSeries)
    truth, other = (float(chance) for chance in series.reports.mechanism.chances)
    assert made.loss is not None
    assert 0.999 * math.exp(made.loss.epsilon) < truth / other <= math.exp(made.loss.epsilon)
