"""The suppressions table and its in-memory fake: one contract, and what the table's reads and writes cost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from functools import partial
from itertools import count
from threading import Lock

import pytest

from letterhead import identifiers
from letterhead.adapters.tables import connection as connections
from letterhead.adapters.tables import suppressions as table_module
from letterhead.adapters.tables.connection import connection
from letterhead.adapters.tables.outbox import OutboxItem, OutboxTable
from letterhead.adapters.tables.suppressions import SuppressionItem, SuppressionTable
from letterhead.outbox.event import EventType
from letterhead.suppressions.blocking import Block
from letterhead.suppressions.pages import SuppressionQuery, TooManyPatternsError
from letterhead.suppressions.pattern import MOST_PATTERNS
from letterhead.suppressions.suppression import Kept, Reason, SuppressionList
from letterhead.unavailable import UnavailableError
from tests.capacity_meter import metered
from tests.fakes.suppressed import ACCOUNT, DOMAIN, NOW, OTHER_DOMAIN, key, suppression
from tests.fakes.suppression_store import InMemorySuppressions

AMY, RORY = "amy@example.com", "rory@example.com"
HARD, BLOCKED, HELD = SuppressionList.HARD_BOUNCES, SuppressionList.BLOCKLIST, SuppressionList.ON_HOLD
LATER = NOW + timedelta(hours=1)


def new_event_id() -> str:
    return identifiers.new_id(LATER)


class TableWithEvents(SuppressionTable):
    """The table, with what its outbox holds."""

    @property
    def events(self):
        return {item.event_id: item for item in OutboxItem.query(ACCOUNT)}


@pytest.fixture
def table(tables):
    return TableWithEvents("SuppressionsTable", OutboxTable("OutboxTable"))


@pytest.fixture(params=["table", "memory"])
def store(request):
    return InMemorySuppressions() if request.param == "memory" else request.getfixturevalue("table")


@pytest.fixture
def meter(table):
    with metered(connection().client) as counted:
        yield counted


def query(*scopes, which=HARD, **page) -> SuppressionQuery:
    return SuppressionQuery((which,), scopes or (DOMAIN,), **page)


def shown(store, *scopes, which=HARD, now=NOW, **page) -> list[str]:
    found = store.page(ACCOUNT, query(*scopes, which=which, **page), now)
    return [one.key.subject for one in found.suppressions]


# --- additions and look-ups -------------------------------------------------------------------------------------------


def test_an_entry_comes_back_as_it_was_added(store):
    whole = suppression(
        AMY,
        HELD,
        hours=72,
        cause="0102-feedback-id",
        diagnostic="smtp; 552 5.2.2 mailbox full",
        status_code="5.2.2",
        message_id="0message00000one",
        note="ünïcode",
        occurred_at=NOW - timedelta(minutes=1),
        soft_bounces=5,
    )
    bare = suppression(AMY, domain_id=None)
    assert store.add([whole, bare], NOW) == (Kept(whole, added=True), Kept(bare, added=True))
    assert set(store.of_subject(ACCOUNT, AMY)) == {whole, bare}
    assert store.by_references(ACCOUNT, HELD, [(whole.suppression_id, DOMAIN)]) == [whole]


def test_an_entry_blocks_its_address_for_its_domain_and_says_why(store):
    entry = suppression(AMY)
    store.add([entry], NOW)
    blocks = {AMY: (Block(HARD, DOMAIN, Reason.HARD_BOUNCE, suppression_id=entry.suppression_id),)}
    assert store.blocking(ACCOUNT, DOMAIN, [AMY, RORY], NOW) == blocks
    assert store.blocking(ACCOUNT, None, [AMY], NOW) == blocks
    assert store.blocking(ACCOUNT, OTHER_DOMAIN, [AMY], NOW) == {}
    assert store.blocking("0another0account", DOMAIN, [AMY], NOW) == {}


def test_an_entry_of_the_account_blocks_for_every_domain(store):
    store.add([suppression(AMY, domain_id=None)], NOW)
    assert AMY in store.blocking(ACCOUNT, DOMAIN, [AMY], NOW)
    assert AMY in store.blocking(ACCOUNT, OTHER_DOMAIN, [AMY], NOW)


def test_all_blocks_are_told_the_gravest_first(store):
    for which in SuppressionList:
        store.add([suppression(AMY, which, hours=1 if which is HELD else None)], NOW)
    (blocks,) = store.blocking(ACCOUNT, DOMAIN, [AMY], NOW).values()
    assert [block.list for block in blocks] == list(SuppressionList)


def test_a_pattern_blocks_what_it_means_in_its_scope(store):
    store.add([suppression("*@example.com", BLOCKED), suppression("info*@*", BLOCKED, None)], NOW)
    found = store.blocking(ACCOUNT, DOMAIN, [AMY, "info-de@elsewhere.com", "amy@elsewhere.com"], NOW)
    assert found == {
        AMY: (Block(BLOCKED, DOMAIN, Reason.BLOCKLIST, pattern="*@example.com"),),
        "info-de@elsewhere.com": (Block(BLOCKED, None, Reason.BLOCKLIST, pattern="info*@*"),),
    }
    assert AMY not in store.blocking(ACCOUNT, OTHER_DOMAIN, [AMY], NOW)
    store.remove(ACCOUNT, [key("*@example.com", BLOCKED), key("info*@*", BLOCKED, None)], new_event_id, LATER)
    assert store.blocking(ACCOUNT, DOMAIN, [AMY, "info-de@elsewhere.com"], NOW) == {}


def test_an_account_has_so_many_patterns_and_no_more(store):
    for start in range(0, MOST_PATTERNS, 25):
        names = [f"*@example{number}.com" for number in range(start, start + 25)]
        store.add([suppression(name, BLOCKED) for name in names], NOW)
    with pytest.raises(TooManyPatternsError):
        store.add([suppression("*@one-more.com", BLOCKED)], NOW)
    assert store.blocking(ACCOUNT, DOMAIN, ["a@one-more.com"], NOW) == {}
    assert store.of_subject(ACCOUNT, "*@one-more.com", is_pattern=True) == ()
    store.remove(ACCOUNT, [key("*@example7.com", BLOCKED)], new_event_id, LATER)
    store.add([suppression("*@one-more.com", BLOCKED)], NOW)


def test_a_hold_ends_by_itself_and_makes_room_for_the_next(store):
    store.add([suppression(AMY, HELD, hours=72)], NOW)
    assert AMY in store.blocking(ACCOUNT, DOMAIN, [AMY], NOW + timedelta(hours=71, minutes=59))
    over = NOW + timedelta(hours=72)
    assert store.blocking(ACCOUNT, DOMAIN, [AMY], over) == {}
    assert shown(store, which=HELD, now=over) == []
    again = suppression(AMY, HELD, hours=200, seconds=72 * 3600)
    assert store.add([again], over) == (Kept(again, added=True),)
    assert AMY in store.blocking(ACCOUNT, DOMAIN, [AMY], over)
    assert shown(store, which=HELD, now=over) == [AMY]


def test_what_is_there_stays_as_it_was(store):
    first, second = suppression(AMY, diagnostic="one"), suppression(AMY, seconds=9, diagnostic="two")
    store.add([first], NOW)
    assert store.add([second], LATER) == (Kept(first, added=False),)
    assert len(store.events) == 1


def test_the_same_entry_twice_in_one_call_is_once(store):
    first = suppression(AMY)
    store.add([first, replace(first)], NOW)
    assert shown(store) == [AMY]
    assert len(store.events) == 1


def test_many_are_added_and_removed_at_once(store):
    entries = [suppression(f"a{number}@example.com", seconds=number) for number in range(80)]
    assert all(kept.added for kept in store.add(entries, NOW))
    assert len(store.events) == 80
    assert store.remove(ACCOUNT, [one.key for one in entries], new_event_id, LATER) == 80
    assert store.blocking(ACCOUNT, DOMAIN, [one.key.subject for one in entries], NOW) == {}
    assert len(store.events) == 160


# --- recording, for a queue -------------------------------------------------------------------------------------------


def test_what_is_recorded_is_as_if_added(store):
    entry = suppression(AMY, cause="feedback")
    assert store.record(entry, NOW) == Kept(entry, added=True)
    assert store.of_subject(ACCOUNT, AMY) == (entry,)
    assert shown(store) == [AMY]
    assert list(store.events) == [entry.suppression_id]


def test_a_repetition_and_another_cause_change_nothing(store):
    first = suppression(AMY, cause="feedback")
    store.record(first, NOW)
    for cause in ("feedback", "another", None):
        assert not store.record(suppression(AMY, seconds=5, cause=cause), LATER).added
    assert [one.suppression_id for one in store.of_subject(ACCOUNT, AMY)] == [first.suppression_id]
    assert list(store.events) == [first.suppression_id]


@pytest.mark.parametrize("performed", [False, True])
@pytest.mark.parametrize("step", range(4))
def test_a_repetition_completes_what_broke_off(table, dynamodb_faults, no_pauses, step, performed):
    dynamodb_faults.break_call(step, performed=performed)
    with pytest.raises(UnavailableError):
        table.record(suppression(AMY, cause="feedback"), NOW)
    dynamodb_faults.mend()
    table.record(suppression(AMY, seconds=30, cause="feedback"), LATER)
    assert shown(table) == [AMY]
    (entry,) = table.of_subject(ACCOUNT, AMY)
    assert list(table.events) == [entry.suppression_id]
    assert entry.provenance.cause == "feedback"


@pytest.mark.parametrize("performed", [False, True])
@pytest.mark.parametrize("step", range(2))
def test_an_addition_that_breaks_off_is_whole_or_nothing(table, dynamodb_faults, no_pauses, step, performed):
    dynamodb_faults.break_call(step, performed=performed)
    with pytest.raises(UnavailableError):
        table.add([suppression(AMY)], NOW)
    dynamodb_faults.mend()
    standing = bool(table.blocking(ACCOUNT, DOMAIN, [AMY], NOW))
    assert standing == bool(shown(table)) == bool(table.events) == (step == 1 and performed)


# --- removals ---------------------------------------------------------------------------------------------------------


def test_removing_leaves_the_other_entries_and_twice_is_once(store):
    store.add([suppression(AMY), suppression(AMY, BLOCKED), suppression(AMY, domain_id=None)], NOW)
    assert store.remove(ACCOUNT, [key(AMY), key(RORY)], new_event_id, LATER) == 1
    assert store.remove(ACCOUNT, [key(AMY)], new_event_id, LATER) == 0
    (blocks,) = store.blocking(ACCOUNT, DOMAIN, [AMY], NOW).values()
    assert [(block.list, block.domain_id) for block in blocks] == [(HARD, None), (BLOCKED, DOMAIN)]
    assert shown(store) == []
    assert shown(store, DOMAIN, None) == [AMY]


def test_events_tell_of_what_came_and_went(table):
    table.add([suppression(AMY, message_id="0message00000one"), suppression(RORY, HELD, hours=72)], NOW)
    table.remove(ACCOUNT, [key(AMY), key(RORY, HELD)], new_event_id, LATER)
    told = {(item.event_type, item.data["recipient"]): item for item in table.events.values()}
    assert set(told) == {
        (EventType.SUPPRESSION_ADDED, AMY),
        (EventType.SUPPRESSION_REMOVED, AMY),
        (EventType.RECIPIENT_ON_HOLD_ADDED, RORY),
        (EventType.RECIPIENT_ON_HOLD_REMOVED, RORY),
    }
    added = told[EventType.SUPPRESSION_ADDED, AMY]
    assert added.data == {
        "recipient": AMY,
        "list": "hard_bounces",
        "reason": "hard_bounce",
        "message_id": "0message00000one",
    }
    assert (added.domain_id, added.occurred_at) == (DOMAIN, NOW)
    assert told[EventType.RECIPIENT_ON_HOLD_ADDED, RORY].data["until"] == "2026-06-17T09:00:00Z"


def test_holds_that_have_ended_are_found_and_removed_once(table):
    first, lasting = suppression(AMY, HELD, hours=1), suppression(RORY, HELD, hours=30)
    table.add([first, lasting], NOW)
    over = NOW + timedelta(hours=2)
    assert list(table.ended(NOW)) == []
    assert list(table.ended(over)) == [first]
    assert table.end(first, new_event_id, over)
    assert not table.end(first, new_event_id, over)
    assert list(table.ended(over)) == []
    assert list(table.ended(NOW + timedelta(hours=40))) == [lasting]


def test_a_hold_that_a_newer_one_replaced_takes_nothing_with_it(table):
    old = suppression(AMY, HELD, hours=1)
    table.add([old], NOW)
    over = NOW + timedelta(hours=2)
    table.add([suppression(AMY, HELD, hours=74, seconds=7200)], over)
    assert not table.end(old, new_event_id, over)
    assert AMY in table.blocking(ACCOUNT, DOMAIN, [AMY], over)
    assert list(table.ended(over)) == []


def test_an_account_is_forgotten_whole(table):
    table.add([suppression(AMY), suppression("*@x.com", BLOCKED), suppression(RORY, HELD, hours=1)], NOW)
    other = suppression(AMY, account_id="0another0account")
    table.add([other], NOW)
    table.forget(ACCOUNT)
    table.forget(ACCOUNT)
    assert list(SuppressionItem.query(ACCOUNT)) == []
    assert table.of_subject("0another0account", AMY) == (other,)


# --- races ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def one_call_at_a_time(monkeypatch):
    """DynamoDB's calls are each done as a whole; moto's look in on each other."""
    lock, dispatch = Lock(), connections._ProcessConnection.dispatch

    def whole(self, operation_name, operation_kwargs):
        with lock:
            return dispatch(self, operation_name, operation_kwargs)

    monkeypatch.setattr(connections._ProcessConnection, "dispatch", whole)
    monkeypatch.setattr(table_module, "_TRIES", 50)


def together(acts):
    with ThreadPoolExecutor(len(acts)) as pool:
        return [future.result() for future in [pool.submit(act) for act in acts]]


@pytest.mark.usefixtures("one_call_at_a_time")
def test_of_many_that_add_the_same_at_once_one_adds_it(table):
    for act in (table.record, lambda one, now: table.add([one], now)[0]):
        entries = [suppression(AMY, seconds=number, cause=str(number)) for number in range(8)]
        kept = together([partial(act, one, NOW) for one in entries])
        assert sum(one.added for one in kept) == 1
        assert len({one.suppression.suppression_id for one in kept}) == 1
        assert shown(table) == [AMY]
        table.remove(ACCOUNT, [key(AMY)], new_event_id, LATER)


@pytest.mark.usefixtures("one_call_at_a_time")
def test_entries_that_are_added_to_one_address_at_once_all_stand(table):
    entries = [suppression(AMY, which, scope) for which in SuppressionList for scope in (DOMAIN, None)]
    together([partial(table.record, one, NOW) for one in entries])
    assert len(table.of_subject(ACCOUNT, AMY)) == 10
    gone = together(
        [partial(table.remove, ACCOUNT, [one.key], new_event_id, LATER) for one in [*entries, *entries]]
    )
    assert sum(gone) == 10
    assert table.of_subject(ACCOUNT, AMY) == ()


def test_an_address_that_changes_without_end_is_given_up(table, monkeypatch):
    serial = count()
    read = SuppressionTable._marks

    def changed_behind(*arguments, **options):
        found = read(*arguments, **options)
        SuppressionItem(ACCOUNT, f"a#{AMY}", entries=f"hh||0000000000000{next(serial):03}||").save()
        return found

    monkeypatch.setattr(SuppressionTable, "_marks", staticmethod(changed_behind))
    for act in (
        partial(table.add, [suppression(AMY)], NOW),
        partial(table.record, suppression(AMY), NOW),
        partial(table.remove, ACCOUNT, [key(AMY, domain_id=None)], new_event_id, NOW),
    ):
        with pytest.raises(UnavailableError):
            act()


# --- lists ------------------------------------------------------------------------------------------------------------


def test_a_list_is_shown_newest_first_by_page(store):
    names = [f"a{number:02}@example.com" for number in range(30)]
    store.add([suppression(name, seconds=number) for number, name in enumerate(names)], NOW)
    newest = names[::-1]
    first = store.page(ACCOUNT, query(size=12), NOW)
    assert [one.key.subject for one in first.suppressions] == newest[:12]
    assert first.has_more
    after = first.suppressions[-1].suppression_id
    assert shown(store, size=12, number=2, after=after) == shown(store, size=12, number=2) == newest[12:24]
    assert not store.page(ACCOUNT, query(size=12, number=3), NOW).has_more
    assert shown(store, size=12, number=4) == []


def test_a_list_of_several_scopes_is_one_in_time(store):
    scopes = [DOMAIN, OTHER_DOMAIN, None]
    names = [f"a{number}@example.com" for number in range(9)]
    store.add([suppression(name, domain_id=scopes[n % 3], seconds=n) for n, name in enumerate(names)], NOW)
    assert shown(store, *scopes) == names[::-1]
    assert shown(store, OTHER_DOMAIN) == [names[7], names[4], names[1]]
    assert shown(store, DOMAIN, which=BLOCKED) == []


def test_addresses_are_listed_once_with_all_their_entries(store):
    store.add([suppression("c@x.com"), suppression("a@x.com"), suppression("b@x.com", HELD, hours=1)], NOW)
    store.add([suppression("a@x.com", BLOCKED), suppression("*@x.com", BLOCKED)], NOW)
    found = store.addresses(ACCOUNT, None, 2, NOW)
    assert [(one.address, len(one.entries)) for one in found] == [("a@x.com", 2), ("b@x.com", 1)]
    assert [one.address for one in store.addresses(ACCOUNT, "b@x.com", 2, NOW)] == ["c@x.com"]
    assert [one.address for one in store.addresses(ACCOUNT, "a@x.com", 9, LATER)] == ["c@x.com"]


# --- what it costs ----------------------------------------------------------------------------------------------------


def test_a_look_up_is_one_batch_read_of_half_a_unit_a_recipient(table, meter):
    table.add([suppression(AMY, which) for which in SuppressionList], NOW)
    table.add([suppression(f"*@example{number}.com", BLOCKED) for number in range(60)], NOW)
    meter.reset()
    table.blocking(ACCOUNT, DOMAIN, [AMY], NOW)
    assert meter.read_units() == 1
    meter.reset()
    table.blocking(ACCOUNT, DOMAIN, [AMY, *(f"r{number}@example.com" for number in range(49))], NOW)
    assert meter.read_units() == 0.5 * 50 + 0.5
    assert len(meter.charges) == 1


def test_a_recorded_entry_costs_three_units_and_a_hold_one_more(table, meter):
    long = {
        "diagnostic": "d" * 400,
        "message_id": "0message00000one",
        "cause": "c" * 60,
        "status_code": "5.1.1",
    }
    table.record(suppression(AMY, **long), NOW)
    assert meter.write_units() == 3
    meter.reset()
    table.record(suppression(AMY, seconds=1, cause="another"), NOW)
    assert meter.write_units() == 0
    table.record(suppression(RORY, HELD, hours=72, **long), NOW)
    assert meter.write_units() == 4


def test_an_added_entry_costs_six_units(table, meter):
    table.add([suppression(AMY)], NOW)
    assert meter.write_units() == 6


def test_a_page_costs_its_own_size_whatever_lies_around_it(table, meter):
    table.add([suppression(f"a{n}@x.com", seconds=n, diagnostic="d" * 60) for n in range(150)], NOW)
    table.add([suppression(f"b{n}@x.com", BLOCKED, seconds=n) for n in range(50)], NOW)
    meter.reset()
    first = table.page(ACCOUNT, query(), NOW)
    assert meter.read_units() <= 1.5
    assert meter.operations("Query") == 1
    meter.reset()
    table.page(ACCOUNT, query(number=2, after=first.suppressions[-1].suppression_id), NOW)
    assert meter.read_units() <= 1.5
    meter.reset()
    table.addresses(ACCOUNT, None, 25, NOW)
    assert meter.read_units() <= 1
