"""Holds end by themselves after 72 hours, and whoever listens is told once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from letterhead.adapters.tables.outbox import OutboxItem, OutboxTable
from letterhead.adapters.tables.suppressions import SuppressionTable
from tests.fakes.mail_events import ACCOUNT, ADDRESS, DOMAIN, batch_of, event_document

NOW = datetime.now(UTC)


@pytest.fixture
def held(tables, load):
    """An address on hold, and the function in the local cloud, where an event's time is believed."""
    documents = [
        event_document("bounce_transient", at=NOW - timedelta(hours=hour), serial=f"-{hour}")
        for hour in range(5)
    ]
    load("ses_events")(batch_of(*documents))
    return load("end_holds", ACCOUNT_ID="000000000000")


def at(moment: datetime) -> dict[str, str]:
    return {"time": moment.strftime("%Y-%m-%dT%H:%M:%SZ")}


def told() -> list[str]:
    return sorted(item.event_type for item in OutboxItem.query(ACCOUNT))


def blocked(moment: datetime) -> bool:
    table = SuppressionTable("SuppressionsTable", OutboxTable("OutboxTable"))
    return bool(table.blocking(ACCOUNT, DOMAIN, [ADDRESS], moment))


def test_a_hold_stands_for_72_hours(held):
    assert held(at(NOW + timedelta(hours=71))) == {"ended": 0}
    assert told() == ["recipient.on_hold_added"]
    assert blocked(NOW + timedelta(hours=71))


def test_a_hold_ends_once_with_its_event(held):
    later = NOW + timedelta(hours=73)
    assert not blocked(later)
    assert [held(at(later)), held(at(later))] == [{"ended": 1}, {"ended": 0}]
    assert told() == ["recipient.on_hold_added", "recipient.on_hold_removed"]


def test_a_hold_that_nobody_ended_for_a_day_ends_then(held):
    assert held(at(NOW + timedelta(hours=100))) == {"ended": 1}


def test_outside_the_local_cloud_no_events_time_is_believed(tables, load):
    assert load("end_holds", ACCOUNT_ID="123456789012")(at(NOW + timedelta(days=300))) == {"ended": 0}
