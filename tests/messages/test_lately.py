"""What was looked up a moment ago isn't looked up again, and isn't believed for long."""

from __future__ import annotations

import pytest

from letterhead.messages.lately import GOOD_FOR, LatelyAccounts, LatelyDomains
from letterhead.unavailable import UnavailableError


class Store:
    """Answers what it is asked for, and how often it was asked."""

    def __init__(self):
        self.asked = []
        self.fails = False

    def by_id(self, *ids):
        self.asked.append(ids)
        if self.fails:
            raise UnavailableError
        return None if "gone" in ids else (len(self.asked), *ids)


class Clock:
    def __init__(self):
        self.seconds = 100.0

    def __call__(self):
        return self.seconds


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def store():
    return Store()


@pytest.fixture(params=[(LatelyAccounts, ("a",), ("b",)), (LatelyDomains, ("a", "d"), ("b", "d"))])
def lately(request, store, clock):
    kind, one, other = request.param
    return kind(store, clock), one, other


def test_one_second_long_the_store_is_asked_once_for_each(lately, store, clock):
    memory, one, other = lately
    assert memory.by_id(*one) == memory.by_id(*one)
    memory.by_id(*other)
    assert store.asked == [one, other]
    clock.seconds += GOOD_FOR
    assert memory.by_id(*one)[0] == 3


def test_what_is_not_there_is_remembered_too(store, clock):
    memory = LatelyDomains(store, clock)
    assert (memory.by_id("a", "gone"), memory.by_id("a", "gone"), len(store.asked)) == (None, None, 1)


def test_a_store_that_does_not_answer_is_asked_again(lately, store):
    memory, one, _ = lately
    store.fails = True
    with pytest.raises(UnavailableError):
        memory.by_id(*one)
    store.fails = False
    assert memory.by_id(*one) is not None


def test_it_never_remembers_more_than_a_thousand(store, clock):
    memory = LatelyAccounts(store, clock)
    for number in range(1_001):
        memory.by_id(str(number))
    memory.by_id("0")
    assert len(store.asked) == 1_002
