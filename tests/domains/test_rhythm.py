"""When a domain is looked at again."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from letterhead import identifiers
from letterhead.domains.domain import Ownership
from letterhead.domains.records import RecordPurpose, RecordStatus
from letterhead.domains.rhythm import SLOTS, Rhythm, is_well, slot_of, visible_from
from tests.fakes.sending_domains import NOW, registered_domain

RHYTHM = Rhythm()
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
ALL_RIGHT = dict.fromkeys(RecordPurpose, RecordStatus.VERIFIED)
TENTH = 0.1
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1)).map(lambda one: one.replace(tzinfo=UTC))


def well(**changes):
    facts = {"statuses": ALL_RIGHT, "once_verified": frozenset(RecordPurpose), "can_send": True}
    return registered_domain(**(facts | changes))


def pending(**changes):
    return registered_domain(**({"ownership": Ownership.UNCONTESTED} | changes))


def gap(domain, now=NOW, visible_at=None) -> timedelta:
    due_at = RHYTHM.due_after_check(domain, now, visible_at)
    assert due_at is not None
    return due_at - now


def about(expected: timedelta):
    return pytest.approx(expected.total_seconds(), rel=TENTH)


@pytest.mark.parametrize(
    ("age", "expected"),
    [
        (timedelta(0), MINUTE),
        (MINUTE, MINUTE),
        (2 * MINUTE, 3 * MINUTE),
        (5 * MINUTE, 5 * MINUTE),
        (10 * MINUTE, 10 * MINUTE),
        (20 * MINUTE, 10 * MINUTE),
        (30 * MINUTE, 15 * MINUTE),
        (4 * HOUR, 2 * HOUR),
        (12 * HOUR, 6 * HOUR),
        (13 * DAY, 6 * HOUR),
        (14 * DAY, DAY),
        (400 * DAY, DAY),
    ],
)
def test_a_pending_domain_is_looked_at_often_first_and_daily_in_the_end(age, expected):
    assert gap(pending(), NOW + age).total_seconds() == about(expected)


def test_a_name_lost_or_proven_begins_anew():
    late = NOW + 100 * DAY
    assert gap(pending(lost_at=late), late) == MINUTE
    assert gap(pending(proven_at=late), late) == MINUTE


def test_what_becomes_visible_sooner_is_looked_at_then():
    late = NOW + 20 * DAY
    assert gap(pending(), late, late + 7 * MINUTE) == 7 * MINUTE
    assert gap(pending(), late, late + timedelta(seconds=2)) == MINUTE
    assert gap(pending(), NOW, NOW + 3 * HOUR) == MINUTE
    assert gap(pending(), late, late - HOUR).total_seconds() == about(DAY)


def test_the_findings_say_when_something_becomes_visible():
    told = {"code": "not_yet_visible", "more": {"visible_from": "2026-06-14T14:32:00Z"}}
    others = [{"code": "x"}, {"code": "y", "more": None}, {"code": "z", "more": {"visible_from": 5}}]
    domain = pending(findings={RecordPurpose.DMARC: others, RecordPurpose.MAIL_FROM_MX: [told]})

    assert visible_from(domain) == datetime(2026, 6, 14, 14, 32, tzinfo=UTC)
    assert visible_from(pending()) is None


def test_a_domain_that_is_well_has_no_moment_but_its_slot():
    assert RHYTHM.due_after_check(well(), NOW) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"can_send": False},
        {"doubts": {"dkim_1": NOW}},
        {"missed": {RecordPurpose.DMARC: None}},
        {"silent_since": NOW},
        {"statuses": ALL_RIGHT | {RecordPurpose.DMARC: RecordStatus.FAILED}},
        {"ownership": Ownership.CONTESTED},
    ],
)
def test_whatever_is_wrong_keeps_it_from_being_well(changes):
    assert not is_well(well(**changes))


def test_a_verified_domain_that_never_had_dmarc_ends_up_in_its_slot():
    statuses = ALL_RIGHT | {RecordPurpose.DMARC: RecordStatus.PENDING}
    domain = well(statuses=statuses, once_verified=frozenset(RecordPurpose) - {RecordPurpose.DMARC})

    assert gap(domain, NOW + 4 * HOUR).total_seconds() == about(2 * HOUR)
    for age in (12 * HOUR, 3 * DAY, 100 * DAY):
        assert RHYTHM.due_after_check(domain, NOW + age) is None


def test_a_doubt_is_looked_at_once_more_and_again_while_nobody_answers():
    doubtful = well(doubts={"dkim_1": NOW}, troubled_since=NOW)
    assert gap(doubtful) == 10 * MINUTE
    assert gap(doubtful, NOW + 4 * MINUTE) == 6 * MINUTE
    assert gap(doubtful, NOW + 30 * MINUTE) == 10 * MINUTE


@pytest.mark.parametrize(
    ("age", "expected"),
    [
        (10 * MINUTE, HOUR),
        (23 * HOUR, HOUR),
        (24 * HOUR, DAY),
        (30 * DAY, DAY),
        (31 * DAY, 7 * DAY),
        (300 * DAY, 7 * DAY),
    ],
)
def test_a_loss_is_watched_hourly_for_a_day_then_daily_for_a_month_then_weekly(age, expected):
    lost = well(missed={RecordPurpose.DKIM_1: None}, troubled_since=NOW)
    assert gap(lost, NOW + age).total_seconds() == about(expected)


def test_silence_is_asked_again_after_twice_the_time_each_up_to_the_interval():
    silent = well(silent_since=NOW, created_at=NOW - 30 * DAY)
    gaps = []
    now = NOW
    for _ in range(8):
        gaps.append(gap(silent, now) / MINUTE)
        now += gap(silent, now)

    assert gaps == [15, 15, 30, 60, 120, 240, 360, 360]


def test_ten_thousand_domains_are_spread_over_the_slots():
    counts = Counter(slot_of(identifiers.new_id(NOW)) for _ in range(10_000))

    assert set(counts) == set(range(SLOTS))
    assert max(counts.values()) < 60  # 28 on average


@settings(deadline=None, max_examples=50)
@given(MOMENTS, st.integers(0, SLOTS - 1))
def test_a_slot_begins_within_the_interval_and_is_found_by_the_sweep(moment, slot):
    begins = RHYTHM.slot_begins(slot, after=moment)

    assert timedelta(0) < begins - moment <= RHYTHM.verified
    assert slot in dict(RHYTHM.slots_between(moment, begins))


@settings(deadline=None, max_examples=50)
@given(MOMENTS, st.lists(st.floats(0.5, 900), min_size=1, max_size=40))
def test_sweeps_however_far_apart_meet_each_slot_once_in_an_interval(moment, minutes):
    met: list[tuple[int, datetime]] = []
    now = moment
    for each in minutes:
        found = RHYTHM.slots_between(now, now + each * MINUTE)
        assert len({slot for slot, _ in found}) == len(found)
        met += found
        now += each * MINUTE

    begins = [at for _, at in met]
    assert begins == sorted(set(begins))
    if max(minutes) * MINUTE <= RHYTHM.verified:
        assert met == every_beginning(moment, now)


def every_beginning(after: datetime, until: datetime) -> list[tuple[int, datetime]]:
    """Every beginning of a slot in between, however long that is."""
    found = []
    at = after
    while at < until:
        end = min(at + RHYTHM.verified, until)
        found += RHYTHM.slots_between(at, end)
        at = end
    return found


def test_the_next_look_is_told_for_everyone_but_those_that_leave():
    due = pending(due_at=NOW + HOUR)
    assert RHYTHM.next_look(due, NOW) == NOW + HOUR
    assert RHYTHM.next_look(due.left(NOW), NOW) is None
    domain = well(checked_at=NOW + 5 * DAY)
    assert RHYTHM.next_look(domain, NOW) == RHYTHM.slot_begins(slot_of(domain.domain_id), after=NOW + 5 * DAY)
    assert RHYTHM.next_look(replace(domain, checked_at=None), NOW) is not None
