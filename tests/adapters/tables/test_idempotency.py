"""The idempotency table and its in-memory fake: one contract, and what the table's calls cost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from letterhead.adapters.tables.connection import connection
from letterhead.adapters.tables.idempotency import IdempotencyTable
from letterhead.idempotency.answer import LARGEST, Answer
from letterhead.idempotency.key import entry_name
from letterhead.idempotency.run import KEPT, LOCKED, InFlightError, Run, begin, end
from letterhead.unavailable import UnavailableError
from tests.capacity_meter import metered
from tests.fakes.idempotency_store import InMemoryEntries

NOW = datetime(2026, 6, 14, 9, 0, tzinfo=UTC)
TABLE = "idempotency-under-test"
NAME = entry_name("0token00token000", "POST", "/v1/identities", {}, "order-17")
RUN = Run(NAME, "run-1", "f" * 64, NOW + LOCKED, NOW + KEPT)
SECOND_RUN = replace(RUN, run_id="run-2", locked_until=NOW + 2 * LOCKED)
ANSWER = Answer(201, '{"data":{"id":"a","name":"Amy \u2013 Книга"}}', "application/json", {"location": "/x"})
EMPTY = Answer(202, "", "text/html", {})


@pytest.fixture
def table(tables):
    connection().client.create_table(
        TableName=TABLE,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "entry", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "entry", "KeyType": "HASH"}],
    )
    return IdempotencyTable(TABLE)


@pytest.fixture(params=["table", "memory"])
def store(request):
    return InMemoryEntries() if request.param == "memory" else request.getfixturevalue("table")


def later(**time):
    return NOW + timedelta(**time)


def item():
    return connection().client.get_item(TableName=TABLE, Key={"entry": {"S": NAME}}).get("Item")


def test_a_run_begins_where_nothing_is(store):
    assert store.begin(RUN, NOW) is None


def test_a_run_in_flight_is_in_the_way_until_its_lock_ends(store):
    store.begin(RUN, NOW)
    found = store.begin(SECOND_RUN, later(seconds=39))
    assert (found.fingerprint, found.ended, found.answer) == (RUN.fingerprint, False, None)
    assert (found.locked_until, found.expires_at) == (RUN.locked_until, RUN.expires_at)
    assert store.begin(SECOND_RUN, later(seconds=40)) is None


def test_another_request_does_not_follow_a_run_that_died(store):
    store.begin(RUN, NOW)
    assert (
        store.begin(replace(SECOND_RUN, fingerprint="0" * 64), later(seconds=60)).fingerprint
        == RUN.fingerprint
    )


@pytest.mark.parametrize("answer", [ANSWER, EMPTY, None])
def test_an_answer_is_kept_as_it_was_and_in_the_way_for_a_day(store, answer):
    store.begin(RUN, NOW)
    assert store.end(RUN, answer)
    found = store.begin(SECOND_RUN, later(hours=23, minutes=59))
    assert (found.ended, found.answer) == (True, answer)
    assert store.begin(replace(SECOND_RUN, fingerprint="0" * 64), later(hours=24)) is None


def test_an_abandoned_run_leaves_nothing(store):
    store.begin(RUN, NOW)
    assert store.abandon(RUN)
    assert store.begin(SECOND_RUN, NOW) is None


def test_a_run_that_lost_its_lock_changes_nothing(store):
    store.begin(RUN, NOW)
    store.begin(SECOND_RUN, later(seconds=40))
    assert not store.end(RUN, ANSWER)
    assert not store.abandon(RUN)
    assert store.end(SECOND_RUN, EMPTY)
    assert store.begin(RUN, later(seconds=50)).answer == EMPTY


def test_the_end_of_a_run_that_never_began_makes_no_entry(store):
    assert not store.end(RUN, ANSWER)
    assert not store.abandon(RUN)
    assert store.begin(RUN, NOW) is None


def test_entries_are_apart(store):
    store.begin(RUN, NOW)
    assert store.begin(replace(RUN, entry="0" * 64), NOW) is None


def test_of_many_at_once_exactly_one_runs(table):
    def ask(number):
        try:
            found = begin(table, entry=NAME, fingerprint="f" * 64, run_id=str(number), now=NOW)
        except InFlightError:
            return "refused"
        return "ran" if isinstance(found, Run) else "replayed"

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(ask, range(24)))
    assert sorted(outcomes) == ["ran"] + ["refused"] * 23


def test_begin_is_one_write_unit_end_one_and_a_repetition_one(table):
    with metered(connection().client) as meter:
        run = begin(table, entry=NAME, fingerprint="f" * 64, run_id="run-1", now=NOW)
        end(table, run, ANSWER)
        assert begin(table, entry=NAME, fingerprint="f" * 64, run_id="run-2", now=NOW) == ANSWER
    assert [charge.operation for charge in meter.charges] == ["PutItem", "UpdateItem", "PutItem"]
    assert (meter.write_units(), meter.read_units()) == (3, 0)


def test_giving_up_is_one_write_unit(table):
    table.begin(RUN, NOW)
    with metered(connection().client) as meter:
        table.abandon(RUN)
    assert (meter.write_units(), meter.read_units()) == (1, 0)


def test_the_largest_answer_fits_into_an_item(table):
    largest = Answer(200, "x" * (LARGEST - len("application/json")), "application/json", {})
    assert largest.fits
    table.begin(RUN, NOW)
    assert table.end(RUN, largest)
    assert table.begin(SECOND_RUN, NOW).answer == largest


def test_an_item_holds_the_answer_and_nothing_else_of_the_request(table):
    table.begin(RUN, NOW)
    table.end(RUN, ANSWER)
    assert set(item()) == {"entry", "run_id", "fingerprint", "locked_until", "expires_at", "ended"}
    assert item()["expires_at"] == {"N": str(int(later(hours=24).timestamp()))}


@pytest.mark.parametrize("call", ["begin", "end", "abandon"])
def test_a_table_that_does_not_answer_is_unavailable(table, dynamodb_faults, call):
    dynamodb_faults.break_call(0)
    with pytest.raises(UnavailableError):
        {
            "begin": lambda: table.begin(RUN, NOW),
            "end": lambda: table.end(RUN, ANSWER),
            "abandon": lambda: table.abandon(RUN),
        }[call]()


@pytest.mark.parametrize("call", ["begin", "end"])
def test_a_table_that_is_not_there_is_no_outage(tables, call):
    nowhere = IdempotencyTable("nowhere")
    with pytest.raises(Exception, match="ResourceNotFound"):
        nowhere.begin(RUN, NOW) if call == "begin" else nowhere.end(RUN, ANSWER)
