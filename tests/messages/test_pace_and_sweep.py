"""Sending no faster than the provider takes mail, and queueing what is due."""

from __future__ import annotations

from dataclasses import replace

import pytest

from letterhead import identifiers
from letterhead.http.message_sender import NEEDED
from letterhead.messages.message import MessageStatus
from letterhead.messages.pace import ASKED_AGAIN_AFTER, LONGEST_WAIT, Pace
from letterhead.messages.sweep import queue_due
from letterhead.messages.warm_up import DayOfSending, WarmUp, after_day
from letterhead.unavailable import UnavailableError
from tests.fakes.message_world import NOW, InMemoryMessages, later, message
from tests.fakes.sender_identities import ACCOUNT


class Clock:
    """Time that passes by sleeping, and a provider's rate."""

    def __init__(self, rate: float) -> None:
        self.now = 1_000.0
        self.rate: float | None = rate
        self.asked = 0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.now += seconds

    def most_a_second(self) -> float:
        self.asked += 1
        if self.rate is None:
            raise UnavailableError
        return self.rate


def paced(clock: Clock, environments: int = 2) -> Pace:
    return Pace(clock, environments, clock, clock.sleep)


def test_an_environment_sends_its_share_of_the_rate():
    clock = Clock(rate=10)
    pace = paced(clock)
    for _ in range(51):
        pace.wait(1)
    assert clock.now - 1_000 == pytest.approx(10)  # fifty mails at five a second


def test_the_provider_counts_recipients():
    clock = Clock(rate=10)
    pace = paced(clock)
    pace.wait(50)
    pace.wait(1)
    assert clock.now - 1_000 == pytest.approx(10)


def test_what_would_wait_longer_than_a_function_may_run_comes_again_and_has_its_turn_then():
    # 50 recipients at a new account's one a second, of which two environments have half each.
    clock = Clock(rate=1)
    pace = paced(clock)
    assert pace.wait(50) is True
    waited = []
    while not pace.wait(1):
        waited.append(clock.now - 1_000)
    assert waited == pytest.approx([10, 20, 30, 40, 50, 60, 70, 80, 90])
    assert clock.now - 1_000 == pytest.approx(100)


def test_the_longest_wait_ends_before_the_time_that_a_message_is_given():
    assert LONGEST_WAIT < NEEDED


def test_a_pause_is_not_made_up_for():
    clock = Clock(rate=10)
    pace = paced(clock)
    pace.wait(1)
    clock.now += 100
    for _ in range(6):
        pace.wait(1)
    assert clock.now - 1_100 == pytest.approx(1)


def test_while_the_rate_is_not_known_the_lowest_there_is_holds():
    clock = Clock(rate=10)
    clock.rate = None
    pace = paced(clock)
    pace.wait(1)
    pace.wait(1)
    assert clock.now - 1_000 == pytest.approx(2)
    clock.rate = 100
    clock.now += ASKED_AGAIN_AFTER
    before = clock.now
    for _ in range(51):
        pace.wait(1)
    assert clock.now - before == pytest.approx(1)
    assert clock.asked == 2


# --- the sweep ----------------------------------------------------------------------------------------------------------------


def test_what_is_due_is_queued_once_and_the_rest_waits():
    store = InMemoryMessages()
    due, not_yet, sent = (
        message(message_id=identifiers.new_id(NOW), status=status, due_at=due_at)
        for status, due_at in (
            (MessageStatus.WAITING, NOW),
            (MessageStatus.SCHEDULED, later(minutes=1)),
            (MessageStatus.SENT, None),
        )
    )
    for each in (due, not_yet, sent):
        store.add(each)
    assert [queue_due(store, NOW, 100), queue_due(store, NOW, 100)] == [1, 0]
    kept = store.by_id(ACCOUNT, due.message_id)
    assert (kept.status, kept.due_at) == (MessageStatus.QUEUED, None)
    assert store.by_id(ACCOUNT, not_yet.message_id) == not_yet


def test_a_sweep_takes_so_many_and_leaves_the_others_due():
    store = InMemoryMessages()
    for number in range(5):
        store.add(
            message(
                message_id=identifiers.new_id(later(seconds=number)), status=MessageStatus.WAITING, due_at=NOW
            )
        )
    assert [queue_due(store, NOW, 3), queue_due(store, NOW, 3), queue_due(store, NOW, 3)] == [3, 2, 0]


def test_a_message_that_was_taken_back_meanwhile_is_not_queued():
    store = InMemoryMessages()
    waiting = message(status=MessageStatus.WAITING, due_at=NOW)
    store.add(waiting)
    found = store.due
    store.due = lambda now: [*found(now), (ACCOUNT, "0gone000gone0000")]
    head = store.head

    def cancelled_meanwhile(account_id, message_id):
        before = head(account_id, message_id)
        if before is not None:
            store.change(before, replace(before, status=MessageStatus.CANCELLED))
        return before

    store.head = cancelled_meanwhile
    assert queue_due(store, NOW, 100) == 0


# --- warming up (seed: Sendara's guide) ---------------------------------------------------------------------------------------

TODAY, TOMORROW = NOW.date(), later(days=1).date()


@pytest.mark.parametrize(
    ("yesterday", "allowance"),
    [
        (DayOfSending(200, 3, 0), 400),
        (DayOfSending(100, 1, 0), 400),
        (DayOfSending(99, 0, 0), 200),
        (DayOfSending(200, 4, 0), 200),
        (DayOfSending(1_000, 0, 1), 200),
        (DayOfSending(2_000, 0, 1), 400),
        (DayOfSending(0, 0, 0), 200),
    ],
)
def test_the_allowance_doubles_after_a_good_day_that_used_it(yesterday, allowance):
    assert after_day(WarmUp(200, TODAY), yesterday, TOMORROW) == WarmUp(allowance, TOMORROW)


def test_the_same_day_again_changes_nothing():
    assert after_day(WarmUp(200, TODAY), DayOfSending(200, 0, 0), TODAY) == WarmUp(200, TODAY)
