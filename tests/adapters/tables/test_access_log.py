"""The access log table: one write unit a call, bounded reads, and no call that waits for its note."""

from __future__ import annotations

import threading
import time

import pytest

from letterhead import identifiers
from letterhead.access_log.call import KEPT, LONGEST_USER_AGENT
from letterhead.adapters.tables import access_log
from letterhead.adapters.tables.access_log import PATIENCE_SECONDS, AccessLogTable
from letterhead.adapters.tables.connection import connection
from letterhead.unavailable import UnavailableError
from tests.capacity_meter import metered
from tests.fakes.logged_calls import ACCOUNT, logged
from tests.fakes.sending_domains import NOW

LARGEST = {
    "user_agent": "x" * LONGEST_USER_AGENT,
    "source_address": "2001:0db8:0000:0000:0000:ffff:192.168.100.228",
    "route": "/v1/domains/{domain}/suppressions/blocklist/{suppression}",
    "request_id": "0" * 40,
    "domain_id": "0domain0domain0d",
}


@pytest.fixture
def log(tables, monkeypatch) -> AccessLogTable:
    monkeypatch.setattr(
        access_log, "PATIENCE_SECONDS", 30
    )  # what is kept is asked here, on a machine that may be busy
    return AccessLogTable("AccessLogTable")


def ids(log, *, before=None, most=100, account_id=ACCOUNT):
    since = identifiers.first_of(NOW - KEPT)
    return [call.call_id for call in log.of_account(account_id, since=since, before=before, most=most)]


def test_a_call_comes_back_as_it_was(log):
    calls = [logged(1), logged(2, **LARGEST)]
    for call in calls:
        log.add(call)

    since = identifiers.first_of(NOW - KEPT)
    assert list(log.of_account(ACCOUNT, since=since, before=None, most=10)) == calls


def test_the_largest_call_costs_one_write_unit(log):
    with metered(connection().client) as meter:
        log.add(logged(**LARGEST))

    assert [(each.operation, each.write_units) for each in meter.charges] == [("PutItem", 1.0)]


def test_a_page_of_25_costs_one_query_of_two_units_at_most(log):
    for seconds in range(30):
        log.add(logged(seconds))
    with metered(connection().client) as meter:
        ids(log, most=26)

    assert [each.operation for each in meter.charges] == ["Query"]
    assert meter.read_units() <= 2


def test_calls_come_newest_first_from_where_one_left_off(log):
    calls = [logged(seconds) for seconds in range(5)]
    for call in calls:
        log.add(call)
    named = [call.call_id for call in calls]

    assert ids(log) == named
    assert ids(log, before=named[1], most=2) == named[2:4]
    assert ids(log, before=named[-1]) == []
    assert ids(log, before=identifiers.FIRST) == []
    assert ids(log, account_id="1account1account") == []


def test_dynamodb_drops_a_call_after_a_week(log):
    log.add(logged())

    (item,) = connection().client.scan(TableName="AccessLogTable")["Items"]
    assert int(item["forget_at"]["N"]) == int((NOW + KEPT).timestamp())


def test_a_write_that_takes_long_is_not_waited_for(log, monkeypatch):
    going_on = threading.Event()
    monkeypatch.setattr(access_log, "PATIENCE_SECONDS", PATIENCE_SECONDS)
    monkeypatch.setattr(connection(), "dispatch", lambda *_: going_on.wait(10))
    started = time.monotonic()
    with pytest.raises(UnavailableError):
        log.add(logged(1))
    with pytest.raises(UnavailableError):
        log.add(logged(2))  # nothing piles up behind it
    assert time.monotonic() - started < 4 * PATIENCE_SECONDS
    going_on.set()


def test_a_write_that_fails_says_so_and_the_next_is_tried(log, dynamodb_faults):
    dynamodb_faults.break_call(0)
    with pytest.raises(Exception, match=r"."):
        log.add(logged(1))
    dynamodb_faults.mend()
    log.add(logged(2))

    assert len(ids(log)) == 1
