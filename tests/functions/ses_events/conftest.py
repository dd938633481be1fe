"""The function as Lambda loads it, with its tables, and what they hold after events."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from letterhead.activity.activity import ActivityType, day_of
from letterhead.activity.log import ActivityQuery
from letterhead.adapters.tables.activity_lists import ActivityLists
from letterhead.adapters.tables.counts import CountTable
from letterhead.adapters.tables.mailed_recipients import RecipientTable
from letterhead.adapters.tables.outbox import OutboxItem, OutboxTable
from letterhead.adapters.tables.stray_events import StrayEventTable
from letterhead.adapters.tables.suppressions import SuppressionTable
from tests.fakes.mail_events import ACCOUNT, DOMAIN, batch_of

NOW = datetime.now(UTC).replace(microsecond=0)


class World:
    """What the function has written."""

    def __init__(self, function) -> None:
        self.function = function
        self.counts = CountTable("CountsTable")
        self.lists = ActivityLists("ActivityTable", self.counts)
        self.outbox = OutboxTable("OutboxTable")
        self.suppressions = SuppressionTable("SuppressionsTable", self.outbox)

    def take(self, *documents) -> list[str]:
        """Hand over one batch; the messages that have to come again."""
        answer = self.function(batch_of(*documents))
        return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]

    def activities(self, domain_id: str = DOMAIN, days: int = 400) -> list:
        query = ActivityQuery(domain_id, NOW - timedelta(days=days), NOW + timedelta(days=days), size=10_000)
        return list(self.lists.page(query, NOW))

    def listed(self, domain_id: str = DOMAIN) -> Counter:
        return Counter(activity.type for activity in self.activities(domain_id))

    def counted(self, domain_id: str = DOMAIN) -> Counter:
        """The domain's counts of all days together."""
        total: Counter[ActivityType] = Counter()
        first, last = day_of(NOW - timedelta(days=400)), day_of(NOW + timedelta(days=400))
        for count in self.counts.days(domain_id, first, last):
            total.update(count.totals)
        return total

    def lists_of(self, address: str) -> dict[str, object]:
        """The lists that block an address, each with its entry."""
        found = self.suppressions.of_subject(ACCOUNT, address)
        return {entry.key.list.value: entry for entry in found if not entry.expired(NOW)}

    def events(self) -> list[tuple[str, str]]:
        """The events in the outbox: type and recipient or name."""
        return sorted(
            (item.event_type, item.data.get("recipient") or item.data.get("name"))
            for item in OutboxItem.query(ACCOUNT)
        )

    def recipients(self, domain_id: str = DOMAIN) -> list[str]:
        """The addresses that count as the domain's recipients."""
        table = RecipientTable("RecipientsTable", timedelta(days=30))
        return [each.address for each in table.page(domain_id, size=100, after=None, now=NOW)]

    def strays(self) -> list:
        return list(StrayEventTable("StrayEventsTable").of_day(day_of(datetime.now(UTC)), None).events)


@pytest.fixture
def world(tables, load) -> World:
    return World(load("ses_events"))
