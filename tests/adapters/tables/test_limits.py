"""The limits table and its in-memory fake: one contract; what the table's calls cost; leases on real items."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from letterhead.adapters.tables.connection import connection
from letterhead.adapters.tables.limits import LimitTable
from letterhead.limits.allotment import Amounts, Demand, quotas
from letterhead.limits.leases import Leases
from letterhead.limits.ledger import TOTAL, Counter, Entry
from letterhead.limits.standing import LimitExceededError
from letterhead.unavailable import UnavailableError
from tests.capacity_meter import item_size, metered
from tests.fakes.limit_store import InMemoryLedgers

NOW = datetime(2026, 6, 14, 9, 0, tzinfo=UTC)
LEDGER, TABLE = "account#0account0account#0", "limits-under-test"
FIRST, SECOND = Counter("r", 1_781_428_000_000_000), Counter("r", 1_781_428_005_000_000)
OF_TOKEN = Counter("t0token00token000", 1_781_428_000_000_001)
FORGET_AT = 1_781_600_000


@pytest.fixture
def table(tables):
    connection().client.create_table(
        TableName=TABLE,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "ledger", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "ledger", "KeyType": "HASH"}],
    )
    return LimitTable(TABLE)


@pytest.fixture(params=["table", "memory"])
def store(request):
    return InMemoryLedgers() if request.param == "memory" else request.getfixturevalue("table")


def total(column: str) -> Counter:
    return Counter(column, TOTAL)


def book(store, *entries, drop=()):
    return store.book(LEDGER, entries, drop, FORGET_AT)


def item():
    return connection().client.get_item(TableName=TABLE, Key={"ledger": {"S": LEDGER}})["Item"]


def test_an_unknown_ledger_is_empty(store):
    assert store.read(LEDGER) == {}


def test_a_booking_adds_to_its_counter_and_to_the_total_and_tells_all(store):
    assert book(store, Entry(FIRST, 3, 0)).done
    booking = book(store, Entry(SECOND, 4, 3), Entry(OF_TOKEN, 1, 0))
    assert booking.done
    assert booking.counters == {FIRST: 3, SECOND: 4, total("r"): 7, OF_TOKEN: 1, total(OF_TOKEN.column): 1}
    assert store.read(LEDGER) == booking.counters


def test_a_total_over_the_ceiling_refuses_all_entries_and_tells_how_it_is(store):
    book(store, Entry(FIRST, 3, 0))
    booking = book(store, Entry(OF_TOKEN, 1, 0), Entry(SECOND, 1, 2))
    assert not booking.done
    assert booking.counters == {FIRST: 3, total("r"): 3}
    assert store.read(LEDGER) == booking.counters


def test_an_entry_without_a_ceiling_is_booked_whatever_the_total_is(store):
    book(store, Entry(FIRST, 300, 0))
    assert book(store, Entry(FIRST, 4, None)).counters[FIRST] == 304


def test_dropped_counters_are_gone_also_when_they_never_were(store):
    book(store, Entry(FIRST, 3, 0), Entry(OF_TOKEN, 1, 0))
    booking = book(
        store, Entry(SECOND, 1, 3), drop=[FIRST, OF_TOKEN, total(OF_TOKEN.column), Counter("x", 1)]
    )
    assert booking.counters == {SECOND: 1, total("r"): 4}


def test_ledgers_are_apart(store):
    book(store, Entry(FIRST, 3, 0))
    assert store.read("account#0account0account#1") == {}


def test_a_ledger_says_when_it_may_be_forgotten(table):
    book(table, Entry(FIRST, 3, 0))
    assert item()["forget_at"] == {"N": str(FORGET_AT)}


def test_a_booking_without_any_ceiling_sends_no_condition(table):
    """DynamoDB refuses an empty one, which moto takes."""
    asked = []
    events = connection().client.meta.events
    events.register(
        "provide-client-params.dynamodb.UpdateItem", lambda params, **_: asked.append(params), "asked"
    )
    try:
        book(table, Entry(FIRST, 4, None))
    finally:
        events.unregister("provide-client-params.dynamodb.UpdateItem", unique_id="asked")
    assert "ConditionExpression" not in asked[0]


def test_a_read_is_half_a_unit_and_a_booking_one_refused_or_not(table):
    with metered(connection().client) as meter:
        book(table, Entry(FIRST, 3, 0), Entry(OF_TOKEN, 1, 0))
        book(table, Entry(FIRST, 3, 0))
        table.read(LEDGER)
    assert (meter.write_units(TABLE), meter.read_units(TABLE)) == (2, 0.5)


@pytest.mark.parametrize("call", ["read", "book"])
def test_a_table_that_does_not_answer_is_unavailable(table, dynamodb_faults, call):
    dynamodb_faults.break_call(0)
    with pytest.raises(UnavailableError):
        table.read(LEDGER) if call == "read" else book(table, Entry(FIRST, 3, 0))


def test_a_table_that_is_not_there_is_no_outage(tables):
    with pytest.raises(Exception, match="ResourceNotFound"):
        book(LimitTable("nowhere"), Entry(FIRST, 3, 0))


def test_a_busy_token_costs_less_than_a_tenth_of_a_write_unit_a_request(table):
    leases = Leases(table, seat=0)
    with metered(connection().client) as meter:
        for turn in range(600):
            leases.admit(
                quotas("0account0account", "0token00token000", Amounts()).request,
                NOW + timedelta(seconds=turn / 10.5),
            )
    assert meter.write_units(TABLE) < 60
    assert meter.read_units(TABLE) < 20


def test_a_request_and_its_send_cost_a_read_and_a_write_when_nothing_is_known(table):
    found = quotas("0account0account", "0token00token000", Amounts())
    with metered(connection().client) as meter:
        Leases(table, seat=0).admit([*found.request, Demand(found.sends)], NOW)
    assert [charge.operation for charge in meter.charges] == ["GetItem", "UpdateItem"]
    assert (meter.write_units(TABLE), meter.read_units(TABLE)) == (1, 0.5)


def test_what_does_not_count_any_more_is_dropped_so_that_an_item_stays_below_one_unit(table):
    environments = [Leases(table, seat) for seat in range(2)]
    for turn in range(400):
        token = f"0token00token00{turn % 7}"
        environments[turn % 2].admit(
            quotas("0account0account", token, Amounts()).request, NOW + timedelta(seconds=turn)
        )
    assert item_size(item()) < 1024


def test_environments_share_a_small_limit_on_one_item(table):
    environments = [Leases(table, seat) for seat in range(3)]
    allotments = quotas("0account0account", "0token00token000", Amounts(token_requests_a_minute=5)).request
    admitted = 0
    for turn in range(9):
        try:
            environments[turn % 3].admit(allotments, NOW + timedelta(seconds=turn))
        except LimitExceededError:
            continue
        admitted += 1
    assert admitted == 5
