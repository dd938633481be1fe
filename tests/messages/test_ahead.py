"""What a batch needs is read at once, and never trusted for long."""

from __future__ import annotations

import pytest

from letterhead.messages.ahead import GOOD_FOR, ReadAhead
from letterhead.messages.message import MessageStatus
from letterhead.suppressions.suppression import SuppressionList
from letterhead.unavailable import UnavailableError
from tests.fakes.message_world import NOW, InMemoryMessages, Lists, draft, mailbox, message

RITA, CARL = "rita@reader.example", "carl@reader.example"


class Counted(InMemoryMessages):
    """A store that notes what it is asked, and can't give some of what it has."""

    def __init__(self):
        super().__init__()
        self.asked, self.broken, self.poisoned = [], False, set()

    def heads(self, keys):
        self.asked.append(len(keys))
        if self.broken:
            raise UnavailableError
        if self.poisoned & set(keys):
            raise ValueError("no message")
        return super().heads(keys)

    def by_id(self, account_id, message_id):
        return self.heads([(account_id, message_id)]).get((account_id, message_id))


class Batch:
    """Some messages, their lists, and a clock."""

    def __init__(self, *recipients):
        self.store, self.lists, self.time = Counted(), Lists(), 100.0
        self.made = [message(draft=draft(to=(mailbox(each),))) for each in recipients]
        for each in self.made:
            self.store.add(each)
        self.ahead = ReadAhead(self.store, self.lists, lambda: self.time)

    @property
    def keys(self):
        return [(each.account_id, each.message_id) for each in self.made]

    def blocked(self, made):
        keys = [box.address.key for box in made.draft.recipients]
        return list(self.ahead.blocking(made.account_id, made.domain_id, keys, NOW))


@pytest.fixture
def batch():
    return Batch(RITA, CARL, RITA)


def test_a_batch_is_read_in_one_look_and_its_lists_in_another(batch):
    batch.lists.entries = {CARL: (SuppressionList.HARD_BOUNCES,)}
    batch.ahead.prepare(batch.keys)
    assert [batch.ahead.by_id(*key) for key in batch.keys] == batch.made
    assert [batch.blocked(each) for each in batch.made] == [[], [CARL], []]
    assert (batch.store.asked, batch.lists.asked) == ([3], 1)


def test_a_message_that_stands_in_a_batch_twice_is_read_again_for_the_second_time(batch):
    first = batch.made[0]
    batch.ahead.prepare([*batch.keys, batch.keys[0]])
    batch.ahead.by_id(*batch.keys[0])
    sent = message(message_id=first.message_id, status=MessageStatus.SENT)
    batch.store.messages[batch.keys[0]] = sent
    assert batch.ahead.by_id(*batch.keys[0]).status is MessageStatus.SENT


def test_what_isnt_there_is_none(batch):
    batch.ahead.prepare([("0account00accoun", "0message00messag")])
    assert batch.ahead.by_id("0account00accoun", "0message00messag") is None


@pytest.mark.parametrize(("seconds", "heeded"), [(GOOD_FOR - 0.1, False), (GOOD_FOR, True), (600, True)])
def test_an_entry_made_since_is_heeded_as_soon_as_the_look_is_old(batch, seconds, heeded):
    batch.ahead.prepare(batch.keys)
    batch.lists.entries = {CARL: (SuppressionList.UNSUBSCRIBES,)}
    batch.time += seconds
    batch.ahead.by_id(*batch.keys[1])
    assert batch.blocked(batch.made[1]) == ([CARL] if heeded else [])
    batch.ahead.by_id(*batch.keys[2])
    batch.blocked(batch.made[2])
    assert (batch.store.asked, batch.lists.asked) == (
        ([3, 3], 2) if heeded else ([3], 1)
    )  # for all that is left


def test_an_entry_made_between_two_batches_is_heeded(batch):
    batch.ahead.prepare(batch.keys)
    batch.lists.entries = {RITA: (SuppressionList.SPAM_COMPLAINTS,)}
    batch.ahead.prepare(batch.keys)
    assert batch.blocked(batch.made[0]) == [RITA]


def test_a_look_that_grew_old_while_a_message_was_fetched_is_repeated(batch):
    batch.ahead.prepare(batch.keys)
    batch.ahead.by_id(*batch.keys[0])
    batch.lists.entries = {RITA: (SuppressionList.UNSUBSCRIBES,)}
    batch.time += GOOD_FOR
    assert batch.blocked(batch.made[0]) == [RITA]


def test_a_store_that_gives_nothing_fails_each_message_by_itself(batch):
    batch.store.broken = True
    batch.ahead.prepare(batch.keys)
    for key in batch.keys:
        with pytest.raises(UnavailableError):
            batch.ahead.by_id(*key)
    batch.store.broken = False
    assert [batch.ahead.by_id(*key) for key in batch.keys] == batch.made


def test_one_message_that_cannot_be_read_holds_no_other_one(batch):
    batch.store.poisoned = {batch.keys[1]}
    batch.ahead.prepare(batch.keys)
    assert batch.ahead.by_id(*batch.keys[0]) == batch.made[0]
    with pytest.raises(ValueError, match="no message"):
        batch.ahead.by_id(*batch.keys[1])
    assert batch.ahead.by_id(*batch.keys[2]) == batch.made[2]


def test_lists_that_cannot_be_read_are_never_taken_for_empty_ones(batch):
    batch.lists.broken = True
    batch.ahead.prepare(batch.keys)
    assert batch.ahead.by_id(*batch.keys[0]) == batch.made[0]
    with pytest.raises(UnavailableError):
        batch.blocked(batch.made[0])


def test_a_recipient_who_was_not_read_ahead_is_looked_up(batch):
    batch.ahead.prepare(batch.keys[:1])
    batch.lists.entries = {CARL: (SuppressionList.HARD_BOUNCES,)}
    assert batch.blocked(batch.made[1]) == [CARL]


def test_before_anything_was_read_ahead_everything_is_read_by_itself(batch):
    assert batch.ahead.by_id(*batch.keys[0]) == batch.made[0]
    assert batch.blocked(batch.made[0]) == []
