"""Scheduled messages: whose they are, and that each is either taken back or leaves."""

from __future__ import annotations

from dataclasses import replace

import pytest

from letterhead.messages.message import MessageNotFoundError, MessageStatus
from letterhead.messages.schedules import MessageLeftError, ScheduleQuery, ScheduleStatus, found, take_back
from letterhead.messages.sweep import queue_due
from letterhead.unavailable import UnavailableError
from tests.fakes.message_world import InMemoryMessages, draft, later, live_token, message

DOMAIN, IDENTITY = "0domain00domain0", "0identity0identi"


@pytest.fixture
def store():
    return InMemoryMessages()


def waiting(store, **changes):
    facts = {
        "draft": draft(send_at=later(hours=2)),
        "status": MessageStatus.SCHEDULED,
        "due_at": later(hours=2),
    }
    made = message(**(facts | {"identity_id": IDENTITY} | changes))
    store.add(made)
    return made


@pytest.mark.parametrize("status", [MessageStatus.SCHEDULED, MessageStatus.WAITING, MessageStatus.QUEUED])
def test_what_has_not_left_is_taken_back_and_never_leaves(store, status):
    made = waiting(store, status=status)
    take_back(store, live_token(), made.message_id)
    assert store.by_id(made.account_id, made.message_id).status is MessageStatus.CANCELLED
    assert queue_due(store, later(hours=3), 10) == 0
    with pytest.raises(MessageNotFoundError):
        take_back(store, live_token(), made.message_id)


@pytest.mark.parametrize("status", [MessageStatus.LEAVING, MessageStatus.SENT, MessageStatus.FAILED])
def test_what_is_leaving_can_not_be_taken_back(store, status):
    made = waiting(store, status=status)
    with pytest.raises(MessageLeftError):
        take_back(store, live_token(), made.message_id)
    assert store.by_id(made.account_id, made.message_id).status is status


class Overtaken(InMemoryMessages):
    """Each time a message is to be changed, somebody else has been quicker."""

    def __init__(self, *statuses):
        super().__init__()
        self.coming = list(statuses)

    def change(self, before, after):
        if self.coming:
            key = before.account_id, before.message_id
            self.messages[key] = replace(self.messages[key], status=self.coming.pop(0))
        return super().change(before, after)


def test_one_that_is_queued_meanwhile_is_taken_back_all_the_same():
    store = Overtaken(MessageStatus.QUEUED)
    made = waiting(store)
    take_back(store, live_token(), made.message_id)
    assert store.by_id(made.account_id, made.message_id).status is MessageStatus.CANCELLED


def test_one_that_leaves_meanwhile_leaves():
    store = Overtaken(MessageStatus.LEAVING)
    made = waiting(store)
    with pytest.raises(MessageLeftError):
        take_back(store, live_token(), made.message_id)


def test_one_that_never_stands_still_is_left_alone():
    store = Overtaken(MessageStatus.QUEUED, MessageStatus.WAITING, MessageStatus.QUEUED)
    made = waiting(store)
    with pytest.raises(UnavailableError):
        take_back(store, live_token(), made.message_id)


OUT_OF_REACH = {
    "another domain's token": {"domain_id": "0other000other00"},
    "another identity's token": {"identity_id": "0other000other00"},
    "another account's token": {"account_id": "0other000other00"},
    "a test token": {"test_mode": True},
}


@pytest.mark.parametrize("who", OUT_OF_REACH)
def test_what_a_token_does_not_reach_is_not_there(store, who):
    made = waiting(store)
    with pytest.raises(MessageNotFoundError):
        take_back(store, live_token(**OUT_OF_REACH[who]), made.message_id)
    assert store.by_id(made.account_id, made.message_id).is_pending


@pytest.mark.parametrize("reach", [{"domain_id": DOMAIN}, {"identity_id": IDENTITY}, {}])
def test_a_token_reaches_its_own(store, reach):
    made = waiting(store)
    assert found(store, live_token(**reach), made.message_id) == made


def test_a_message_that_was_given_no_moment_is_none_of_these(store):
    made = waiting(store, draft=draft(), due_at=None, status=MessageStatus.QUEUED)
    with pytest.raises(MessageNotFoundError):
        found(store, live_token(), made.message_id)


STATUSES = {
    MessageStatus.SCHEDULED: ScheduleStatus.SCHEDULED,
    MessageStatus.QUEUED: ScheduleStatus.SCHEDULED,
    MessageStatus.WAITING: ScheduleStatus.SCHEDULED,
    MessageStatus.LEAVING: ScheduleStatus.SCHEDULED,
    MessageStatus.SENT: ScheduleStatus.SENT,
    MessageStatus.FAILED: ScheduleStatus.ERROR,
    MessageStatus.CANCELLED: None,
}


@pytest.mark.parametrize("status", MessageStatus)
def test_each_is_listed_under_one_status(status):
    made = message(status=status, draft=draft(send_at=later(hours=2)))
    under = [each for each in ScheduleStatus if ScheduleQuery(size=1, status=each).fits(made)]
    assert under == ([] if STATUSES[status] is None else [STATUSES[status]])
