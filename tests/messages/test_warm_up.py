"""Warming a domain up: what a day's allowance is, when it grows, and when it is over (seed: Sendara's domains guide)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from letterhead.activity.activity import ActivityType
from letterhead.activity.counts import DayCount, Weight
from letterhead.messages.warm_up import DayOfSending, WarmUp, WarmUps, after_day
from letterhead.unavailable import UnavailableError
from tests.fakes.sending_domains import registered_domain

MONDAY, TUESDAY = date(2026, 6, 15), date(2026, 6, 16)
NOON = datetime(2026, 6, 16, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("sent", "bounced", "complained", "allowance"),
    [
        (200, 0, 0, 400),
        (200, 3, 0, 400),
        (200, 4, 0, 200),  # 2 %
        (1000, 0, 1, 200),  # 0.1 %
        (1001, 0, 1, 400),
        (100, 0, 0, 400),
        (99, 0, 0, 200),
        (0, 0, 0, 200),
    ],
)
def test_the_allowance_doubles_after_a_good_day_that_was_used_and_holds_otherwise(
    sent, bounced, complained, allowance
):
    assert after_day(WarmUp(200, MONDAY), DayOfSending(sent, bounced, complained), TUESDAY) == WarmUp(
        allowance, TUESDAY
    )


@pytest.mark.parametrize("day", [MONDAY, MONDAY - timedelta(days=1)])
def test_the_same_day_again_or_one_before_changes_nothing(day):
    assert after_day(WarmUp(200, MONDAY), DayOfSending(200, 0, 0), day) == WarmUp(200, MONDAY)


class World:
    """A domain and its counts; it is both stores itself, and counts how often it is asked."""

    def __init__(self, warm_up=None, counts=(), first=200, most=50_000):
        self.domain = replace(registered_domain("web-agency.com"), warm_up=warm_up)
        self.counts, self.asked, self.broken = counts, [], False
        self.rule = WarmUps(first, most, self, self)

    def days(self, domain_id, first, last):
        if self.broken:
            raise UnavailableError
        self.asked.append((first, last))
        return [each for each in self.counts if first <= each.day <= last]

    def note_warm_up(self, domain, warm_up):
        self.domain = replace(self.domain, warm_up=warm_up)

    def today(self, now=NOON, **how):
        return self.rule.today(self.domain, now, **how)


def day(text="20260615", sent=0, bounced=0, complained=0, identity_id=None):
    hours = {(9, Weight.BOUNCED): bounced, (23, Weight.COMPLAINED): complained, (9, Weight.SENT): sent}
    return DayCount(text, identity_id, {ActivityType.SENT: sent}, hours)


def test_a_new_domain_begins_with_the_first_allowance():
    world = World()
    assert world.today() == world.domain.warm_up == WarmUp(200, TUESDAY)


def test_who_only_looks_begins_nothing():
    world = World()
    assert world.today(noting=False) == WarmUp(200, TUESDAY)
    assert world.domain.warm_up is None


def test_a_domain_that_mailbox_providers_know_needs_no_warming_up():
    world = World(counts=[day("20260601", sent=150), day("20260610", sent=51)])
    assert world.today() is None
    assert world.domain.warm_up.is_over


def test_what_was_sent_long_ago_is_forgotten():
    assert World(counts=[day("20260501", sent=5000)]).today() == WarmUp(200, TUESDAY)


def test_the_parameter_turns_it_off():
    world = World(WarmUp(200, MONDAY), first=0)
    assert world.today() is None
    assert world.asked == []


def test_a_day_is_begun_once_and_its_other_mails_ask_nobody():
    world = World(WarmUp(200, MONDAY), [day(sent=120, identity_id="a"), day(sent=80)])
    assert [world.today() for _ in range(3)] == [WarmUp(400, TUESDAY)] * 3
    assert world.asked == [("20260615", "20260615")]


@pytest.mark.parametrize("warm_up", [None, WarmUp(200, MONDAY)])
def test_whoever_goes_on_with_the_domain_as_it_was_begins_no_second_time(warm_up):
    world = World(warm_up, [day(sent=200)])
    as_it_was = world.domain
    begun = world.today()
    asked = len(world.asked)
    assert [world.rule.today(as_it_was, NOON) for _ in range(3)] == [begun] * 3
    assert len(world.asked) == asked


def test_bounces_and_complaints_of_all_parts_of_a_day_count():
    assert (
        World(WarmUp(200, MONDAY), [day(sent=100, bounced=2), day(sent=100, bounced=2)]).today().allowance
        == 200
    )
    assert World(WarmUp(200, MONDAY), [day(sent=200, complained=1)]).today().allowance == 200


def test_days_without_mail_lose_nothing():
    world = World(WarmUp(200, MONDAY), [day(sent=200)])
    assert world.today(NOON + timedelta(days=5)) == WarmUp(400, TUESDAY + timedelta(days=5))


def test_it_is_over_when_the_allowance_is_what_an_account_may_send():
    world = World(WarmUp(200, MONDAY), [day(sent=200)], most=400)
    assert world.today() is None
    world.counts = [day("20260616", sent=5, bounced=5)]
    assert world.today(NOON + timedelta(days=1)) is None


def test_it_lasts_nine_good_days_to_fifty_thousand():
    world, now, days = World(), NOON, 0
    while (warm_up := world.today(now)) is not None:
        world.counts = [day(now.strftime("%Y%m%d"), sent=warm_up.allowance)]
        now, days = now + timedelta(days=1), days + 1
    assert days == 8


def test_counts_that_cannot_be_read_stop_the_mail():
    world = World(WarmUp(200, MONDAY))
    world.broken = True
    with pytest.raises(UnavailableError):
        world.today()
    assert world.domain.warm_up == WarmUp(200, MONDAY)
