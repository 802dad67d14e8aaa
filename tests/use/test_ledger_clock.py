"""A ledger remembers the time, so that a clock that is set back brings no licence to life again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from privshare.errors import LedgerFault, LicenceNotInForce
from privshare.use.ledger import open_existing_ledger, open_ledger
from tests.scenario.playing import play, spent
from tests.scenario.stories import small_story

NOON = datetime(2030, 3, 31, 12, 0, tzinfo=UTC)
SLACK = timedelta(minutes=5)
YEARS = timedelta(days=3_653)


def entries(path: Path) -> int:
    with open_existing_ledger(path) as ledger:
        return ledger.statement().count


@pytest.mark.parametrize(
    "jump", [timedelta(0), timedelta(minutes=-4), -SLACK, timedelta(hours=1), timedelta(days=366), YEARS]
)
def test_a_clock_that_goes_on_or_hardly_back_is_taken(jump: timedelta, path: Path) -> None:
    with open_ledger(path) as ledger:
        ledger.see(NOON)
        ledger.see(NOON + jump)


@pytest.mark.parametrize("jump", [-SLACK - timedelta(seconds=1), timedelta(hours=-1), timedelta(days=-1), -YEARS])
def test_a_clock_that_was_set_back_is_refused_by_every_opening(jump: timedelta, path: Path) -> None:
    with open_ledger(path) as ledger:
        ledger.see(NOON)
    with open_ledger(path) as again, pytest.raises(LedgerFault, match=r"2030-03-31T12:00:00.* set the clock right"):
        again.see(NOON + jump)


def test_the_time_is_written_when_it_has_gone_on_and_not_each_time(path: Path) -> None:
    with open_ledger(path) as ledger:
        for minute in (0, 1, 4, 5, 6, 8, 11, 12):
            ledger.see(NOON + timedelta(minutes=minute))
    assert entries(path) == 3, "at 12:00, 12:06 and 12:12"


def test_small_steps_back_do_not_add_up(path: Path) -> None:
    with open_ledger(path) as ledger:
        ledger.see(NOON)
        ledger.see(NOON - timedelta(minutes=4))
        with pytest.raises(LedgerFault):
            ledger.see(NOON - timedelta(minutes=8))


def test_an_expired_licence_stays_expired_when_the_clock_is_set_back(tmp_path: Path) -> None:
    story, ledger = small_story(tmp_path / "small"), tmp_path / "city.ledger"
    end = datetime(2035, 12, 31, 23, 0, tzinfo=UTC)
    with open_ledger(ledger) as opened:
        opened.see(end + timedelta(days=1))
    for now, refusal in ((end + timedelta(days=1), LicenceNotInForce), (end, LedgerFault)):
        with pytest.raises(refusal):
            play(story, ledger, now=now)
        assert not any(spent(ledger).values())


def test_a_run_is_counted_at_its_own_time(tmp_path: Path) -> None:
    story, ledger = small_story(tmp_path / "small"), tmp_path / "city.ledger"
    play(story, ledger, now=NOON)
    with pytest.raises(LedgerFault):
        play(story, ledger, now=NOON - timedelta(minutes=6))
    before = entries(ledger)
    play(story, ledger, now=NOON + timedelta(minutes=1))
    assert entries(ledger) == before, "the same question costs nothing, and no time was worth writing down"
